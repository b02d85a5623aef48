"""Install, feed, test and show pgkit."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgkit.recorder import Recorder

__all__ = ["Recorder"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the Recorder when it is asked for, so that `import pgkit` imports nothing."""
    if name == "Recorder":
        from pgkit.recorder import Recorder

        return Recorder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
