create or replace function perf_internal.get_named_user(user_id uuid, subject text)
returns uuid
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text := case
        when num_nonnulls(get_named_user.user_id, get_named_user.subject) <> 1
            then 'give either user_id or subject'
        when get_named_user.subject is not null
            then coalesce(
                perf_internal.get_name_problem('subject', get_named_user.subject, 200),
                case
                    when get_named_user.subject <> btrim(get_named_user.subject)
                        then 'subject must have no spaces around it, got '
                            || perf_internal.quote_value(get_named_user.subject)
                end
            )
    end;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'subject is the claim sub of the token of a user, as it stands there.';
    end if;
    return coalesce(
        get_named_user.user_id, perf_internal.get_subject_id(get_named_user.subject)
    );
end
$$;

comment on function perf_internal.get_named_user is
    'The user that is named by id or by the claim sub. Error 22023: by none or both, or the sub is no name.';

revoke execute on function perf_internal.get_named_user from public;
