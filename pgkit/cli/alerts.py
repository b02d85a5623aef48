"""See alerts, say what raises them, and who is told."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, TypeVar

import click
from psycopg.types.json import Jsonb

from pgkit import alerts, reports
from pgkit.cli.headings import HeadedGroup
from pgkit.cli.options import TIME, dsn_option, json_option, takes_dsn, zone_option
from pgkit.database import Connection, Failure, connect, explained, named_as
from pgkit.job_reports import find_id
from pgkit.output import (
    escaped,
    exact,
    is_for_people,
    jsonable,
    plural,
    print_list,
    print_rows,
    quoted,
    tell,
)
from pgkit.times import span

F = TypeVar("F", bound=Callable[..., Any])

# Arguments of functions, and what the commands call them.
OPTIONS = {
    "metric_name": "METRIC",
    "warning_threshold": "WARNING",
    "critical_threshold": "CRITICAL",
    "target": "TARGET",
    "statistic": "--statistic",
    "direction": "--direction",
    "scope_labels": "--label",
    "scope_type": "the scope",
    "group_by": "--by",
    "time_window": "--window",
    "minimum_sample": "--min-sample",
    "for_duration": "--for",
    "keep_firing_for": "--keep-firing",
    "recovery_threshold": "--recovery",
    "no_data": "--no-data",
    "baseline": "--baseline",
    "description": "--description",
    "runbook_url": "--runbook",
    "faster_than": "--faster-than",
    "objective_name": "NAME",
    "receiver_name": "NAME",
    "address": "--address",
    "headers": "--header",
    "kind": "--kind",
    "minimum_severity": "--min-severity",
    "group_wait": "--group-wait",
    "repeat_interval": "--repeat",
    "timeout": "--timeout",
    "matcher": "NAME=VALUE",
    "reason": "--reason",
    "note": "--note",
    "ends_at": "--until",
    "starts_at": "--from",
    "step": "--step",
    "alerts_per_week": "--per-week",
}


class Duration(click.ParamType[timedelta]):
    """How long something lasts: 30s, 15m, 2h, 1h30m, 7d."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return alerts.read_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Label(click.ParamType[tuple[str, object]]):
    """A label and its value: model=acme/one."""

    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, object]:
        if isinstance(value, tuple):
            return value
        try:
            return alerts.read_label(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


DURATION = Duration()
LABEL = Label()
Labels = tuple[tuple[str, object], ...]

label_option = click.option(
    "--label",
    "labels",
    type=LABEL,
    metavar="NAME=VALUE",
    multiple=True,
    help="Only alerts with this label. Twice the same name: one value or the other.",
)
severity_option = click.option(
    "--severity", type=click.Choice(alerts.SEVERITIES), help="Only alerts of this severity."
)
type_option = click.option(
    "--type", "alert_type", help="Only alerts of this type, such as threshold or model_drift."
)
limit_option = click.option(
    "--limit", default=1000, type=click.IntRange(1, 100000), help="How many at most."
)
note_option = click.option("--note", help="Why. The history keeps it.")
ids_argument = click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
start_option = click.option(
    "--from",
    "start",
    type=TIME,
    default="7d",
    help="Start: an age (30m, 24h, 7d, 2w) or a time of --zone (2026-01-31T12:00).",
)
end_option = click.option("--to", "end", type=TIME, default="now", help="End, not included.")


@click.group(
    "alerts",
    cls=HeadedGroup,
    headings={
        "See": ["list", "watch", "history", "thresholds", "objectives"],
        "Answer": ["ack", "resolve", "silence", "silences", "unsilence"],
        "Set limits": ["add", "change", "enable", "disable", "delete", "objective"],
        "Tune": ["backtest", "suggest"],
        "Tell": ["receivers", "receiver", "test", "deliveries"],
    },
)
@dsn_option
def alert_commands() -> None:
    """See alerts, say what raises them, and who is told.

    A threshold is a limit of a metric. Each series beyond it opens an alert, which ends by itself.
    """


@alert_commands.command("list")
@severity_option
@type_option
@label_option
@click.option("--all", "with_muted", is_flag=True, help="Silenced and inhibited alerts too.")
@click.option(
    "--by", "names", metavar="LABEL", multiple=True, help="Count alerts by this label instead."
)
@limit_option
@click.option(
    "--fail-on",
    type=click.Choice(alerts.SEVERITIES),
    help="End with 1 if an alert of this severity or above is listed.",
)
@zone_option
@json_option
@takes_dsn
def list_alerts(
    dsn: str,
    severity: str | None,
    alert_type: str | None,
    labels: Labels,
    with_muted: bool,
    names: tuple[str, ...],
    limit: int,
    fail_on: str | None,
    zone: tzinfo,
    as_json: bool,
) -> None:
    """List open alerts, the most severe first.

    It ends with 0 whatever is listed, unless --fail-on is given.

    Example, for a script: pgkit alerts list --label model=acme/one --fail-on critical
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_active_alerts(severity => %(severity)s,"
            " alert_type => %(alert_type)s, labels => %(labels)s, is_muted => %(is_muted)s,"
            " max_rows => %(limit)s)",
            zone,
            severity=severity,
            alert_type=alert_type,
            labels=alerts.matcher(labels),
            is_muted=None if with_muted else False,
            limit=limit,
        )
    title = f"{alerts.counted_alerts(rows)}; times in {zone}"
    if rows and not names and is_for_people() and not as_json:
        tell(title, err=False)
        print_list(alerts.alert_lines(rows))
    else:
        print_rows(
            alerts.group_rows(rows, names) if names else rows,
            alerts.GROUP_COLUMNS,
            as_json=as_json,
            title=title,
            nothing="No alert is open.",
        )
    if fail_on and any(alerts.is_at_least(row["severity"], fail_on) for row in rows):
        sys.exit(1)


@alert_commands.command("watch")
@click.option(
    "--every",
    type=DURATION,
    default="10s",
    help="How often it looks, beside the notifications that it gets.",
)
@zone_option
@json_option
@takes_dsn
def watch_alerts(dsn: str, every: timedelta, zone: tzinfo, as_json: bool) -> None:
    """Show what happens to alerts, until Ctrl-C.

    First the alerts that are open, then each event at once: opened, escalated, eased, acknowledged,
    resolved. Silenced ones too. --json prints an object a line.

    Example: pgkit alerts watch --zone Europe/Berlin
    """
    if every < timedelta(seconds=1):
        raise click.BadParameter("must be at least 1s", param_hint="--every")
    was_late = False
    is_first = True
    with explained():
        for rows, is_late in alerts.watch(dsn, every, tell):
            if is_first:
                tell(f"{plural(len(rows), 'alert')} open. Ctrl-C ends this.")
            if is_late != was_late:
                tell(
                    "Rules are not evaluated: pgkit health says more."
                    if is_late
                    else "Rules are evaluated again."
                )
            print_events(rows, zone, as_json=as_json, with_heading=is_first)
            was_late, is_first = is_late, False


def print_events(
    rows: Sequence[dict[str, Any]], zone: tzinfo, *, as_json: bool, with_heading: bool
) -> None:
    """Print events, a line each."""
    if not as_json and not is_for_people() and with_heading:
        click.echo("\t".join(alerts.EVENT_COLUMNS))
    for row in rows:
        if as_json:
            click.echo(escaped(json.dumps(row, default=jsonable)))
        elif is_for_people():
            click.secho(alerts.event_line(row, zone), fg=alerts.event_colour(row))
        else:
            click.echo("\t".join(exact(row[key]) for key in alerts.EVENT_COLUMNS))
    sys.stdout.flush()


@alert_commands.command("history")
@start_option
@end_option
@type_option
@label_option
@click.option("--model-type", help="Only alerts of this model type.")
@limit_option
@zone_option
@json_option
@takes_dsn
def show_history(
    dsn: str,
    start: datetime,
    end: datetime,
    alert_type: str | None,
    labels: Labels,
    model_type: str | None,
    limit: int,
    zone: tzinfo,
    as_json: bool,
) -> None:
    """List alerts that were open in a range of time, newest first.

    Example: pgkit alerts history --from 2w --label metric=error_rate
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_alert_history(%(start)s, %(end)s, %(alert_type)s,"
            " %(model_type)s, %(labels)s, %(limit)s)",
            zone,
            start=start,
            end=end,
            alert_type=alert_type,
            model_type=model_type,
            labels=alerts.matcher(labels),
            limit=limit,
        )
    title = f"{alerts.counted_alerts(rows)}; {span(start, end, zone)}"
    if rows and is_for_people() and not as_json:
        tell(title, err=False)
        print_list(alerts.history_lines(rows))
    else:
        print_rows(
            rows,
            as_json=as_json,
            title=title,
            nothing=f"No alert was open from {span(start, end, zone)}.",
        )


@alert_commands.command("thresholds")
@click.argument("metric", required=False)
@limit_option
@json_option
@takes_dsn
def list_thresholds(dsn: str, metric: str | None, limit: int, as_json: bool) -> None:
    """List thresholds, with what fires and what is pending.

    Example: pgkit alerts thresholds response_time_ms
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_alert_thresholds(%(metric)s, %(limit)s)",
            metric=metric,
            limit=limit,
        )
    print_rows(
        alerts.threshold_rows(rows) if is_for_people() and not as_json else rows,
        alerts.THRESHOLD_COLUMNS,
        as_json=as_json,
        title=plural(len(rows), "threshold"),
        nothing=f"There is no threshold{f' of {metric}' if metric else ''}."
        " `pgkit alerts add` adds one.",
    )


def threshold_options(command: F) -> F:
    """Give a command the options of a threshold; what is not given is None."""
    for option in reversed(
        [
            click.option("--workflow", help="Only for jobs of this workflow."),
            click.option("--worker", help="Only for jobs on this worker."),
            click.option(
                "--label",
                "labels",
                type=LABEL,
                metavar="NAME=VALUE",
                multiple=True,
                help="Only for series with this label, such as model=acme/one.",
            ),
            click.option(
                "--by",
                "names",
                metavar="LABEL",
                multiple=True,
                help="Judge each value of this label by itself.",
            ),
            click.option(
                "--statistic",
                type=click.Choice(alerts.STATISTICS),
                help="What of the values is compared.  [default: rate of a share, else avg]",
            ),
            click.option(
                "--direction",
                type=click.Choice(["above", "below", "both"]),
                help="Which values are bad.  [default: as the metric says]",
            ),
            click.option("--window", type=DURATION, help="Time that counts.  [default: 15m]"),
            click.option(
                "--min-sample", type=int, help="With fewer values there is no data.  [default: 1]"
            ),
            click.option(
                "--for", "waits", type=DURATION, help="How long before it fires.  [default: 0]"
            ),
            click.option(
                "--keep-firing",
                type=DURATION,
                help="How long it fires after the last bad value.  [default: 0]",
            ),
            click.option(
                "--recovery",
                type=float,
                help="An alert stays open until the value is on the good side of this."
                "  [default: WARNING]",
            ),
            click.option(
                "--no-data",
                type=click.Choice(["keep", "resolve", "alert"]),
                help="What no data means: nothing, all is well, or critical.  [default: keep]",
            ),
            click.option(
                "--baseline",
                type=click.Choice(["hour_of_week"]),
                help="Compare with the past; limits are deviations.",
            ),
            click.option("--description", help="Why it exists."),
            click.option("--runbook", help="URL that says what to do."),
        ]
    ):
        command = option(command)
    return command


def scope_of(labels: Labels) -> dict[str, object]:
    """Return the labels of a scope, each once."""
    try:
        return alerts.scope(labels)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--label") from None


def threshold_columns(connection: Connection, given: dict[str, Any]) -> dict[str, Any]:
    """Return options of a threshold that were given, as columns."""
    columns = {
        "group_by": list(given["names"]) or None,
        "statistic": given["statistic"],
        "direction": given["direction"],
        "time_window": given["window"],
        "minimum_sample": given["min_sample"],
        "for_duration": given["waits"],
        "keep_firing_for": given["keep_firing"],
        "recovery_threshold": given["recovery"],
        "no_data": given["no_data"],
        "baseline": given["baseline"],
        "description": given["description"],
        "runbook_url": given["runbook"],
    }
    if sum(bool(given[name]) for name in ("workflow", "worker", "labels")) > 1:
        raise click.UsageError("Give one of --workflow, --worker and --label.")
    for kind in ("workflow", "worker"):
        if given[kind]:
            columns |= {"scope_type": kind, "scope_id": find_id(connection, kind, given[kind])}
    if given["labels"]:
        columns |= {"scope_type": "labels", "scope_labels": scope_of(given["labels"])}
    return {name: value for name, value in columns.items() if value is not None}


@alert_commands.command("add")
@click.argument("metric")
@click.argument("warning", type=float)
@click.argument("critical", type=float)
@threshold_options
@click.option("--disabled", is_flag=True, help="Do not evaluate it yet, to backtest it first.")
@takes_dsn
def add_threshold(
    dsn: str, /, metric: str, warning: float, critical: float, disabled: bool, **given: Any
) -> None:
    """Add a threshold, and print its id.

    A value beyond WARNING is a warning, beyond CRITICAL it is critical. Both are in the unit of the
    metric, shares from 0 to 1. Before negative limits write --.

    Example: pgkit alerts add response_time_ms 2000 5000 --statistic p95 --by model --for 5m
    """
    with named_as(OPTIONS), alerts.plain_rules(), connect(dsn) as connection:
        columns = threshold_columns(connection, given)
        if "scope_labels" in columns:
            columns["scope_labels"] = Jsonb(columns["scope_labels"])
        added = alerts.call(
            connection,
            "create_alert_threshold",
            metric_name=metric,
            warning_threshold=warning,
            critical_threshold=critical,
            enabled=not disabled,
            **columns,
        )
        row = alerts.find_threshold(connection, added)
    click.echo(added)
    tell(alerts.threshold_text(row))


@alert_commands.command("change")
@click.argument("threshold", metavar="ID", type=int)
@click.option("--metric", help="Another metric.")
@click.option("--warning", type=float, help="A value beyond it is a warning.")
@click.option("--critical", type=float, help="A value beyond it is critical.")
@click.option("--global", "is_global", is_flag=True, help="For all series again.")
@threshold_options
@click.option(
    "--clear",
    type=click.Choice(
        ["by", "statistic", "direction", "recovery", "baseline", "description", "runbook"]
    ),
    multiple=True,
    help="Back to what it is without that option.",
)
@takes_dsn
def change_threshold(
    dsn: str,
    /,
    threshold: int,
    metric: str | None,
    warning: float | None,
    critical: float | None,
    is_global: bool,
    clear: tuple[str, ...],
    **given: Any,
) -> None:
    """Change what is given of a threshold.

    Example: pgkit alerts change 3 --warning 2500 --for 10m
    """
    with named_as(OPTIONS), alerts.plain_rules(), connect(dsn) as connection:
        columns = {
            "metric_name": metric,
            "warning_threshold": warning,
            "critical_threshold": critical,
            **threshold_columns(connection, given),
        }
        changes = {name: value for name, value in columns.items() if value is not None}
        if is_global or "scope_type" in changes:
            if is_global and "scope_type" in changes:
                raise click.UsageError("Give --global or a scope.")
            changes = {"scope_type": "global", "scope_id": None, "scope_labels": {}, **changes}
        changes |= {CLEARED.get(name, name): [] if name == "by" else None for name in clear}
        is_new = alerts.call(
            connection,
            "update_alert_threshold",
            threshold_id=threshold,
            changes=Jsonb(
                {
                    name: f"{value.total_seconds():.6f} seconds"
                    if isinstance(value, timedelta)
                    else value
                    for name, value in changes.items()
                }
            ),
        )
        row = alerts.find_threshold(connection, threshold)
    tell(f"{'Changed.' if is_new else 'As it was.'} {alerts.threshold_text(row)}", err=False)


# Options whose columns have another name.
CLEARED = {"by": "group_by", "recovery": "recovery_threshold", "runbook": "runbook_url"}


@alert_commands.command("enable")
@ids_argument
@takes_dsn
def enable_thresholds(dsn: str, ids: tuple[int, ...]) -> None:
    """Evaluate thresholds again."""
    set_enabled(dsn, ids, enabled=True)


@alert_commands.command("disable")
@ids_argument
@takes_dsn
def disable_thresholds(dsn: str, ids: tuple[int, ...]) -> None:
    """Evaluate thresholds no more; their alerts end."""
    set_enabled(dsn, ids, enabled=False)


def set_enabled(dsn: str, ids: Sequence[int], *, enabled: bool) -> None:
    word = "enabled" if enabled else "disabled"
    with connect(dsn) as connection:
        for number in ids:
            is_new = alerts.call(
                connection, "set_alert_threshold_enabled", threshold_id=number, enabled=enabled
            )
            click.echo(f"Threshold {number} is {word}{'' if is_new else ' already'}.")


@alert_commands.command("delete")
@ids_argument
@takes_dsn
def delete_thresholds(dsn: str, ids: tuple[int, ...]) -> None:
    """Delete thresholds; their alerts end and stay in the history."""
    with connect(dsn) as connection:
        for number in ids:
            if not alerts.call(connection, "delete_alert_threshold", threshold_id=number):
                raise Failure(
                    f"there is no alert threshold {number}",
                    "Nothing is deleted. `pgkit alerts thresholds` lists them.",
                )
    click.echo(f"Deleted {plural(len(ids), 'threshold')}.")


@alert_commands.command("silence")
@click.argument("labels", metavar="NAME=VALUE...", type=LABEL, nargs=-1, required=True)
@click.option("--for", "lasts", type=DURATION, help="How long, from its start on.")
@click.option("--until", type=TIME, help="Until when: a time of --zone (2026-01-31T12:00).")
@click.option("--from", "start", type=TIME, default="now", help="From when: a time of --zone.")
@click.option("--reason", required=True, help="Why. Everybody sees it.")
@zone_option
@takes_dsn
def add_silence(
    dsn: str,
    labels: Labels,
    lasts: timedelta | None,
    until: datetime | None,
    start: datetime,
    reason: str,
    zone: tzinfo,
) -> None:
    """Tell nobody of alerts that match, and print the silence's id.

    They open and resolve all the same. NAME is a label of the alert, or alert_type, severity,
    model_type or machine_id. Twice the same name: one value or the other. NAME= matches alerts
    without that label.

    Example: pgkit alerts silence model=acme/one --for 2h --reason "the vendor repairs it"
    """
    if (lasts is None) == (until is None):
        raise click.UsageError("Give either --for or --until.")
    with named_as(OPTIONS), alerts.plain_rules(), connect(dsn) as connection:
        silence_id = alerts.call(
            connection,
            "create_alert_silence",
            matcher=alerts.matcher(labels),
            ends_at=until or start + (lasts or timedelta()),
            reason=reason,
            starts_at=start,
        )
        rows = reports.select(
            connection,
            "select * from perf.get_alert_silences(max_rows => 100000) as s"
            " where s.silence_id = %(id)s",
            zone,
            id=silence_id,
        )
    click.echo(silence_id)
    for row in rows:
        matches = "matches" if row["alert_count"] == 1 else "match"
        tell(
            f"{plural(row['alert_count'], 'open alert')} {matches}; silenced until"
            f" {row['ends_at']:%Y-%m-%d %H:%M} {zone}."
        )


@alert_commands.command("silences")
@click.option("--all", "with_over", is_flag=True, help="Silences that are over too.")
@limit_option
@zone_option
@json_option
@takes_dsn
def list_silences(dsn: str, with_over: bool, limit: int, zone: tzinfo, as_json: bool) -> None:
    """List silences, the next to end first."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_alert_silences(%(is_over)s, %(limit)s)",
            zone,
            is_over=None if with_over else False,
            limit=limit,
        )
    print_rows(
        rows,
        alerts.SILENCE_COLUMNS,
        as_json=as_json,
        title=f"{plural(len(rows), 'silence')}; times in {zone}",
        nothing="Nothing is silenced.",
    )


@alert_commands.command("unsilence")
@ids_argument
@takes_dsn
def end_silences(dsn: str, ids: tuple[int, ...]) -> None:
    """End silences now."""
    with connect(dsn) as connection:
        for number in ids:
            is_new = alerts.call(connection, "end_alert_silence", silence_id=number)
            click.echo(f"Silence {number} is over{'' if is_new else ' already'}.")


@alert_commands.command("ack")
@ids_argument
@note_option
@takes_dsn
def acknowledge_alerts(dsn: str, ids: tuple[int, ...], note: str | None) -> None:
    """Say that you care for alerts; they are not repeated.

    Example: pgkit alerts ack 12 --note "I restart the worker"
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        for number in ids:
            is_new = alerts.call(connection, "acknowledge_alert", alert_id=number, note=note)
            said = "acknowledged" if is_new else "acknowledged or resolved already"
            click.echo(f"Alert {number} is {said}.")


@alert_commands.command("resolve")
@ids_argument
@note_option
@takes_dsn
def resolve_alerts(dsn: str, ids: tuple[int, ...], note: str | None) -> None:
    """End alerts by hand. What is still bad opens a new one.

    Example: pgkit alerts resolve 12 --note "the worker is retired"
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        for number in ids:
            is_new = alerts.call(connection, "resolve_alert", alert_id=number, note=note)
            click.echo(f"Alert {number} is resolved{'' if is_new else ' already'}.")


@alert_commands.command("backtest")
@click.argument("threshold", metavar="ID", type=int)
@start_option
@end_option
@click.option(
    "--step", type=DURATION, help="Evaluate it so often.  [default: 1m where raw rows are kept]"
)
@limit_option
@zone_option
@json_option
@takes_dsn
def backtest(
    dsn: str,
    threshold: int,
    start: datetime,
    end: datetime,
    step: timedelta | None,
    limit: int,
    zone: tzinfo,
    as_json: bool,
) -> None:
    """Show what a threshold would have done.

    The threshold may be disabled, so that you can tune it before anybody is told. A pipe and --json
    get the alerts that it would have opened.

    Example: pgkit alerts backtest 3 --from 2w
    """
    arguments = {"threshold": threshold, "start": start, "end": end, "step": step}
    with named_as(OPTIONS), connect(dsn) as connection:
        found = alerts.find_threshold(connection, threshold)
        rows = reports.select(
            connection,
            "select * from perf.backtest_alert_threshold("
            "%(threshold)s, %(start)s, %(end)s, %(step)s, %(limit)s)",
            zone,
            limit=limit,
            **arguments,
        )
        (summary,) = reports.select(
            connection,
            "select * from perf.get_backtest_summary(%(threshold)s, %(start)s, %(end)s, %(step)s)",
            zone,
            **arguments,
        )
    if is_for_people() and not as_json:
        tell(alerts.threshold_text(found), err=False)
        print_list(alerts.backtest_facts(summary))
        if rows:
            click.echo()
        rows = alerts.backtest_rows(rows)
    print_rows(
        rows,
        alerts.BACKTEST_COLUMNS,
        as_json=as_json,
        title=f"{alerts.counted_alerts(rows)}; {span(start, end, zone)}",
        nothing=f"It would not have fired from {span(start, end, zone)}.",
    )


@alert_commands.command("suggest")
@click.argument("metric")
@click.option("--statistic", type=click.Choice(alerts.STATISTICS), help="What is compared.")
@click.option(
    "--label", "labels", type=LABEL, metavar="NAME=VALUE", multiple=True, help="Only these series."
)
@click.option("--by", "names", metavar="LABEL", multiple=True, help="Each value by itself.")
@click.option("--window", type=DURATION, default="15m", help="Time that counts.")
@click.option("--for", "waits", type=DURATION, default="0", help="How long before it fires.")
@click.option(
    "--from",
    "start",
    type=TIME,
    default="28d",
    help="Start of the past that it looks at: an age or a time of --zone.",
)
@end_option
@click.option("--per-week", type=float, default=1, help="How many alerts a week you want.")
@zone_option
@json_option
@takes_dsn
def suggest(
    dsn: str,
    metric: str,
    statistic: str | None,
    labels: Labels,
    names: tuple[str, ...],
    window: timedelta,
    waits: timedelta,
    start: datetime,
    end: datetime,
    per_week: float,
    zone: tzinfo,
    as_json: bool,
) -> None:
    """Suggest limits from the past, with the alerts they would mean.

    Example: pgkit alerts suggest response_time_ms --statistic p95 --by model --per-week 2
    """
    only = scope_of(labels)
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.suggest_alert_threshold(%(metric)s, %(statistic)s, %(labels)s,"
            " %(names)s, %(window)s, %(waits)s, %(start)s, %(end)s, %(per_week)s)",
            zone,
            metric=metric,
            statistic=statistic,
            labels=Jsonb(only),
            names=list(names),
            window=window,
            waits=waits,
            start=start,
            end=end,
            per_week=per_week,
        )
    print_rows(
        alerts.suggestion_rows(rows) if is_for_people() and not as_json else rows,
        alerts.SUGGESTION_COLUMNS,
        as_json=as_json,
        title=f"{metric}; {span(start, end, zone)}",
        nothing=f"No values of {metric} from {span(start, end, zone)}.",
    )
    if not as_json:
        for caution in dict.fromkeys(row["caution"] for row in rows if row["caution"]):
            tell(caution)


@alert_commands.command("objectives")
@click.argument("name", required=False)
@limit_option
@zone_option
@json_option
@takes_dsn
def list_objectives(dsn: str, name: str | None, limit: int, zone: tzinfo, as_json: bool) -> None:
    """Show how objectives stand, and what is left of their budgets.

    A burn rate of 1 uses up the error budget in exactly the time window.

    Example: pgkit alerts objectives chat
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_slo_status(%(name)s, max_rows => %(limit)s)",
            zone,
            name=name,
            limit=limit,
        )
    print_rows(
        alerts.objective_rows(rows) if is_for_people() and not as_json else rows,
        alerts.OBJECTIVE_COLUMNS,
        as_json=as_json,
        title=f"objectives; times in {zone}",
        nothing="There is no objective. `pgkit alerts objective` adds one.",
    )


@alert_commands.command("objective")
@click.argument("name")
@click.argument("metric", required=False)
@click.argument("target", type=float, required=False)
@click.option("--faster-than", type=float, help="Values up to it are good.  [default: of a share]")
@click.option("--window", type=DURATION, default="30d", help="Time over which it must be good.")
@click.option(
    "--label",
    "labels",
    type=LABEL,
    metavar="NAME=VALUE",
    multiple=True,
    help="Only for series with this label.",
)
@click.option(
    "--by", "names", metavar="LABEL", multiple=True, help="A budget for each value of this label."
)
@click.option("--min-sample", type=int, default=1, help="With fewer values it does not alert.")
@click.option("--description", help="Why it exists.")
@click.option("--runbook", help="URL that says what to do.")
@click.option("--disabled", is_flag=True, help="Do not evaluate it.")
@click.option("--delete", is_flag=True, help="Delete it instead.")
@takes_dsn
def set_objective(
    dsn: str,
    name: str,
    metric: str | None,
    target: float | None,
    faster_than: float | None,
    window: timedelta,
    labels: Labels,
    names: tuple[str, ...],
    min_sample: int,
    description: str | None,
    runbook: str | None,
    disabled: bool,
    delete: bool,
) -> None:
    """Add an objective, or replace the one of this name.

    TARGET is the share that must be good, such as 0.99. Options that are not given are back at
    their defaults.

    Example: pgkit alerts objective "fast answers" response_time_ms 0.95 --faster-than 2000
    """
    if delete:
        with connect(dsn) as connection:
            if not alerts.call(connection, "delete_slo_objective", objective_name=name):
                raise Failure(
                    f"there is no objective {quoted(name)}", "`pgkit alerts objectives` lists them."
                )
        click.echo(f"Deleted {name}.")
        return
    if metric is None or target is None:
        raise click.UsageError("Give METRIC and TARGET, or --delete.")
    only = scope_of(labels)
    with named_as(OPTIONS), alerts.plain_rules(), connect(dsn) as connection:
        alerts.call(
            connection,
            "set_slo_objective",
            objective_name=name,
            metric_name=metric,
            target=target,
            faster_than=faster_than,
            time_window=window,
            scope_labels=Jsonb(only),
            group_by=list(names),
            minimum_sample=min_sample,
            enabled=not disabled,
            description=description,
            runbook_url=runbook,
        )
    click.echo(f"{name} is set.")


@alert_commands.command("receivers")
@zone_option
@json_option
@takes_dsn
def list_receivers(dsn: str, zone: tzinfo, as_json: bool) -> None:
    """List who is told of alerts, and whether messages arrive."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection, "select * from perf.get_alert_receivers(max_rows => 100000)", zone
        )
    print_rows(
        alerts.receiver_rows(rows) if is_for_people() and not as_json else rows,
        alerts.RECEIVER_COLUMNS,
        as_json=as_json,
        title=f"{plural(len(rows), 'receiver')}; times in {zone}",
        nothing="Nobody is told of alerts. `pgkit alerts receiver` adds somebody.",
    )


@alert_commands.command("receiver")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(["webhook", "alertmanager", "slack", "email"]),
    help="What it is.  [required for a new one]",
)
@click.option(
    "--address",
    envvar="PGKIT_ALERT_ADDRESS",
    show_envvar=True,
    help="URL, or env:PGKIT_RECEIVER_NAME for a variable of the worker. - reads it from standard"
    " input. A new receiver asks for it.",
)
@click.option(
    "--header",
    "headers",
    type=LABEL,
    metavar="NAME=VALUE",
    multiple=True,
    help="Header of a webhook. With the address env:PGKIT_RECEIVER_NAME the VALUE may be"
    " env:PGKIT_RECEIVER_NAME__KEY.",
)
@click.option(
    "--match",
    "labels",
    type=LABEL,
    metavar="NAME=VALUE",
    multiple=True,
    help="Only alerts that match, as for silence.  [default: all]",
)
@click.option(
    "--min-severity",
    type=click.Choice(alerts.SEVERITIES),
    help="Only this severity and above.  [default: warning]",
)
@click.option(
    "--by",
    "names",
    metavar="LABEL",
    multiple=True,
    help="Alerts with the same value of it go in one message.  [default: alert_type]",
)
@click.option("--group-wait", type=DURATION, help="How long a message waits.  [default: 0]")
@click.option("--repeat", type=DURATION, help="Tell again after this time.  [default: 4h]")
@click.option("--timeout", type=DURATION, help="How long an attempt takes.  [default: 10s]")
@click.option("--resolved/--no-resolved", default=None, help="Tell when it is over, or not.")
@click.option("--enable/--disable", "enabled", default=None, help="Tell it of alerts, or not.")
@click.option("--delete", is_flag=True, help="Delete it, and what waits for it.")
@takes_dsn
def set_receiver(dsn: str, /, name: str, address: str | None, delete: bool, **given: Any) -> None:
    """Add a receiver, or change what is given of one.

    Nobody can read its address again. Of one that exists the address changes only with --address or
    the variable.

    Example: pgkit alerts receiver ops --kind slack --min-severity critical
    """
    if delete:
        with named_as(OPTIONS), connect(dsn) as connection:
            if not alerts.call(connection, "delete_alert_receiver", receiver_name=name):
                raise Failure(
                    f"there is no receiver {quoted(name)}", "`pgkit alerts receivers` lists them."
                )
        click.echo(f"Deleted {name}.")
        return
    with named_as(OPTIONS), alerts.plain_rules(), connect(dsn) as connection:
        old = alerts.find_receiver(connection, name)
        arguments = receiver_arguments(old, given)
        if arguments["kind"] is None:
            raise click.UsageError("A new receiver needs --kind.")
        alerts.call(
            connection,
            "set_alert_receiver",
            receiver_name=name,
            address=read_address(address, is_new=old is None),
            **arguments,
        )
    click.echo(f"{name} is {'changed' if old else 'added'}.")
    if old is None:
        tell(f'`pgkit alerts test "{name}"` sends it a test.')


def receiver_arguments(old: dict[str, Any] | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a receiver has: what was given, else what it had, else what one has."""
    had = old or {}
    matched = alerts.matcher(given["labels"]) if given["labels"] else None
    named = {
        "kind": given["kind"],
        "matcher": matched or (Jsonb(had["matcher"]) if had else None),
        "minimum_severity": given["min_severity"],
        "group_by": list(given["names"]) or None,
        "group_wait": given["group_wait"],
        "repeat_interval": given["repeat"],
        "timeout": given["timeout"],
        "send_resolved": given["resolved"],
        "enabled": given["enabled"],
    }
    found = {name: had.get(name) if value is None else value for name, value in named.items()}
    if given["headers"]:
        found["headers"] = Jsonb(dict(given["headers"]))
    return {name: value for name, value in found.items() if value is not None or name == "kind"}


def read_address(address: str | None, *, is_new: bool) -> str | None:
    """Return an address; that of a new receiver is asked for, and not shown."""
    if address == "-":
        return sys.stdin.readline().strip()
    if address is None and is_new:
        return str(click.prompt("Address", hide_input=True, err=True))
    return address


@alert_commands.command("test")
@click.argument("receiver")
@click.option("--wait", type=DURATION, default="15s", help="How long to wait for its delivery.")
@takes_dsn
def send_test(dsn: str, receiver: str, wait: timedelta) -> None:
    """Send a receiver a message that says it is a test.

    It ends with 1 if the message is not delivered in time.

    Example: pgkit alerts test ops
    """
    with named_as(OPTIONS), connect(dsn, autocommit=True) as connection:
        delivery_id = alerts.send_test(connection, receiver)
        found = alerts.wait_for_delivery(connection, delivery_id, wait)
    if found["status"] == "delivered":
        click.echo(f"Delivered to {receiver}.")
        return
    error = f": {found['last_error']}" if found["last_error"] else ""
    raise Failure(
        f"not delivered yet{error}",
        "`pgkit worker` delivers messages; is one running?"
        if not error
        else "`pgkit alerts deliveries` shows further attempts.",
    )


@alert_commands.command("deliveries")
@click.argument("receiver", required=False)
@click.option("--limit", default=20, type=click.IntRange(1, 100000), help="How many messages.")
@zone_option
@json_option
@takes_dsn
def list_deliveries(
    dsn: str, receiver: str | None, limit: int, zone: tzinfo, as_json: bool
) -> None:
    """List messages to receivers, and what became of them.

    The newest is first.
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_alert_deliveries(%(receiver)s, %(limit)s)",
            zone,
            receiver=receiver,
            limit=limit,
        )
    print_rows(
        alerts.delivery_rows(rows) if is_for_people() and not as_json else rows,
        alerts.DELIVERY_COLUMNS,
        as_json=as_json,
        title=f"{plural(len(rows), 'message')}; times in {zone}",
        nothing="No message was made yet.",
    )
