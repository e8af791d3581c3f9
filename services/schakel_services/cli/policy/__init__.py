"""``schakel policy``: the tables as people read them, and what they come to."""
