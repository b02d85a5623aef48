begin;
select plan(2);

create table pg_temp.measured as select n from generate_series(1, 1000) as n;
create index on pg_temp.measured (n);
select is(
    perf_internal.get_table_bytes('pg_temp.measured'),
    pg_total_relation_size('pg_temp.measured'),
    'it is the size of a table with its indexes'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.get_table_bytes('perf.models') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
