-- What a migration locks, the oldest first. So perf.user_roles, which most sessions read before
-- anything else, comes early. Then how long a turn may take, and all of them (0: no limit), in ms.
select
    (
        select string_agg(c.oid::regclass::text, ', ' order by c.relkind = 'v', c.oid)
        from pg_class as c
        where c.relnamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
            and c.relkind in ('r', 'p', 'v')
            and not c.relispartition
    ),
    (
        select greatest(1, 0.4 * s.setting::integer)::integer
        from pg_settings as s
        where s.name = 'deadlock_timeout'
    ),
    (select s.setting::integer from pg_settings as s where s.name = 'lock_timeout')
