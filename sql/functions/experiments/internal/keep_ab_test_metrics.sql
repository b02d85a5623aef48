-- Metrics are written before their series, in one transaction. So a test that has series has all of
-- its metrics.
create or replace function perf_internal.keep_ab_test_metrics()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'INSERT' then
        raise exception using
            errcode = 'restrict_violation',
            message = 'metrics of A/B tests stay as they are',
            hint = 'Stop the test, and start another one.';
    elsif exists (
        select
        from perf_internal.ab_series as s
        where s.test_id = new.test_id
    ) then
        raise exception using
            errcode = 'PT409',
            message = format('the A/B test %s has all its metrics', new.test_id),
            hint = 'Stop the test, and start another one.';
    end if;
    return new;
end
$$;

comment on function perf_internal.keep_ab_test_metrics is
    'Trigger: refuses to change or delete a metric of an A/B test (23001), and to add one after the start (PT409).';

revoke execute on function perf_internal.keep_ab_test_metrics from public;

create or replace trigger keep_ab_test_metrics
    before insert or update or delete on perf.ab_test_metrics
    for each row execute function perf_internal.keep_ab_test_metrics();

create or replace trigger keep_all_ab_test_metrics
    before truncate on perf.ab_test_metrics
    for each statement execute function perf_internal.keep_ab_test_metrics();
