-- The addresses of receivers are behind this, so neither perf_admin nor service_role nor an admin's token
-- passes. The owner can read the tables anyway.
create or replace function perf_internal.require_notifier()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_caller name := perf_internal.get_caller();
begin
    if v_caller <> 'anon'
        and (
            pg_has_role(v_caller, 'perf_notifier', 'member')
            or exists (
                select
                from pg_namespace as n
                where n.nspname = 'perf'
                    and pg_has_role(v_caller, n.nspowner, 'member')
            )
        )
    then
        return;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = 'this needs the database role perf_notifier',
        hint = 'It is for the login of pgkit worker, which sends: grant perf_notifier to that login.';
end
$$;

comment on function perf_internal.require_notifier is
    'Refuses (42501) a caller who is neither a member of perf_notifier nor of the owner of the schema: also perf_admin, service_role and every token.';

revoke execute on function perf_internal.require_notifier from public;
