"""The composition root: which apps make a node, and how it meets the outside."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
