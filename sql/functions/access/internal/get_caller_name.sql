-- Claims count only for a member of authenticated, as in perf_internal.require_role().
create or replace function perf_internal.get_caller_name()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select p.username from perf.profiles as p where p.id = u.user_id),
        u.user_id::text,
        perf_internal.get_caller()
    )
    from (
        select case
            when pg_has_role(perf_internal.get_caller(), 'authenticated', 'member')
            then perf_internal.get_user_id()
        end as user_id
    ) as u;
$$;

comment on function perf_internal.get_caller_name is
    'Who calls, for people to read: the username of a token, else its user id, else the database role.';

revoke execute on function perf_internal.get_caller_name from public;
