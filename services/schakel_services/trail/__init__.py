"""The trail: what stands on the log about one event, found again and put into words."""
