"""One folder per connector; see ``schakel_connectors.connector`` for the rules."""
