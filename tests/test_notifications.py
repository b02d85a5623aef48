"""Alerts on their way to receivers: sessions at once, kills at every step, and a week of alerts.

The worker is played by SQL here: it claims, and says of each message that it was delivered or not.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from pipeline import wait_for, wait_until_blocked
from test_crash import data_directory, kill_server, start_server

pytestmark = pytest.mark.once

START = datetime(2020, 1, 6, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLAIM = (
    "select c.delivery_id, c.receiver_name, c.attempt_count, c.payload"
    " from perf.claim_alert_deliveries('worker', as_of => %s) as c"
)


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def add_receiver(connection: psycopg.Connection, name: str, **arguments: Any) -> None:
    arguments = {"as_of": START, **arguments}
    names = ", ".join(f"{argument} => %({argument})s" for argument in arguments)
    connection.execute(
        "select perf_internal.set_alert_receiver("
        f"%(name)s, 'webhook', 'https://h.example/{name}', {names})".encode(),
        {"name": name, **arguments},
    )


def open_alert(connection: psycopg.Connection, name: str, minutes: float = 0) -> None:
    connection.execute(
        "select perf_internal.raise_alert(%s, 'warning', null, null, 'It is so.', as_of => %s)",
        [name, at(minutes)],
    )


def resolve_alert(connection: psycopg.Connection, name: str, minutes: float = 0) -> None:
    connection.execute(
        "select perf_internal.clear_alert(%s, null, null, as_of => %s)", [name, at(minutes)]
    )


def claim(connection: psycopg.Connection, minutes: float = 0) -> list[tuple[Any, ...]]:
    return connection.execute(CLAIM, [at(minutes)]).fetchall()


def complete(connection: psycopg.Connection, message: tuple[Any, ...], minutes: float = 0) -> bool:
    return connection.execute(
        "select perf.complete_alert_delivery(%s, %s, %s)", [message[0], message[2], at(minutes)]
    ).fetchone()[0]


def events_of(messages: list[tuple[Any, ...]]) -> list[tuple[str, str, list[str]]]:
    """Return the receiver, the alert and what is told of it, for each alert of each message."""
    return sorted(
        (message[1], alert["alert_type"], alert["events"])
        for message in messages
        for alert in message[3]["alerts"]
    )


@pytest.fixture
def sessions(database: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Open further sessions that commit by hand."""
    opened: list[psycopg.Connection] = []

    def session() -> psycopg.Connection:
        opened.append(psycopg.connect(database))
        return opened[-1]

    yield session
    for own in opened:
        own.close()


def test_of_two_claims_at_once_each_gets_other_messages(connection, sessions) -> None:
    add_receiver(connection, "one")
    open_alert(connection, "drift")
    first, second = sessions(), sessions()
    got = claim(first)
    assert events_of(got) == [("one", "drift", ["opened"])]
    # The first has not committed: the second neither waits nor gets the same.
    assert claim(second) == []
    add_receiver(connection, "two")
    assert events_of(claim(second)) == [("two", "drift", ["opened"])]
    first.commit()
    second.commit()
    assert claim(connection) == []
    assert connection.execute(
        "select count(*), count(distinct d.receiver_id) from perf_internal.alert_deliveries as d"
    ).fetchone() == (2, 2)


def test_many_claims_at_once_give_every_message_once(database, connection) -> None:
    for number in range(5):
        add_receiver(connection, f"r{number}", group_by=["alert_type"])
    for number in range(20):
        open_alert(connection, f"a{number}")

    def keep_claiming(_: int) -> list[tuple[Any, ...]]:
        got: list[tuple[Any, ...]] = []
        with psycopg.connect(database, autocommit=True) as own:
            for _ in range(60):
                claimed = claim(own)
                assert all(complete(own, message) for message in claimed)
                got += claimed
        return got

    with ThreadPoolExecutor(4) as pool:
        got = [message for part in pool.map(keep_claiming, range(4)) for message in part]
    got += claim(connection)
    assert len(got) == len({message[0] for message in got}) == 100
    assert {message[2] for message in got} == {1}
    assert len(events_of(got)) == 100


def test_an_event_that_is_not_committed_is_in_the_next_message(connection, sessions) -> None:
    add_receiver(connection, "ops", group_by=[])
    open_alert(connection, "first")
    writer = sessions()
    open_alert(writer, "second")
    [message] = claim(connection)
    assert events_of([message]) == [("ops", "first", ["opened"])]
    writer.commit()
    assert claim(connection) == []
    assert complete(connection, message)
    assert events_of(claim(connection)) == [("ops", "first", []), ("ops", "second", ["opened"])]


def test_a_claim_waits_no_longer_than_a_moment_for_the_schedule(connection, sessions) -> None:
    add_receiver(connection, "ops")
    open_alert(connection, "drift")
    holder, worker = sessions(), sessions()
    # What says when the schedule ran, and nothing else of a claim.
    holder.execute("lock table perf_internal.rollup_state")
    worker.execute("set lock_timeout = '7s'; set statement_timeout = '10s'")
    started = time.monotonic()
    assert events_of(claim(worker)) == [("ops", "drift", ["opened"])]
    assert time.monotonic() - started < 5
    assert worker.execute("show lock_timeout").fetchone() == ("7s",)


def test_an_event_of_a_transaction_that_fails_is_told_to_nobody(connection, sessions) -> None:
    add_receiver(connection, "ops")
    writer = sessions()
    open_alert(writer, "drift")
    writer.rollback()
    assert claim(connection) == []


@pytest.mark.parametrize("is_receiver_first", [True, False])
def test_an_alert_and_a_receiver_of_the_same_time_do_not_miss_each_other(
    connection, sessions, is_receiver_first: bool
) -> None:
    first, second = sessions(), sessions()
    steps = [
        lambda own: add_receiver(own, "ops"),
        lambda own: open_alert(own, "drift"),
    ]
    if not is_receiver_first:
        steps.reverse()
    steps[0](first)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(steps[1], second)
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit()
        waiting.result()
    second.commit()
    assert events_of(claim(connection)) == [("ops", "drift", ["opened"])]


def test_a_receiver_that_is_deleted_at_the_same_time_fails_no_alert(connection, sessions) -> None:
    add_receiver(connection, "gone")
    add_receiver(connection, "stays")
    deleter, writer = sessions(), sessions()
    deleter.execute("select perf.delete_alert_receiver('gone')")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(open_alert, writer, "drift")
        wait_until_blocked(connection, writer.info.backend_pid)
        deleter.commit()
        waiting.result()
    writer.commit()
    assert events_of(claim(connection)) == [("stays", "drift", ["opened"])]


def test_who_waits_for_a_receiver_gives_up_after_two_seconds(connection, sessions) -> None:
    add_receiver(connection, "stays")
    add_receiver(connection, "gone")
    holder = sessions()
    open_alert(holder, "drift")
    holder.execute("select perf.delete_alert_receiver('gone')")
    calls = {
        "perf.set_alert_receiver('stays', 'slack')": "sessions that change alerts keep receivers",
        "perf.delete_alert_receiver('stays')": "sessions that change alerts keep receivers",
        "perf.send_test_alert('gone')": 'another session changes or tests receiver "gone"',
    }

    def call(function: str) -> tuple[str | None, str, float]:
        own = sessions()
        own.execute("set lock_timeout = '1min'")
        own.commit()
        started = time.monotonic()
        with pytest.raises(psycopg.Error) as caught:
            own.execute(f"select {function}".encode())
        return caught.value.sqlstate, str(caught.value), time.monotonic() - started

    with ThreadPoolExecutor(len(calls)) as pool:
        outcomes = list(pool.map(call, calls))
    for (state, said, seconds), message in zip(outcomes, calls.values(), strict=True):
        assert state == "PT409"
        assert message in said
        assert "Try again." in said
        assert 1.9 < seconds < 20
    holder.rollback()
    assert connection.execute(
        "select string_agg(r.receiver_name || ' ' || r.kind, ', ' order by r.receiver_name)"
        " from perf.alert_receivers as r"
    ).fetchone() == ("gone webhook, stays webhook",)


def test_a_receiver_deleted_while_its_message_is_out_ends_it(connection) -> None:
    add_receiver(connection, "gone")
    open_alert(connection, "drift")
    [message] = claim(connection)
    connection.execute("select perf.delete_alert_receiver('gone')")
    assert not complete(connection, message)
    assert connection.execute(
        "select perf.fail_alert_delivery(%s, 1, 'x')", [message[0]]
    ).fetchone() == (None,)


def test_an_alert_that_comes_and_goes_while_no_worker_runs_is_told_once(connection) -> None:
    add_receiver(connection, "ops")
    open_alert(connection, "drift")
    resolve_alert(connection, "drift", 5)
    [message] = claim(connection, 600)
    assert message[3]["status"] == "resolved"
    assert events_of([message]) == [("ops", "drift", ["opened", "resolved"])]
    assert complete(connection, message, 600)
    assert claim(connection, 6000) == []


def test_a_worker_that_comes_back_late_changes_nothing(connection) -> None:
    add_receiver(connection, "ops")
    open_alert(connection, "drift")
    [early] = claim(connection)
    [late] = claim(connection, 2)
    assert (late[0], late[3]) == (early[0], early[3])
    assert not complete(connection, early, 2)
    assert complete(connection, late, 2)
    assert not complete(connection, late, 2)


def kill_backend(own: psycopg.Connection, dsn: str) -> None:
    """Kill the process of a session, and wait until the server has ended all others for it."""
    with closing(psycopg.connect(dsn, autocommit=True)) as witness:
        os.kill(own.info.backend_pid, signal.SIGKILL)

        def is_ended() -> bool:
            try:
                witness.execute("select")
            except psycopg.OperationalError:
                return True
            return False

        wait_for(is_ended, "the server did not notice")


def reconnect(dsn: str) -> psycopg.Connection:
    """Return a session of a server that may still be recovering."""
    opened: list[psycopg.Connection] = []

    def connect() -> bool:
        with suppress(psycopg.OperationalError):
            opened.append(psycopg.connect(dsn, autocommit=True))
        return bool(opened)

    wait_for(connect, "the server did not come back")
    return opened[0]


@pytest.mark.parametrize("is_server", [False, True], ids=["a session", "the server"])
@pytest.mark.parametrize(
    "step", ["event", "committed event", "claim", "committed claim", "completion", "committed end"]
)
def test_killed_at_any_step_nothing_is_lost_and_nothing_made_twice(
    crashing_database: str, step: str, is_server: bool
) -> None:
    dsn = crashing_database
    data = data_directory(dsn)
    told: list[tuple[Any, ...]] = []
    with closing(psycopg.connect(dsn)) as own:
        add_receiver(own, "ops")
        open_alert(own, "before")
        own.commit()
        steps = {
            "event": lambda: open_alert(own, "drift"),
            "committed event": own.commit,
            "claim": lambda: told.extend(claim(own)),
            "committed claim": own.commit,
            "completion": lambda: [complete(own, message) for message in told],
            "committed end": own.commit,
        }
        for name, act in steps.items():
            act()
            if name == step:
                break
        if is_server:
            kill_server(data)
            start_server(data)
        else:
            kill_backend(own, dsn)
    is_event_there = step != "event"
    is_sent = step in ("committed claim", "completion", "committed end")
    with closing(reconnect(dsn)) as own:
        again = claim(own, 2)
        known = {"before", "drift"} if is_event_there else {"before"}
        if step == "committed end":
            assert again == []
        else:
            assert {event[1] for event in events_of(again)} == known
        if is_sent:
            assert {event[1] for event in events_of(told)} == known
        if step in ("committed claim", "completion"):
            assert {(message[0], str(message[3])) for message in again} == {
                (message[0], str(message[3])) for message in told
            }
            assert {message[2] for message in again} == {2}
        assert all(complete(own, message, 2) for message in again)
        assert claim(own, 3) == []
        assert own.execute(
            "select count(*), count(*) filter (where d.delivered_at is not null)"
            " from perf_internal.alert_deliveries as d"
        ).fetchone() == (len(known), len(known))
        assert own.execute(
            "select count(*) from perf_internal.alert_outbox as o where o.delivery_id is null"
        ).fetchone() == (0,)


SEVERITIES = ("info", "warning", "critical")


@dataclass
class ModelAlert:
    """What an alert of the week is: two of a pair have the same series."""

    pair: str
    number: int
    severity: str
    is_open: bool = True
    is_acknowledged: bool = False
    ended_at: int | None = None
    history: list[tuple[int, str]] = field(default_factory=list)

    def was_critical(self, now: int) -> bool:
        return [severity for start, severity in self.history if start <= now][-1:] == ["critical"]


@dataclass
class ModelReceiver:
    """Who is told what, by the rules of the documents, in minutes."""

    name: str
    minimum: str
    group_by: str | None
    repeat: int
    send_resolved: bool
    dead: range = range(0)
    waiting: dict[int, list[str]] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    repeats: dict[str, int] = field(default_factory=dict)
    out: dict[str, dict[int, tuple[list[str], bool]]] = field(default_factory=dict)

    def takes(self, severity: str) -> bool:
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.minimum)

    def hear(self, key: int, alert: ModelAlert, event: str) -> None:
        known = key in self.groups
        if event in ("opened", "escalated"):
            if not self.takes(alert.severity):
                return
        elif not known or (event == "resolved" and not self.send_resolved):
            return
        label = {"severity": alert.severity, "alert_type": alert.pair, None: ""}[self.group_by]
        self.groups.setdefault(key, label)
        self.waiting.setdefault(key, []).append(event)

    def send(self, now: int, week: "Week") -> dict[str, dict[int, tuple[list[str], bool]]]:
        """Return the messages of a claim by group: of each alert its events, and if it is open."""
        for group in set(self.groups.values()) - set(self.out):
            members = [key for key, own in self.groups.items() if own == group]
            for key in members:
                alert = week.alerts[key]
                if not alert.is_open and key in self.waiting:
                    is_muted = key not in self.told and week.is_muted(key, alert.ended_at)
                    if not self.send_resolved or is_muted:
                        del self.waiting[key]
                        if key not in self.told:
                            del self.groups[key]
            members = [key for key in members if key in self.groups]
            muted = {key for key in members if week.alerts[key].is_open and week.is_muted(key, now)}
            fresh = {key for key in self.waiting if self.groups[key] == group} - muted
            others = {
                key
                for key in set(members) - muted - fresh
                if week.alerts[key].is_open and self.takes(week.alerts[key].severity)
            }
            if self.repeats.get(group, now + 1) <= now and not fresh:
                if any(not week.alerts[key].is_acknowledged for key in others):
                    fresh = others
                elif not muted:
                    del self.repeats[group]
            if fresh:
                self.out[group] = {
                    key: (self.waiting.pop(key, []), week.alerts[key].is_open)
                    for key in fresh | others
                }
                self.repeats.pop(group, None)
        sent = dict(self.out)
        if now not in self.dead:
            for group, message in sent.items():
                self.told |= set(message)
                if any(is_open for _, is_open in message.values()):
                    self.repeats[group] = now + self.repeat
            self.out = {}
        else:
            self.told |= {key for message in sent.values() for key in message}
        return sent


class Week:
    """Alerts that open, rise, fall, are silenced and end, in a database and in a model."""

    def __init__(self, connection: psycopg.Connection, seed: int) -> None:
        self.connection = connection
        self.random = random.Random(seed)
        self.alerts: dict[int, ModelAlert] = {}
        self.silences: list[tuple[str, int, int]] = []
        self.receivers = [
            ModelReceiver("all", "info", None, 240, True),
            ModelReceiver("each", "warning", "alert_type", 60, True),
            ModelReceiver("worst", "critical", "alert_type", 120, False),
            ModelReceiver("severity", "warning", "severity", 90, True),
            ModelReceiver("dead", "warning", "alert_type", 60, True, range(1440, 2880)),
        ]
        for receiver in self.receivers:
            add_receiver(
                connection,
                receiver.name,
                minimum_severity=receiver.minimum,
                group_by=[receiver.group_by] if receiver.group_by else [],
                repeat_interval=f"{receiver.repeat} minutes",
                send_resolved=receiver.send_resolved,
            )

    def is_muted(self, key: int, now: int | None) -> bool:
        assert now is not None
        alert = self.alerts[key]
        is_silenced = any(
            pair == alert.pair and start <= now < end for pair, start, end in self.silences
        )
        is_inhibited = alert.severity != "critical" and any(
            other.pair == alert.pair
            and other.was_critical(now)
            and (other.is_open or (not alert.is_open and (other.ended_at or 0) >= now))
            for own, other in self.alerts.items()
            if own != key
        )
        return is_silenced or is_inhibited

    def tell(self, key: int, event: str) -> None:
        for receiver in self.receivers:
            receiver.hear(key, self.alerts[key], event)

    def happen(self, now: int) -> None:
        """Let something happen to one of six series, or nothing."""
        pair, number = self.random.choice("abc"), self.random.randrange(2)
        known = [
            key
            for key, alert in self.alerts.items()
            if alert.is_open and (alert.pair, alert.number) == (pair, number)
        ]
        severity = self.random.choice(SEVERITIES)
        if not known:
            [(key,)] = self.connection.execute(
                "insert into perf.model_alerts (alert_type, severity, alert_message, labels,"
                " alert_timestamp, last_seen_at) values (%s, %s, 'm',"
                " jsonb_build_object('metric', %s::text, 'threshold_id', %s::integer), %s, %s)"
                " returning id",
                [pair, severity, pair, number, at(now), at(now)],
            ).fetchall()
            self.alerts[key] = ModelAlert(pair, number, severity, history=[(now, severity)])
            self.tell(key, "opened")
            return
        [key] = known
        alert = self.alerts[key]
        change = self.random.random()
        if change < 0.4:
            self.update(key, "is_resolved = true, resolved_timestamp = %s", at(now))
            alert.is_open, alert.ended_at = False, now
            self.tell(key, "resolved")
        elif change < 0.6 and not alert.is_acknowledged:
            self.update(key, "acknowledged_at = %s", at(now))
            alert.is_acknowledged = True
            self.tell(key, "acknowledged")
        elif severity != alert.severity:
            self.update(key, "last_seen_at = %s, severity = %s", at(now), severity)
            is_rise = SEVERITIES.index(severity) > SEVERITIES.index(alert.severity)
            alert.severity = severity
            alert.history.append((now, severity))
            self.tell(key, "escalated" if is_rise else "eased")

    def update(self, key: int, changes: str, *values: object) -> None:
        self.connection.execute(
            f"update perf.model_alerts set {changes} where id = %s".encode(), [*values, key]
        )

    def silence(self, now: int) -> None:
        pair, end = self.random.choice("abc"), now + self.random.randrange(30, 600)
        self.silences.append((pair, now, end))
        self.connection.execute(
            "insert into perf.alert_silences (matcher, starts_at, ends_at, reason)"
            " values (jsonb_build_object('alert_type', %s::text), %s, %s, 'why')",
            [pair, at(now), at(end)],
        )

    def deliver(self, now: int) -> dict[tuple[str, str], dict[int, tuple[list[str], bool]]]:
        """Return what a claim gave, and deliver it to those who live."""
        got: dict[tuple[str, str], dict[int, tuple[list[str], bool]]] = {}
        dead = {receiver.name for receiver in self.receivers if now in receiver.dead}
        for message in claim(self.connection, now):
            delivery_id, name, attempt, payload = message
            group = "".join(payload["group_labels"].values())
            assert (name, group) not in got, "two messages of a group at once"
            got[name, group] = {
                alert["alert_id"]: (alert["events"], alert["status"] == "firing")
                for alert in payload["alerts"]
            }
            if name in dead:
                self.connection.execute(
                    "select perf.fail_alert_delivery(%s, %s, 'dead', as_of => %s)",
                    [delivery_id, attempt, at(now)],
                )
            else:
                assert complete(self.connection, message, now)
        return got


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_week_of_alerts_everybody_is_told_what_the_rules_say(connection, seed: int) -> None:
    week = Week(connection, seed)
    messages = 0
    for now in range(0, 7 * 1440, 10):
        if week.random.random() < 0.3:
            week.happen(now)
        if week.random.random() < 0.01:
            week.silence(now)
        expected = {
            (receiver.name, group): message
            for receiver in week.receivers
            for group, message in receiver.send(now, week).items()
        }
        assert week.deliver(now) == expected, f"minute {now}"
        messages += len(expected)
    assert messages > 500
