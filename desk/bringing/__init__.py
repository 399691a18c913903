"""Bringing tables of others in: read, check, and list, with a report of everything that was not taken as it stood."""
