begin;
select plan(7);

select is(
    perf_internal.round_limit(987.6, 500, true),
    990::double precision,
    'a limit is rounded up to two digits of its distance from the usual value'
);
select is(
    perf_internal.round_limit(0.98123, 0.9933, false),
    0.981::double precision,
    'a limit below is rounded down'
);
select is(perf_internal.round_limit(1500, 500, true), 1500::double precision, 'a round limit stays');
select is(
    perf_internal.round_limit(0.0123, 0, true), 0.013::double precision, 'the usual value may be 0'
);
select is(
    perf_internal.round_limit(123.4, 123.4, true),
    130::double precision,
    'without a distance the usual value gives the digits'
);
select is(perf_internal.round_limit(0, 0, true), 0::double precision, 'zero is zero');
select is(
    perf_internal.round_limit(-987.6, -500, false), (-990)::double precision, 'a limit may be negative'
);

select * from finish();
rollback;
