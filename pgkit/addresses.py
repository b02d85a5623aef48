"""Where servers of pgkit listen."""

# The names of this machine, for itself only.
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def show_host(host: str) -> str:
    """Return a host as an address has it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
