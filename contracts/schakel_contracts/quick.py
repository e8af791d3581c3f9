"""What the hot path does in fewer steps than the plain way."""

NEW = tuple.__new__
"""Makes a named tuple in half the time: its own constructor is a call in Python."""
