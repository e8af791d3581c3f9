"""The clock: what is due becomes an event on the log, exactly once."""
