"""How a mandate stands: which version is in force, who has signed it, what is reached of it."""
