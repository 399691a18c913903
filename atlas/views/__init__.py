"""Pages and data files of the atlas: HTTP only."""
