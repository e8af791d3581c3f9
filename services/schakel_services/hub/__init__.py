"""A whole hub on one machine: broker, topics, keys and services, started, watched and stopped together."""
