-- Dynamic SQL, because each pipeline has its own view of series.
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
declare
    v_view text := (perf_internal.get_pipeline(get_series.pipeline)).series_view;
    v_wrong text;
    v_names text;
begin
    execute format(
        'select k.name
        from (
            select jsonb_object_keys($1)
            union all
            select unnest($2)
        ) as k (name)
        where not exists (select 1 from %1$s as s where s.labels ? k.name)
            and exists (select 1 from %1$s as s)
        limit 1',
        v_view
    )
    into v_wrong
    using coalesce(get_series.labels, '{}'), coalesce(get_series.group_by, '{}');
    if v_wrong is not null then
        execute format(
            'select string_agg(distinct k.name, '', '' order by k.name)
            from %s as s
            cross join lateral jsonb_object_keys(s.labels) as k (name)',
            v_view
        )
        into v_names;
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'labels and group_by must name labels, got '
                || perf_internal.quote_value(v_wrong),
            hint = 'There are ' || v_names || '.';
    end if;
    return query execute format(
        'select
            s.series_id,
            (
                select coalesce(jsonb_object_agg(k.name, s.labels -> k.name), ''{}'')
                from unnest($2) as k (name)
            )
        from %s as s
        where s.labels @> $1',
        v_view
    )
    using coalesce(get_series.labels, '{}'), coalesce(get_series.group_by, '{}');
end
$$;

comment on function perf_internal.get_series is
    'The series of a pipeline that have all these labels, each with those of its labels that group_by names, null where it has none. No row for a value that no series has. Errors: PT404 no such pipeline, 22023 a label that no series has.';

revoke execute on function perf_internal.get_series from public;
grant execute on function perf_internal.get_series
    to authenticated, service_role, perf_admin, perf_analyst;
