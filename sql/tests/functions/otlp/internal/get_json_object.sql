begin;
select plan(7);

select is(
    perf_internal.get_json_object(' {"model": "gpt-4o"}'), '{"model": "gpt-4o"}'::jsonb,
    'a text that is an object is read'
);
select is(perf_internal.get_json_object('{}'), null, 'an empty object says nothing');
select is(perf_internal.get_json_object('[1]'), null, 'an array is none');
select is(perf_internal.get_json_object('{"model": '), null, 'nor is half an object');
select is(perf_internal.get_json_object('{"a": "' || E'\\' || 'u0000"}'), null, 'nor what no jsonb holds');
select is(
    perf_internal.get_json_object(repeat('{"a":', 100000)), null, 'nor what is nested too deep'
);
select is(perf_internal.get_json_object(null), null, 'nor null');

select * from finish();
rollback;
