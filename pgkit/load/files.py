"""Open the files people have: packed or not, in the encoding that their mark tells."""

import gzip
import io
import math
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from pgkit.calls import NOTHING_WRITTEN
from pgkit.database import Failure

STANDARD_INPUT = Path("-")
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
PARQUET = b"PAR1"
# What is not UTF-8 stays in the text as surrogates: it matters only in a column that is loaded.
ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
ROWS_AT_ONCE = 5000


class Part(NamedTuple):
    """A file, or a file in an archive: its text, or a table of rows.

    `position` says how many bytes of the file on the disk were read.
    """

    name: str
    position: Callable[[], int]
    text: IO[str] | None = None
    columns: Sequence[str] = ()
    rows: Iterator[Sequence[Any]] = iter(())


class Counted(io.RawIOBase):
    """A binary file that counts the bytes read from it."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self.raw = raw
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        size = cast(int | None, self.raw.readinto(buffer))
        self.count += size or 0
        return size


def name_of(path: Path) -> str:
    return "stdin" if path == STANDARD_INPUT else str(path)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Name the file where it cannot be read."""
    try:
        yield
    except (EOFError, OSError, UnicodeError, zipfile.BadZipFile, zlib.error) as error:
        raise Failure(f"{name}: {error}", NOTHING_WRITTEN) from None


@contextmanager
def open_raw(path: Path) -> Iterator[io.RawIOBase]:
    if path == STANDARD_INPUT:
        yield cast(Any, sys.stdin.buffer).raw
    else:
        with path.open("rb", buffering=0) as raw:
            yield raw


def open_parts(path: Path) -> Iterator[Part]:
    """Yield the parts of a file (`-` is standard input), each to be read before the next."""
    with open_raw(path) as raw:
        counted = Counted(raw)
        binary: Any = io.BufferedReader(counted, buffer_size=1 << 18)
        begin = binary.peek(4)[:4]
        if begin == ZIP:
            yield from open_members(path, as_seekable(path, binary))
        elif begin == PARQUET:
            yield read_parquet(name_of(path), as_seekable(path, binary))
        else:
            if begin[:2] == GZIP:
                binary = io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=binary)))
            yield Part(name_of(path), lambda: counted.count, decode(binary))


def as_seekable(path: Path, binary: IO[bytes]) -> IO[bytes]:
    """Return a file that can be read from its end, as archives and tables are."""
    if path == STANDARD_INPUT:
        return io.BytesIO(binary.read())
    return path.open("rb")


def open_members(path: Path, binary: IO[bytes]) -> Iterator[Part]:
    with binary, zipfile.ZipFile(binary) as archive:
        read = 0
        for member in archive.infolist():
            if member.is_dir() or "__MACOSX" in member.filename:
                continue
            name = f"{name_of(path)}:{member.filename}"
            if member.flag_bits & 1:
                raise Failure(f"{name} is encrypted", "Unpack it first.")
            with archive.open(member) as file:
                inner: Any = io.BufferedReader(cast(Any, file))
                if inner.peek(4)[:4] == PARQUET:
                    yield read_parquet(name, io.BytesIO(inner.read()))
                else:
                    if inner.peek(2)[:2] == GZIP:
                        inner = io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=inner)))
                    yield Part(name, lambda: read, decode(inner))  # noqa: B023
            read += member.compress_size


def decode(binary: Any) -> IO[str]:
    """Return the text of a file in UTF-8, or in what the mark at its begin says."""
    begin = binary.peek(2)
    encoding = ENCODINGS.get(begin[:2], "utf-8-sig")
    errors = "surrogateescape" if encoding == "utf-8-sig" else "strict"
    # To look for other ends of lines too takes three times as long.
    is_plain_json = begin.lstrip()[:1] in (b"{", b"[") and b"\n" in begin
    return io.TextIOWrapper(binary, encoding, errors=errors, newline="\n" if is_plain_json else "")


def read_parquet(name: str, binary: IO[bytes]) -> Part:
    try:
        from pyarrow import parquet
    except ImportError:
        raise Failure(
            f"{name} is a Parquet file, and pyarrow is not there to read it",
            "Install it: pip install 'pgkit[parquet]'.",
        ) from None
    try:
        table = parquet.ParquetFile(binary)
    except ValueError as error:
        raise Failure(f"{name}: {error}", NOTHING_WRITTEN) from None

    def read_rows() -> Iterator[Sequence[Any]]:
        for batch in table.iter_batches(batch_size=ROWS_AT_ONCE):
            columns = [list(map(as_plain, column.to_pylist())) for column in batch.columns]
            yield from zip(*columns, strict=True)

    return Part(name, binary.tell, columns=table.schema_arrow.names, rows=read_rows())


def as_plain(value: Any) -> Any:
    """Return a value of a table as JSON has it; NaN is what pandas writes for none."""
    if type(value) is float and math.isnan(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value
