-- Makes of what the files made what fits tables that are spread over nodes. Runs again after each
-- migration, and changes only what is not yet so.
--
-- 1. Citus connects to workers as the current user, and API roles may log in nowhere. So functions of perf
--    that read these tables have the rights of their owner. They ask for the role of the caller first.
-- 2. One connection to each worker: all tasks of a statement then see one state of the worker, and a
--    transaction commits there once. Plans are made anew, because Citus needs the values of parameters.
--    Citus writes values into the texts for workers as the session here shows them, and a worker reads them
--    by its own settings. So times, numbers and texts are written in full, in a form that is read alike
--    everywhere. "ISO" leaves the order of day and month in what callers give as it is.
-- 3. The latest evaluations come from a function.
do $$
declare
    -- The tables that are spread, their partitions and views.
    v_relations text[] := string_to_array(current_setting('pgkit.objects'), ',');
    v_direct oid[];
    v_item record;
begin
    create temporary table cluster_calls on commit drop as
    select distinct p.oid as caller, m.name[1] || '.' || m.name[2] as name
    from pg_catalog.pg_proc as p
    cross join lateral regexp_matches(
        p.prosrc, E'\\m(perf|perf_internal)\\.(\\w+)', 'g'
    ) as m (name)
    where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
        and p.prokind = 'f';
    -- Functions whose statements read or write them: by name, or by a text made of the pipeline.
    v_direct := array(
        select p.oid
        from pg_catalog.pg_proc as p
        where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
            and p.prokind = 'f'
            and p.provolatile <> 'i'
            and (
                p.prosrc ~ E'\\mraw_table\\M'
                or exists (
                    select
                    from pg_temp.cluster_calls as c
                    where c.caller = p.oid
                        and (
                            c.name in (
                                'perf_internal.get_read_query',
                                'perf_internal.get_summary_query',
                                'perf_internal.get_levels_query'
                            )
                            or c.name = any(v_relations)
                        )
                )
            )
    );
    for v_item in
        select p.oid::regprocedure as id, p.proconfig as settings
        from pg_catalog.pg_proc as p
        where p.oid = any(v_direct)
            and not coalesce(p.proconfig, '{}')
                @> '{citus.max_adaptive_executor_pool_size=1,standard_conforming_strings=on}'
    loop
        execute format(
            'alter function %s
                set citus.max_adaptive_executor_pool_size = 1
                set extra_float_digits = 1
                set intervalstyle = ''postgres''
                set standard_conforming_strings = on',
            v_item.id
        );
        -- With an order of its own a function reads what callers give.
        if array_to_string(v_item.settings, ' ') ~ 'DateStyle=ISO' is not true then
            execute format('alter function %s set datestyle = ''ISO''', v_item.id);
        end if;
        if v_item.settings @> '{plan_cache_mode=force_generic_plan}' then
            execute format(
                'alter function %s set plan_cache_mode = force_custom_plan', v_item.id
            );
        elsif array_to_string(v_item.settings, ' ') ~ 'plan_cache_mode=' is not true then
            execute format('alter function %s set plan_cache_mode = auto', v_item.id);
        end if;
    end loop;
    for v_item in
        with recursive readers as (
            select d.id
            from unnest(v_direct) as d (id)
            union
            select c.caller
            from readers as r
            join pg_catalog.pg_proc as p on p.oid = r.id
            join pg_temp.cluster_calls as c
                on c.name = format('%s.%s', p.pronamespace::regnamespace, p.proname)
        )
        select p.oid::regprocedure as id
        from readers as r
        join pg_catalog.pg_proc as p on p.oid = r.id
        where (p.pronamespace = 'perf'::regnamespace or p.proname = 'get_latest_evaluations')
            and not p.prosecdef
            -- Not those that make a relationship of a row for PostgREST.
            and p.prolang <> (select l.oid from pg_catalog.pg_language as l where l.lanname = 'sql')
    loop
        execute format('alter function %s security definer', v_item.id);
    end loop;
    drop table pg_temp.cluster_calls;
    -- A view asks with the rights of its caller, so this one asks a function.
    if pg_get_viewdef('perf.v_latest_model_performance'::regclass) !~ 'get_latest_evaluations' then
        execute (
            select format(
                'create or replace view perf.v_latest_model_performance
                with (security_invoker = true)
                as
                select %s
                from perf_internal.get_latest_evaluations() as e
                join perf_internal.trained_models as m on m.id = e.series_id',
                string_agg(
                    format(
                        '%s.%I',
                        case when a.attname in ('model_type', 'machine_id') then 'm' else 'e' end,
                        a.attname
                    ),
                    ', '
                    order by a.attnum
                )
            )
            from pg_catalog.pg_attribute as a
            where a.attrelid = 'perf.v_latest_model_performance'::regclass
        );
    end if;
end
$$
