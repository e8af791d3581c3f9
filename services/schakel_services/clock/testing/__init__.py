"""For tests of the clock: one partition of it on a real broker, and time that the test moves."""
