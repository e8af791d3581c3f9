"""Chain records: what no standard carries, in rows that are made of Schakel's own contracts."""
