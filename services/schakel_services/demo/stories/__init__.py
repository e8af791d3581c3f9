"""The story of each chain, as a table that people can read (``<chain>.toml``), and what plays it."""
