"""For tests of the intake: a partner with keys and connectors, and the whole service in this process."""
