"""Schakel's services: each a process of its own, joined by Kafka only."""
