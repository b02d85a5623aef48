create or replace function perf_internal.get_provider(model_name text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        nullif(trim(substring(get_provider.model_name from '^([^/]+)/')), ''),
        'unknown'
    );
$$;

comment on function perf_internal.get_provider is
    'The provider in a name written provider/model, else unknown.';

revoke execute on function perf_internal.get_provider from public;
