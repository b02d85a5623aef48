-- The constraints of the table refuse most of it too. Their messages show the row, in which a text may
-- have control characters, and do not say what is allowed.
create or replace function perf_internal.get_threshold_problem(
    threshold perf.performance_alert_thresholds
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    t perf.performance_alert_thresholds := get_threshold_problem.threshold;
begin
    return coalesce(
        (
            select format(
                '%s must be one of %s, got %s',
                c.argument,
                array_to_string(c.known, ', '),
                perf_internal.quote_value(c.value)
            )
            from (
                values
                    (1, 'scope_type', t.scope_type, '{global,workflow,worker,labels}'::text[]),
                    (2, 'statistic', t.statistic, '{avg,min,max,p50,p95,p99,sum,rate,count}'),
                    (3, 'direction', t.direction, '{above,below,both}'),
                    (4, 'no_data', t.no_data, '{keep,resolve,alert}'),
                    (5, 'baseline', t.baseline, '{hour_of_week}')
            ) as c (position, argument, value, known)
            where c.value <> all(c.known)
            order by c.position
            limit 1
        ),
        case
            when jsonb_typeof(t.scope_labels) <> 'object'
                or pg_column_size(t.scope_labels) > 2000
                then 'scope_labels must be a JSON object of at most 2000 bytes, got '
                    || perf_internal.quote_json(t.scope_labels)
            else perf_internal.get_json_problem('scope_labels', t.scope_labels)
        end,
        (
            select format(
                'scope_labels must have one value of each label, got %s of %s',
                perf_internal.quote_json(l.value),
                perf_internal.quote_value(l.key)
            )
            from jsonb_each(
                case when jsonb_typeof(t.scope_labels) = 'object' then t.scope_labels end
            ) as l
            where jsonb_typeof(l.value) = 'array'
            limit 1
        ),
        case
            when array_ndims(t.group_by) > 1
                or array_position(t.group_by, null) is not null
                or (
                    select count(*) > count(distinct g.name) from unnest(t.group_by) as g (name)
                )
                then 'group_by must hold names of labels, each once, got '
                    || perf_internal.quote_value(t.group_by::text)
            when t.description is not null
                then perf_internal.get_name_problem('description', t.description, 1000)
        end,
        case
            -- Notifications make links of it.
            when t.runbook_url !~ '^https?://[^[:space:][:cntrl:]<>"]+$'
                or length(t.runbook_url) > 2000
                or t.runbook_url ~ perf_internal.get_control_characters()
                then 'runbook_url must be a URL that begins with https:// or http://, got '
                    || perf_internal.quote_value(t.runbook_url)
        end
    );
end
$$;

comment on function perf_internal.get_threshold_problem is
    'What is wrong with the texts of a threshold, whatever its metric; null if nothing. Null columns are for the table to refuse.';

revoke execute on function perf_internal.get_threshold_problem from public;
