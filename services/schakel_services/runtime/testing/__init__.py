"""For tests of whatever runs on Kafka: topics of one's own on a real broker, and what stands on them."""
