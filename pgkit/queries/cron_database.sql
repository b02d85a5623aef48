-- The other database in which pg_cron of this server lives; no row where it lives in this one or on no
-- server, or where this user may not know.
select s.setting
from pg_catalog.pg_settings as s
where s.name = 'cron.database_name'
    and s.setting <> current_database()
    and to_regclass('cron.job') is null
