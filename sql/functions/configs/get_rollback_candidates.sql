-- Not by created_at: what was saved two years ago and in force until yesterday is the first thing
-- to go back to, and what was saved yesterday and never in force is nothing to go back to.
create or replace function perf.get_rollback_candidates(
    model_type text,
    days integer default 90,
    as_of timestamptz default now(),
    max_rows integer default 1000
)
returns table (
    id uuid,
    version integer,
    config_name varchar(100),
    created_at timestamptz,
    notes text,
    last_active_from timestamptz,
    last_active_until timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_rollback_candidates.max_rows);
    perform perf_internal.check_as_of(get_rollback_candidates.as_of);
    perform perf_internal.check_given('model_type', get_rollback_candidates.model_type);
    if get_rollback_candidates.days is null
        or get_rollback_candidates.days not between 1 and 36500
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'days must be between 1 and 36500, got '
                || coalesce(get_rollback_candidates.days::text, 'null');
    end if;
    return query
    select
        c.id,
        c.version,
        c.config_name,
        c.created_at,
        c.notes,
        max(a.active_from),
        max(a.active_until)
    from perf.model_config_activations as a
    join perf.model_config_history as c on c.id = a.config_id
    where a.model_type = get_rollback_candidates.model_type
        and a.active_until > get_rollback_candidates.as_of
            - make_interval(days => get_rollback_candidates.days)
        and not c.is_active
    group by c.id
    order by max(a.active_until) desc;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_rollback_candidates.max_rows, v_row_count);
end
$$;

comment on function perf.get_rollback_candidates is
    'Versions that were in force in the last so many days and are not now, latest first: for to_id of rollback_model_config(), which also takes older ones. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_rollback_candidates from public;
grant execute on function perf.get_rollback_candidates
    to authenticated, service_role, perf_admin, perf_analyst;
