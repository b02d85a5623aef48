-- The first query sees nearly always that all are good. The second finds the first bad one.
create or replace function perf_internal.check_outcomes(
    outcomes perf_internal.ab_outcome[],
    is_of_calls boolean
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    v_outcome perf_internal.ab_outcome;
    v_test perf.model_ab_tests;
    v_names text[];
    v_state text;
    v_message text;
    v_hint text;
begin
    if not exists (
        select
        from unnest(check_outcomes.outcomes) as o
        left join (
            select
                t.id,
                t.test_status,
                t.test_start,
                array(
                    select coalesce(m.source_metric, m.metric)
                    from perf.ab_test_metrics as m
                    where m.test_id = t.id
                ) as names
            from perf.model_ab_tests as t
            where t.id in (select u.test_id from unnest(check_outcomes.outcomes) as u)
            offset 0
        ) as k on k.id = o.test_id
        where k.id is null
            or (
                not check_outcomes.is_of_calls
                and (
                    k.test_status <> 'running'
                    or o.observed_at < k.test_start
                    or perf_internal.get_outcome_problem(o) is not null
                    or o.outcomes - k.names <> '{}'
                )
            )
    ) then
        return;
    end if;
    foreach v_outcome in array check_outcomes.outcomes loop
        select t.*
        into v_test
        from perf.model_ab_tests as t
        where t.id = v_outcome.test_id;
        v_state := '22023';
        v_hint := null;
        v_message := case
            when not check_outcomes.is_of_calls
            then perf_internal.get_outcome_problem(v_outcome)
        end;
        if v_message is not null then
            null;
        elsif v_outcome.test_id is null then
            v_message := 'test_id must not be null';
        elsif v_test.id is null then
            v_state := 'PT404';
            v_message := format('there is no A/B test %s', v_outcome.test_id);
            v_hint := 'perf.get_ab_tests() lists them.';
        elsif check_outcomes.is_of_calls then
            null;
        elsif v_test.test_status <> 'running' then
            v_state := 'PT409';
            v_message := format(
                'the A/B test %s is %s and takes no more outcomes',
                perf_internal.quote_value(v_test.test_name),
                v_test.test_status
            );
        elsif v_outcome.observed_at < v_test.test_start then
            v_message := format(
                'observed_at must not be before the test starts, at %s, got %s',
                v_test.test_start,
                v_outcome.observed_at
            );
        else
            v_names := array(
                select distinct coalesce(m.source_metric, m.metric)
                from perf.ab_test_metrics as m
                where m.test_id = v_test.id
                order by 1
            );
            v_message := format(
                'the A/B test %s records no metric %s',
                perf_internal.quote_value(v_test.test_name),
                perf_internal.quote_value(
                    (select min(k) from jsonb_object_keys(v_outcome.outcomes - v_names) as k)
                )
            );
            v_hint := 'It records '
                || (select string_agg(perf_internal.quote_value(n), ', ') from unnest(v_names) as n)
                || '.';
            continue when v_outcome.outcomes - v_names = '{}';
        end if;
        if v_message is not null then
            raise exception using
                errcode = v_state,
                message = concat(v_outcome.place, v_message),
                hint = coalesce(v_hint || ' ', '')
                    || case
                        when v_outcome.place is null then 'Nothing was recorded.'
                        else 'Nothing of this batch was recorded.'
                    end;
        end if;
    end loop;
end
$$;

comment on function perf_internal.check_outcomes is
    'Refuses the first bad one of these outcomes: 22023 bad argument, or a metric that the test does not have; PT404 no such test; PT409 the test is completed. Of calls only the test is looked for, because calls that say nothing of it are no errors.';

revoke execute on function perf_internal.check_outcomes from public;
