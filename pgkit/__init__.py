"""Install, feed, test and show pgkit."""

__version__ = "0.1.0"
