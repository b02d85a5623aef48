-- Each scope is found by one of its labels, the pivot, in a hash join: to compare each of 10,000
-- series with each of 200 scopes takes a second. Scopes without a label of one value are compared
-- with all series.
--
-- A narrower scope takes a series out of a wider one, so all enabled thresholds of the same metrics
-- are looked at. Scopes are compared with each other before series come in.
--
-- Dynamic SQL, because each pipeline has its own view of series.
create or replace function perf_internal.get_threshold_series(
    pipeline text,
    threshold_ids bigint[]
)
returns table (threshold_id bigint, series_id uuid, group_labels jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_ids bigint[];
    v_scopes jsonb[];
    v_pivots text[];
    v_values jsonb[];
begin
    select
        array_agg(t.id),
        array_agg(e.scope),
        array_agg(coalesce(p.pivot, '')),
        array_agg(coalesce(p.value, 'null'))
    into v_ids, v_scopes, v_pivots, v_values
    from perf.performance_alert_thresholds as t
    cross join lateral (
        select perf_internal.get_threshold_scope(t.*) offset 0
    ) as e (scope)
    left join lateral (
        select l.key as pivot, l.value
        from jsonb_each(e.scope) as l
        where jsonb_typeof(l.value) not in ('object', 'array')
            and l.key <> ''
        order by l.key
        limit 1
    ) as p on true
    where t.id = any(get_threshold_series.threshold_ids)
        or t.enabled
        and exists (
            select 1
            from perf.performance_alert_thresholds as a
            where a.id = any(get_threshold_series.threshold_ids)
                and a.metric_name = t.metric_name
        );
    return query execute format(
        'with scopes as materialized (
            select c.id, c.scope, c.pivot, c.value, t.metric_name, t.group_by, t.enabled,
                t.baseline is null as is_plain
            from unnest($2, $3, $4, $5) as c (id, scope, pivot, value)
            join perf.performance_alert_thresholds as t on t.id = c.id
        ),
        narrower_scopes as materialized (
            select a.id, b.id as narrower_id
            from scopes as a
            join scopes as b on b.metric_name = a.metric_name and b.is_plain = a.is_plain
            where b.enabled
                and b.scope @> a.scope
                and not a.scope @> b.scope
        ),
        matches as materialized (
            select c.id, s.series_id, s.labels, c.group_by
            from (
                select
                    v.series_id,
                    v.labels,
                    p.pivot,
                    case p.pivot when '''' then ''null'' else v.labels -> p.pivot end as value
                from (select x.series_id, x.labels from %s as x offset 0) as v
                cross join (select distinct unnest($4)) as p (pivot)
                offset 0
            ) as s
            join scopes as c on c.pivot = s.pivot and c.value = s.value
            where s.labels @> c.scope
        )
        select
            m.id,
            m.series_id,
            case
                when m.group_by = ''{}'' then ''{}''
                when cardinality(m.group_by) = 1
                then jsonb_build_object(m.group_by[1], m.labels -> m.group_by[1])
                else (
                    select jsonb_object_agg(k.name, m.labels -> k.name)
                    from unnest(m.group_by) as k (name)
                )
            end
        from matches as m
        left join (
            select distinct w.id, x.series_id
            from matches as x
            join narrower_scopes as w on w.narrower_id = x.id
        ) as n on n.id = m.id and n.series_id = m.series_id
        where m.id = any($1)
            and n.id is null',
        (perf_internal.get_pipeline(get_threshold_series.pipeline)).series_view
    )
    using get_threshold_series.threshold_ids, v_ids, v_scopes, v_pivots, v_values;
end
$$;

comment on function perf_internal.get_threshold_series is
    'The series that each of these thresholds, all of metrics of the pipeline, judges: those that have the labels of its scope, without those that an enabled threshold of the same metric with a narrower scope takes; thresholds with and without a baseline take nothing from each other. With the labels that group_by of the threshold names, null where a series has none. Error PT404: no such pipeline.';

revoke execute on function perf_internal.get_threshold_series from public;
grant execute on function perf_internal.get_threshold_series
    to authenticated, service_role, perf_admin, perf_analyst;
