"""SETU Assignment: a worker is placed on a position at a customer."""
