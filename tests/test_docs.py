"""What the documents name exists."""

import re
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
NAME = re.compile(r"\b(perf(?:_internal)?)\.([a-z_][a-z0-9_]*)")
# A path ends before a placeholder: of sql/functions/<room>/ it is sql/functions.
FILE = re.compile(r"\b(?:benchmarks|docker|docs|pgkit|scripts|sql|tests)/[\w./-]*\w")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
OBJECTS = """
select n.nspname, o.name
from pg_namespace as n
cross join lateral (
    select p.proname from pg_proc as p where p.pronamespace = n.oid
    union all
    select c.relname from pg_class as c where c.relnamespace = n.oid
    union all
    select t.typname from pg_type as t where t.typnamespace = n.oid
) as o (name)
where n.nspname in ('perf', 'perf_internal')
"""
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def test_there_are_documents() -> None:
    assert ROOT / "docs" / "architecture.md" in DOCUMENTS


@documents
def test_functions_tables_and_views_that_a_document_names_exist(
    connection: psycopg.Connection, document: Path
) -> None:
    existing = set(connection.execute(OBJECTS).fetchall())
    named = set(NAME.findall(document.read_text(encoding="utf-8")))
    assert named - existing == set()


@documents
def test_files_that_a_document_names_exist(document: Path) -> None:
    named = set(FILE.findall(document.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CONTRIBUTING.md"], ids=lambda p: p.name)
def test_links_of_a_document_lead_to_files(document: Path) -> None:
    linked = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in linked if not (document.parent / link).exists()] == []
