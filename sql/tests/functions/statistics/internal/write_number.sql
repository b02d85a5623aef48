begin;
select plan(2);

select results_eq(
    $$ select perf_internal.write_number(n.value)
       from unnest('{0.0123456,-123456.7,1e-99,0,99.96,-0.5,1e15}'::float8[])
           with ordinality as n (value, position)
       order by n.position $$,
    $$ values ('0.0123'), ('-123457'), ('1e-99'), ('0'), ('100'), ('-0.5'), ('1e+15') $$,
    'has three digits, and all of those before the point'
);

select is(perf_internal.write_number(null), null, 'is null for null');

select * from finish();
rollback;
