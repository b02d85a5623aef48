-- plpgsql, because a function in SQL takes ten times as long, and runs for every open alert.
create or replace function perf_internal.get_duration_text(duration interval)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_seconds bigint := extract(epoch from get_duration_text.duration)::bigint;
    v_sizes integer[] := array[86400, 3600, 60, 1];
    v_units text[] := array['day', 'hour', 'minute', 'second'];
    v_number bigint;
    v_text text;
begin
    for i in 1 .. 4 loop
        v_number := v_seconds / v_sizes[i];
        v_seconds := v_seconds % v_sizes[i];
        continue when v_number = 0;
        v_text := concat_ws(' ', v_text, v_number, v_units[i])
            || case when v_number <> 1 then 's' else '' end;
    end loop;
    return coalesce(v_text, '0 seconds');
end
$$;

comment on function perf_internal.get_duration_text is
    'A time span in words, to the second: 1 hour 30 minutes.';

revoke execute on function perf_internal.get_duration_text from public;
