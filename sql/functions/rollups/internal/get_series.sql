-- Dynamic because each pipeline has its own view of series.
create or replace function perf_internal.get_series(
    pipeline text,
    labels jsonb default '{}',
    group_by text[] default '{}'
)
returns table (series_id uuid, group_labels jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute format(
        'select
            s.series_id,
            (
                select coalesce(jsonb_object_agg(k.name, s.labels -> k.name), ''{}'')
                from unnest($2) as k (name)
            )
        from %s as s
        where s.labels @> $1',
        (perf_internal.get_pipeline(get_series.pipeline)).series_view
    )
    using coalesce(get_series.labels, '{}'), coalesce(get_series.group_by, '{}');
end
$$;

comment on function perf_internal.get_series is
    'The series of a pipeline that have all these labels, each with those of its labels that group_by names, null where it has none. Error PT404: no such pipeline.';

revoke execute on function perf_internal.get_series from public;
grant execute on function perf_internal.get_series
    to authenticated, service_role, perf_admin, perf_analyst;
