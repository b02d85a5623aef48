"""What the documents name exists."""

import base64
import hashlib
import hmac
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import postgrest
import psycopg
import pytest

from pgkit import binaries, migrations, reference, runner
from pgkit.cli import HEADINGS
from pgkit.database import parse_dsn

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), README, ROOT / "CONTRIBUTING.md"]
NAME = re.compile(r"\b(perf(?:_internal)?)\.(?!types\b)([a-z_][a-z0-9_]*)")
# perf.types.ts is a file, so it is no name of an object above.
# A path ends before a placeholder: of sql/functions/<room>/ it is sql/functions.
FILE = re.compile(r"(?<![\w/])(?:benchmarks|docker|docs|pgkit|scripts|sql|tests)/[\w./-]*\w")
LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]*))?\)")
# Settings have such names too.
SETTINGS = {("perf", name) for name in ("notify_jobs", "notify_trainings", "notify_alerts")}
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
    assert named - existing - SETTINGS == set()


@documents
def test_files_that_a_document_names_exist(document: Path) -> None:
    named = set(FILE.findall(document.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def read_anchors(document: Path) -> set[str]:
    """Return what a link may name in a document: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "document",
    [*DOCUMENTS, ROOT / "benchmarks/README.md"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    broken = []
    for file, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        target = document.parent / file if file else document
        if not target.exists() or (anchor and anchor not in read_anchors(target)):
            broken.append(f"{file}#{anchor}")
    assert broken == []


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200


def test_the_readme_names_every_room_in_order_of_the_floors() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| .* \|$", README.read_text(encoding="utf-8"), re.M)
    assert rows == list(reference.ROOMS)
    folders = {path.name for path in (ROOT / "sql/functions").iterdir()}
    assert set(reference.ROOMS) == folders


def test_the_readme_lists_every_command_under_its_heading() -> None:
    text = README.read_text(encoding="utf-8")
    for heading, commands in HEADINGS.items():
        [row] = re.findall(rf"^\| {heading.lower()} \| (.*) \|$", text, re.M)
        listed = re.findall(r"`([\w-]+)`", re.sub(r"\(.*?\)", "", row))
        assert listed == list(commands)


def test_every_guide_is_linked_from_the_readme() -> None:
    linked = {file for file, _ in LINK.findall(README.read_text(encoding="utf-8"))}
    guides = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    assert guides - linked == set()


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_the_guide_to_postgrest_makes_a_token_that_is_valid(tmp_path: Path) -> None:
    guide = (ROOT / "docs/postgrest.md").read_text(encoding="utf-8")
    [script] = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    (tmp_path / "make_token.py").write_text(script)
    secret = "a secret of at least 32 characters"
    done = subprocess.run(
        [sys.executable, tmp_path / "make_token.py"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PGRST_JWT_SECRET": secret},
    )
    header, claims, signature = done.stdout.strip().split(".")
    assert json.loads(decode(header)) == {"alg": "HS256", "typ": "JWT"}
    named = json.loads(decode(claims))
    assert named.pop("exp") > time.time()
    assert named == {"role": "authenticated", "sub": "7d9f1c5e-1111-4222-8333-444455556666"}
    signed = hmac.digest(secret.encode(), f"{header}.{claims}".encode(), hashlib.sha256)
    assert decode(signature) == signed


def read_blocks(section: str, language: str) -> list[tuple[str, str]]:
    """Return the blocks of a section in a language, each with the text up to the next block."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```\n(.*?)(?=^```|\Z)", section, re.M | re.S)
    return [(block, text) for found, block, text in blocks if found == language]


def test_the_guide_to_postgrest_works_as_written(
    private_server: str, tmp_path: Path, pgkit
) -> None:
    """With another address of the database, and another port."""
    postgrest.find_postgrest()
    guide = (ROOT / "docs/postgrest.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", guide, re.M | re.S))
    [(roles, _)] = read_blocks(sections["Roles"], "sql")
    [(settings, _)] = read_blocks(sections["Configuration"], "")
    [(script, _)] = read_blocks(sections["A token"], "python")
    [(grant, _)] = read_blocks(sections["A token"], "")
    [(doctor, _), (found, _)] = read_blocks(sections["Check it"], "")
    (tmp_path / "make_token.py").write_text(script)
    with runner.temporary_database(private_server) as dsn:
        migrations.migrate(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(roles.encode())
        parts = {**parse_dsn(dsn), "user": "authenticator", "password": "choose-one"}
        parts.pop("fallback_application_name", None)
        uri = " ".join(f"{name}='{value}'" for name, value in parts.items() if value is not None)
        settings, count = re.subn('(?m)^db-uri = ".*"$', f'db-uri = "{uri}"', settings)
        assert count == 1
        try:
            with postgrest.run(settings, tmp_path) as url:
                done = pgkit(*shlex.split(grant)[1:], dsn=dsn)
                assert done.returncode == 0, done.stderr
                done = pgkit(*shlex.split(doctor.replace(ADDRESS, url))[1:], dsn=dsn)
                said = done.stdout.replace("\t", " ")
                for line in found.splitlines():
                    # The version is that of the machine.
                    wanted = re.sub(r"/[\d.]+$", "/", " ".join(line.split()))
                    assert wanted in said
                check_answers(sections["Recording"], url, tmp_path)
                pgkit(*shlex.split(grant.replace("recorder", "analyst"))[1:], dsn=dsn)
                check_answers(sections["Reading"], url, tmp_path)
        finally:
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("drop owned by authenticator")
                connection.execute("drop role authenticator")


ADDRESS = "http://localhost:3000"
TOKEN = """
export PGRST_JWT_SECRET='at least 32 characters that nobody else knows'
TOKEN=$(python3 make_token.py)
"""


def check_answers(section: str, url: str, folder: Path) -> None:
    """Run the commands of a section; each answers as the text after it says, or with an array."""
    commands = read_blocks(section, "sh")
    assert commands
    for command, text in commands:
        answers = re.findall(r"answers?(?: is(?: its id, such as)?)? `(\w+)`", text)
        # The answer, and where the text tells of one that of a retry.
        for expected in answers if "A retry answers" in text else answers[:1] or [None]:
            done = subprocess.run(
                ["sh", "-ec", TOKEN + command.replace(ADDRESS, url)],
                cwd=folder,
                capture_output=True,
                text=True,
                check=True,
            )
            if expected is None:
                assert isinstance(json.loads(done.stdout), list), done.stdout
            else:
                assert done.stdout == expected, command


def test_sessions_of_psql_in_documents_show_what_psql_prints(database: str) -> None:
    """In the order in which they are read: reports.md asks for what the README recorded."""
    shown, printed = [], []
    for document in (README, ROOT / "docs/reports.md"):
        text = document.read_text(encoding="utf-8")
        for session in re.findall(r"^```sql\n(postgres=# .*?)^```", text, re.M | re.S):
            for piece in session.split("postgres=# ")[1:]:
                statement, output = piece.split(";\n", maxsplit=1)
                done = subprocess.run(
                    [
                        binaries.find_program("psql"),
                        "--no-psqlrc",
                        f"--command={statement}",
                        database,
                    ],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                shown.append(output.strip("\n"))
                printed.append(done.stdout.strip("\n"))
    assert len(shown) == 7
    assert printed == shown


def test_no_tracked_file_has_conflict_markers() -> None:
    # "git grep" ends with 1 where it finds nothing.
    found = subprocess.run(
        ["git", "grep", "--line-number", "-I", "-E", "^(<{7}|>{7})"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (1, ""), found.stderr
