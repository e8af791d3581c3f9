"""The statements that connectors make: one file per subject; see ``schakel_connectors.statement``."""
