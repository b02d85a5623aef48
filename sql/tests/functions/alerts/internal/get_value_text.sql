begin;
select plan(3);

select results_eq(
    $$ select perf_internal.get_value_text(v.value, v.unit)
       from (
           values
               (5231.4::float8, 'ms'),
               (5000.04, 'ms'),
               (0, 'ms'),
               (-0.5, 'score'),
               (1234567, 'ms'),
               (3, null),
               (0.1234567, 'share'),
               (0.05, 'share'),
               (1, 'share'),
               (1e-7, null),
               (1e300, null)
       ) as v (value, unit) $$,
    $$ values
        ('5231.4 ms'), ('5000.04 ms'), ('0 ms'), ('-0.5 score'), ('1234567 ms'), ('3'),
        ('12.3457 %'), ('5 %'), ('100 %'), ('1e-07'), ('1e+300') $$,
    'has six digits and a unit; a share is a percentage'
);
select is(
    perf_internal.get_value_text('NaN'), 'NaN', 'what is no number is said as it is'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.get_value_text(1) $$, '42501', null, 'nobody but the owner calls it'
);

select * from finish();
rollback;
