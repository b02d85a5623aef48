-- security definer: no API role may write tests; the caller is checked first. lock_ab_test() lets
-- one session work on a test at a time, recorders included. Each statement after it has a new
-- snapshot: a second session finds the test completed, and the results have all outcomes that
-- recorders have committed. Later ones find the test completed. to_jsonb() would cut digits where
-- the session says so.
create or replace function perf_internal.stop_ab_test(
    test_id uuid,
    reason text,
    winner text,
    stopped_at timestamptz
)
returns perf.model_ab_tests
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
    v_test perf.model_ab_tests;
    v_results jsonb;
    v_recommendation text;
    v_recommended text;
begin
    perform perf_internal.require_role('admin');
    if stop_ab_test.winner not in ('a', 'b', 'none') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'winner must be a, b, none or null, got %s',
                perf_internal.quote_value(stop_ab_test.winner)
            );
    elsif length(stop_ab_test.reason) > 2000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'reason must have at most 2000 characters, got %s', length(stop_ab_test.reason)
            );
    elsif not coalesce(isfinite(stop_ab_test.stopped_at), false) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'stopped_at must be a time, got '
                || coalesce(stop_ab_test.stopped_at::text, 'null');
    end if;
    perform perf_internal.get_ab_test(stop_ab_test.test_id);
    perform perf_internal.lock_ab_test(stop_ab_test.test_id);
    v_test := perf_internal.get_ab_test(stop_ab_test.test_id);
    if v_test.test_status = 'completed' then
        if stop_ab_test.winner <> v_test.winner_model then
            raise exception using
                errcode = 'PT409',
                message = format(
                    'the A/B test %s is over and its winner is %s, got %s',
                    perf_internal.quote_value(v_test.test_name),
                    v_test.winner_model,
                    stop_ab_test.winner
                );
        end if;
        return v_test;
    end if;
    v_results := coalesce(
        (
            select jsonb_agg(to_jsonb(r))
            from perf.get_ab_test_results(stop_ab_test.test_id) as r
        ),
        '[]'
    );
    v_recommendation := v_results -> 0 ->> 'recommendation';
    v_recommended := case v_recommendation
        when 'ship_a' then 'a'
        when 'ship_b' then 'b'
        else 'none'
    end;
    update perf.model_ab_tests as t
    set test_status = 'completed',
        test_end = greatest(stop_ab_test.stopped_at, t.test_start),
        winner_model = coalesce(stop_ab_test.winner, v_recommended),
        winner_metrics = v_results,
        stop_reason = coalesce(
            stop_ab_test.reason,
            case
                when stop_ab_test.winner <> v_recommended
                    then format('Chosen by hand: %s.', stop_ab_test.winner) || coalesce(
                        format(' Recommended was %s: ', v_recommendation)
                            || (v_results -> 0 ->> 'reason'),
                        ''
                    )
                else v_results -> 0 ->> 'reason'
            end
        ),
        stopped_by = perf_internal.get_actor_name(
            (
                select p.username
                from perf.profiles as p
                where p.id = perf_internal.get_user_id()
            ),
            perf_internal.get_caller(),
            session_user
        )
    where t.id = stop_ab_test.test_id
    returning t.* into v_test;
    return v_test;
end
$$;

comment on function perf_internal.stop_ab_test is
    'Does the work of perf.stop_ab_test().';

revoke execute on function perf_internal.stop_ab_test from public;
grant execute on function perf_internal.stop_ab_test to authenticated, service_role, perf_admin;
