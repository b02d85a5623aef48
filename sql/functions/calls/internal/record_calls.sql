-- security definer: as record_call. All or nothing: one statement inserts. A batch that it cannot
-- insert ends in refuse_calls(), which finds the first bad element and says what is wrong.
--
-- The parameter has no name, because then PostgREST passes the whole body of a request in it, also
-- a bare array.
create or replace function perf_internal.record_calls(jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
    v_body alias for $1;
    -- Clients that name the argument send an object.
    v_given jsonb := case
        when jsonb_typeof(v_body) = 'object' and v_body ? 'calls' and v_body - 'calls' = '{}'
        then v_body -> 'calls'
        else v_body
    end;
    v_calls perf_internal.call[];
    v_kinds perf_internal.call_kind[];
    v_outcomes perf_internal.ab_outcome[];
    v_recorder_id integer;
    v_has_ids boolean;
    v_ids uuid[];
    v_times timestamptz[];
    v_known_ids uuid[] := '{}'::uuid[];
    v_known_times timestamptz[] := '{}'::timestamptz[];
    v_recorded_ids uuid[];
    v_recorded_times timestamptz[];
    v_id bigint;
    v_recorded bigint;
begin
    perform perf_internal.require_role('recorder');
    if v_given is null or jsonb_typeof(v_given) <> 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'calls must be a JSON array, got '
                || perf_internal.quote_json(v_given),
            hint = 'Give the array alone or as {"calls": [...]}, without other keys. Each element is an object with the arguments of perf.record_call().';
    end if;
    -- Before fields are read, because the text of an array in one of them could fill the memory.
    if exists (
        select
        from jsonb_array_elements(v_given) as e
        where perf_internal.get_element_problem(e) is not null
    ) then
        perform perf_internal.refuse_calls(v_given);
    end if;
    -- Most ids are UUIDs. Only a batch with another one is written anew.
    if exists (
        select
        from jsonb_array_elements(v_given) as e
        where e ->> 'call_id'
            !~ '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$'
    ) then
        select jsonb_agg(
            case
                when e ->> 'call_id' is null then e
                else e || jsonb_build_object('call_id', perf.get_call_id(e ->> 'call_id'))
            end
            order by ordinality
        )
        into v_given
        from jsonb_array_elements(v_given) with ordinality as u (e, ordinality);
    end if;
    begin
        v_calls := array(
            select row(
                btrim(c.model_name),
                btrim(c.tool_name),
                c.response_time_ms,
                c.success,
                btrim(c.provider),
                c.parameters,
                c.input_tokens,
                c.output_tokens,
                case
                    when c.error_type is not null
                    then perf_internal.get_error_type(c.error_type)
                end,
                c.first_token_ms,
                c.call_timestamp,
                c.call_id,
                c.test_id,
                c.unit_key,
                c.cached_input_tokens,
                c.cache_write_tokens,
                c.reasoning_tokens,
                c.cost
            )::perf_internal.call
            from jsonb_populate_recordset(null::perf_internal.call, v_given) as c
        );
    exception
        when data_exception then
            perform perf_internal.refuse_calls(v_given);
            raise;
    end;
    if exists (
        select
        from unnest(v_calls) as c
        where perf_internal.get_call_problem(c) is not null
    ) then
        perform perf_internal.refuse_calls(v_given);
    end if;
    v_outcomes := array(
        select row(
            c.test_id,
            c.unit_key,
            perf_internal.get_call_outcomes(
                coalesce(c.success, c.error_type is null), c.response_time_ms, c.first_token_ms
            ),
            c.call_id::text,
            coalesce(c.call_timestamp, perf_internal.get_uuid_time(c.call_id), now()),
            format('calls[%s]: ', c.ordinality - 1)
        )::perf_internal.ab_outcome
        from unnest(v_calls) with ordinality as c
        where c.test_id is not null
        order by c.ordinality
    );
    -- An id that comes twice is one call, the first, whatever else differs.
    if (select count(c.call_id) > count(distinct c.call_id) from unnest(v_calls) as c) then
        v_calls := array(
            select r.call
            from (
                select
                    p.call,
                    row_number() over (
                        partition by
                            (p.call).call_id,
                            coalesce(
                                (p.call).call_timestamp,
                                perf_internal.get_uuid_time((p.call).call_id),
                                now()
                            )
                        order by p.position
                    ) as repeat
                from (
                    select u as call, row_number() over () as position
                    from unnest(v_calls) as u
                ) as p
            ) as r
            where (r.call).call_id is null
                or r.repeat = 1
        );
    end if;
    v_recorder_id := perf_internal.get_recorder_id();
    v_kinds := array(
        select row(
            k.*,
            perf_internal.find_config(k.model_name, k.tool_name, k.provider, k.parameters)
        )::perf_internal.call_kind
        from (
            select distinct
                c.model_name,
                c.tool_name,
                c.provider,
                coalesce(c.parameters, '{}') as parameters
            from unnest(v_calls) as c
        ) as k
    );
    -- In the order of a single call: first models (new ones, then their providers), then tools,
    -- then configurations; each sorted, and only what is missing. All sessions keep this order, so
    -- two that add the same wait in one direction and cannot deadlock.
    if exists (select 1 from unnest(v_kinds) as k where k.config_id is null) then
        perform set_config('perf.models_are_recorded', 'on', true);
        insert into perf.models (name, provider)
        select
            k.model_name,
            coalesce(min(k.provider), perf_internal.get_provider(k.model_name))
        from unnest(v_kinds) as k
        where not exists (select 1 from perf.models as m where m.name = k.model_name)
        group by 1
        order by 1
        on conflict do nothing;
        update perf.models as m
        set provider = n.provider
        from (
            select u.id, k.provider
            from perf.models as u
            join (
                select v.model_name, min(v.provider) as provider
                from unnest(v_kinds) as v
                where v.provider <> 'unknown'
                group by 1
            ) as k on k.model_name = u.name
            where u.provider = 'unknown'
            order by u.name
            for no key update of u
        ) as n
        where m.id = n.id;
        perform set_config('perf.models_are_recorded', 'off', true);
        insert into perf.tools (name)
        select distinct k.tool_name
        from unnest(v_kinds) as k
        where not exists (select 1 from perf.tools as t where t.name = k.tool_name)
        order by 1
        on conflict do nothing;
        v_kinds := array(
            select row(
                k.model_name,
                k.tool_name,
                k.provider,
                k.parameters,
                coalesce(
                    k.config_id,
                    perf_internal.add_config(k.model_name, k.tool_name, k.provider, k.parameters)
                )
            )::perf_internal.call_kind
            from (
                select u.*
                from unnest(v_kinds) as u
                order by
                    u.model_name,
                    u.tool_name,
                    perf_internal.get_parameter_hash(u.parameters),
                    u.provider
            ) as k
        );
    end if;
    v_has_ids := exists (select from unnest(v_calls) as c where c.call_id is not null);
    if v_has_ids then
        -- Locked before it is read: a session that reads a partition first and then writes can
        -- deadlock with ensure_partitions(). Found before the insert, which on several machines cannot
        -- look at rows of all of them.
        lock table only perf.performance_metrics_raw in row exclusive mode;
        select
            array_agg(c.call_id),
            array_agg(
                coalesce(c.call_timestamp, perf_internal.get_uuid_time(c.call_id), now())
            )
        into v_ids, v_times
        from unnest(v_calls) as c
        where c.call_id is not null;
        select coalesce(array_agg(r.id), '{}'), coalesce(array_agg(r.call_timestamp), '{}')
        into v_known_ids, v_known_times
        from perf.performance_metrics_raw as r
        join unnest(v_ids, v_times) as g (call_id, called_at)
            on g.called_at = r.call_timestamp
            and g.call_id = r.id;
    end if;
    perform set_config('perf.rows_are_checked', 'on', true);
    -- Dynamic SQL, because "on conflict" makes Citus write the rows to a file first, which takes several
    -- times as long.
    execute
        'insert into perf.performance_metrics_raw (
            model_tool_config_id,
            call_timestamp,
            response_time_ms,
            first_token_ms,
            cost,
            created_at,
            input_tokens,
            output_tokens,
            cached_input_tokens,
            cache_write_tokens,
            reasoning_tokens,
            recorder_id,
            success,
            error_type,
            id
        )
        select
            k.config_id,
            g.called_at,
            g.response_time_ms,
            g.first_token_ms,
            g.cost,
            nullif(now(), g.called_at),
            g.input_tokens,
            g.output_tokens,
            g.cached_input_tokens,
            g.cache_write_tokens,
            g.reasoning_tokens,
            $3,
            coalesce(g.success, g.error_type is null),
            g.error_type,
            g.call_id
        from (
            select
                c.*,
                coalesce(c.parameters, ''{}'') as all_parameters,
                coalesce(
                    c.call_timestamp,
                    case
                        when c.call_id is not null then perf_internal.get_uuid_time(c.call_id)
                    end,
                    now()
                ) as called_at
            from unnest($1) as c
        ) as g
        join unnest($2) as k
            on k.model_name = g.model_name
            and k.tool_name = g.tool_name
            and k.provider is not distinct from g.provider
            and k.parameters = g.all_parameters
        where g.call_id is null
            or not exists (
                select
                from unnest($4, $5) as o (call_id, called_at)
                where o.called_at = g.called_at
                    and o.call_id = g.call_id
            )'
        || case when v_has_ids then ' on conflict do nothing' else '' end
    using v_calls, v_kinds, v_recorder_id, v_known_ids, v_known_times;
    get diagnostics v_recorded = row_count;
    perform set_config('perf.rows_are_checked', 'off', true);
    if cardinality(v_outcomes) > 0 then
        -- A retry may say something else than the first attempt, so only calls that are new count.
        v_id := txid_current();
        select array_agg(r.id), array_agg(r.call_timestamp)
        into v_recorded_ids, v_recorded_times
        from perf.performance_metrics_raw as r
        join unnest(v_outcomes) as o
            on o.observed_at = r.call_timestamp
            and o.outcome_id::uuid = r.id
        where r.transaction_id = v_id;
        perform perf_internal.record_outcomes(
            array(
                select row(
                    o.test_id,
                    o.unit_key,
                    o.outcomes,
                    coalesce(o.outcome_id, gen_random_uuid()::text),
                    o.observed_at,
                    o.place
                )::perf_internal.ab_outcome
                from (
                    select
                        u.*,
                        row_number() over (
                            partition by u.outcome_id order by u.ordinality
                        ) as repeat
                    from unnest(v_outcomes) with ordinality as u
                ) as o
                where o.outcome_id is null
                    or (
                        o.repeat = 1
                        and exists (
                            select
                            from unnest(v_recorded_ids, v_recorded_times) as r (id, called_at)
                            where r.called_at = o.observed_at
                                and r.id = o.outcome_id::uuid
                        )
                    )
                order by o.ordinality
            ),
            is_of_calls => true
        );
    end if;
    return v_recorded;
end
$$;

comment on function perf_internal.record_calls is 'Does the work of perf.record_calls().';

revoke execute on function perf_internal.record_calls from public;
grant execute on function perf_internal.record_calls
    to authenticated, service_role, perf_admin, perf_recorder;
