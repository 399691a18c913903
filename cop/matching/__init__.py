"""Finding what meets a need, and the life of a match between the two who speak for it."""
