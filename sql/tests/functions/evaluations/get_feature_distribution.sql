begin;
select plan(24);

set local datestyle = 'ISO';
set local timezone = 'UTC';

create temporary table recorded as
select perf.record_feature_batches(
    '[{"model_type": "energy", "feature": "load", "values": [-10, -9, 0, 6, 10, null, null, null],
       "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "site", "categories": {"south": 1, "north": 2, "east": 1},
       "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "same", "values": [7, 7], "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "gone", "values": [null], "observed_at": "2020-01-06T10:00:00Z"}]'
);

create function pg_temp.get(
    feature text,
    bucket_count integer default 4,
    start_time timestamptz default '2020-01-06 00:00+00',
    end_time timestamptz default '2020-01-07 00:00+00'
)
returns table (
    kind text, category text, bucket_start float8, bucket_end float8, value_count bigint, share float8
)
language sql
as $$
    select d.kind, d.category, d.bucket_start, d.bucket_end, d.value_count, d.share
    from perf.get_feature_distribution(
        'energy', null, get.feature, get.start_time, get.end_time, get.bucket_count, 2000
    ) as d
$$;

select results_eq(
    $$ select * from pg_temp.get('load') $$,
    $$ values
        ('number', null::text, -10::float8, -5::float8, 2::bigint, 0.25::float8),
        ('number', null, -5, 0, 0, 0),
        ('number', null, 0, 5, 1, 0.125),
        ('number', null, 5, 10, 2, 0.25),
        ('missing', null, null, null, 3, 0.375) $$,
    'a histogram of numbers, and how many are missing; shares are of all values'
);
select results_eq(
    $$ select * from pg_temp.get('site') $$,
    $$ values
        ('category', 'north', null::float8, null::float8, 2::bigint, 0.5::float8),
        ('category', 'east', null, null, 1, 0.25),
        ('category', 'south', null, null, 1, 0.25) $$,
    'categories, the most common first'
);
insert into recorded
select 1 where perf.record_feature_values(
    'energy', null, 'city',
    categories => (select jsonb_object_agg('c' || i, i) from generate_series(1, 1003) as i),
    observed_at => '2020-01-06 10:00+00'
);
select results_eq(
    $$ select count(*), sum(g.value_count) filter (where g.category = '(other)')
       from pg_temp.get('city') as g $$,
    $$ values (1001::bigint, 6::numeric) $$,
    'of 1,003 categories the rarest three are (other), in whatever cells they count'
);
select results_eq(
    $$ select * from pg_temp.get('same') $$,
    $$ values ('number', null::text, 7::float8, 7::float8, 2::bigint, 1::float8) $$,
    'equal numbers are in one bucket'
);
select results_eq(
    $$ select * from pg_temp.get('gone') $$,
    $$ values ('missing', null::text, null::float8, null::float8, 1::bigint, 1::float8) $$,
    'where all are missing that is all there is'
);
select is(
    (select count(*) from pg_temp.get('load', 1)), 2::bigint, 'one bucket holds all numbers'
);
select is(
    (select sum(g.value_count) from pg_temp.get('load', 1000) as g where g.kind = 'number'),
    5::numeric,
    'many buckets hold them once'
);
select is_empty(
    $$ select * from pg_temp.get('load', start_time => '2020-01-07 00:00+00', end_time => '2020-01-08 00:00+00') $$,
    'without values there is no row'
);
select results_eq(
    $$ select distinct d.range_start, d.range_end
       from perf.get_feature_distribution(
           ' energy ', null, ' load ', '2020-01-06 09:30+00', '2020-01-06 10:30+00'
       ) as d $$,
    $$ values (timestamptz '2020-01-06 10:00+00', timestamptz '2020-01-06 11:00+00') $$,
    'the range is the hours that start in it; names may have spaces around them'
);

select throws_ok(
    $$ select perf.get_feature_distribution('other', null, 'load') $$,
    'PT404',
    'there is no trained model "other" with machine_id null',
    'refuses an unknown trained model'
);
select throws_ok(
    $$ select perf.get_feature_distribution('energy', null, 'none') $$,
    'PT404',
    'model "energy" has no feature "none"',
    'refuses an unknown feature'
);
create function pg_temp.get_hint()
returns text
language plpgsql
as $$
declare
    v_hint text;
begin
    perform perf.get_feature_distribution('energy', null, 'none');
exception
    when sqlstate 'PT404' then
        get stacked diagnostics v_hint = pg_exception_hint;
        return v_hint;
end
$$;
select is(pg_temp.get_hint(), 'It has city, gone, load, same, site.', 'and names those that it has');
create temporary table silent as select perf_internal.add_trained_model('silent', null);
select throws_ok(
    $$ select perf.get_feature_distribution('silent', null, 'none') $$,
    'PT404',
    'model "silent" has no feature "none"',
    'also of a trained model without any'
);
select throws_ok(
    $$ select pg_temp.get('load', 0) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got 0',
    'refuses no buckets'
);
select throws_ok(
    $$ select pg_temp.get('load', end_time => '2020-01-05 00:00+00') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-06 00:00:00+00 and 2020-01-05 00:00:00+00',
    'refuses a range that ends before it starts'
);

create function pg_temp.profile(feature text)
returns setof text
language sql
as $$
    select concat_ws(' ', d.kind, d.category, d.bucket_start, d.bucket_end, d.value_count, d.share,
        d.range_start)
    from perf.get_feature_distribution(
        'energy', null, profile.feature, bucket_count => 2, is_profile => true
    ) as d
$$;
select throws_ok(
    $$ select pg_temp.profile('load') $$,
    'PT404',
    'model "energy" has no profile of "load"',
    'refuses a feature that has no profile'
);
create temporary table saved as
select perf.save_feature_profile('energy', null, 'load', '{0,1,8,10,null}') as load,
    perf.save_feature_profile('energy', null, 'site', categories => '{"north": 3, "west": 1}') as site;
select results_eq(
    $$ select pg_temp.profile(' load ') $$,
    $$ values ('number 0 5 2 0.4'), ('number 5 10 2 0.4'), ('missing 1 0.2') $$,
    'a profile has the same, without a range'
);
select results_eq(
    $$ select pg_temp.profile('site') $$,
    $$ values ('category north 3 0.75'), ('category west 1 0.25') $$,
    'also of categories'
);
select is((select count(*) from pg_temp.get('load')), 5::bigint, 'what was recorded stays apart');
select throws_ok(
    $$ select perf.get_feature_distribution('energy', null, 'load', is_profile => null) $$,
    '22023',
    null,
    'refuses to guess which'
);

set local role perf_analyst;
select is((select count(*) from pg_temp.get('load')), 5::bigint, 'perf_analyst may ask');
set local role authenticated;
select throws_ok(
    $$ select pg_temp.get('load') $$,
    '42501',
    'this needs the role analyst',
    'authenticated without a token may not'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.get_feature_distribution('energy', null, 'load') $$,
    '42501',
    null,
    'nor may perf_recorder'
);
set local role anon;
select throws_ok(
    $$ select perf.get_feature_distribution('energy', null, 'load') $$,
    '42501',
    null,
    'nor may anon'
);

select * from finish();
rollback;
