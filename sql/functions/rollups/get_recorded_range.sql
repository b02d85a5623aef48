-- Two look-ups in the primary key for each series. The index on the bucket would have to walk over the
-- rows of all other pipelines. Dynamic SQL, because each pipeline has its own view of series and its
-- own raw table.
--
-- Of rows that no run has read only those count that are outside of what is rolled up, and no raw row is
-- more than a day ahead of the clock (perf_internal.check_raw_rows). So PostgreSQL plans for the few
-- partitions that such rows may be in, and not for all, which took most of the time. For the same reason
-- the state is read first, by the same snapshot, because the function is stable: with values in the place
-- of perf_internal.get_pending_condition() planning takes a third.
create or replace function perf.get_recorded_range(pipeline text default null)
returns table (
    pipeline_name text,
    first_bucket timestamptz,
    last_bucket timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    v_pipeline perf_internal.pipelines;
    v_state perf_internal.rollup_state;
    v_kept text[];
    v_level text;
    v_series_ids uuid[];
    v_pending_first timestamptz;
    v_pending_last timestamptz;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_origin();
    if get_recorded_range.pipeline is not null then
        perform perf_internal.get_pipeline(get_recorded_range.pipeline);
    end if;
    for v_pipeline in
        select p.*
        from perf_internal.pipelines as p
        where get_recorded_range.pipeline is null
            or p.pipeline = get_recorded_range.pipeline
        order by p.pipeline
    loop
        pipeline_name := v_pipeline.pipeline;
        -- The levels of which retention has removed nothing, finest first.
        v_kept := array(
            select l.level
            from unnest('{hourly,daily,weekly}'::text[]) with ordinality as l (level, number)
            where not exists (
                select
                from perf.retention as t
                where t.pipeline = v_pipeline.pipeline
                    and t.level = l.level
                    and t.deleted_before is not null
            )
            order by l.number
        );
        -- On several machines each looks through what it has.
        if perf_internal.is_distributed() then
            execute format(
                'select array_agg(s.series_id) from %s as s', v_pipeline.series_view
            )
            into v_series_ids;
            select
                min(r.time_bucket) filter (where r.granularity = coalesce(v_kept[1], 'weekly')),
                coalesce(
                    max(r.time_bucket) filter (where r.granularity = 'hourly'),
                    max(r.time_bucket) filter (where r.granularity = 'weekly')
                )
            into first_bucket, last_bucket
            from perf_internal.rollups as r
            where r.series_id = any(v_series_ids);
        else
            -- Where retention has removed all hours, the last week says it.
            foreach v_level in array '{hourly,weekly}'::text[] loop
                execute format(
                    'select min(f.time_bucket), max(l.time_bucket)
                    from %s as s
                    cross join lateral (
                        select min(r.time_bucket) as time_bucket
                        from perf_internal.rollups as r
                        where r.series_id = s.series_id
                            and r.granularity = $1
                    ) as f
                    cross join lateral (
                        select max(r.time_bucket) as time_bucket
                        from perf_internal.rollups as r
                        where r.series_id = s.series_id
                            and r.granularity = $2
                    ) as l',
                    v_pipeline.series_view
                )
                into first_bucket, last_bucket
                using coalesce(v_kept[1], 'weekly'), v_level;
                exit when last_bucket is not null;
            end loop;
        end if;
        select t.* into strict v_state
        from perf_internal.rollup_state as t
        where t.pipeline = v_pipeline.pipeline;
        execute format(
            'select
                date_bin(''1 hour'', min(r.%1$I), ''2001-01-01 00:00+00''),
                date_bin(''1 hour'', max(r.%1$I), ''2001-01-01 00:00+00'')
            from %2$s as r
            where (%3$s)
                and (r.%1$I < %4$L or r.%1$I >= %5$L)
                and r.%1$I < %6$L',
            v_pipeline.time_column,
            v_pipeline.raw_table,
            concat_ws(
                ' or ',
                format('r.transaction_id >= %s', v_state.snapshot_xmax),
                case
                    when v_state.in_progress <> '{}'
                    then format('r.transaction_id = any(%L::bigint[])', v_state.in_progress)
                end
            ),
            coalesce(first_bucket, 'infinity'),
            coalesce(last_bucket + interval '1 hour', 'infinity'),
            now() + interval '25 hours'
        )
        into v_pending_first, v_pending_last;
        first_bucket := least(first_bucket, v_pending_first);
        last_bucket := greatest(last_bucket, v_pending_last);
        if first_bucket is not null then
            return next;
        end if;
    end loop;
end
$$;

comment on function perf.get_recorded_range is
    'From when to when there is something to show, by pipeline: the start of the first and of the last hour that has values, with rows that are not rolled up yet. Where retention has removed hours, the first is a day or a week. No row for a pipeline without values. Errors: 42501 not an analyst, PT404 no such pipeline, PT409 while a restore is under way.';

revoke execute on function perf.get_recorded_range from public;
grant execute on function perf.get_recorded_range
    to authenticated, service_role, perf_admin, perf_analyst;
