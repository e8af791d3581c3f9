"""The deliverer: each partner is told its own way, after a last look whether it still may know."""
