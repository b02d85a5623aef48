"""See what calls cost, set prices and budgets."""

from datetime import datetime, tzinfo
from pathlib import Path

import click
from psycopg.types.json import Jsonb

from pgkit import costs as work
from pgkit import prices, reports
from pgkit.cli.options import (
    JSON,
    TIME,
    dsn_option,
    from_option,
    json_option,
    takes_dsn,
    to_option,
    zone_option,
)
from pgkit.database import Failure, connect, named_as
from pgkit.output import is_for_people, plural, print_rows, quoted, tell
from pgkit.times import span

# Arguments of functions, and what the commands call them.
OPTIONS = {
    "model_name": "MODEL",
    "input_price": "INPUT",
    "output_price": "OUTPUT",
    "cached_input_price": "--cached",
    "cache_write_price": "--cache-write",
    "valid_from": "--valid-from",
    "currency": "--currency",
    "provider": "--provider",
    "is_free": "--free",
    "source": "--source",
    "book": "--book",
    "as_model": "--as-model",
    "amount": "AMOUNT",
    "budget_name": "NAME",
    "period": "--period",
    "labels": "--labels",
    "warn_at": "--warn-at",
    "time_zone": "--zone",
    "description": "--description",
    "runbook_url": "--runbook",
}

book_option = click.option("--book", default="standard", help="Price book.")
valid_from_option = click.option(
    "--valid-from",
    type=TIME,
    help="From when it holds, a whole hour of UTC.  [default: a first price for all time, others"
    " from this hour on]",
)


@click.command("costs")
@from_option("30d")
@to_option
@zone_option
@click.option(
    "--by",
    "groups",
    multiple=True,
    type=click.Choice([*work.GROUPS, "all"]),
    default=["model"],
    help="Group by this. May be given several times. all: one group.",
)
@click.option("--granularity", type=click.Choice(work.GRANULARITIES), help="A row for each.")
@click.option("--model", help="Only this model.")
@click.option("--tool", help="Only this tool.")
@book_option
@click.option("--as-model", metavar="MODEL", help="What the same tokens of this model would cost.")
@json_option
@takes_dsn
def show_costs(
    dsn: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    groups: tuple[str, ...],
    granularity: str | None,
    model: str | None,
    tool: str | None,
    book: str,
    as_model: str | None,
    as_json: bool,
) -> None:
    """Show what calls cost by the prices in force, the dearest first.

    billed is what the provider said, of the calls that know it. Models without a price are named
    below, and never counted as free.

    Example: pgkit costs --from 90d --granularity monthly
    """
    names = [name for name in dict.fromkeys(groups) if name != "all"]
    if granularity == "monthly":
        start = reports.bucket_start(start, "daily", zone).replace(day=1)
    else:
        start = reports.bucket_start(start, granularity or "hourly", zone)
    labels = {"model": model, "tool": tool}
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_costs(%(start)s, %(end)s, %(groups)s, %(granularity)s,"
            " %(labels)s, %(book)s, %(as_model)s, %(time_zone)s, 100000)",
            zone,
            start=start,
            end=end,
            groups=names,
            granularity=granularity,
            labels=Jsonb({name: value for name, value in labels.items() if value}),
            book=book,
            as_model=as_model,
            time_zone=str(zone),
        )
    print_rows(
        work.cost_rows(rows, names) if is_for_people() and not as_json else rows,
        work.cost_columns(names, granularity is not None),
        as_json=as_json,
        title=work.describe_costs(rows, zone, as_model, book),
        nothing=f"No calls from {span(start, end, zone)}.",
    )
    calls, models = work.unpriced(rows)
    if calls and as_model:
        tell(f"{plural(calls, 'call')} of a time when {as_model} had no price.")
    elif calls:
        shown = ", ".join(models[:5]) + (" and others" if len(models) > 5 else "")
        tell(
            f"No price, so no cost: {plural(calls, 'call')} of {shown}."
            " `pgkit prices missing` says more, `pgkit prices set MODEL INPUT OUTPUT` mends it."
        )
    blind = sum(row["calls_without_input_tokens"] for row in rows if row["currency"])
    if blind:
        tell(f"{plural(blind, 'call')} without token counts cost nothing here.")


@click.group("prices")
@dsn_option
def price_commands() -> None:
    """See and set what models cost per million tokens."""


@price_commands.command("list")
@click.argument("model", required=False)
@book_option
@click.option("--as-of", type=TIME, default="now", help="Prices in force at this time.")
@zone_option
@json_option
@takes_dsn
def list_prices(
    dsn: str, model: str | None, book: str, as_of: datetime, zone: tzinfo, as_json: bool
) -> None:
    """List prices per million tokens by model."""
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_model_prices(%(book)s, %(as_of)s, %(model)s, 100000)",
            zone,
            book=book,
            as_of=as_of,
            model=model,
        )
    there_is = f"no price of {quoted(model)}" if model else "no price"
    print_rows(
        rows if is_for_people() or as_json else work.price_rows(rows),
        work.PRICE_COLUMNS,
        as_json=as_json,
        title=f"{plural(len(rows), 'price')} per million tokens; times in {zone}",
        nothing=f"There is {there_is} in the book {quoted(book)}. `pgkit prices load` and"
        " `pgkit prices set` add some.",
    )


@price_commands.command("missing")
@from_option("30d")
@to_option
@zone_option
@book_option
@json_option
@takes_dsn
def list_missing(
    dsn: str, start: datetime, end: datetime, zone: tzinfo, book: str, as_json: bool
) -> None:
    """List models that were called without a price, most calls first."""
    start = reports.bucket_start(start, zone=zone)
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_unpriced_models(%(start)s, %(end)s, %(book)s, 100000)",
            zone,
            start=start,
            end=end,
            book=book,
        )
    print_rows(
        rows,
        work.MISSING_COLUMNS,
        as_json=as_json,
        title=f"{plural(len(rows), 'model')} without a price; {span(start, end, zone)}",
        nothing=f"Every call from {span(start, end, zone)} has a price.",
    )


@price_commands.command("set")
@click.argument("model")
@click.argument("input_price", metavar="INPUT", type=float)
@click.argument("output_price", metavar="OUTPUT", type=float)
@click.option("--cached", type=float, help="Of input read from the cache.  [default: INPUT]")
@click.option("--cache-write", type=float, help="Of input written to it.  [default: INPUT]")
@click.option("--provider", help="Only for calls that it served.  [default: any]")
@valid_from_option
@click.option("--currency", default="USD", help="By ISO 4217.")
@book_option
@click.option("--free", is_flag=True, help="It costs nothing: all prices are 0.")
@click.option("--source", help="Where the price is from.")
@takes_dsn
def set_price(
    dsn: str,
    model: str,
    input_price: float,
    output_price: float,
    cached: float | None,
    cache_write: float | None,
    provider: str | None,
    valid_from: datetime | None,
    currency: str,
    book: str,
    free: bool,
    source: str | None,
) -> None:
    """Set what a million tokens of a model cost.

    MODEL is the name that calls have. A price of the same time is replaced.

    Example: pgkit prices set openai/gpt-4o 2.5 10 --cached 1.25
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        reports.select(
            connection,
            "select perf.set_model_price(%(model)s, %(input)s, %(output)s, %(cached)s,"
            " %(cache_write)s, %(provider)s, %(valid_from)s, %(currency)s, %(book)s, %(free)s,"
            " %(source)s)",
            model=model,
            input=input_price,
            output=output_price,
            cached=cached,
            cache_write=cache_write,
            provider=provider,
            valid_from=valid_from,
            currency=currency,
            book=book,
            free=free,
            source=source,
        )
    click.echo(f"The price of {model} is set.")


@price_commands.command("delete")
@click.argument("model")
@click.option("--provider", help="The price for this provider.  [default: for any]")
@click.option("--valid-from", type=TIME, help="The one that begins then.  [default: all]")
@book_option
@takes_dsn
def delete_price(
    dsn: str, model: str, provider: str | None, valid_from: datetime | None, book: str
) -> None:
    """Delete prices of a model."""
    with named_as(OPTIONS), connect(dsn) as connection:
        (row,) = reports.select(
            connection,
            "select perf.delete_model_price(%(model)s, %(provider)s, %(valid_from)s, %(book)s)"
            " as count",
            model=model,
            provider=provider,
            valid_from=valid_from,
            book=book,
        )
        if not row["count"]:
            raise Failure(
                f"there is no such price of {quoted(model)}", "`pgkit prices list` lists all."
            )
    click.echo(f"Deleted {plural(row['count'], 'price')}.")


@price_commands.command("load")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@book_option
@valid_from_option
@click.option("--currency", help="Of prices that do not say theirs.  [default: USD]")
@click.option("--free", is_flag=True, help="Take models that cost nothing too.")
@takes_dsn
def load_prices(
    dsn: str,
    files: tuple[Path, ...],
    book: str,
    valid_from: datetime | None,
    currency: str | None,
    free: bool,
) -> None:
    """Load price lists: LiteLLM's, OpenRouter's, or CSV or JSON.

    The content tells the format. Each file is loaded whole or not at all. Only prices that differ
    from those in force are added.

    Example: pgkit prices load model_prices_and_context_window.json
    """
    for file in files:
        found = prices.read_prices(file, free=free)
        with named_as(OPTIONS), connect(dsn) as connection:
            counts = work.load(
                connection, found, book=book, valid_from=valid_from, currency=currency
            )
        of = f", the list of {found.source}" if found.source else ""
        click.echo(
            f"{file}{of}: {counts['new']:,} new, {counts['changed']:,} changed,"
            f" {counts['same']:,} as before."
        )
        for sentence in work.explain_left_out(found):
            tell(sentence)


@click.group("budgets")
@dsn_option
def budget_commands() -> None:
    """See and set how much calls may cost. Budgets raise alerts."""


@budget_commands.command("list")
@click.argument("name", required=False)
@zone_option
@json_option
@takes_dsn
def list_budgets(dsn: str, name: str | None, zone: tzinfo, as_json: bool) -> None:
    """Show what is spent, and what is expected by the end of the period.

    The interval holds what will be spent with a probability of 90 %, if days are alike.
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_budget_status(%(name)s, max_rows => 100000)",
            zone,
            name=name,
        )
    print_rows(
        work.budget_rows(rows, zone) if is_for_people() and not as_json else rows,
        work.BUDGET_COLUMNS,
        as_json=as_json,
        title=f"{plural(len(rows), 'budget')}; times in {zone}",
        nothing="There is no budget. `pgkit budgets set` adds one.",
    )


@budget_commands.command("set")
@click.argument("name")
@click.argument("amount", type=float)
@click.option("--currency", default="USD", help="By ISO 4217.")
@click.option(
    "--period",
    type=click.Choice(["daily", "weekly", "monthly"]),
    default="monthly",
    help="When it begins again.",
)
@click.option(
    "--labels", type=JSON, default="{}", help='Only these calls: {"model": "openai/gpt-4o"}.'
)
@zone_option
@book_option
@click.option("--warn-at", type=float, default=0.8, help="Share that is a warning.")
@click.option("--description", help="Why it exists.")
@click.option("--runbook", help="URL that says what to do.")
@click.option("--disabled", is_flag=True, help="Raise no alerts.")
@takes_dsn
def set_budget(
    dsn: str,
    name: str,
    amount: float,
    currency: str,
    period: str,
    labels: str,
    zone: tzinfo,
    book: str,
    warn_at: float,
    description: str | None,
    runbook: str | None,
    disabled: bool,
) -> None:
    """Add a budget, or replace the one of this name.

    Options that are not given are back at their defaults.

    Example: pgkit budgets set everything 500 --zone Europe/Berlin
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        reports.select(
            connection,
            "select perf.set_budget(%(name)s, %(amount)s, %(currency)s, %(period)s,"
            " %(labels)s::jsonb, %(time_zone)s, %(book)s, %(warn_at)s, %(enabled)s,"
            " %(description)s, %(runbook)s)",
            name=name,
            amount=amount,
            currency=currency,
            period=period,
            labels=labels,
            time_zone=str(zone),
            book=book,
            warn_at=warn_at,
            enabled=not disabled,
            description=description,
            runbook=runbook,
        )
    click.echo(f"{name} is set.")


@budget_commands.command("delete")
@click.argument("name")
@takes_dsn
def delete_budget(dsn: str, name: str) -> None:
    """Delete a budget. Its alert ends with the next evaluation."""
    with connect(dsn) as connection:
        (row,) = reports.select(connection, "select perf.delete_budget(%(name)s)", name=name)
        if not row["delete_budget"]:
            raise Failure(f"there is no budget {quoted(name)}", "`pgkit budgets list` lists them.")
    click.echo(f"Deleted {name}.")
