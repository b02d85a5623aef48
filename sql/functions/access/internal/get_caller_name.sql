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
        select t.user_id, case when t.user_id is not null then perf_internal.get_claims() ->> 'sub' end
        from (select perf_internal.get_token_user()) as t (user_id)
    ) as u (user_id, subject);
$$;

comment on function perf_internal.get_caller_name is
    'Who calls, for people to read: the username of a token, else its sub or its user id, else the database role.';

revoke execute on function perf_internal.get_caller_name from public;
