begin;
select plan(14);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start, planned_units
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00', 200
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.2),
    ('e0000000-0000-4000-8000-000000000000', 'ms', 'guardrail', 'lower', 10),
    ('e0000000-0000-4000-8000-000000000000', 'cost', 'guardrail', 'lower', 10),
    ('e0000000-0000-4000-8000-000000000000', 'tokens', 'other', 'lower', null);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

select results_eq(
    $$ select r.metric, r.role, r.units_a, r.method, r.verdict, r.recommendation, r.reason
       from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r $$,
    $$ values
        (
            'success', 'primary', 0::bigint, null, 'undecided', 'keep_running',
            'A has 0 units with success and B 0. The test needs 30 of each before it decides.'
        ),
        ('cost', 'guardrail', 0, null, 'undecided', null, null),
        ('ms', 'guardrail', 0, null, 'undecided', null, null),
        ('tokens', 'other', 0, null, null, null, null) $$,
    'a test without outcomes has its metrics, the primary one first, and keeps running'
);

-- Of 40 units each: half succeed with A and all with B. Both take 90 or 110 ms. B costs 50 or 70
-- more. Both have 1 or 3 tokens.
insert into perf.ab_outcomes (series_id, created_at, value)
select
    s.id,
    '2020-01-06 10:00+00'::timestamptz + u * interval '1 hour',
    case s.metric
        when 'success' then greatest(u % 2, (s.variant = 'b')::integer)
        when 'ms' then 90 + 20 * (u % 2)
        when 'cost' then 10 + 20 * (u % 2) + 60 * (s.variant = 'b')::integer
        else 1 + 2 * (u % 2)
    end
from perf_internal.ab_series as s
cross join generate_series(1, 40) as u;

select results_eq(
    $$ select
           r.metric, r.units_a, r.units_b, r.outcomes_a, r.outcomes_b, r.mean_a, r.mean_b,
           round(r.p50_a), round(r.p95_b), r.difference, r.relative_difference, r.method
       from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r $$,
    $$ values
        (
            'success', 40::bigint, 40::bigint, 40::bigint, 40::bigint, 0.5::float8, 1::float8,
            null::float8, null::float8, 0.5::float8, 1::float8, 'proportions_z'
        ),
        ('cost', 40, 40, 40, 40, 20, 80, 20, 90, 60, 3, 'welch_t'),
        ('ms', 40, 40, 40, 40, 100, 100, 100, 110, 0, 0, 'welch_t'),
        ('tokens', 40, 40, 40, 40, 2, 2, 2, 3, 0, 0, 'welch_t') $$,
    'has units, outcomes, means and percentiles of both, and the difference of B'
);

-- Pooled z 0.5 / root(0.75 * 0.25 / 20) = 5.164.
select results_eq(
    $$ select r.metric, round(r.p_value::numeric, 9), round(r.low::numeric, 3),
           round(r.high::numeric, 3), round(r.chance_to_win::numeric, 4)
       from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r
       where r.metric <> 'cost' $$,
    $$ values
        ('success', 0.000000242, 0.328, 0.648, 1.0000),
        ('ms', 1.000000000, -4.508, 4.508, 0.5000),
        ('tokens', 1.000000000, -0.451, 0.451, 0.5000) $$,
    'has the test for one look and the chance that B is better'
);

-- Squared deviations of A are 10, and both have 2 more as a rate: (12 + 2) / (39 * 40).
select results_eq(
    $$ select r.metric, round(r.always_valid_low::numeric, 12),
           round(r.always_valid_high::numeric, 12), round(r.always_valid_p_value::numeric, 18)
       from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r
       where r.metric in ('success', 'tokens') $$,
    $$ select 'success', round(i.low::numeric, 12), round(i.high::numeric, 12),
           round(
               perf.get_always_valid_probability(0.5, sqrt(14 / 1560::float8), 0.2)::numeric, 18
           )
       from perf.get_always_valid_interval(0.5, sqrt(14 / 1560::float8), 0.2) as i
       union all
       select 'tokens', null, null, null $$,
    'has the always-valid interval of metrics with a smallest effect that matters'
);

select results_eq(
    $$ select r.metric, r.verdict, r.adjusted_p_value = 1, r.sample_ratio_p_value,
           r.recommendation, left(r.reason, 33)
       from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r $$,
    $$ values
        (
            'success', 'b_better', null::boolean, 1::float8, 'ship_a',
            'B makes a guardrail worse: cost 6'
        ),
        ('cost', 'harmed', false, null, null, null),
        ('ms', 'unharmed', true, null, null, null),
        ('tokens', null, null, null, null, null) $$,
    'a guardrail that is harmed decides, whatever the primary metric says'
);

-- Holm: the smaller of two is doubled.
select is(r.adjusted_p_value, 2 * r.always_valid_p_value, 'guardrails are corrected for each other')
from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r
where r.metric = 'cost';

select ok(
    r.always_valid_high - r.always_valid_low > w.always_valid_high - w.always_valid_low
    and r.high - r.low > w.high - w.low
    and r.confidence_level = 0.99
    and w.confidence_level = 0.95,
    'more confidence makes intervals wider'
)
from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000', 0.99) as r
join perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as w on w.metric = r.metric
where r.metric = 'ms';

-- 40 more units of A that have tokens only.
insert into perf.ab_outcomes (series_id, created_at, value)
select s.id, '2020-01-06 10:00+00', 1
from perf_internal.ab_series as s
cross join generate_series(1, 40) as u
where s.metric = 'tokens' and s.variant = 'a';

select results_eq(
    $$ select r.recommendation, r.sample_ratio_p_value < 0.001
       from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') as r
       where r.role = 'primary' $$,
    $$ values ('check_assignment', true) $$,
    'twice as many units of A are a reason to check the assignment, in whatever metric they are'
);

select throws_ok(
    $$ select perf.get_ab_test_results('e0000000-0000-4000-8000-000000000001') $$,
    'PT404',
    'there is no A/B test e0000000-0000-4000-8000-000000000001',
    'refuses an unknown test'
);

select throws_ok(
    format(
        'select perf.get_ab_test_results(%L, %s)', 'e0000000-0000-4000-8000-000000000000', v.value
    ),
    '22023',
    'confidence must be between 0.5 and 0.999999, got ' || v.shown,
    'refuses a confidence of ' || v.shown
)
from (values ('null', 'null'), ('1', '1'), ('$$NaN$$', 'NaN')) as v (value, shown);

set local role perf_analyst;

select is(
    (select count(*) from perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000')),
    4::bigint,
    'an analyst reads them'
);

set local role perf_recorder;

select throws_ok(
    $$ select perf.get_ab_test_results('e0000000-0000-4000-8000-000000000000') $$,
    '42501',
    null,
    'a recorder does not'
);

reset role;

select * from finish();
rollback;
