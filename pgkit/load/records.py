"""Read the records of a text: the rows of CSV, the objects of JSON in any arrangement."""

import csv
import json
import re
import sys
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import chain
from typing import Any

import orjson

from pgkit.calls import BadLine
from pgkit.load.files import Part
from pgkit.output import plural, quoted

DELIMITERS = ",;\t|"
# What a list of records is called in an answer of an API: {"data": [...]}.
ENVELOPE = "data"
SPACES = re.compile(r"[ \t\r\n]*")
TOO_DEEP = "not JSON that can be read: nested too deeply"
# How a file begins that is no table.
MARKUP = ("<?xml", "<testresults", "<!doctype", "<html")
MARKUP_HINT = (
    "JMeter writes CSV with jmeter.save.saveservice.output_format=csv. A page that came in place of"
    " a file may say that one must log in."
)
HALF_HINT = "What wrote the file was stopped. --skip-bad loads the other lines."

BINARY_HINT = (
    "Files are CSV, JSON or Parquet, plain, gzipped or zipped. UTF-16 needs its mark at the begin."
)

encode_json = json.JSONEncoder(ensure_ascii=False).encode
decoder = json.JSONDecoder()

csv.field_size_limit(sys.maxsize)

Refuse = Callable[[BadLine], None]


class Reader:
    """The records of a part: `columns` and rows of a table, or objects where `columns` is empty.

    `line` is where the record read last begins; `get_text` gives what stands there. What cannot be
    read goes to `refuse`, which raises it or not.
    """

    def __init__(self, part: Part, refuse: Refuse, *, keeps: bool = False) -> None:
        self.part = part
        self.refuse = refuse
        self.keeps = keeps
        self.line = 1
        self.columns: Sequence[str] = ()
        self.header = ""
        self.header_line = 1
        self.kept: list[str] = []
        self.last = ""

    def read(self) -> Iterator[Sequence[Any] | dict[str, Any]]:
        """Return the records, after `columns` is set; BadLine if this is no table of any kind."""
        if self.part.text is None:
            self.columns = self.part.columns
            return self.count(self.part.rows)
        text = self.read_text(self.part.text)
        for first in text:
            if first.strip():
                break
            self.line += 1
        else:
            return iter(())
        if first.lstrip().lower().startswith(MARKUP):
            raise BadLine("XML or HTML is not read", MARKUP_HINT)
        lines = chain([first], text)
        if first.lstrip()[0] in "{[":
            return self.read_json(lines)
        return self.read_csv(lines)

    def read_text(self, text: Iterator[str]) -> Iterator[str]:
        """Yield the lines of a file; where a packed file is cut short, its end is a bad line."""
        try:
            yield from text
        except (EOFError, zlib.error) as error:
            if not self.keeps:
                raise
            self.kept = []
            self.refuse(BadLine(f"the rest of the file cannot be read: {error}"))

    def get_text(self, record: Sequence[Any] | dict[str, Any] | None) -> str:
        """Return a record as the file has it, or nearly so; always whole lines."""
        if self.kept:
            return "".join(self.kept).rstrip("\r\n") + "\n"
        return f"{encode_json(record)}\n" if record is not None else ""

    def read_exactly(self) -> Any:
        """Return the object of the line read last, with all digits of its integers."""
        return decoder.decode(self.last)

    def count(self, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        for self.line, row in enumerate(rows, 1):
            yield row

    def keep(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self.last = line
            if self.keeps:
                self.kept.append(line)
            yield line

    def read_csv(self, lines: Iterator[str]) -> Iterator[Sequence[str]]:
        header = next(lines)
        if "\0" in header:
            raise BadLine("this is no text", BINARY_HINT)
        delimiter = max(DELIMITERS, key=header.count)
        # Excel reads the separator from such a line before the header.
        if header[:4].lower() == "sep=" and len(header.strip()) <= 5:
            delimiter = header.strip("\r\n")[4:] or delimiter
            self.line += 1
            header = next(lines, "")
        before = self.line
        reader = csv.reader(self.keep(chain([header], lines)), delimiter=delimiter, strict=True)
        self.columns = tuple(name.strip() for name in next(reader, ()))
        self.header = header
        self.header_line = before
        self.line = before + reader.line_num
        self.kept = []
        return self.read_rows(reader, before)

    def read_rows(self, reader: Any, before: int) -> Iterator[Sequence[str]]:
        width = len(self.columns)
        while True:
            try:
                for row in reader:
                    if len(row) == width:
                        yield row
                    elif row:
                        self.refuse_row(
                            f"{plural(len(row), 'field')}, but the first line has {width}"
                        )
                    self.line = before + reader.line_num
                    self.kept = []
                return
            except csv.Error as error:
                self.refuse_row(str(error))
                self.line = before + reader.line_num
                self.kept = []

    def refuse_row(self, problem: str) -> None:
        is_half = not self.last.endswith(("\n", "\r"))
        self.refuse(half(problem) if is_half else BadLine(problem))

    def read_json(self, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
        """Read an object of each line, until one goes on in the next line or more follows it."""
        is_first = True
        for line in lines:
            if not line.isspace():
                self.kept = [line] if self.keeps else []
                self.last = line
                try:
                    value = loads(line)
                except RecursionError:
                    self.refuse(BadLine(TOO_DEEP))
                except json.JSONDecodeError as error:
                    rest = line[error.pos :].strip()
                    if rest[:1] in ("{", "[") or (is_first and not rest and line[-1] == "\n"):
                        yield from self.read_objects(line + "".join(lines))
                        return
                    self.refuse_json(error, is_half=line[-1] != "\n")
                else:
                    if type(value) is dict and ENVELOPE not in value:
                        yield value
                    else:
                        yield from self.unwrap(decoder.decode(line))
                is_first = False
            self.line += 1

    def read_objects(self, text: str) -> Iterator[dict[str, Any]]:
        """Read objects of any number of lines, one after the other or in an array."""
        begin, counted = self.line, 0
        self.kept = []
        try:
            for place, value in find_values(text):
                begin += text.count("\n", counted, place)
                counted = place
                self.line = begin
                if value is not None:
                    yield from self.unwrap(value)
        except RecursionError:
            self.refuse(BadLine(TOO_DEEP))
        except json.JSONDecodeError as error:
            self.refuse_json(error, is_half=not text[error.pos :].strip())

    def refuse_json(self, error: json.JSONDecodeError, *, is_half: bool) -> None:
        is_half = is_half or error.msg.startswith("Unterminated string")
        self.refuse(half(f"not JSON: {error}") if is_half else BadLine(f"not JSON: {error}"))

    def unwrap(self, value: Any) -> Iterator[dict[str, Any]]:
        """Yield an object, or each of an array or of {"data": [...]}."""
        if is_envelope(value):
            value = value[ENVELOPE]
        if type(value) is dict:
            yield value
            return
        if type(value) is not list:
            self.refuse(BadLine(f"must be an object, got {quoted(encode_json(value)[:60])}"))
            return
        if self.keeps:
            self.kept = []
        for element in value:
            if type(element) is dict:
                yield element
            else:
                text = encode_json(element)
                # Else the bad lines would get the record before it, which is good.
                self.kept = [text] if self.keeps else []
                self.refuse(BadLine(f"must be an object, got {quoted(text[:60])}"))
                self.kept = []


def half(problem: str) -> BadLine:
    return BadLine(f"half a line: {problem}", HALF_HINT)


def loads(line: str) -> Any:
    """Read JSON, also NaN, as Python writes it. An integer of 20 digits may become a float."""
    try:
        return orjson.loads(line)
    except ValueError:
        return decoder.decode(line)


def find_values(text: str) -> Iterator[tuple[int, Any]]:
    """Yield where each value begins, and then the value; of arrays and of `data` each element."""
    place = skip(text, 0)
    while place < len(text):
        if text[place] == "[":
            place = yield from find_elements(text, place)
        else:
            yield place, None
            value, end = decoder.raw_decode(text, place)
            if is_envelope(value):
                yield from find_members(text, place)
            else:
                yield place, value
            place = end
        place = skip(text, place)


def find_elements(text: str, place: int) -> Generator[tuple[int, Any], None, int]:
    """Yield where each element of an array begins, and the element; return where the array ends."""
    place = skip(text, place + 1)
    while text[place : place + 1] != "]":
        yield place, None
        value, end = decoder.raw_decode(text, place)
        yield place, value
        place = skip(text, end)
        if text[place : place + 1] == ",":
            place = skip(text, place + 1)
        elif text[place : place + 1] != "]":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
    return place + 1


def find_members(text: str, place: int) -> Iterator[tuple[int, Any]]:
    """Yield the elements of `data` in an object that is known to be right."""
    place = skip(text, place + 1)
    while text[place] != "}":
        key, place = decoder.raw_decode(text, place)
        place = skip(text, skip(text, place) + 1)
        if key == ENVELOPE:
            place = yield from find_elements(text, place)
        else:
            _, place = decoder.raw_decode(text, place)
        place = skip(text, place)
        if text[place] == ",":
            place = skip(text, place + 1)


def is_envelope(value: Any) -> bool:
    """Say whether an object holds a list of objects in `data`."""
    inner = value.get(ENVELOPE) if type(value) is dict else None
    return type(inner) is list and bool(inner) and type(inner[0]) is dict


def skip(text: str, place: int) -> int:
    """Return where the next sign is that is no space."""
    found = SPACES.match(text, place)
    return found.end() if found else place
