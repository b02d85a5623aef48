create or replace function perf_internal.check_labels(labels jsonb)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if jsonb_typeof(check_labels.labels) <> 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'labels must be a JSON object, got '
                || perf_internal.quote_json(check_labels.labels),
            hint = 'For example {"model": "openai/gpt-4o"}.';
    end if;
end
$$;

comment on function perf_internal.check_labels is
    'Refuses (22023) labels that are no JSON object. Null is none.';

revoke execute on function perf_internal.check_labels from public;
grant execute on function perf_internal.check_labels
    to authenticated, service_role, perf_admin, perf_analyst;
