"""The demonstration: a whole chain on one machine plays a story, and every promise in it is checked."""
