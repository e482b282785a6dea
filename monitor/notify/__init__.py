"""Channels that carry notices out."""
