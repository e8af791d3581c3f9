"""The connector new_connector: a partner's client file, as whether care runs."""
