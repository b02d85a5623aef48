-- security definer: only the owner may create tables; the caller is checked first. A partition is
-- made beside the parent and then attached, so that writers of other partitions go on. The default
-- partition is locked meanwhile, so that no row of the new range gets into it.
--
-- PostgreSQL raises an error in a writer that has chosen the default partition when its range then
-- gets a partition of its own. So for ranges of the present all writers wait before they choose.
--
-- It needs a transaction of its own: locks taken before could end in a deadlock. Dynamic SQL,
-- because the name of a table cannot be a parameter.
create or replace function perf_internal.ensure_partitions(
    as_of timestamptz,
    days_ahead integer
)
returns table (partition_name text, moved_rows bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
#variable_conflict use_column
declare
    v_is_distributed boolean := perf_internal.is_distributed();
    v_pipelines text[];
    v_defaults text[];
    v_first timestamptz;
    v_range record;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(ensure_partitions.as_of);
    if ensure_partitions.days_ahead is null
        or ensure_partitions.days_ahead not between 0 and 366
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'days_ahead must be between 0 and 366, got '
                || coalesce(ensure_partitions.days_ahead::text, 'null');
    end if;
    perform perf_internal.lock_partitions('ensure_partitions');
    select
        array_agg(l.pipeline),
        array_agg(perf_internal.get_default_partition(l.raw_table)),
        min(m.first_missing)
    into v_pipelines, v_defaults, v_first
    from perf_internal.pipelines as l
    cross join lateral (
        select min(d.range_start) as first_missing
        from perf_internal.get_missing_ranges(
            l.pipeline, ensure_partitions.as_of, ensure_partitions.days_ahead
        ) as d
    ) as m
    where m.first_missing is not null;
    if v_first is null then
        return;
    end if;
    perform perf_internal.lock_raw(
        v_pipelines,
        v_defaults,
        'access exclusive',
        parent_mode => case
            -- The clock and not as_of, because writers write now.
            when v_first <= now() + interval '1 day' then 'share row exclusive'
            -- The lock that attaching needs. Analyze takes it before it reads the partitions.
            else 'share update exclusive'
        end
    );
    for v_range in
        select l.raw_table, l.time_column, l.pipeline, d.range_start, d.range_end
        from perf_internal.pipelines as l
        cross join lateral perf_internal.get_missing_ranges(
            l.pipeline, ensure_partitions.as_of, ensure_partitions.days_ahead
        ) as d
        where l.pipeline = any(v_pipelines)
            and d.range_start >= v_first
        order by l.pipeline, d.range_start
    loop
        partition_name := split_part(v_range.raw_table, '.', 2) || '_'
            || to_char(v_range.range_start, 'YYYYMMDD');
        execute format(
            'create table perf_internal.%I (
                like %s including defaults including constraints including compression
            )',
            partition_name,
            v_range.raw_table
        );
        execute format('alter table perf_internal.%I enable row level security', partition_name);
        -- Citus takes neither policies like ours nor triggers; see pgkit distribute.
        if not v_is_distributed then
            execute format(
                'create policy %I on perf_internal.%I for all to perf_admin using (false)',
                partition_name || '_all_nobody',
                partition_name
            );
            execute format(
                'create trigger refuse_truncate before truncate on perf_internal.%I
                    for each statement execute function perf_internal.refuse_truncate()',
                partition_name
            );
        end if;
        -- Default privileges may have granted rights on the new table.
        execute format(
            'revoke all on perf_internal.%I from public, anon, authenticated, service_role,
                perf_admin, perf_analyst, perf_recorder',
            partition_name
        );
        execute format(
            'with moved as (
                delete from perf_internal.%1$I as r
                where r.%2$I >= $1 and r.%2$I < $2
                returning r.*
            )
            insert into perf_internal.%3$I select m.* from moved as m',
            perf_internal.get_default_partition(v_range.raw_table),
            v_range.time_column,
            partition_name
        )
        using v_range.range_start, v_range.range_end;
        get diagnostics moved_rows = row_count;
        execute format(
            'alter table %s attach partition perf_internal.%I for values from (%L) to (%L)',
            v_range.raw_table,
            partition_name,
            v_range.range_start,
            v_range.range_end
        );
        insert into perf_internal.raw_partitions (partition_name, pipeline, range_start, range_end)
        values (
            ensure_partitions.partition_name,
            v_range.pipeline,
            v_range.range_start,
            v_range.range_end
        );
        return next;
    end loop;
end
$$;

comment on function perf_internal.ensure_partitions is 'Does the work of perf.ensure_partitions().';

revoke execute on function perf_internal.ensure_partitions from public;
grant execute on function perf_internal.ensure_partitions to authenticated, service_role, perf_admin;
