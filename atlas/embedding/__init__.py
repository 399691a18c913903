"""What things mean, as vectors: the Embedder that makes them, the rows that keep them, and which lie near which."""
