"""The gate: which partner is told what of an event, and why; every decision kept."""
