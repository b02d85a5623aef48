begin;
select plan(6);

select is(
    perf_internal.get_parameter_hash('{"temperature": 1}'),
    md5('{"temperature": 1}'),
    'is the hash of the parameters that affect performance'
);

select is(
    perf_internal.get_parameter_hash('{"max_tokens": 100, "temperature": 1.0, "seed": 7}'),
    perf_internal.get_parameter_hash('{"temperature": 1, "max_tokens": 1e2}'),
    'order, spelling of numbers and other parameters make no difference'
);

select isnt(
    perf_internal.get_parameter_hash('{"temperature": 1}'),
    perf_internal.get_parameter_hash('{"temperature": 0}'),
    'another value is another hash'
);

select isnt(
    perf_internal.get_parameter_hash('{"streaming": true}'),
    perf_internal.get_parameter_hash('{"streaming": "true"}'),
    'another type is another hash'
);

select is(
    perf_internal.get_parameter_hash('{}'), md5('{}'), 'no parameters have a hash'
);

select is(perf_internal.get_parameter_hash(null), null, 'null has none');

select * from finish();
rollback;
