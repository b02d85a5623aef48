create or replace function perf_internal.get_ab_test(test_id uuid)
returns perf.model_ab_tests
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_test perf.model_ab_tests;
begin
    select t.*
    into v_test
    from perf.model_ab_tests as t
    where t.id = get_ab_test.test_id;
    if v_test.id is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no A/B test ' || coalesce(get_ab_test.test_id::text, 'null'),
            hint = 'perf.get_ab_tests() lists them.';
    end if;
    return v_test;
end
$$;

comment on function perf_internal.get_ab_test is
    'An A/B test by its id. Error PT404: there is none.';

revoke execute on function perf_internal.get_ab_test from public;
grant execute on function perf_internal.get_ab_test
    to authenticated, service_role, perf_admin, perf_analyst;
