"""For tests of the deliverer: a small chain on a real broker, real targets, and the deliverer itself."""
