-- A procedure, because it commits. So it can have neither settings nor security definer, and it
-- names operators with their schema.
--
-- It first begins a new transaction, because the isolation level of a transaction that has read is
-- fixed. Work on partitions must see what other sessions have committed, whatever
-- default_transaction_isolation is.
create or replace procedure perf.run_job(job text)
language plpgsql
as $$
begin
    perform perf_internal.require_role('admin');
    commit;
    set transaction isolation level read committed;
    if job operator(pg_catalog.=) 'aggregate' then
        call perf.keep_aggregated();
    elsif job operator(pg_catalog.=) 'alerts' then
        perform from perf.check_alert_thresholds();
    elsif job operator(pg_catalog.=) 'partitions' then
        -- It makes some at a time, and returns them.
        while exists (select from perf.ensure_partitions()) loop
            commit and chain;
        end loop;
    elsif job operator(pg_catalog.=) 'cleanup' then
        perform from perf.cleanup_old_performance_data();
        commit and chain;
        perform perf_internal.delete_ab_units();
        commit and chain;
        -- It deletes some at a time, and returns how many.
        while perf_internal.delete_old_alerts() operator(pg_catalog.>) 0 loop
            commit and chain;
        end loop;
    elsif job operator(pg_catalog.=) 'verification' then
        perform from perf_internal.watch_verification();
    elsif job operator(pg_catalog.=) 'config-guards' then
        perform from perf.check_config_guards();
    elsif job operator(pg_catalog.=) 'daily-log' then
        perform from perf.aggregate_model_performance_logs();
    elsif job operator(pg_catalog.=) 'trim-job-history' then
        perform perf.trim_job_history();
    else
        raise exception using
            errcode = 'PT404',
            message = pg_catalog.concat('there is no job ', perf_internal.quote_value(job)),
            hint = 'select * from perf_internal.get_jobs() lists them.';
    end if;
end
$$;

comment on procedure perf.run_job is
    'Runs a job as pg_cron and pgkit worker do, in transactions of its own: aggregate, alerts, partitions, cleanup, verification, config-guards, daily-log or trim-job-history. Errors: PT404 no such job, 42501 not an admin.';

revoke execute on procedure perf.run_job from public;
grant execute on procedure perf.run_job to service_role, perf_admin;
