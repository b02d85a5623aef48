-- The variants of units and the series of rollups follow from a test, so after a change what was
-- measured would mean something else. The owner is refused too.
create or replace function perf_internal.keep_ab_tests()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception using
            errcode = 'restrict_violation',
            message = 'A/B tests are kept for ever: rollups belong to them',
            hint = 'Stop the test instead: perf.stop_ab_test().';
    elsif old.test_status = 'completed' then
        raise exception using
            errcode = 'PT409',
            message = format(
                'the A/B test %s is completed and stays as it is',
                perf_internal.quote_value(old.test_name)
            );
    elsif row(
        new.id, new.model_type, new.machine_id, new.model_a_id, new.model_a_version, new.model_b_id,
        new.model_b_version, new.test_start, new.traffic_split, new.created_at, new.created_by
    ) is distinct from row(
        old.id, old.model_type, old.machine_id, old.model_a_id, old.model_a_version, old.model_b_id,
        old.model_b_version, old.test_start, old.traffic_split, old.created_at, old.created_by
    ) then
        raise exception using
            errcode = 'PT409',
            message = format(
                'models, split and start of the A/B test %s stay as they are',
                perf_internal.quote_value(old.test_name)
            ),
            hint = 'Stop it, and start another test.';
    end if;
    return new;
end
$$;

comment on function perf_internal.keep_ab_tests is
    'Trigger: refuses to delete an A/B test (23001), to change one that is completed (PT409), and to change models, split or start of a running one (PT409). Its name and planned_units may change.';

revoke execute on function perf_internal.keep_ab_tests from public;

create or replace trigger keep_ab_tests
    before delete or update on perf.model_ab_tests
    for each row execute function perf_internal.keep_ab_tests();

create or replace trigger keep_all_ab_tests
    before truncate on perf.model_ab_tests
    for each statement execute function perf_internal.keep_ab_tests();
