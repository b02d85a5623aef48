begin;
select plan(13);

set local datestyle = 'ISO, YMD';
set local timezone = 'UTC';

create function pg_temp.find(model text, provider text, until timestamptz default '2020-01-08')
returns setof text
language sql as $$
    select concat_ws(
        ' ', to_char(f.range_start, 'DD HH24'), to_char(f.range_end, 'DD HH24'),
        coalesce(p.input_price::text, 'none')
    )
    from perf_internal.find_model_prices(
        'standard', array[model], array[provider], '2020-01-06', until
    ) as f
    left join perf.model_prices as p on p.id = f.price_id
    order by f.range_start
$$;

select results_eq(
    $$ select pg_temp.find('a', 'x') $$, $$ values ('06 00 08 00 none') $$, 'no price'
);
select perf.set_model_price('a', 1, 9);
select results_eq(
    $$ select pg_temp.find('a', 'x') $$, $$ values ('06 00 08 00 1') $$, 'one for any provider'
);
select perf.set_model_price('a', 2, 9, provider => 'X', valid_from => '2020-01-06 10:00+00');
select results_eq(
    $$ select pg_temp.find('a', 'x') $$,
    $$ values ('06 00 06 10 1'), ('06 10 08 00 2') $$,
    'one for the provider goes before it from its time on, however it is spelt'
);
select perf.set_model_price('a', 3, 9, valid_from => '2020-01-07 10:00+00');
select results_eq(
    $$ select pg_temp.find('a', 'x') $$,
    $$ values ('06 00 06 10 1'), ('06 10 08 00 2') $$,
    'changes of another price are no changes'
);
select results_eq(
    $$ select pg_temp.find('a', 'y') $$,
    $$ values ('06 00 07 10 1'), ('07 10 08 00 3') $$,
    'another provider has the price for any'
);
select results_eq(
    $$ select pg_temp.find('x/a', 'y') $$,
    $$ values ('06 00 06 10 none'), ('06 10 08 00 2') $$,
    'the name behind the slash, for the provider before it'
);
select results_eq(
    $$ select pg_temp.find('y/a', 'y') $$,
    $$ values ('06 00 08 00 none') $$,
    'and for no other'
);
select perf.set_model_price('y/a', 4, 9);
select results_eq(
    $$ select pg_temp.find('a', 'y') $$,
    $$ values ('06 00 08 00 4') $$,
    'provider/name goes before the name for any provider'
);
select perf.set_model_price('b', 5, 9, provider => 'x');
select results_eq(
    $$ select pg_temp.find('b', 'unknown') $$,
    $$ values ('06 00 08 00 5') $$,
    'of an unknown provider, that of the only one'
);
select results_eq(
    $$ select pg_temp.find('b', null) $$, $$ values ('06 00 08 00 5') $$, 'or of none'
);
select results_eq(
    $$ select pg_temp.find('b', 'z') $$, $$ values ('06 00 08 00 none') $$, 'not of another one'
);
select perf.set_model_price('b', 6, 9, provider => 'y');
select results_eq(
    $$ select pg_temp.find('b', 'unknown') $$,
    $$ values ('06 00 08 00 none') $$,
    'nor where there are two'
);
select results_eq(
    $$ select f.model_number, f.range_end, p.input_price
       from perf_internal.find_model_prices(
           'standard', '{b,none,b}', '{x,x,y}', '2020-01-06', '2020-01-07'
       ) as f
       left join perf.model_prices as p on p.id = f.price_id
       order by 1 $$,
    $$ values
        (1, timestamptz '2020-01-07 00:00+00', 5::float8),
        (2, '2020-01-07 00:00+00', null),
        (3, '2020-01-07 00:00+00', 6) $$,
    'of several models by their numbers'
);

select * from finish();
rollback;
