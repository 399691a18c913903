"""Pages of time banks."""
