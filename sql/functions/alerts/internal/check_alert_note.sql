create or replace function perf_internal.check_alert_note(note text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    if check_alert_note.note is not null then
        v_problem := perf_internal.get_name_problem('note', check_alert_note.note, 1000);
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
end
$$;

comment on function perf_internal.check_alert_note is
    'Refuses (22023) a note that is blank, longer than 1000 characters, or has control characters; null is none.';

revoke execute on function perf_internal.check_alert_note from public;
