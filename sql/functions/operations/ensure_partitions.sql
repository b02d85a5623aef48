-- security definer: creating tables is the owner's right. Partitions are made beside the parent and
-- attached, which lets writers of other partitions go on; the default partition is locked, so that
-- no row of the new day can slip into it meanwhile. Whoever finds the day there already goes on.
--
-- A writer who has chosen the default partition when its day gets a partition is refused. For a day
-- that calls may have now, all writers therefore wait before they choose.
--
-- In a transaction of its own: whoever waits for what it did before could wait in a circle.
create or replace function perf.ensure_partitions(
    as_of timestamptz default now(),
    days_ahead integer default 7
)
returns table (partition_name text, moved_calls bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
    v_first_day date;
    v_day date;
    v_name text;
    v_moved bigint;
begin
    perform perf_internal.check_as_of(ensure_partitions.as_of);
    if ensure_partitions.days_ahead is null
        or ensure_partitions.days_ahead not between 0 and 366
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'days_ahead must be between 0 and 366, got %s',
                coalesce(ensure_partitions.days_ahead::text, 'null')
            );
    end if;
    perform perf_internal.lock_partitions('ensure_partitions');
    select min(d.day)
    into v_first_day
    from perf_internal.get_missing_days(
        ensure_partitions.as_of, ensure_partitions.days_ahead
    ) as d;
    if v_first_day is null then
        return;
    end if;
    perform perf_internal.lock_calls(
        array['performance_metrics_raw_default'],
        'access exclusive',
        parent_mode => case
            -- Now, whatever as_of says: calls come now.
            when v_first_day <= now() + interval '1 day' then 'share row exclusive'
            -- What attaching needs. Analyze takes it before it reads the partitions.
            else 'share update exclusive'
        end
    );
    for v_day in
        select d.day
        from perf_internal.get_missing_days(
            ensure_partitions.as_of, ensure_partitions.days_ahead
        ) as d
        where d.day >= v_first_day
        order by d.day
    loop
        v_name := 'performance_metrics_raw_' || to_char(v_day, 'YYYYMMDD');
        -- Dynamic because the name of a table cannot be a parameter.
        execute format(
            'create table perf_internal.%I (
                like perf.performance_metrics_raw including defaults including constraints
            )',
            v_name
        );
        execute format('alter table perf_internal.%I enable row level security', v_name);
        execute format(
            'with moved as (
                delete from perf_internal.performance_metrics_raw_default as r
                where r.call_timestamp >= $1 and r.call_timestamp < $2
                returning r.*
            )
            insert into perf_internal.%I select m.* from moved as m',
            v_name
        )
        using v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC';
        get diagnostics v_moved = row_count;
        execute format(
            'alter table perf.performance_metrics_raw
                attach partition perf_internal.%I for values from (%L) to (%L)',
            v_name,
            v_day::timestamp at time zone 'UTC',
            (v_day + 1)::timestamp at time zone 'UTC'
        );
        insert into perf_internal.raw_partitions (partition_name, day) values (v_name, v_day);
        partition_name := v_name;
        moved_calls := v_moved;
        return next;
    end loop;
end
$$;

comment on function perf.ensure_partitions is
    'Makes the daily partitions that are missing, today to days_ahead and days of calls still in the default partition, and moves those calls; returns what it made. Call it in a transaction of its own. Errors: 22023, 55000 not read committed, 55P03 when others hold what it needs for too long: the default partition or, for days up to tomorrow, any partition.';

revoke execute on function perf.ensure_partitions from public;
grant execute on function perf.ensure_partitions to service_role, perf_admin;
