"""Keep, compare, activate and roll back configurations."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

import click

from pgkit import configs, reports
from pgkit.cli.headings import HeadedGroup
from pgkit.cli.options import JSON, TIME, dsn_option, json_option, outcome_option, takes_dsn
from pgkit.database import Connection, Failure, connect, query
from pgkit.output import Column, is_for_people, print_json, print_list, print_rows, quoted, tell


@click.group(
    "configs",
    cls=HeadedGroup,
    headings={
        "See": ["list", "show", "diff", "history", "impact", "verify"],
        "Change": ["save", "activate", "rollback"],
        "Approve": ["approval", "request", "requests", "approve", "reject"],
    },
)
@dsn_option
def config_commands() -> None:
    """Keep, compare, activate and roll back configurations.

    A configuration belongs to a model type and has versions. At most one version of a model type is
    active. CONFIG names a version: sdxl is the active version of the model type sdxl, sdxl@3 its
    third version. An id does as well.
    """


notes_option = click.option("--notes", help="Why. The history keeps it.")
guard_option = click.option(
    "--guard",
    type=JSON,
    metavar="JSON",
    help="Roll back without being asked when this happens, such as"
    ' {"metric": "error_rate", "worse_than": "20%", "within": "1 hour"}.',
)


@config_commands.command("list")
@click.argument("model_type", required=False)
@click.option("--limit", default=20, type=click.IntRange(1, 10000), help="How many versions.")
@json_option
@takes_dsn
def list_configs(dsn: str, model_type: str | None, limit: int, as_json: bool) -> None:
    """List versions of one model type or of all, newest first."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_config_history(%(model_type)s, max_rows => %(limit)s)",
            model_type=model_type,
            limit=limit,
        )
    show_configs(configs.named(rows), configs.LIST_COLUMNS, as_json)


def show_configs(
    rows: list[dict[str, Any]],
    columns: Sequence[Column],
    as_json: bool,
    nothing: str = "There is no configuration. `pgkit configs save` adds one.",
) -> None:
    shown = rows if as_json else configs.pick(rows, columns)
    print_rows(shown, columns, as_json=as_json, title="times in UTC", nothing=nothing)


@config_commands.command("show")
@click.argument("config")
@click.option("--at", type=TIME, help="The version of this model type that was active then.")
@json_option
@takes_dsn
def show_config(dsn: str, config: str, at: datetime | None, as_json: bool) -> None:
    """Show a version and its data.

    Example, the version that was active a week ago: pgkit configs show sdxl --at 7d
    """
    with connect(dsn) as connection:
        if at is not None:
            rows = reports.select(
                connection,
                "select * from perf.get_config_at(%(config)s, %(at)s)",
                config=config,
                at=at,
            )
            if not rows:
                raise Failure(
                    f"no configuration of model type {quoted(config)} was active then",
                    "`pgkit configs history` shows when each was active.",
                )
            found = configs.named(rows)[0]
        else:
            found = configs.find(connection, config)
    if as_json:
        print_json(found)
        return
    facts = [
        (name.replace("_", " "), configs.short(value))
        for name, value in found.items()
        if name != "config_data" and value is not None
    ]
    if is_for_people():
        print_list(facts)
    else:
        for name, value in facts:
            click.echo(f"{name}: {value}")
    print_json(found["config_data"])


@config_commands.command("diff")
@click.argument("old", metavar="CONFIG")
@click.argument("new", metavar="CONFIG")
@json_option
@takes_dsn
def diff_configs(dsn: str, old: str, new: str, as_json: bool) -> None:
    """Show the settings that differ from one version to another.

    Example: pgkit configs diff sdxl@1 sdxl
    """
    with connect(dsn) as connection:
        a, b = configs.find(connection, old), configs.find(connection, new)
        changes = reports.select(
            connection,
            "select * from perf.compare_model_configs(%(a)s, %(b)s, max_rows => 100000)",
            a=a["id"],
            b=b["id"],
        )
    if as_json:
        print_json(changes)
        return
    for line, colour in configs.diff_lines(changes):
        click.secho(line, fg=colour)
    counts = Counter(change["kind"] for change in changes)
    summary = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    click.echo(f"{a['config']} -> {b['config']}: {summary or 'no difference'}", err=True)


@config_commands.command("save")
@click.argument("model_type")
@click.argument("name")
@click.argument("file", type=click.File("rb"))
@notes_option
@click.option("--activate", is_flag=True, help="Activate the version too.")
@json_option
@takes_dsn
def save_config(
    dsn: str,
    model_type: str,
    name: str,
    file: BinaryIO,
    notes: str | None,
    activate: bool,
    as_json: bool,
) -> None:
    """Save a version from a JSON file.

    The file - is standard input. A key that an object has twice is refused. Data that was
    saved before is not saved again.

    Example: pgkit configs save sdxl "fewer steps" sdxl.json --activate
    """
    data = JSON.convert(read_text(file), None, click.get_current_context())
    with connect(dsn) as connection:
        row = reports.select(
            connection,
            "select * from perf.save_model_config("
            "%(model_type)s, %(name)s, %(data)s::jsonb, %(notes)s, %(activate)s)",
            model_type=model_type,
            name=name,
            data=data,
            notes=notes,
            activate=activate,
        )[0]
    if as_json:
        print_json(row)
        return
    state = "saved" if row["is_new"] else "was there already, with the same data"
    active = "; it is active" if row["is_active"] else ""
    click.echo(f"{model_type.strip()}@{row['version']} {state}{active}.")


def read_text(file: BinaryIO) -> str:
    """Return the text of a JSON file, whose first bytes say whether it is UTF-8, 16 or 32."""
    content = file.read()
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"not JSON: {error}") from error


@config_commands.command("activate")
@click.argument("config")
@notes_option
@guard_option
@json_option
@takes_dsn
def activate_config(
    dsn: str, config: str, notes: str | None, guard: str | None, as_json: bool
) -> None:
    """Activate a version in place of the one that is active.

    Example: pgkit configs activate sdxl@3 --notes "faster posters"
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.activate_model_config("
            "perf.find_model_config(%(config)s), %(notes)s, %(guard)s::jsonb)",
            config=config,
            notes=notes,
            guard=guard,
        )
        show_activation(connection, rows[0], as_json)


@config_commands.command("rollback")
@click.argument("model_type")
@click.option("--steps", default=1, type=click.IntRange(1), help="How many activations back.")
@click.option("--to", metavar="CONFIG", help="Activate this earlier version instead.")
@notes_option
@json_option
@takes_dsn
def rollback_config(
    dsn: str, model_type: str, steps: int, to: str | None, notes: str | None, as_json: bool
) -> None:
    """Activate the version again that was active before.

    A second rollback goes one step further back.
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.rollback_model_config(%(model_type)s, %(steps)s,"
            " perf.find_model_config(%(to)s), %(notes)s)"
            if to
            else "select * from perf.rollback_model_config("
            "%(model_type)s, %(steps)s, notes => %(notes)s)",
            model_type=model_type,
            steps=steps,
            to=to,
            notes=notes,
        )
        show_activation(connection, rows[0], as_json)


def show_activation(connection: Connection, activation: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(activation)
        return
    config = configs.find(connection, str(activation["config_id"]))
    since = configs.short(activation["active_from"])
    click.echo(f"{config['config']} ({config['config_name']}) is active since {since}.")
    if activation["guard"]:
        guard = activation["guard"]
        click.echo(
            f"Guard: rolled back if {guard['metric']} {configs.guard_verb(guard)}"
            f" {guard['limit']:g} over {guard['min_calls']} {guard.get('source', 'calls')}"
            f" or more within {guard['within']}."
        )


@config_commands.command("history")
@click.argument("model_type", required=False)
@click.option("--limit", default=20, type=click.IntRange(1, 10000), help="How many activations.")
@json_option
@takes_dsn
def config_history(dsn: str, model_type: str | None, limit: int, as_json: bool) -> None:
    """Show which version was active when, by whom and why."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_activation_history(%(model_type)s, max_rows => %(limit)s)",
            model_type=model_type,
            limit=limit,
        )
    show_configs(configs.named(rows), configs.HISTORY_COLUMNS, as_json)


@config_commands.command("impact")
@click.argument("model_type")
@click.option("--at", type=TIME, help="Activation at that time.  [default: the latest]")
@click.option("--window", default="7 days", help="Longest time before and after it.")
@click.option(
    "--min-calls", default=50, type=click.IntRange(1), help="Fewest calls or jobs on each side."
)
@outcome_option
@json_option
@takes_dsn
def config_impact(
    dsn: str,
    model_type: str,
    at: datetime | None,
    window: str,
    min_calls: int,
    outcome: str,
    as_json: bool,
) -> None:
    """Compare calls and jobs before and after an activation.

    What else changed at that time is in the difference too. Jobs are those of the model type;
    their times, memory and scores are of jobs that succeeded, whatever the outcome.

    Example: pgkit configs impact sdxl --window "2 days"
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_config_impact("
            "%(model_type)s, %(at)s, %(window)s::interval, min_calls => %(min_calls)s,"
            " outcome => %(outcome)s)",
            model_type=model_type,
            at=at,
            window=window,
            min_calls=min_calls,
            outcome=outcome,
        )
    is_table = is_for_people() and not as_json
    measured = configs.measured_rows(rows) if is_table else rows
    of_calls = any(row["source"] == "calls" for row in measured)
    title = f"{model_type}; {reports.CALLS[outcome] if of_calls else 'jobs'}; times in ms"
    title += f", rates in %; {reports.counted(rows)}"
    shown = configs.impact_rows(measured) if is_table else rows
    print_rows(shown, configs.IMPACT_COLUMNS, as_json=as_json, title=title)
    if not as_json:
        for note in dict.fromkeys(row["note"] for row in measured):
            tell(note)


@config_commands.command("approval")
@click.argument("model_type")
@click.argument("needed", type=click.Choice(["on", "off"]))
@takes_dsn
def set_approval(dsn: str, model_type: str, needed: str) -> None:
    """Say whether an activation needs a second person.

    A rollback never does.
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.set_config_approval(%(model_type)s, %(needed)s) as is_new",
            model_type=model_type,
            needed=needed == "on",
        )
    state = f"now {needed}" if rows[0]["is_new"] else f"{needed} already"
    click.echo(f"Approval of {model_type} is {state}.")


@config_commands.command("request")
@click.argument("config")
@notes_option
@guard_option
@takes_dsn
def request_config(dsn: str, config: str, notes: str | None, guard: str | None) -> None:
    """Ask another admin for an activation, and print the request.

    What is printed is its number, which approve and reject take.
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.request_activation("
            "perf.find_model_config(%(config)s), %(notes)s, %(guard)s::jsonb)",
            config=config,
            notes=notes,
            guard=guard,
        )
    click.echo(rows[0]["id"])


@config_commands.command("requests")
@click.option("--all", "is_all", is_flag=True, help="Decided requests too.")
@click.option("--limit", default=20, type=click.IntRange(1), help="How many requests.")
@json_option
@takes_dsn
def list_requests(dsn: str, is_all: bool, limit: int, as_json: bool) -> None:
    """List the requests that wait for another admin, newest first."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection, query("config_requests").decode(), is_all=is_all, limit=limit
        )
    show_configs(
        configs.named(rows),
        configs.REQUEST_COLUMNS,
        as_json,
        "No request waits. `pgkit configs request` makes one.",
    )


@config_commands.command("reject")
@click.argument("request", type=int)
@notes_option
@takes_dsn
def reject_config(dsn: str, request: int, notes: str | None) -> None:
    """Close a request without an activation.

    A request of your own is withdrawn.
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.reject_activation(%(request)s, %(notes)s)",
            request=request,
            notes=notes,
        )
    click.echo(f"Request {request} is {rows[0]['status']}.")


@config_commands.command("approve")
@click.argument("request", type=int)
@notes_option
@json_option
@takes_dsn
def approve_config(dsn: str, request: int, notes: str | None, as_json: bool) -> None:
    """Activate the version that another admin asked for."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.approve_activation(%(request)s, %(notes)s)",
            request=request,
            notes=notes,
        )
        show_activation(connection, rows[0], as_json)


@config_commands.command("verify")
@json_option
@takes_dsn
def verify_configs(dsn: str, as_json: bool) -> None:
    """Check that nobody changed the audit log.

    If somebody did, the first entry that is wrong is printed, and the exit code is 1.
    """
    with connect(dsn) as connection:
        rows = reports.select(connection, "select * from perf.verify_audit_log()")
    print_rows(rows, as_json=as_json)
    if rows:
        sys.exit(1)
    if not as_json:
        click.echo("The audit log is whole.", err=True)
