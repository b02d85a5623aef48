"""A file of calls that could not be sent, one line of JSON each, shared by all processes.

1. A process appends while it holds a lock on the file that it has open. It then looks whether the
   file still has its name, because it may have been taken away to be drained before the lock.
2. One process at a time drains: it holds a lock on the file `.lock`.
3. It renames the file to `.draining`, and locks it once, so that whoever appended is done. Nobody
   appends to it any more. Whoever comes now makes a new file.
4. It sends the lines, and notes in `.lock` how far it came. When all are sent, it sets that back
   and then removes the file. A process that dies in between leaves the file to the next one, which
   sends a few lines again. The ids of the calls make that harmless.

Each append ends with fsync, so what is in the file also survives a loss of power. All locks are
of the kernel (flock), and end with the process that has them.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


class Spool:
    """The file at `path`, of at most `limit` bytes beside what is being drained."""

    def __init__(self, path: str | os.PathLike[str], limit: int) -> None:
        self.path = Path(path).absolute()
        self.draining = self.path.with_name(self.path.name + ".draining")
        self.lock = self.path.with_name(self.path.name + ".lock")
        self.limit = limit
        self.descriptors: set[int] = set()
        self.drained_to = 0
        self.lock_descriptor = -1

    def has_lines(self) -> bool:
        """Return whether there is something to drain, of any process."""
        for path in (self.draining, self.path):
            with suppress(OSError):
                if path.stat().st_size:
                    return True
        return False

    def append(self, lines: Sequence[str]) -> None:
        """Add lines, all or none; raise OSError if the file is full or cannot be written."""
        data = "".join(f"{line}\n" for line in lines).encode()
        while True:
            with self.opened(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not self.has_name(file):
                    continue
                size = os.fstat(file).st_size
                if size + len(data) > self.limit:
                    raise OSError(f"the spool has reached its limit of {self.limit} bytes")
                if size and os.pread(file, 1, size - 1) != b"\n":
                    # A process was ended in the middle of a line.
                    data = b"\n" + data
                try:
                    written = os.write(file, data)
                    if written < len(data):
                        raise OSError("the disk is full")
                    os.fsync(file)
                except OSError:
                    os.ftruncate(file, size)
                    raise
                return

    def has_name(self, file: int) -> bool:
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(file), self.path.stat())
        return False

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Be the process that drains, inside of the block; False if another one is."""
        with self.opened(self.lock, os.O_RDWR | os.O_CREAT) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            self.lock_descriptor = file
            text = os.pread(file, 20, 0)
            self.drained_to = int(text) if text.isdigit() else 0
            yield True

    def read(self, count: int) -> tuple[list[str], int]:
        """Return the next lines and where they end; none if all is drained. Needs the lock."""
        if not self.draining.exists():
            self.advance(0)
            with suppress(FileNotFoundError):
                self.path.rename(self.draining)
        try:
            with self.opened(self.draining, os.O_RDWR) as descriptor:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    file.seek(self.drained_to)
                    raw = [line for _, line in zip(range(count), file, strict=False)]
        except FileNotFoundError:
            return [], 0
        if not raw:
            # First set back, then removed: the other way round the next file would begin late.
            self.advance(0)
            self.draining.unlink()
            return self.read(count) if self.path.exists() else ([], 0)
        lines = [line.decode("ascii", "replace").strip() for line in raw]
        return [line for line in lines if line], self.drained_to + sum(map(len, raw))

    def advance(self, end: int) -> None:
        """Note that all up to here is sent."""
        os.pwrite(self.lock_descriptor, b"%020d" % end, 0)
        self.drained_to = end

    @contextmanager
    def opened(self, path: Path, flags: int) -> Iterator[int]:
        # Readable for the user alone: parameters and names of models may be in it.
        file = os.open(path, flags | os.O_CLOEXEC, 0o600)
        self.descriptors.add(file)
        try:
            yield file
        finally:
            self.descriptors.discard(file)
            os.close(file)

    def forget(self) -> None:
        """Close, in a forked child, what the thread of the parent had open, and its locks with it.

        A lock ends when the last copy of its descriptor is closed, so the parent keeps it.
        """
        for file in self.descriptors:
            with suppress(OSError):
                os.close(file)
        self.descriptors.clear()
