"""Kill everything at random while records flow, and count what was lost, doubled, reordered, leaked or unaudited."""
