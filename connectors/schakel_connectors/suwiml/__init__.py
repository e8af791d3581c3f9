"""SuwiML: what UWV and municipalities answer about a person's benefits."""
