-- security definer: no API role may write activations; the caller is checked first.
-- A type that somebody is changing right now is left to the next run: skip locked means that this
-- never waits while it holds locks of other types.
create or replace function perf_internal.check_config_guards(as_of timestamptz)
returns table (
    model_type text,
    activation_id bigint,
    guard_status text,
    value double precision,
    call_count bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_watched record;
    v_measured record;
    v_ends_at timestamptz;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(check_config_guards.as_of);
    for v_watched in
        select
            a.id,
            a.model_type,
            a.active_from,
            a.previous_id,
            a.guard ->> 'metric' as metric,
            (a.guard ->> 'within')::interval as within,
            (a.guard ->> 'min_calls')::integer as min_calls,
            (a.guard ->> 'limit')::float8 as value_limit,
            coalesce(a.guard ->> 'source', 'calls') as source,
            coalesce(a.guard ->> 'worse_is' = 'lower', false) as is_worse_below
        from perf.model_config_activations as a
        where a.guard_status = 'watching'
        order by a.model_type
    loop
        v_ends_at := v_watched.active_from + v_watched.within;
        select m.value, m.call_count
        into v_measured
        from perf_internal.measure_type(
            v_watched.model_type,
            v_watched.active_from,
            least(v_ends_at, check_config_guards.as_of),
            source => v_watched.source
        ) as m
        where m.metric = v_watched.metric;
        guard_status := case
            when case
                    when v_watched.is_worse_below
                    then v_measured.value < v_watched.value_limit
                    else v_measured.value > v_watched.value_limit
                end
                and v_measured.call_count >= v_watched.min_calls
            then 'broken'
            when check_config_guards.as_of >= v_ends_at then 'held'
        end;
        continue when guard_status is null;
        perform t.model_type
        from perf.model_config_types as t
        where t.model_type = v_watched.model_type
        for no key update skip locked;
        continue when not found or not exists (
            select 1
            from perf.model_config_activations as a
            where a.id = v_watched.id
                and a.guard_status = 'watching'
        );
        if guard_status = 'broken' then
            insert into perf.model_config_activations (model_type, kind, notes, restores_id)
            values (
                v_watched.model_type,
                'guard',
                format(
                    '%s was %s over %s %s, limit %s',
                    v_watched.metric,
                    round(v_measured.value::numeric, 4),
                    v_measured.call_count,
                    v_watched.source,
                    round(v_watched.value_limit::numeric, 4)
                ),
                v_watched.previous_id
            );
        else
            update perf.model_config_activations as a
            set guard_status = 'held'
            where a.id = v_watched.id;
        end if;
        model_type := v_watched.model_type;
        activation_id := v_watched.id;
        value := v_measured.value;
        call_count := v_measured.call_count;
        return next;
    end loop;
end
$$;

comment on function perf_internal.check_config_guards is 'Does the work of perf.check_config_guards().';

revoke execute on function perf_internal.check_config_guards from public;
grant execute on function perf_internal.check_config_guards to authenticated, service_role, perf_admin;
