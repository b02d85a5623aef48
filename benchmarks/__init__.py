"""Measure pgkit side by side with the seed's literal SQL and with the bare minimum."""
