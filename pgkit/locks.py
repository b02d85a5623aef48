"""Lock tables all at once, without making other sessions wait long."""

import time
from collections.abc import Callable, Sequence
from itertools import count

import psycopg

from pgkit.database import Connection, Failure, query

# So often it asks for locks without waiting, before it queues for them.
NOWAIT_ATTEMPTS = 5
# Then it queues, each time longer by half.
FIRST_TURN_MS = 15
MISSED = (
    psycopg.errors.QueryCanceled,
    psycopg.errors.LockNotAvailable,
    # Citus looks for deadlocks at its own times, which may be within a short turn.
    psycopg.errors.DeadlockDetected,
)


def run_with_locks(
    connection: Connection, names: Sequence[str], work: Callable[[], None] = lambda: None
) -> None:
    """Lock tables and views all at once, do the work, and keep the locks.

    They last until the transaction of the caller ends. Between two attempts all other sessions go
    on, so a long transaction does not stop them. What the work did in an attempt that failed is
    rolled back, and done again in the next. lock_timeout says how long to try. Raises Failure,
    which says who holds a lock then.
    """
    longest_ms, patience_ms = connection.execute(query("lock_times")).fetchone() or (1, 0)
    give_up_at = time.monotonic() + patience_ms / 1000
    for attempt in count(1 - NOWAIT_ATTEMPTS):
        turn_ms = min(longest_ms, int(FIRST_TURN_MS * 1.5**attempt)) if attempt > 0 else 0
        try:
            with connection.transaction():
                lock(connection, names, turn_ms)
                work()
            return
        except MISSED as error:
            if patience_ms and time.monotonic() > give_up_at:
                raise Failure(*say_who_holds(connection, names)) from error
        # After a turn the others get four times as long.
        time.sleep(4 * (turn_ms or FIRST_TURN_MS) / 1000)


def lock(connection: Connection, names: Sequence[str], turn_ms: int) -> None:
    """Lock tables and views, until the transaction ends, in a short time or not at all.

    Files lock one table after another. A session that holds one of them and waits for another
    would end in a deadlock, and lose the calls that it records. So all are locked before the first
    file runs. Others queue behind this session for at most `turn_ms`, which is shorter than
    deadlock_timeout; with 0 it does not queue. Locks that the files ask for wait no longer.
    """
    if names:
        statement = f"lock table {', '.join(names)} in access exclusive mode"
        connection.execute(f"set local statement_timeout = {turn_ms}".encode())
        connection.execute((statement + ("" if turn_ms else " nowait")).encode())
        connection.execute("set local statement_timeout = 0")
    connection.execute(f"set local lock_timeout = {turn_ms or 1}".encode())


def say_who_holds(connection: Connection, names: Sequence[str]) -> tuple[str, str]:
    """Return message and hint for locks that were not to be had."""
    held = names or [row[0] for row in connection.execute(query("relations"))]
    holders = [row[0] for row in connection.execute(query("lock_holders"), [held])]
    return (
        "another session holds a lock on a table of ours",
        "".join(f"{holder}. " for holder in holders)
        + "Nothing was changed; run again later, or wait longer with --lock-timeout.",
    )
