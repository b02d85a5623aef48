begin;
select plan(10);

select is(
    perf.add_sketches('[1:2]={1,3}', '[1:2]={2,5}')::text,
    '{3,8}',
    'sketches of the same bins add element by element'
);

select is(
    perf.add_sketches('[1:2]={1,3}', '[5:6]={2,4}')::text,
    '{1,3,3,3,5,7}',
    'between two sketches the first keeps its total'
);

select is(
    perf.add_sketches('[5:6]={2,4}', '[1:2]={1,3}')::text,
    '{1,3,3,3,5,7}',
    'the order of the two is of no matter'
);

select is(
    perf.add_sketches('[-3:0]={1,2,3,4}', '[-2:-1]={10,20}')::text,
    '[-3:0]={1,12,23,24}',
    'a sketch inside another counts from its first bin on'
);

select is(
    perf.add_sketches('[3:4]={1,2}', '[4:6]={1,1,2}')::text,
    '[3:6]={1,3,3,4}',
    'overlapping sketches add where they overlap'
);

select is(
    perf.add_sketches(perf.make_sketch('{7,2}'), perf.make_sketch('{9,2}')),
    perf.make_sketch('{7,2,9,2}'),
    'the sum is the sketch of all values'
);

select is(perf.add_sketches('[3:4]={1,2}', null)::text, '[3:4]={1,2}', 'null adds nothing');
select is(perf.add_sketches(null, '[3:4]={1,2}')::text, '[3:4]={1,2}', 'whichever is null');
select is(perf.add_sketches(null, null), null, 'two nulls are null');

select is(
    perf.add_sketches('{}', '[7:7]={3}'), '[7:7]={3}'::bigint[], 'an empty sketch counts as none'
);

select * from finish();
rollback;
