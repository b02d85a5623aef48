"""Write the types of schema `perf` as TypeScript, in the shape that supabase-js takes."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg.rows import dict_row

from pgkit.database import Connection, query
from pgkit.reference import SETTINGS, split_arguments

NUMBERS = {"smallint", "integer", "bigint", "numeric", "real", "double precision", "oid"}
OTHERS = {"boolean": "boolean", "json": "Json", "jsonb": "Json", "void": "undefined"}
HEADER = """\
// The types of schema perf, for createClient<Database>() of supabase-js. `pgkit types` writes them.
//
// - bigint and numeric are numbers. JavaScript holds integers exactly up to 2^53, and PostgREST
//   writes NaN and infinity as texts.
// - Times, dates, intervals, ranges and uuids are texts.
// - PostgreSQL promises of no result of a function that it is not null, so each may be null here.
//   The same is true of the columns of a view.
// - An argument that has a default may be left out.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]
"""
# What follows needs nothing of this database.
FOOTER = """
type Perf = Database["perf"]

/** A row of a table or view. */
export type Row<Name extends keyof (Perf["Tables"] & Perf["Views"])> =
  (Perf["Tables"] & Perf["Views"])[Name]["Row"]

/** The arguments of a function. */
export type Args<Name extends keyof Perf["Functions"]> = Perf["Functions"][Name]["Args"]

/** What a function returns. */
export type Returns<Name extends keyof Perf["Functions"]> = Perf["Functions"][Name]["Returns"]
"""

Row = Mapping[str, Any]


def describe(connection: Connection) -> str:
    """Return the types of a database, the same whatever its settings are."""
    with connection.transaction():
        for name, value in SETTINGS.items():
            connection.execute("select set_config(%s, %s, true)", [name, value])
        with connection.cursor(row_factory=dict_row) as cursor:
            relations = cursor.execute(query("types_relations")).fetchall()
            functions = cursor.execute(query("types_functions")).fetchall()
            enums = cursor.execute(query("types_enums")).fetchall()
    names = Names(relations, enums)
    lines = ["export type Database = {", "  perf: {", "    Tables: {"]
    for row in relations:
        if not row["is_view"]:
            lines += write_relation(row, names)
    lines += ["    }", "    Views: {"]
    for row in relations:
        if row["is_view"]:
            lines += write_relation(row, names)
    lines += ["    }", "    Functions: {"]
    lines += write_functions(functions, names)
    lines += ["    }", "    Enums: {"]
    lines += [f"      {row['name']}: {union(row['labels'])}" for row in enums]
    lines += ["    }", "    CompositeTypes: {", "      [_ in never]: never", "    }", "  }", "}"]
    return "\n".join([HEADER, *lines, FOOTER])


class Names:
    """What names of types of this database are in TypeScript."""

    def __init__(self, relations: Sequence[Row], enums: Sequence[Row]) -> None:
        self.rows = {
            f"perf.{row['name']}": f'Database["perf"]["{kind(row)}"]["{row["name"]}"]["Row"]'
            for row in relations
        }
        self.enums = {f"perf.{row['name']}": row["name"] for row in enums}

    def translate(self, name: str) -> str:
        """Return the TypeScript of a type; a text stands for every type that JSON does not have."""
        if name.endswith("[]"):
            element = self.translate(name.removesuffix("[]"))
            return f"({element})[]" if " | " in element else f"{element}[]"
        if name in NUMBERS:
            return "number"
        if name in self.enums:
            return f'Database["perf"]["Enums"]["{self.enums[name]}"]'
        return self.rows.get(name) or OTHERS.get(name, "string")


def kind(relation: Row) -> str:
    """Return the part of a schema that a relation is in."""
    return "Views" if relation["is_view"] else "Tables"


def write_relation(row: Row, names: Names) -> Iterator[str]:
    """Yield the lines of a table or view: its rows, what may be written, and its foreign keys."""
    yield from comment(row["comment"], 6)
    yield f"      {row['name']}: {{"
    yield "        Row: {"
    for column in row["columns"]:
        yield from comment(column["comment"], 10)
        null = " | null" if column["is_nullable"] else ""
        yield f"          {column['name']}: {names.translate(column['type'])}{null}"
    yield "        }"
    for part in [] if row["is_view"] else ["Insert", "Update"]:
        yield f"        {part}: {{"
        for column in row["columns"]:
            may_miss = part == "Update" or column["is_nullable"] or column["has_default"]
            null = " | null" if column["is_nullable"] else ""
            written = names.translate(column["type"]) + null
            if column["is_generated"]:
                written = "never"
            yield f"          {column['name']}{'?' if may_miss else ''}: {written}"
        yield "        }"
    yield "        Relationships: ["
    for key in row["relationships"]:
        yield "          {"
        yield f"            foreignKeyName: {json.dumps(key['name'])}"
        yield f"            columns: {json.dumps(key['columns'])}"
        yield f"            isOneToOne: {json.dumps(key['is_one_to_one'])}"
        yield f"            referencedRelation: {json.dumps(key['relation'])}"
        yield f"            referencedColumns: {json.dumps(key['referenced_columns'])}"
        yield "          },"
    yield "        ]"
    yield "      }"


def write_functions(functions: Sequence[Row], names: Names) -> Iterator[str]:
    """Yield the lines of all functions; those that share a name are one union."""
    by_name: dict[str, list[Row]] = {}
    for row in functions:
        by_name.setdefault(row["name"], []).append(row)
    for name, rows in by_name.items():
        text, _ = split_arguments(rows[0]["comment"])
        yield from comment(text, 6)
        if len(rows) == 1:
            yield f"      {name}: {{"
            yield from write_function(rows[0], names)
            yield "      }"
            continue
        yield f"      {name}:"
        for row in rows:
            yield "      | {"
            yield from write_function(row, names)
            yield "      }"


def write_function(row: Row, names: Names) -> Iterator[str]:
    """Yield the lines of a function: its arguments, and what it returns."""
    _, meanings = split_arguments(row["comment"])
    arguments = [a for a in row["arguments"] if a["mode"] in ("i", "b", "v")]
    columns = [a for a in row["arguments"] if a["mode"] in ("o", "b", "t")]
    of_row = arguments[0]["type"] if arguments else ""
    if not arguments:
        yield "        Args: never"
    elif of_row in names.rows:
        # A computed column or relationship: a request names it in `select`.
        yield f'        Args: {{ "": {names.rows[of_row]} }}'
    elif not arguments[0]["name"]:
        # The body of the request as a whole.
        yield from comment(meanings.get(""), 8)
        yield "        Args: { [key: string]: Json }"
    else:
        yield "        Args: {"
        for argument in arguments:
            meaning = meanings.get(argument["name"], "")
            yield from comment(meaning, 10)
            default = argument["default"]
            takes_null = (default or "").startswith("NULL") or re.search(r"\bnull\b", meaning, re.I)
            null = " | null" if takes_null and names.translate(argument["type"]) != "Json" else ""
            yield (
                f"          {argument['name']}{'' if default is None else '?'}: "
                f"{names.translate(argument['type'])}{null}"
            )
        yield "        }"
    many = "[]" if row["returns_rows"] else ""
    if columns:
        yield "        Returns: {"
        for column in columns:
            yield f"          {column['name']}: {nullable(names.translate(column['type']))}"
        yield f"        }}{many}"
    elif row["returned"] in names.rows:
        yield f"        Returns: {names.rows[row['returned']]}{many}"
        yield "        SetofOptions: {"
        source = of_row.removeprefix("perf.") if of_row in names.rows else "*"
        yield f"          from: {json.dumps(source)}"
        yield f"          to: {json.dumps(row['returned'].removeprefix('perf.'))}"
        is_one = not row["returns_rows"] or row["returns_at_most_one_row"]
        yield f"          isOneToOne: {json.dumps(is_one)}"
        yield f"          isSetofReturn: {json.dumps(row['returns_rows'])}"
        yield "        }"
    else:
        returned = names.translate(row["returned"])
        yield f"        Returns: {f'({nullable(returned)})[]' if many else nullable(returned)}"


def nullable(type_name: str) -> str:
    """Return a type that may also be null; JSON has its null, and nothing is nothing."""
    return type_name if type_name in ("Json", "undefined") else f"{type_name} | null"


def comment(text: str | None, indent: int) -> Iterator[str]:
    """Yield a comment that editors show, in one line."""
    if text:
        yield " " * indent + f"/** {text.replace('*/', '* /')} */"


def union(labels: Sequence[str]) -> str:
    """Return the values of an enum."""
    return " | ".join(json.dumps(label) for label in labels)
