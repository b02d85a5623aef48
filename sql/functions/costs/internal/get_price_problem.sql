-- Constraints refuse most of this as well. Their messages would show the whole row, and not where it is
-- in a batch.
create or replace function perf_internal.get_price_problem(price jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
    p alias for price;
    v_names constant text[] := array[
        'input_price', 'output_price', 'cached_input_price', 'cache_write_price'
    ];
    v_keys constant text[] := v_names || array[
        'model_name', 'provider', 'valid_from', 'currency', 'is_free', 'source'
    ];
    v_problem text;
    v_at timestamptz;
    v_highest numeric := 0;
    v_name text;
begin
    if jsonb_typeof(p) is distinct from 'object' then
        return 'must be an object, got ' || coalesce(perf_internal.quote_json(p), 'null');
    elsif p - v_keys <> '{}' then
        return 'has an unknown key ' || perf_internal.quote_value(
            (select min(k) from jsonb_object_keys(p - v_keys) as k)
        ) || '; known keys: ' || array_to_string(v_keys, ', ');
    end if;
    foreach v_name in array array['model_name', 'provider', 'source', 'currency', 'valid_from'] loop
        if jsonb_typeof(p -> v_name) not in ('string', 'null') then
            return v_name || ' must be a string, got ' || perf_internal.quote_json(p -> v_name);
        end if;
    end loop;
    v_problem := coalesce(
        perf_internal.get_name_problem('model_name', p ->> 'model_name', 200),
        case
            when p ->> 'provider' is not null
            then perf_internal.get_name_problem('provider', p ->> 'provider', 200)
        end,
        case
            when p ->> 'source' is not null
            then perf_internal.get_name_problem('source', p ->> 'source', 1000)
        end,
        case
            when p ->> 'currency' !~ '^[A-Z]{3}$'
            then 'currency must be three capitals as in ISO 4217, got '
                || perf_internal.quote_value(p ->> 'currency')
        end,
        case
            when jsonb_typeof(p -> 'is_free') not in ('boolean', 'null')
            then 'is_free must be true or false, got ' || perf_internal.quote_json(p -> 'is_free')
        end
    );
    if v_problem is not null then
        return v_problem;
    end if;
    foreach v_name in array v_names loop
        if coalesce(jsonb_typeof(p -> v_name), 'null') = 'null' then
            continue when v_name not in ('input_price', 'output_price');
            return v_name || ' must be a price per million tokens, got null';
        elsif jsonb_typeof(p -> v_name) <> 'number'
            -- Less than that is none in double precision.
            or (p -> v_name)::numeric <> 0
            and (p -> v_name)::numeric not between 1e-12 and 1e9
        then
            return format(
                '%s must be a price per million tokens from 0 to 1e9, got %s',
                v_name,
                perf_internal.quote_json(p -> v_name)
            );
        end if;
        v_highest := greatest(v_highest, (p -> v_name)::numeric);
    end loop;
    if (v_highest = 0) <> coalesce((p ->> 'is_free')::boolean, false) then
        return case
            when v_highest = 0 then 'is_free must be true where all prices are 0, got false'
            else 'is_free must be false where a price is above 0, got true'
        end;
    end if;
    if p ->> 'valid_from' is not null then
        -- The reasons for which a text is no time.
        begin
            v_at := case
                when p ->> 'valid_from' like '____-__-__%' then (p ->> 'valid_from')::timestamptz
            end;
        exception
            when datetime_field_overflow or invalid_datetime_format
                or invalid_parameter_value or feature_not_supported
            then
                v_at := null;
        end;
        if v_at is null
            or v_at not between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'
            or v_at <> date_bin('1 hour', v_at, '2001-01-01 00:00+00')
        then
            return 'valid_from must be a whole hour of UTC from 1970 on, got '
                || perf_internal.quote_value(p ->> 'valid_from');
        end if;
    end if;
    return null;
end
$$;

comment on function perf_internal.get_price_problem is
    'What is wrong with a price, an object as perf.set_model_prices() takes it; null if nothing is.';

revoke execute on function perf_internal.get_price_problem from public;
grant execute on function perf_internal.get_price_problem
    to authenticated, service_role, perf_admin, perf_analyst;
