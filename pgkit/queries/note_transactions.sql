-- Notes which transactions are open in this database, once for each retired function.
update perf_internal.retired_functions as r
set noted_at = clock_timestamp(),
    transactions = array(
        select l.virtualtransaction
        from pg_catalog.pg_locks as l
        where l.locktype = 'virtualxid'
            and l.pid <> pg_backend_pid()
            and exists (
                select
                from pg_catalog.pg_stat_activity as s
                where s.pid = l.pid
                    and coalesce(s.datname, current_database()) = current_database()
            )
    )
where r.noted_at is null
