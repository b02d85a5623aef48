-- The only way in. What makes it right when sessions record at the same time:
-- - perf.stop_ab_test() waits for the shared lock of each test until this transaction ends, see
--   lock_ab_test(). Above read committed the snapshot may be older than the lock, and the row lock
--   then ends in a serialization failure.
-- - A retry waits at the unique key of ab_outcome_ids, or of ab_units, until the first attempt has
--   committed, and then adds nothing.
-- - The row in ab_units is locked while a unit gets outcomes. So an outcome knows count and sum of
--   all that are recorded before it, in any session.
-- - Each session takes tests, then ids, then units, each of them sorted. So sessions wait in one
--   direction and cannot deadlock, unless one records several times in a transaction.
create or replace function perf_internal.record_outcomes(
    outcomes perf_internal.ab_outcome[],
    is_of_calls boolean default false
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    v_values perf_internal.ab_value[];
    v_recorded bigint;
begin
    perform perf_internal.check_origin();
    perform pg_advisory_xact_lock_shared(uuid_hash_extended(t.test_id, 0))
    from (
        select distinct o.test_id
        from unnest(record_outcomes.outcomes) as o
        order by 1
    ) as t;
    if current_setting('transaction_isolation') <> 'read committed' then
        perform
        from perf.model_ab_tests as t
        where t.id in (select o.test_id from unnest(record_outcomes.outcomes) as o)
        order by t.id
        for share;
    end if;
    perform perf_internal.check_outcomes(record_outcomes.outcomes, record_outcomes.is_of_calls);
    -- Of an id that comes twice the first element counts.
    v_values := array(
        select distinct on (
                v.series_id,
                v.outcome_id,
                case when v.outcome_id is null then v.unit_key end
            )
            row(v.*)::perf_internal.ab_value
        from (
            select
                s.id as series_id,
                o.unit_key,
                o.outcome_id,
                case
                    when m.above is null then n.value
                    else (n.value > m.above)::integer
                end as value,
                o.observed_at,
                o.ordinality as number
            from unnest(record_outcomes.outcomes) with ordinality as o
            join perf.model_ab_tests as t
                on t.id = o.test_id
                and t.test_status = 'running'
                and t.test_start <= o.observed_at
            cross join lateral (
                select perf_internal.get_ab_variant(o.test_id, o.unit_key, t.traffic_split)
                offset 0
            ) as a (variant)
            cross join lateral jsonb_each(o.outcomes) as e
            cross join lateral (
                select case jsonb_typeof(e.value)
                    -- A time of a call may be too small for the raw table.
                    when 'number' then round(e.value::numeric, 100)::float8
                    when 'boolean' then e.value::boolean::integer
                end
            ) as n (value)
            join perf.ab_test_metrics as m
                on m.test_id = o.test_id
                and coalesce(m.source_metric, m.metric) = e.key
            join perf_internal.ab_series as s
                on s.test_id = m.test_id
                and s.metric = m.metric
                and s.variant = a.variant
            where n.value is not null
        ) as v
        order by
            v.series_id,
            v.outcome_id,
            case when v.outcome_id is null then v.unit_key end,
            v.number
    );
    if exists (select from unnest(v_values) as v where v.outcome_id is not null) then
        with new_ids as (
            insert into perf_internal.ab_outcome_ids as i (series_id, outcome_id)
            select v.series_id, v.outcome_id
            from unnest(v_values) as v
            where v.outcome_id is not null
            order by v.series_id, v.outcome_id
            on conflict do nothing
            returning i.series_id, i.outcome_id
        )
        select array_agg(
            row(
                g.series_id, g.unit_key, g.outcome_id, g.value, g.observed_at, g.number
            )::perf_internal.ab_value
        )
        into v_values
        from (
            select
                v.*,
                bool_or(v.outcome_id is not null) over (
                    partition by v.series_id, v.unit_key
                ) as has_ids
            from unnest(v_values) as v
        ) as g
        left join new_ids as i on i.series_id = g.series_id and i.outcome_id = g.outcome_id
        where i.outcome_id is not null or not g.has_ids;
    end if;
    perform set_config('perf.rows_are_checked', 'on', true);
    with given as materialized (
        select
            v.*,
            count(*) over u as batch_count,
            sum(v.value) over u as batch_sum,
            row_number() over (u order by v.number) - 1 as preceding_count,
            coalesce(
                sum(v.value) over (
                    u order by v.number rows between unbounded preceding and 1 preceding
                ),
                0
            ) as preceding_sum
        from unnest(v_values) as v
        window u as (partition by v.series_id, v.unit_key)
    ),
    units as (
        insert into perf_internal.ab_units as u (
            series_id, unit_key, outcome_sum, outcome_count, has_ids
        )
        select
            g.series_id,
            g.unit_key,
            min(g.batch_sum),
            min(g.batch_count),
            bool_or(g.outcome_id is not null)
        from given as g
        group by g.series_id, g.unit_key
        order by g.series_id, g.unit_key
        on conflict on constraint ab_units_pkey do update
        set outcome_sum = u.outcome_sum + excluded.outcome_sum,
            outcome_count = u.outcome_count + excluded.outcome_count
        where excluded.has_ids
        returning u.*
    ),
    stored as (
        insert into perf.ab_outcomes (series_id, created_at, value, earlier_sum, earlier_count)
        select
            g.series_id,
            g.observed_at,
            g.value,
            u.outcome_sum - g.batch_sum + g.preceding_sum,
            u.outcome_count - g.batch_count + g.preceding_count
        from given as g
        join units as u on u.series_id = g.series_id and u.unit_key = g.unit_key
    )
    select count(distinct g.number)
    into v_recorded
    from given as g
    join units as u on u.series_id = g.series_id and u.unit_key = g.unit_key;
    perform set_config('perf.rows_are_checked', 'off', true);
    return v_recorded;
end
$$;

comment on function perf_internal.record_outcomes is
    'Records outcomes of units of A/B tests and returns how many of them were new. For perf.record_ab_outcome(), its batch, and calls, which name metrics that the test may not have and may come after its end. Errors: as check_outcomes(); PT409 while a restore is under way.';

revoke execute on function perf_internal.record_outcomes from public;
