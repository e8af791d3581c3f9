"""Records as partners' own systems write them, in the real formats, full of what never leaves those partners."""
