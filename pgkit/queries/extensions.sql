-- The extensions that matter to us: version in this database, version on the server.
select w.extension_name, e.extversion as installed, a.default_version as available
from unnest('{pg_cron,pgtap,plpgsql_check}'::text[]) as w (extension_name)
left join pg_catalog.pg_extension as e on e.extname = w.extension_name
left join pg_catalog.pg_available_extensions as a on a.name = w.extension_name
