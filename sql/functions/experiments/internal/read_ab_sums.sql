-- Every series belongs to one test, so all time is asked for, and the engine takes weeks. It adds
-- outcomes that no run has read.
create or replace function perf_internal.read_ab_sums(
    test_id uuid,
    granularity text default null
)
returns table (
    metric text,
    variant text,
    unit_count bigint,
    outcome_count bigint,
    mean double precision,
    m2 double precision,
    pair_count double precision,
    pair_sum double precision,
    pair_product double precision,
    minimum double precision,
    maximum double precision,
    sketch numeric,
    time_bucket timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_series record;
begin
    select
        array_agg(s.id order by s.metric, s.variant) as ids,
        array_agg(s.metric order by s.metric, s.variant) as metrics,
        array_agg(s.variant order by s.metric, s.variant) as variants,
        array_agg(s.position::integer order by s.metric, s.variant) as positions
    into v_series
    from (
        select a.*, row_number() over (order by a.metric, a.variant) as position
        from perf_internal.ab_series as a
        where a.test_id = read_ab_sums.test_id
    ) as s;
    return query
    select
        v_series.metrics[r.group_number],
        v_series.variants[r.group_number],
        coalesce(max(r.count) filter (where r.metric = 'ab_unit'), 0),
        max(r.count) filter (where r.metric = 'ab_outcome'),
        max(r.sum / r.count) filter (where r.metric = 'ab_outcome'),
        max(r.m2) filter (where r.metric = 'ab_outcome'),
        coalesce(max(r.sum) filter (where r.metric = 'ab_pair_count'), 0),
        coalesce(max(r.sum) filter (where r.metric = 'ab_pair_sum'), 0),
        coalesce(max(r.sum) filter (where r.metric = 'ab_pair_product'), 0),
        max(r.min) filter (where r.metric = 'ab_outcome'),
        max(r.max) filter (where r.metric = 'ab_outcome'),
        max(r.sketch) filter (where r.metric = 'ab_outcome'),
        r.time_bucket
    from perf_internal.read_metrics(
        'experiments',
        '{ab_outcome,ab_unit,ab_pair_count,ab_pair_sum,ab_pair_product}',
        v_series.ids,
        '-infinity',
        'infinity',
        granularity => read_ab_sums.granularity,
        group_numbers => v_series.positions,
        percentiles => '{0.5}',
        sketched_metrics => case
            when read_ab_sums.granularity is null then array['ab_outcome'] else array[]::text[]
        end
    ) as r
    group by r.group_number, r.time_bucket;
end
$$;

comment on function perf_internal.read_ab_sums is
    'Running sums of an A/B test by metric and variant (a, b), with outcomes that no run has read yet: units, outcomes, their mean and sum of squared deviations, and over pairs of outcomes of one unit their number, and the sums of y1 + y2 and of y1 * y2. With a granularity by bucket, where a unit counts in that of its first outcome that was recorded, and without sketch. Error 22023: bad granularity.';

revoke execute on function perf_internal.read_ab_sums from public;
grant execute on function perf_internal.read_ab_sums
    to authenticated, service_role, perf_admin, perf_analyst;
