"""SQLite as Django knows it, with a turn for everybody who writes; see `base`."""
