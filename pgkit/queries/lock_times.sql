-- In ms: the longest time that a migration may wait in the queue of a lock, before which nobody finds
-- a deadlock; and how long it tries in all (0: no limit).
select
    greatest(1, 0.4 * d.setting::integer)::integer,
    l.setting::integer
from pg_catalog.pg_settings as d
cross join pg_catalog.pg_settings as l
where d.name = 'deadlock_timeout'
    and l.name = 'lock_timeout'
