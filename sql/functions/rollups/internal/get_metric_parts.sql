create or replace function perf_internal.get_metric_parts(
    pipeline text,
    metrics text[]
)
returns table (
    metric text,
    stored_metric text,
    count_weight integer,
    sum_weight integer,
    share_weight integer
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        m.metric,
        s.stored_metric,
        sum(e.count_weight * s.sign)::integer,
        sum(e.sum_weight * s.sign)::integer,
        sum(e.share_weight * s.sign)::integer
    from perf.metrics as m
    cross join lateral (
        values
            (
                case m.kind when 'share' then m.other_metric else m.metric end,
                1,
                case m.kind when 'share' then 0 else 1 end,
                0
            ),
            (case m.kind when 'share' then m.base_metric end, 0, 0, 1)
    ) as e (metric, count_weight, sum_weight, share_weight)
    join perf.metrics as d on d.metric = e.metric
    cross join lateral (
        values
            (case d.kind when 'difference' then d.base_metric else d.metric end, 1),
            (case d.kind when 'difference' then d.other_metric end, -1)
    ) as s (stored_metric, sign)
    where m.pipeline = get_metric_parts.pipeline
        and m.metric = any(get_metric_parts.metrics)
        and s.stored_metric is not null
    group by 1, 2;
$$;

comment on function perf_internal.get_metric_parts is
    'Metrics as sums of stored ones: the factors of the count and the sum of each stored metric, and the factor of its count in the sum.';

revoke execute on function perf_internal.get_metric_parts from public;
grant execute on function perf_internal.get_metric_parts
    to authenticated, service_role, perf_admin, perf_analyst;
