"""Change-tracking for programme news: what really changed against what was announced, and where it says so."""

__version__ = "0.1.0"
