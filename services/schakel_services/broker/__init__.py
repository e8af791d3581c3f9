"""Kafka on one machine: real, for development and tests, without Docker or Java on the host."""
