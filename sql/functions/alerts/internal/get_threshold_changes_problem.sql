-- Each value is tried by itself, so that the message can name its key. The type is looked at first, because
-- the text of a number or of an array can be much longer than itself.
create or replace function perf_internal.get_threshold_changes_problem(changes jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_change record;
begin
    if jsonb_typeof(get_threshold_changes_problem.changes) is distinct from 'object' then
        return 'changes must be a JSON object, got '
            || coalesce(perf_internal.quote_json(get_threshold_changes_problem.changes), 'null');
    end if;
    for v_change in
        select c.key, c.value, k.type, k.said
        from jsonb_each(get_threshold_changes_problem.changes) as c
        left join (
            values
                ('metric_name', 'string', 'a text'),
                ('scope_type', 'string', 'a text'),
                ('scope_id', 'number', 'a whole number'),
                ('scope_labels', 'object', 'a JSON object'),
                ('group_by', 'array', 'an array of texts'),
                ('warning_threshold', 'number', 'a number'),
                ('critical_threshold', 'number', 'a number'),
                ('recovery_threshold', 'number', 'a number'),
                ('statistic', 'string', 'a text'),
                ('direction', 'string', 'a text'),
                ('time_window', 'string', 'a text such as "15 minutes"'),
                ('minimum_sample', 'number', 'a whole number'),
                ('for_duration', 'string', 'a text such as "5 minutes"'),
                ('keep_firing_for', 'string', 'a text such as "5 minutes"'),
                ('no_data', 'string', 'a text'),
                ('baseline', 'string', 'a text'),
                ('description', 'string', 'a text'),
                ('runbook_url', 'string', 'a text'),
                ('enabled', 'boolean', 'true or false')
        ) as k (key, type, said) on k.key = c.key
        order by c.key
    loop
        if v_change.type is null then
            return 'changes must have columns of a threshold as keys, got '
                || perf_internal.quote_value(v_change.key);
        elsif jsonb_typeof(v_change.value) not in (v_change.type, 'null')
            or jsonb_path_exists(
                v_change.value, 'strict $[*] ? (@.type() != "string")', silent => true
            )
        then
            return format(
                '%s must be %s, got %s',
                v_change.key,
                v_change.said,
                perf_internal.quote_json(v_change.value)
            );
        end if;
        begin
            perform jsonb_populate_record(
                null::perf.performance_alert_thresholds,
                jsonb_build_object(v_change.key, v_change.value)
            );
        exception
            when data_exception then
                return format(
                    '%s must be %s, got %s',
                    v_change.key,
                    v_change.said,
                    perf_internal.quote_json(v_change.value)
                );
        end;
    end loop;
    return null;
end
$$;

comment on function perf_internal.get_threshold_changes_problem is
    'What is wrong with the changes that perf.update_alert_threshold() takes, whatever the threshold; null if nothing.';

revoke execute on function perf_internal.get_threshold_changes_problem from public;
grant execute on function perf_internal.get_threshold_changes_problem
    to authenticated, service_role, perf_admin;
