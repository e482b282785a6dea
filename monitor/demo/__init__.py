"""The demonstration: bundled example pages on loopback, their days stepped through with the real fetcher, and the report on what changed."""

from monitor.demo.showing import run

__all__ = ["run"]
