"""The chapters of the story: each sends what partners send, and looks whether every promise was kept."""
