"""Later releases of our SQL, with every kind of change that an upgrade may bring."""

from pathlib import Path

CALLS = Path("functions/calls")
RENAMED = CALLS / "internal" / "get_outcome_prefix.sql"


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that is in a file."""
    text = file.read_text()
    assert old in text, (file, old)
    file.write_text(text.replace(old, new))


def write_release(sql: Path, number: int) -> None:
    """Turn the files of release `number - 1`, which begin with 0, into the next release.

    Bodies, policies and a view change. Functions get arguments and columns, one gets another name.
    Tables get a column and an index, and there is a new table and a new function.
    """
    write_functions(sql, number)
    for file in ("calls/models", "calls/performance_metrics_raw"):
        with (sql / f"policies/{file}.sql").open("a") as policy:
            policy.write(f"-- Release {number}.\n")
    edit(
        sql / "views/alerts/v_unresolved_model_alerts.sql",
        "\nfrom perf.model_alerts",
        f",\n    {number} as release_{number}\nfrom perf.model_alerts",
    )
    (sql / f"schema/900{number}_greenhouse.sql").write_text(
        f"create table perf.greenhouse_{number} (bed text primary key);\n"
        f"alter table perf.models add column release_{number} text default 'none';\n"
        f"create index performance_metrics_raw_release_{number}_idx\n"
        "    on perf.performance_metrics_raw (output_tokens);\n"
    )
    (sql / CALLS / f"count_beds_{number}.sql").write_text(
        f"create or replace function perf.count_beds_{number}() returns bigint language sql\n"
        f"as $$ select count(*) from perf.greenhouse_{number} $$;\n"
    )


def write_functions(sql: Path, number: int) -> None:
    """Change functions alone, so that no table is locked."""
    before = f"_{number - 1}" if number > 1 else ""
    edit(sql / "functions/access/has_role.sql", "begin\n", f"begin\n    -- Release {number}.\n")
    edit(
        sql / CALLS / "internal" / "find_config.sql",
        "\n)\nreturns uuid",
        f",\n    trait_{number} text default null\n)\nreturns uuid",
    )
    for file in ("record_call.sql", "record_calls.sql", "add_config.sql"):
        text = (sql / CALLS / "internal" / file).read_text()
        begin = text.index("find_config(")
        end = text.index(")", begin)
        trait = f", trait_{number} => null"
        (sql / CALLS / "internal" / file).write_text(text[:end].rstrip() + trait + text[end:])
    edit(
        sql / CALLS / "internal" / "read_calls.sql",
        "\n)\nlanguage",
        f",\n    release_{number} integer\n)\nlanguage",
    )
    edit(
        sql / CALLS / "internal" / "read_calls.sql",
        "\n    from perf_internal.read_metrics",
        f",\n        {number}\n    from perf_internal.read_metrics",
    )
    edit(
        sql / CALLS / "get_performance_trends.sql",
        "\n)\nreturns table",
        f",\n    release_{number} text default null\n)\nreturns table",
    )
    old, new = f"get_outcome_prefix{before}", f"get_outcome_prefix_{number}"
    for file in sql.glob("functions/**/*.sql"):
        text = file.read_text()
        if old in text:
            file.write_text(text.replace(old, new))
    old_file = RENAMED.with_name(f"{old}.sql")
    (sql / old_file).rename(sql / RENAMED.with_name(f"{new}.sql"))
