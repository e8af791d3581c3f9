"""The chain file: which partners work together, in which roles, over which channels, under which agreements."""
