"""Write the package as a file for `supabase/migrations`, which needs nothing but PostgreSQL."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pgkit import __version__
from pgkit.changes import find_objects
from pgkit.database import Failure, query
from pgkit.migrations import SqlFile, read_files, read_grants, sql_folder

# The Supabase CLI orders files by the digits, and remembers a file that was applied by them.
MIGRATION = re.compile(r"(\d+)_.*\.sql")
EXPORT = re.compile(r"\d+_pgkit_([0-9a-f]{8})\.sql")
LISTED = re.compile(r"^    \('([^']+)', '([0-9a-f]{64})', (?:true|false)\)", re.M)
# A text in this quote is one statement for the CLI, whatever stands in it.
QUOTE = "$pgkit$"


def export(folder: Path, *, sql: Path | None = None) -> Path | None:
    """Write a file that brings a database from what the folder has to this version.

    Returns the file, or nothing where the newest export in the folder is of this version. Files
    that are there already stay as they are, because a database may have applied them. The new one
    has the steps of the schema that they do not have, and all functions, views, metrics, policies
    and rights.
    """
    if (folder / "migrations").is_dir():
        raise Failure(
            f"{folder} is not the folder of migrations",
            f"Name {folder / 'migrations'}. Nothing was written.",
        )
    files = read_files(sql or sql_folder())
    version = compute_version(files)
    newest = find_newest_export(folder)
    listed = read_listed(newest) if newest else {}
    check_steps(files, listed, newest)
    if newest and newest.name.endswith(f"_pgkit_{version}.sql"):
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"{folder} cannot be made: {error.strerror}", "Name another folder."
        ) from error
    path = folder / f"{choose_timestamp(folder)}_pgkit_{version}.sql"
    # The CLI does not run a file of this name, so it never meets half a migration.
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(write_migration(files, listed.keys()), encoding="utf-8")
    return unfinished.rename(path)


def compute_version(files: Sequence[SqlFile]) -> str:
    """Return what names this state of the files: eight digits of a hash."""
    listing = "".join(f"{file.checksum} {file.name}\n" for file in files)
    return hashlib.sha256(listing.encode()).hexdigest()[:8]


def find_newest_export(folder: Path) -> Path | None:
    """Return the export that the Supabase CLI would apply last."""
    exports = [path for path in folder.glob("*_pgkit_*.sql") if EXPORT.fullmatch(path.name)]
    return max(exports, key=lambda path: path.name, default=None)


def read_listed(path: Path) -> dict[str, str]:
    """Return name and checksum of the files that an export leaves in a database."""
    return dict(LISTED.findall(path.read_text(encoding="utf-8")))


def check_steps(files: Sequence[SqlFile], listed: Mapping[str, str], newest: Path | None) -> None:
    """Refuse to write beside an export of a later version, or of steps with another text."""
    steps = {file.name: file.checksum for file in files if file.folder == "schema"}
    known = {name: checksum for name, checksum in listed.items() if name.startswith("schema/")}
    if later := sorted(known.keys() - steps.keys()):
        raise Failure(
            f"{newest} is of a later version of pgkit: it has {', '.join(later)}",
            "Update pgkit. Nothing was written.",
        )
    if edited := sorted(name for name in known if known[name] != steps[name]):
        raise Failure(
            f"{newest} has other texts of {', '.join(edited)}",
            "An applied schema file stays as it is. Where no database has applied these exports"
            " that cannot be lost, delete them and export again. Nothing was written.",
        )


def choose_timestamp(folder: Path) -> str:
    """Return the time in UTC, or more where the folder has a later file: the CLI goes in order."""
    now = int(datetime.now(UTC).strftime("%Y%m%d%H%M%S"))
    found = [MIGRATION.fullmatch(path.name) for path in folder.iterdir()]
    latest = max((int(match[1]) for match in found if match), default=0)
    return f"{max(now, latest + 1):014}"


def write_migration(files: Sequence[SqlFile], earlier: Collection[str]) -> str:
    """Return the text of a migration; steps of the schema that are in `earlier` are left out."""
    left_out = {name for name in earlier if name.startswith("schema/")}
    not_installed = "to_regclass('perf_internal.applied_files') is null"
    parts = [
        write_heading(left_out),
        read_part("export_begin"),
        write_list(files, left_out),
        read_part("export_functions"),
        write_refusal(
            "this user cannot install pgkit, missing",
            "Have a superuser grant what is missing.",
            read_part("missing_rights"),
        ),
        write_refusal(
            "the schemas perf and perf_internal hold what is not of pgkit",
            "Rename that schema.",
            f"select * from (\n{read_part('foreign_objects')}\n) as o where {not_installed}",
        ),
        write_refusal(
            "these schemas were made by others",
            "The owner of a schema can replace what is in it. Drop it.",
            f"select * from (\n{read_part('schema_owners')}\n) as o where {not_installed}",
        ),
        write_refusal(
            "objects in the schemas of pgkit belong to others",
            "They could run with the rights of pgkit. Drop them.",
            read_part("foreign_owners"),
        ),
        write_refusal(
            "functions of pgkit share no name, but these do",
            "Drop the one that pgkit did not make.",
            read_part("overloads"),
        ),
        read_part("export_plan"),
        write_run(
            "bookkeeping",
            "create schema if not exists perf_internal;\n\n"
            + read_part("export_yoyo")
            + read_part("bookkeeping"),
        ),
        *(write_run(file.name, file.text) for file in files if file.name not in left_out),
        write_run(
            "rights",
            read_part("revoke_rights")
            + "".join(f"\n{grant}" for grant in read_grants(files))
            + "\n\n"
            + read_part("record_rights"),
        ),
        write_run("objects", write_objects(files)),
        read_part("export_end"),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def write_heading(left_out: Collection[str]) -> str:
    earlier = (
        f"-- The steps of the schema up to {max(left_out)} are in earlier files of pgkit.\n"
        if left_out
        else ""
    )
    return (
        f"-- pgkit {__version__}, written by pgkit export --supabase. Do not edit: a new version of"
        " pgkit adds a file.\n"
        "-- pgkit tracks how models perform, in PostgreSQL. Running this again changes nothing."
        " Where pgkit migrate did the same before, it changes nothing.\n"
        "-- By psql: psql -q -o /dev/null -v ON_ERROR_STOP=1 --single-transaction -f FILE\n"
        f"{earlier}"
    )


def write_list(files: Sequence[SqlFile], left_out: Collection[str]) -> str:
    rows = ["('bookkeeping', null, true)"]
    rows += [
        f"('{file.name}', '{file.checksum}', {str(file.name not in left_out).lower()})"
        for file in files
    ]
    rows += [f"('{name}', null, true)" for name in ("rights", "objects")]
    return (
        "-- The files of this version, the sha256 of each, and whether its text is below.\n"
        "create temporary table pgkit_files on commit drop as\n"
        "select f.*, false as must_run\n"
        "from (values\n    " + ",\n    ".join(rows) + "\n) as f (file_name, checksum, is_here);"
    )


def write_objects(files: Sequence[SqlFile]) -> str:
    """Return what remembers how this left what the files make, as pgkit migrate does."""
    names = sorted(set[str]().union(*map(find_objects, files)))
    listed = ",\n    ".join(f"('{name}')" for name in names)
    fingerprints = read_part("fingerprints").replace("%(names)s", "null").replace("%%", "%")
    return f"""-- How the server writes a definition depends on them.
set local quote_all_identifiers = off;
set local search_path = pg_catalog, pg_temp;

create temporary table pgkit_objects (object_name text) on commit drop;
insert into pg_temp.pgkit_objects values
    {listed};

delete from perf_internal.applied_objects as a
where not exists (select from pg_temp.pgkit_objects as o where o.object_name = a.object_name);

insert into perf_internal.applied_objects as a (object_name, fingerprint)
select f.object_name, f.fingerprint
from (
{fingerprints.strip()}
) as f
join pg_temp.pgkit_objects as o on o.object_name = f.object_name
on conflict (object_name) do update
set fingerprint = excluded.fingerprint
where a.fingerprint <> excluded.fingerprint;

drop table pg_temp.pgkit_objects;"""


def write_refusal(problem: str, hint: str, text: str) -> str:
    return f"select pg_temp.pgkit_refuse('{problem}', '{hint}', {quote(text)});"


def write_run(name: str, text: str) -> str:
    return f"select pg_temp.pgkit_run('{name}', {quote(text)});"


def quote(text: str) -> str:
    if QUOTE in text:
        raise ValueError(f"a file of ours has {QUOTE} in it")
    body = text.strip("\n")
    return f"{QUOTE}\n{body}\n{QUOTE}"


def read_part(name: str) -> str:
    return query(name).decode()
