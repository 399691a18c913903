"""Flotillas: groups of any nodes that sail to one goal, each by its own act."""
