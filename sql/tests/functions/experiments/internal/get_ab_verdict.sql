begin;
select plan(2);

select results_eq(
    $$ select perf_internal.get_ab_verdict(false, v.better, 1, v.low, v.high, null)
       from (
           values
               (1, 'higher', 0.5, 3), (2, 'lower', 0.5, 3), (3, 'higher', -3, -0.5),
               (4, 'lower', -3, -0.5), (5, 'higher', 0.1, 0.9), (6, 'lower', -0.9, 0.9),
               (7, 'higher', -0.9, 1), (8, 'higher', 0, 2), (9, 'higher', null, null)
       ) as v (position, better, low, high)
       order by v.position $$,
    $$ values ('b_better'), ('a_better'), ('a_better'), ('b_better'), ('no_difference'),
        ('no_difference'), ('undecided'), ('undecided'), ('undecided') $$,
    'goes by the interval, the direction, and the smallest effect that matters'
);

select results_eq(
    $$ select perf_internal.get_ab_verdict(true, v.better, v.effect, v.low, v.high, v.is_significant)
       from (
           values
               (1, 'higher', 1, -5, -2, true), (2, 'higher', 1, -5, -2, false),
               (3, 'lower', 1, 2, 5, true), (4, 'lower', 1, -5, 0.5, true),
               (5, 'higher', 1, -0.9, -0.1, true), (6, 'higher', 1, -2, 1, false),
               (7, 'higher', null, -5, -2, true), (8, 'higher', 1, null, null, null)
       ) as v (position, better, effect, low, high, is_significant)
       order by v.position $$,
    $$ values ('harmed'), ('undecided'), ('harmed'), ('unharmed'), ('unharmed'), ('undecided'),
        (null), ('undecided') $$,
    'of a guardrail asks only whether it is worse by what matters'
);

select * from finish();
rollback;
