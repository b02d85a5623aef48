"""One file of calls or jobs: its records, in its format, as fields."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from pgkit.calls import BadLine, Value
from pgkit.database import Failure
from pgkit.load import traces
from pgkit.load.bad_lines import BadLines, explain
from pgkit.load.files import Part, naming
from pgkit.load.formats import Format, recognise, split_arrays
from pgkit.load.layouts import Layout
from pgkit.load.mapper import Inexact, Mapper, Options, add_format
from pgkit.load.records import Reader

Record = Sequence[Any] | dict[str, Any]


class Input:
    """The fields of each line of a part of a file: `fields` names those of the one read last.

    A bad line is a Failure, or goes to `bad`.
    """

    def __init__(
        self,
        path: Path,
        part: Part,
        layout: Layout,
        options: Options,
        format: Format | None,
        bad: BadLines | None,
    ) -> None:
        self.path = path
        self.part = part
        self.layout = layout
        self.format = format
        self.bad = bad
        self.reader = Reader(part, self.refuse, keeps=bad is not None)
        self.mapper = Mapper(layout, options)
        self.record: Record | None = None
        self.values: Sequence[Value] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.mapper.fields

    def read(self) -> Iterator[Sequence[Value]]:
        """Yield the fields of each line that is not bad and not left out."""
        try:
            with naming(self.part.name):
                yield from self.read_lines()
        except BadLine as problem:
            # It is the header that is wrong, which is read before the first line.
            if self.reader.columns:
                problem.line = self.reader.header_line
            raise self.make_failure(problem) from None

    def read_lines(self) -> Iterator[Sequence[Value]]:
        records = self.reader.read()
        columns = tuple(self.reader.columns)
        first = next(records, None)
        if first is None and not columns:
            return
        if self.format is None and self.layout.noun == "call":
            self.format = recognise(as_object(first, columns))
        if self.format is not None:
            options = add_format(self.mapper.options, self.format, self.layout)
            self.mapper = Mapper(self.layout, options)
        if first is not None:
            records = chain([first], records)
        is_table = bool(columns)
        if self.format is not None and self.format.spans:
            records = self.read_spans(records, columns)
            is_table = False
        elif self.format is not None and self.format.arrays:
            records = self.split(records)
        plan = (
            self.mapper.make_plan(columns, may_lack=self.format is not None) if is_table else None
        )
        map_record = self.map_object if plan is None else partial(self.mapper.map_row, plan)
        for self.record in records:
            try:
                values = map_record(self.record)
            except BadLine as problem:
                self.refuse(problem)
                continue
            if values is not None:
                self.values = values
                yield values
        if plan is None and self.format is None:
            self.mapper.check_seen()

    def map_object(self, record: Any) -> Sequence[Value] | None:
        try:
            return self.mapper.map_object(record)
        except Inexact:
            return self.mapper.map_object(self.reader.read_exactly(), is_exact=True)

    def read_spans(self, records: Iterator[Any], columns: Sequence[str]) -> Iterator[Any]:
        assert self.format is not None
        return traces.read_calls(
            (as_object(record, columns) for record in records),
            traces.READERS[self.format.spans],
            self.reader,
            self.refuse,
            lambda: self.mapper.left_out.update(["spans that are no model call"]),
        )

    def split(self, records: Iterator[Any]) -> Iterator[Any]:
        assert self.format is not None
        for record in records:
            self.reader.kept = []
            try:
                yield from split_arrays(record, self.format.arrays)
            except BadLine as problem:
                self.record = record
                self.refuse(problem)

    def refuse(self, problem: BadLine) -> None:
        """Take a bad line, or raise Failure that names file and line."""
        if self.bad is None:
            raise self.make_failure(problem) from None
        text = self.reader.get_text(self.record)
        self.bad.add(self.path, problem, self.place(problem), text, self.reader.header)

    def make_failure(self, problem: BadLine) -> Failure:
        return Failure(f"{self.place(problem)}: {problem}", explain(problem, self.values))

    def place(self, problem: BadLine) -> str:
        return f"{self.part.name}:{problem.line or self.reader.line}"


def as_object(record: Any, columns: Sequence[str]) -> Mapping[str, Any]:
    """Return a record as an object, also of a row; an object without values of columns alone."""
    if not columns:
        return record or {}
    return dict(zip(columns, record or [None] * len(columns), strict=True))
