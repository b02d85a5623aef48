create or replace function perf_internal.refuse_calls(calls jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_element record;
    v_field record;
    v_problem text;
begin
    for v_element in
        select e.value, e.ordinality - 1 as position
        from jsonb_array_elements(refuse_calls.calls) with ordinality as e
    loop
        begin
            v_problem := coalesce(
                perf_internal.get_element_problem(v_element.value),
                perf_internal.get_call_problem(
                    jsonb_populate_record(null::perf_internal.call, v_element.value)
                )
            );
        exception
            when data_exception then
                null;
        end;
        -- Each field is read alone, to find the one that cannot be read.
        for v_field in
            select
                f.key,
                f.value,
                format_type(t.atttypid, null) as type
            from jsonb_each(
                case jsonb_typeof(v_element.value) when 'object' then v_element.value end
            ) as f
            join pg_attribute as t
                on t.attrelid = 'perf_internal.call'::regclass
                and t.attname = f.key
            where v_problem is null
            order by t.attnum
        loop
            begin
                perform jsonb_populate_record(
                    null::perf_internal.call, jsonb_build_object(v_field.key, v_field.value)
                );
            exception
                when data_exception then
                    v_problem := format(
                        '%s must be of type %s, got %s',
                        v_field.key,
                        v_field.type,
                        perf_internal.quote_value(v_field.value #>> '{}')
                    );
                    exit;
            end;
        end loop;
        if v_problem is not null then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format('calls[%s]: %s', v_element.position, v_problem),
                hint = case
                    when v_problem like 'call_timestamp must be a time as in ISO 8601%'
                    then 'Write it as "2026-11-20T10:00:00Z"; seconds and milliseconds since 1970 are not taken. '
                    else ''
                end || 'Nothing of this batch was recorded.';
        end if;
    end loop;
end
$$;

comment on function perf_internal.refuse_calls is
    'Raises 22023 for the first bad element of a batch, counted from 0; returns if there is none.';

revoke execute on function perf_internal.refuse_calls from public;
