"""Starter kits: a good beginning for a group of some kind, which is then the group's own to change."""
