"""The intake: a partner's record in, what changed out; the record itself goes no further."""
