"""For tests of the command line: run a command in this process, with a Kafka of its own where it needs one."""
