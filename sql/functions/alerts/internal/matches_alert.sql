-- Labels in a matcher often come from a command line, where all values are texts. So values match when
-- their texts are equal, too.
--
-- plpgsql, because that keeps the plan: it is called for every alert and silence or receiver.
create or replace function perf_internal.matches_alert(matcher jsonb, labels jsonb)
returns boolean
language plpgsql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text;
    v_wanted jsonb;
    v_value jsonb;
begin
    for v_name, v_wanted in
        select m.key, m.value
        from jsonb_each(matches_alert.matcher) as m
    loop
        v_value := coalesce(matches_alert.labels -> v_name, 'null');
        if jsonb_typeof(v_wanted) <> 'array' then
            continue when v_wanted = v_value or v_wanted #>> '{}' = v_value #>> '{}';
            return false;
        elsif not exists (
            select
            from jsonb_array_elements(v_wanted) as w (value)
            where w.value = v_value
                or w.value #>> '{}' = v_value #>> '{}'
        )
        then
            return false;
        end if;
    end loop;
    return true;
end
$$;

comment on function perf_internal.matches_alert is
    'Whether an alert with these labels, see perf_internal.get_alert_labels(), has every label of the matcher with its value, or with one value of an array. The text "7" matches the number 7. null matches a label that is absent. A label that the alert lacks matches no other value. {} matches all.';

revoke execute on function perf_internal.matches_alert from public;
grant execute on function perf_internal.matches_alert
    to authenticated, service_role, perf_admin, perf_analyst;
