"""职引: an open platform for career guidance."""

__version__ = "0.1.0"
