-- What passes can be stored and rolled up without an error.
create or replace function perf_internal.get_evaluation_problem(element jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
    e alias for element;
    v_keys text[] := array[
        'model_type', 'evaluation_date', 'machine_id', 'model_id', 'model_version', 'r_squared',
        'rmse', 'mae', 'mape', 'precision', 'recall', 'f1_score', 'sample_count',
        'data_completeness', 'metrics'
    ];
    v_metrics jsonb;
    v_problem text;
begin
    if jsonb_typeof(e) <> 'object' then
        return 'must be an object, got ' || perf_internal.quote_json(e);
    elsif e - v_keys <> '{}' then
        return 'has an unknown key ' || perf_internal.quote_value(
            (select min(k) from jsonb_object_keys(e - v_keys) as k)
        ) || '; known keys: ' || array_to_string(v_keys, ', ');
    end if;
    select format(
        '%s must be %s, got %s',
        c.key,
        c.what,
        perf_internal.quote_json(e -> c.key)
    )
    into v_problem
    from (
        values
            ('model_type', 'string', 'a string', null, null),
            ('model_version', 'string', 'a string', null, null),
            ('machine_id', 'uuid', 'a UUID', null, null),
            ('model_id', 'uuid', 'a UUID', null, null),
            (
                'evaluation_date', 'time',
                'a time as in ISO 8601, such as "2026-11-20T10:00:00Z"', null, null
            ),
            ('sample_count', 'count', 'a whole number of at least 0', 0, 9223372036854775807),
            ('r_squared', 'number', 'a number between -1e15 and 1', -1e15, 1),
            ('rmse', 'number', 'a number between 0 and 1e15', 0, 1e15),
            ('mae', 'number', 'a number between 0 and 1e15', 0, 1e15),
            ('mape', 'number', 'a number between 0 and 1e15', 0, 1e15),
            ('precision', 'number', 'a number between 0 and 1', 0, 1),
            ('recall', 'number', 'a number between 0 and 1', 0, 1),
            ('f1_score', 'number', 'a number between 0 and 1', 0, 1),
            ('data_completeness', 'number', 'a number between 0 and 1', 0, 1)
    ) as c (key, kind, what, lowest, highest)
    -- The type first, because the text of an array could fill the memory.
    where case
        when coalesce(jsonb_typeof(e -> c.key), 'null') = 'null' then false
        when c.kind in ('count', 'number')
            then case jsonb_typeof(e -> c.key)
                when 'number'
                    then (e -> c.key)::numeric not between c.lowest and c.highest
                        or (c.kind = 'count' and scale(trim_scale((e -> c.key)::numeric)) > 0)
                else true
            end
        when jsonb_typeof(e -> c.key) <> 'string' then true
        when c.kind = 'uuid'
            then e ->> c.key !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        when c.kind = 'time'
            -- DateStyle does not change how year, month and day are read in this order.
            then e ->> c.key not like '____-__-__%' or not perf_internal.is_time(e ->> c.key)
        else false
    end
    limit 1;
    v_problem := coalesce(
        v_problem,
        perf_internal.get_name_problem('model_type', e ->> 'model_type', 200),
        case
            when e ->> 'model_version' is not null
            then perf_internal.get_name_problem('model_version', e ->> 'model_version', 200)
        end
    );
    if v_problem is not null then
        return v_problem;
    elsif (e ->> 'evaluation_date')::timestamptz < '1970-01-01 00:00+00'
        or (e ->> 'evaluation_date')::timestamptz > now() + interval '1 day'
    then
        return 'evaluation_date must be between 1970 and tomorrow, got '
            || (e ->> 'evaluation_date')::timestamptz;
    end if;
    v_metrics := nullif(e -> 'metrics', 'null');
    if jsonb_typeof(v_metrics) <> 'object' then
        return 'metrics must be a JSON object, got ' || perf_internal.quote_json(v_metrics);
    elsif pg_column_size(v_metrics) > 65536 then
        return 'metrics must be at most 64 KB, got '
            || pg_size_pretty(pg_column_size(v_metrics)::bigint);
    end if;
    select case
        when n.key = any(v_keys)
            then format(
                'metrics must not hold %s, which is an argument of its own',
                perf_internal.quote_value(n.key)
            )
        else coalesce(
            perf_internal.get_name_problem('a name in metrics', n.key, 100),
            case
                when n.key <> btrim(n.key)
                    then 'a name in metrics must have no spaces around it, got '
                        || perf_internal.quote_value(n.key)
                else format(
                    '%s of metrics must be 0 or a number between 1e-100 and 1e15 of any sign, got %s',
                    perf_internal.quote_value(n.key),
                    perf_internal.quote_json(n.value)
                )
            end
        )
    end
    into v_problem
    from jsonb_each(v_metrics) as n
    where n.key = any(v_keys)
        or n.key <> btrim(n.key)
        or perf_internal.get_name_problem('', n.key, 100) is not null
        or case jsonb_typeof(n.value)
            when 'number'
                then n.value::numeric <> 0
                    and abs(n.value::numeric) not between 1e-100 and 1e15
            else true
        end
    limit 1;
    if v_problem is null
        and coalesce(v_metrics, '{}') = '{}'
        and jsonb_strip_nulls(
            e - array[
                'model_type', 'evaluation_date', 'machine_id', 'model_id', 'model_version', 'metrics'
            ]
        ) = '{}'
    then
        return 'an evaluation must have a metric such as rmse, a name in metrics, sample_count or'
            || ' data_completeness, got none';
    end if;
    if v_problem is null and (select count(*) from jsonb_object_keys(v_metrics)) > 100 then
        return format(
            'metrics must have at most 100 names, got %s',
            (select count(*) from jsonb_object_keys(v_metrics))
        );
    end if;
    return coalesce(v_problem, perf_internal.get_json_problem('metrics', v_metrics));
end
$$;

comment on function perf_internal.get_evaluation_problem is
    'What is wrong with an evaluation, an object with the arguments of perf.record_model_metrics(), naming the argument and its value; null if nothing is.';

revoke execute on function perf_internal.get_evaluation_problem from public;
