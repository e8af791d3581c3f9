"""How fast the main path is, beside the floor of the same machine in the same run."""
