-- Once per statement instead of a foreign key, at a fraction of its cost. It reads what this
-- transaction wrote rather than a transition table: with one of those, COPY into a partitioned
-- table inserts row by row. record_call() and record_calls() have found the configuration
-- themselves and say so with a setting, so this serves what the owner does by hand.
-- Configurations are never deleted, so one that is there now stays. A new partition has no statistics,
-- for which the planner would sort all rows.
create or replace function perf_internal.check_recorded_calls()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set jit = off
as $$
declare
    v_bad record;
    -- A variable, because every row is compared with it.
    v_transaction_id bigint := txid_current();
begin
    select n.*, c.id is not null as is_known
    into v_bad
    from (
        select
            r.model_tool_config_id,
            min(r.call_timestamp) as earliest,
            max(r.call_timestamp) as latest
        from perf.performance_metrics_raw as r
        where r.transaction_id = v_transaction_id
        group by 1
    ) as n
    left join perf.model_tool_configs as c on c.id = n.model_tool_config_id
    where c.id is null
        or n.earliest < '1970-01-01 00:00+00'
        or n.latest > now() + interval '1 day'
    limit 1;
    if not found then
        return null;
    elsif v_bad.is_known then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'call_timestamp must be between 1970 and tomorrow, got %s',
                case
                    when v_bad.earliest < '1970-01-01 00:00+00' then v_bad.earliest
                    else v_bad.latest
                end
            );
    end if;
    raise exception using
        errcode = 'foreign_key_violation',
        message = format('model_tool_config_id %s does not exist', v_bad.model_tool_config_id),
        hint = 'perf.record_call() adds models, tools and parameter sets on first use.';
end
$$;

comment on function perf_internal.check_recorded_calls is
    'Trigger: refuses calls of unknown configurations (23503) and impossible times (22023).';

revoke execute on function perf_internal.check_recorded_calls from public;

create or replace trigger check_recorded_calls
    after insert on perf.performance_metrics_raw
    for each statement
    when (current_setting('perf.calls_are_checked', true) is distinct from 'on')
    execute function perf_internal.check_recorded_calls();
