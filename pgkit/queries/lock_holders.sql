-- Who holds a lock on one of these tables or views, the oldest transaction first. Of the sessions of
-- other users only members of pg_read_all_stats see since when.
select
    format(
        'pid %%s (user %%s, application %%s%%s) holds %%s',
        l.pid,
        coalesce(s.usename::text, '-'),
        coalesce(nullif(s.application_name, ''), '-'),
        to_char(s.xact_start, '", since "YYYY-MM-DD HH24:MI:SS "UTC"'),
        string_agg(distinct format('%%s.%%s', n.nspname, c.relname), ', ')
    )
from pg_catalog.pg_locks as l
join pg_catalog.pg_class as c on c.oid = l.relation
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_database as d on d.oid = l.database and d.datname = current_database()
left join pg_catalog.pg_stat_activity as s on s.pid = l.pid
where l.granted
    and l.pid is distinct from pg_backend_pid()
    and format('%%s.%%s', n.nspname, c.relname) = any(%s)
group by l.pid, s.usename, s.application_name, s.xact_start
order by s.xact_start nulls last, l.pid
limit 3
