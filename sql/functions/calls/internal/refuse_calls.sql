create or replace function perf_internal.refuse_calls(calls jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_element record;
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
                v_problem := sqlerrm;
        end;
        if v_problem is not null then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format('calls[%s]: %s', v_element.position, v_problem),
                hint = 'Nothing of this batch was recorded.';
        end if;
    end loop;
end
$$;

comment on function perf_internal.refuse_calls is
    'Raises 22023 for the first bad element of a batch, counted from 0; returns if there is none.';

revoke execute on function perf_internal.refuse_calls from public;
