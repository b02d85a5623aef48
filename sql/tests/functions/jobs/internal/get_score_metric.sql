begin;
select plan(6);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

do $$
begin
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness,quality.motion}');
end
$$;

select is(
    perf_internal.get_score_metric('likeness'),
    'successful_quality.likeness',
    'a score is read of successful jobs'
);
select is(
    perf_internal.get_score_metric('quality_rating'),
    'successful_quality_rating',
    'the rating of a job is one'
);
select throws_ok(
    $$ select perf_internal.get_score_metric('likenes') $$,
    'PT404',
    'there is no quality score "likenes"',
    'an unknown name is an error'
);
create function pg_temp.get_hint() returns text language plpgsql as $$
declare
    v_hint text;
begin
    perform perf_internal.get_score_metric('likenes');
exception
    when sqlstate 'PT404' then
        get stacked diagnostics v_hint = pg_exception_hint;
        return v_hint;
end
$$;
select is(
    pg_temp.get_hint(),
    'There are "likeness", "motion", "quality_rating".',
    'its hint names those that there are'
);
select throws_ok(
    $$ select perf_internal.get_score_metric(null) $$,
    '22023',
    'score_name must not be null',
    'refuses null'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_score_metric('likeness') $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
