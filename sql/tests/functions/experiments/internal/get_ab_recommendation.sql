begin;
select plan(1);

select results_eq(
    $$ select r.recommendation, r.reason
       from (
           values
               (1, 'b_better', 100, 200, null::bigint, 0.0001, '{ms 5 (x)}'::text[], '{}'::text[], 'D'),
               (2, 'b_better', 100, 100, null, 1, '{ms 5 (x),cost 1 (y)}', '{}', 'D'),
               (3, 'b_better', 100, 100, null, 0.001, '{}', '{}', 'D'),
               (4, 'b_better', 100, 100, null, 1, '{}', '{cost,ms}', 'D'),
               (5, 'a_better', 100, 100, null, 1, '{}', '{cost}', 'D'),
               (6, 'no_difference', 100, 100, null, 1, '{}', '{}', 'D'),
               (7, 'undecided', 100, 100, null, 1, '{}', '{}', 'D'),
               (8, 'undecided', 100, 100, 300, 1, '{}', '{}', 'D'),
               (9, 'undecided', 100, 100, 200, 1, '{}', '{}', 'D'),
               (10, 'undecided', 1, 100, null, 1, '{}', '{}', null),
               (11, 'undecided', 29, 100, null, 1, '{}', '{}', null),
               (12, 'undecided', null, null, null, null, '{}', '{}', null),
               (13, 'undecided', 30, 30, null, 1, '{}', '{}', null),
               (14, 'undecided', 30, 30, null, 1, '{}', '{}', null)
       ) as v (position, verdict, units_a, units_b, planned, ratio, harmed, undecided, difference)
       cross join lateral perf_internal.get_ab_recommendation(
           v.verdict, 'success', 0.01, v.difference, v.units_a, v.units_b, v.planned, 0.5, v.ratio,
           v.harmed, v.undecided, v.position - 13
       ) as r
       order by v.position $$,
    $$ values
        (
            'check_assignment',
            'A has 100 units and B 200. With a traffic_split of 0.5 that comes about by chance with p 0.0001. Find out what is lost or assigned wrongly before you believe a figure.'
        ),
        ('ship_a', 'B makes a guardrail worse: ms 5 (x); cost 1 (y).'),
        ('ship_b', 'B is better in success: D.'),
        (
            'ship_b',
            'B is better in success: D. No guardrail is shown to be worse, but cost, ms may be.'
        ),
        ('ship_a', 'A is better in success: D.'),
        (
            'stop_no_difference',
            'The difference in success is smaller than 0.01, the smallest that matters: D.'
        ),
        ('keep_running', 'The difference in success is not known well enough: D.'),
        (
            'keep_running',
            'The difference in success is not known well enough: D. 200 of 300 planned units have come.'
        ),
        (
            'keep_running',
            'The difference in success is not known well enough: D. All 200 planned units have come: stop where more would cost more than the answer is worth.'
        ),
        (
            'keep_running',
            'A has 1 unit with success and B 100. The test needs 30 of each before it decides.'
        ),
        (
            'keep_running',
            'A has 29 units with success and B 100. The test needs 30 of each before it decides.'
        ),
        (
            'keep_running',
            'A has 0 units with success and B 0. The test needs 30 of each before it decides.'
        ),
        ('keep_running', 'All outcomes of success are equal so far.'),
        (
            'keep_running',
            'Outcomes of success vary too little beside their size, so how much is not known. Record them less a constant in another test.'
        ) $$,
    'asks for the assignment, the guardrails and the primary metric, in this order'
);

select * from finish();
rollback;
