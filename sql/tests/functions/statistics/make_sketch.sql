begin;
select plan(8);

select is(
    perf.make_sketch('{5}')::text,
    '[5:5]={1}',
    'one value is a sketch of one bin, subscripted by that bin'
);

select is(
    perf.make_sketch('{3,5,3}')::text,
    '[3:5]={2,2,3}',
    'counts are cumulative, over bins not in use too'
);

select is(
    perf.make_sketch('{5,3,3}')::text,
    '[3:5]={2,2,3}',
    'the order of the values is of no matter'
);

select is(
    perf.make_sketch('{-1390,-1389,-1390}')::text,
    '[-1390:-1389]={2,3}',
    'zero has the bin below the smallest'
);

select is(
    perf.make_sketch('{-1,1}')::text,
    '[-1:1]={1,1,2}',
    'bins may be negative'
);

select is(perf.make_sketch('{}'), null, 'no values have no sketch');
select is(perf.make_sketch(null), null, 'null has no sketch');

select throws_ok(
    $$ select perf.make_sketch('{3,null}') $$,
    '22004',
    null,
    'refuses a null bin'
);

select * from finish();
rollback;
