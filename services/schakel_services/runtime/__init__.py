"""What every service shares: reading from and writing to Kafka exactly once, tables, barrier, logs, health."""
