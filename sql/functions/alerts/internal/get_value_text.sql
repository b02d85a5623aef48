-- Six digits, so that a value just beyond a threshold does not read like the threshold.
-- plpgsql, because a function in SQL takes ten times as long, and runs for every open alert.
create or replace function perf_internal.get_value_text(value double precision, unit text default null)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_number double precision := case
        when get_value_text.unit = 'share' then get_value_text.value * 100
        else get_value_text.value
    end;
    v_text text := v_number::text;
begin
    if abs(v_number) >= 1e-6 and abs(v_number) < 1e15 then
        v_text := trim_scale(
            round(v_number::numeric, greatest(5 - floor(log(abs(v_number)))::integer, 0))
        )::text;
    end if;
    return concat_ws(
        ' ', v_text, case when get_value_text.unit = 'share' then '%' else get_value_text.unit end
    );
end
$$;

comment on function perf_internal.get_value_text is
    'A value with its unit for people, to 6 digits: 5231.4 ms. A share reads as a percentage.';

revoke execute on function perf_internal.get_value_text from public;
