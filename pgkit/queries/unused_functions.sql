-- Retired functions that no call of the version before can still need: the transactions that were open
-- after the upgrade are over, and nobody runs a procedure since then that has committed in between.
select r.signature
from perf_internal.retired_functions as r
where r.noted_at is not null
    and not exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'virtualxid'
            and l.pid <> pg_backend_pid()
            and l.virtualtransaction = any(r.transactions)
    )
    and not exists (
        select
        from pg_catalog.pg_stat_activity as s
        where s.datname = current_database()
            and s.pid <> pg_backend_pid()
            and s.state = 'active'
            and s.query_start < r.noted_at
    )
order by 1
