begin;
select plan(8);

select is(perf_internal.get_provider('acme/one'), 'acme', 'the provider stands before the slash');
select is(
    perf_internal.get_provider('acme/org/one'), 'acme', 'the first of several slashes counts'
);
select is(perf_internal.get_provider('one'), 'unknown', 'without a slash it is unknown');
select is(perf_internal.get_provider('/one'), 'unknown', 'with nothing before it it is unknown');
select is(perf_internal.get_provider('  /one'), 'unknown', 'with blanks before it it is unknown');
select is(perf_internal.get_provider(' acme /one'), 'acme', 'blanks around it do not count');
select is(perf_internal.get_provider(''), 'unknown', 'of an empty name it is unknown');
select is(perf_internal.get_provider(null), 'unknown', 'of null it is unknown');

select * from finish();
rollback;
