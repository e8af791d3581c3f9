"""Schakel's shared vocabulary: every record that may travel between services."""
