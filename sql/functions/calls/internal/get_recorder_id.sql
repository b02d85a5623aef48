-- Of two sessions that add the same recorder, the second waits for the first, and finds its row.
-- Recording asks this before it adds anything else, so the first holds nothing that the second has.
-- plpgsql, because that keeps the plan: every recorded call comes through here.
create or replace function perf_internal.get_recorder_id()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_login text := perf_internal.get_caller();
    v_user_id uuid := perf_internal.get_token_user();
    v_id integer;
begin
    -- The second time finds what the first added, here or in another session. A third time is for a
    -- recorder that is deleted meanwhile.
    for v_attempt in 1..3 loop
        if v_user_id is not null then
            v_id := (select r.id from perf.recorders as r where r.user_id = v_user_id);
        else
            v_id := (select r.id from perf.recorders as r where r.login = v_login);
        end if;
        if v_id is not null then
            return v_id;
        end if;
        insert into perf.recorders (user_id, login)
        values (v_user_id, case when v_user_id is null then v_login end)
        on conflict do nothing;
    end loop;
    return v_id;
end
$$;

comment on function perf_internal.get_recorder_id is
    'The caller as a recorder of calls, added where it is new: the user of the token, else the database role.';

revoke execute on function perf_internal.get_recorder_id from public;
