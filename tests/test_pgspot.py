"""pgspot looks for names that a caller or another owner could put something else behind.

It reads the files in the order in which `migrate` applies them and with the search_path that it
sets. Every kind of warning is judged here, and every place where it may come.
"""

import re
from argparse import Namespace
from pathlib import Path

from pgspot.state import Counter, State
from pgspot.visitors import visit_sql

from pgkit import migrations

ROOT = Path(__file__).parent.parent
# migrate sets this before the first file; see prepare_session.
SESSION = "set local search_path = pg_catalog, pg_temp;"
# What migrate has made, or made sure of, before.
SCHEMAS = "create schema perf; create schema perf_internal;"
# PS002, PS007 and PS015 are `create or replace` of a function, aggregate or view that somebody else
# may have made before; PS010 is a schema that may be somebody else's. migrate refuses a database
# where one is, and says whose it is. So for pgspot both schemas are made here, and hold only ours.
ALLOWED = {
    # No search_path of their own. The procedures commit, which one with a setting cannot; the
    # functions are inlined, which one with a setting is not. None has rights of its owner, and
    # pgspot finds no name in them that is without a schema.
    "PS005": {
        "perf.keep_aggregated(run_for interval,pending_rows bigint)",
        "perf.run_job(job text)",
        "perf_internal.get_last_bin(sketch numeric)",
        "perf_internal.get_sketch_unit(bin integer)",
        "perf_internal.get_zone_bucket(at timestamptz,granularity text,time_zone text)",
        # Relationships are inlined too.
        *(
            f"{name}({parameter})"
            for path in sorted((ROOT / "sql" / "relationships").rglob("*.sql"))
            for name, parameter in re.findall(
                r"^create or replace function ([\w.]+)\((\w+ [\w.]+)\)",
                path.read_text(encoding="utf-8"),
                re.M,
            )
        ),
    },
}
# pgspot cannot read the bodies of these. It knows neither `function.parameter :=` nor `record.field
# :=`, and writes a parameter named values, or a type of two words, back as it must not be. Each
# pins its search_path, and in such a body it warns of nothing.
UNREADABLE = {
    "advance_alert_state",
    "complete_alert_threshold",
    "fail_alert_delivery",
    "get_suggested_threshold",
    "suggest_alert_threshold",
    "add_audit_entry",
    "record_feature_values",
    "record_model_metrics",
    "get_latest_evaluations",
    "save_feature_profile",
    "summarize_feature",
    "summarize_values",
    "summarize_otlp_histogram",
    "read_otlp_histogram",
    "subtract_otlp_histogram",
    "get_mann_kendall_test",
    "get_theil_sen_slope",
    "make_sketch",
}


class Findings(Counter):
    """What pgspot says: errors, and warnings by their code and what they are about."""

    def __init__(self) -> None:
        super().__init__(
            Namespace(
                plpgsql=True,
                ignore=[],
                ignore_lang=[],
                proc_without_search_path=[],
                sql_fn=[],
                summary_only=False,
            )
        )
        self.found: list[tuple[str, str, str]] = []

    def warn(self, code: str, context: str) -> None:
        self.found.append(("warning", code, context))

    def error(self, code: str, context: str) -> None:
        self.found.append(("error", code, context))

    def unknown(self, message: str) -> None:
        self.found.append(("unknown", "", message))


def find(texts: list[tuple[str, str]]) -> tuple[list[tuple[str, str, str]], set[str]]:
    """Return what pgspot finds in files, given by name and text, and which it cannot read."""
    findings = Findings()
    state = State(findings)
    visit_sql(state, SCHEMAS + SESSION, toplevel=True)
    unreadable = set()
    for name, text in texts:
        try:
            visit_sql(state, text, toplevel=True)
        except Exception:
            unreadable.add(name)
            findings.args.plpgsql = False
            visit_sql(state, text, toplevel=True)
            findings.args.plpgsql = True
    return findings.found, unreadable


def test_pgspot_finds_nothing_that_is_not_judged() -> None:
    files = migrations.read_files(migrations.sql_folder())
    found, unreadable = find([(file.path.stem, file.text) for file in files])
    assert [entry for entry in found if entry[0] != "warning"] == []
    judged = {(code, context) for code, contexts in ALLOWED.items() for context in contexts}
    assert {(code, context) for _, code, context in found} == judged
    assert unreadable == UNREADABLE


def test_the_functions_that_pgspot_cannot_read_pin_their_search_path() -> None:
    files = {file.path.stem: file for file in migrations.read_files(migrations.sql_folder())}
    for name in UNREADABLE:
        assert "\nset search_path = pg_catalog, pg_temp\n" in files[name].text, name


def test_migrate_sets_the_search_path_that_pgspot_is_told() -> None:
    # The session of a migration is not to be seen from outside.
    source = migrations.Path(migrations.__file__).read_text(encoding="utf-8")
    assert SESSION.rstrip(";") in source


def test_pgspot_finds_what_is_planted() -> None:
    body = "as 'select 1 + now()'"
    texts = [
        f"create function perf.a() returns integer language sql security definer {body};",
        f"create function perf.b() returns integer language sql {body};",
        f"create or replace function public.c() returns integer language sql {body};",
    ]
    found, _ = find([("planted", text) for text in texts])
    assert {code for _, code, _ in found} == {"PS001", "PS002", "PS003", "PS005", "PS016"}
