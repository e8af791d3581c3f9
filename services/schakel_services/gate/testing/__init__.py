"""For tests of the gate: one partition of it on a real broker, with partners and persons that no other test has."""
