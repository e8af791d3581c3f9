"""The command line: one file a command group, assembled in ``main``."""
