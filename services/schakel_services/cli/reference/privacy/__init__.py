"""The pages for privacy officers, in Dutch, made from the tables, the manifests and the topics."""
