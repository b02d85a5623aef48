"""What access costs: recording with the token of a user, and reports under row level security."""

from collections.abc import Iterator

from benchmarks.bench import (
    DAY,
    Bench,
    Connection,
    Result,
    connect,
    median,
    prepared_database,
    run,
    seconds,
)
from benchmarks.record import CLIENTS, pgbench, write_script

USER = "a0000000-0000-4000-8000-000000000000"
# As Supabase writes them.
CLAIMS = f"""{{"aud": "authenticated", "exp": 1999999999, "sub": "{USER}", "role": "authenticated",
"iss": "https://example.supabase.co/auth/v1", "email": "ada@example.com", "aal": "aal1",
"app_metadata": {{"provider": "email", "providers": ["email"]}},
"session_id": "b0000000-0000-4000-8000-000000000000"}}""".replace("\n", " ")
REPORTS = {
    "`get_performance_trends`, 30 days hourly": (
        "select * from perf.get_performance_trends("
        f"'anyscale/llama-2-13b-chat', 'chat', '{DAY}', '{DAY}'::timestamptz + '30 days')"
    ),
    "`get_performance_overview`, 30 days": (
        "select * from perf.get_performance_overview("
        f"'{DAY}'::timestamptz, '{DAY}'::timestamptz + '30 days')"
    ),
}


def measure(bench: Bench) -> Iterator[Result]:
    with (
        prepared_database(bench._replace(history_days=30), rows=1000) as dsn,
        connect(dsn) as connection,
    ):
        connection.execute("select perf.ensure_partitions()")
        connection.execute(
            "select perf.grant_role(%s, r) from unnest(enum_range(null::perf.app_role)) as r"
            " where r <> 'admin'",
            [USER],
        )
        yield from measure_recording(bench, dsn, connection)
        run(connection, "month", day=DAY)
        run(connection, "guard_jobs", day=DAY)
        connection.execute("select perf.aggregate_performance_metrics()")
        connection.execute("vacuum analyze")
        yield from measure_reports(bench, connection)


def measure_recording(bench: Bench, dsn: str, connection: Connection) -> Iterator[Result]:
    plain = write_script(bench, connection, "record_call")
    template = write_script(bench, connection, "record_call_by_token")
    scripts = {"plain": plain}
    for name, role, claims in (
        ("token", "authenticated", CLAIMS),
        ("login", "perf_recorder", ""),
    ):
        text = template.read_text(encoding="utf-8").replace("@role", role)
        scripts[name] = bench.folder / f"record_call_{name}.pgbench"
        scripts[name].write_text(text.replace("@claims", claims), encoding="utf-8")
    rates: dict[str, list[float]] = {name: [] for name in scripts}
    for _ in range(bench.repeats):
        for name, script in scripts.items():
            connection.execute("checkpoint")
            # As the owner, who may become both roles.
            rates[name].append(pgbench(dsn, script, bench.seconds, options=""))
    token, login, alone = (median(rates[name]) for name in ("token", "login", "plain"))
    yield Result(
        f"`record_call` with role and claims as PostgREST sets them, {CLIENTS} clients",
        f"{token:,.0f} calls/s",
        f"the call alone, as owner {alone:,.0f}/s",
        f"{token / alone:.2f}",
        "≥ 0.7",
        token / alone >= 0.7,
    )
    yield Result(
        "the same",
        f"{token:,.0f} calls/s",
        f"the same statements as a database login {login:,.0f}/s",
        f"{token / login:.2f}",
    )


def measure_reports(bench: Bench, connection: Connection) -> Iterator[Result]:
    for name, statement in REPORTS.items():
        times: dict[str, list[float]] = {"guarded": [], "bare": []}
        for _ in range(40 * bench.repeats):
            times["bare"].append(seconds(ask, connection, statement))
            with connection.transaction():
                connection.execute("set local role authenticated")
                connection.execute("select set_config('request.jwt.claims', %s, true)", [CLAIMS])
                times["guarded"].append(seconds(ask, connection, statement))
        guarded, bare = median(times["guarded"]), median(times["bare"])
        yield Result(
            f"{name}, for an analyst by token",
            f"{guarded * 1000:.2f} ms",
            f"as owner, whom no policy stops {bare * 1000:.2f} ms",
            f"{guarded / bare:.2f}",
            "≤ 1.1",
            guarded / bare <= 1.1,
        )


def ask(connection: Connection, statement: str) -> None:
    assert connection.execute(statement.encode()).fetchall()
