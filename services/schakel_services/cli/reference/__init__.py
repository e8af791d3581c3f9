"""Reference pages, each made from the code that it is about."""
