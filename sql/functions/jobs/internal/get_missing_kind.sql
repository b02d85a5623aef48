create or replace function perf_internal.get_missing_kind(
    workflow_ids bigint[],
    worker_ids bigint[],
    resolution_tier text,
    model_type text,
    counted_metric text,
    start_time timestamptz,
    end_time timestamptz,
    is_exact boolean default false
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tier text := 'resolution_tier '
        || perf_internal.quote_value(get_missing_kind.resolution_tier);
    v_type text := 'model_type ' || perf_internal.quote_value(get_missing_kind.model_type);
    v_ids uuid[];
    v_groups integer[];
    v_found integer[];
begin
    if coalesce(get_missing_kind.resolution_tier, get_missing_kind.model_type) is null then
        return null;
    end if;
    -- A group has 1 where the model type is the asked one, and 2 where the tier is.
    select
        array_agg(k.id),
        array_agg(
            case
                when k.resolution_tier = get_missing_kind.resolution_tier
                    or get_missing_kind.resolution_tier is null
                then 2
                else 0
            end
            + case
                when k.model_type = get_missing_kind.model_type
                    or get_missing_kind.model_type is null
                then 1
                else 0
            end
        )
    into v_ids, v_groups
    from perf_internal.get_job_kinds(
        get_missing_kind.workflow_ids, get_missing_kind.worker_ids
    ) as k;
    v_found := array(
        select r.group_number
        from perf_internal.read_metrics(
            'jobs',
            array[get_missing_kind.counted_metric],
            v_ids,
            get_missing_kind.start_time,
            get_missing_kind.end_time,
            group_numbers => v_groups,
            sketched_metrics => '{}',
            is_exact => get_missing_kind.is_exact
        ) as r
        where r.count > 0
    );
    return case
        when 3 = any(v_found) then null
        when v_found && '{2}' and v_found && '{1}' then v_tier || ' and ' || v_type
        when v_found && '{2}' then v_type
        when v_found && '{1}' then v_tier
        else concat_ws(
            ' or ',
            case when get_missing_kind.resolution_tier is not null then v_tier end,
            case when get_missing_kind.model_type is not null then v_type end
        )
    end;
end
$$;

comment on function perf_internal.get_missing_kind is
    'The resolution tier or model type that no job of these workflows and workers has in a range, for a note, for example resolution_tier "8K"; both, joined by "and", where each has jobs but not together. Null where a job has them, or where neither is given. Jobs are those that counted_metric counts. The range is that of perf_internal.get_cover.';

revoke execute on function perf_internal.get_missing_kind from public;
grant execute on function perf_internal.get_missing_kind
    to authenticated, service_role, perf_admin, perf_analyst;
