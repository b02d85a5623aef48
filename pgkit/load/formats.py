"""The formats that are recognised: each is a file in `pgkit/formats/`.

Such a file has what somebody would have typed: `map`, `set`, `failed`, `only` and `null` are the
options of `pgkit load`. `keys` is what the first record must have. Formats whose records are not
the lines of the file say where they are: `arrays` names lists that belong together by position,
`spans` how a span is written. `unless` names fields that are nothing where two columns are equal,
or a column has a value; `missing` says what to do about a field that is not in the file: a hint,
or a note where `set` gives it a value.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from pgkit.calls import BadLine
from pgkit.database import Failure
from pgkit.load.paths import reach


class Format(NamedTuple):
    """A file of `pgkit/formats/`."""

    name: str
    title: str
    source: str
    keys: tuple[str, ...]
    map: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    arrays: tuple[str, ...] = ()
    spans: str = ""
    unless: Mapping[str, str] = {}
    missing: Mapping[str, str] = {}


@cache
def read_formats() -> Mapping[str, Format]:
    """Return the formats by name, those that ask for more keys first."""
    found = []
    for path in files("pgkit").joinpath("formats").iterdir():
        name, _, kind = path.name.rpartition(".")
        if kind == "toml":
            data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            if "keys" in data:
                given: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
                found.append(Format(name, **given))
    found.sort(key=lambda format: (-len(format.keys), format.name))
    return {format.name: format for format in found}


def get_format(name: str) -> Format:
    """Return the format of this name; Failure if there is none."""
    formats = read_formats()
    if name not in formats:
        raise Failure(f'there is no format "{name}"', f"There are: {', '.join(sorted(formats))}.")
    return formats[name]


def recognise(record: Mapping[str, Any]) -> Format | None:
    """Return the format whose keys are all in a record."""
    for format in read_formats().values():
        if all(has(record, key) for key in format.keys):
            return format
    return None


def has(record: Mapping[str, Any], key: str) -> bool:
    return key in record or ("." in key and reach(record, tuple(key.split("."))) is not None)


def split_arrays(record: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield a record for each position of the lists of these names; the rest is in all of them."""
    lists = {name: record[name] for name in names if isinstance(record.get(name), list)}
    if not lists:
        raise BadLine(f"there is none of the lists {', '.join(names)}", "Choose another --format.")
    length = max(map(len, lists.values()), default=0)
    rest = {name: value for name, value in record.items() if name not in lists}
    for place in range(length):
        # Some lists are empty where something was not measured.
        values = {
            name: elements[place] if len(elements) == length else None
            for name, elements in lists.items()
        }
        yield {**rest, **values}
