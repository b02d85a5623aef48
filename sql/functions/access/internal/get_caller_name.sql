-- Claims count only for a member of authenticated, as in perf_internal.require_role().
create or replace function perf_internal.get_caller_name()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select p.username from perf.profiles as p where p.id = u.user_id),
        case
            when perf_internal.get_name_problem('sub', u.subject, 200) is null then u.subject
        end,
        u.user_id::text,
        perf_internal.get_caller()
    )
    from (
        select perf_internal.get_user_id() as user_id, perf_internal.get_claims() ->> 'sub' as subject
        where pg_has_role(perf_internal.get_caller(), 'authenticated', 'member')
    ) as u
    right join (values (1)) as one (row) on u.user_id is not null;
$$;

comment on function perf_internal.get_caller_name is
    'Who calls, for people to read: the username of a token, else its sub or its user id, else the database role.';

revoke execute on function perf_internal.get_caller_name from public;
