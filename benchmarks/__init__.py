"""Measure pgkit side by side with the seed's literal SQL, the bare minimum and ClickHouse."""
