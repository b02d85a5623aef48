begin;
select plan(5);

create temporary table known as select perf_internal.add_trained_model('energy', null) as id;
insert into perf_internal.feature_series (trained_model_id, feature, kind, category)
select k.id, s.feature, s.kind, s.category
from known as k
cross join (
    values
        ('load', 'missing', null), ('load', 'number', null),
        ('site', 'category', 'red'), ('site', 'category', '(other 177)'), ('site', 'category', '(other 227)')
) as s (feature, kind, category);

create function pg_temp.get(feature text, kind text, category text)
returns text
language sql
as $$
    select concat_ws(' ', f.feature, f.kind, f.category)
    from perf_internal.feature_series as f
    where f.id = perf_internal.get_feature_series(
        (select k.id from known as k), get.feature, get.kind, get.category
    )
$$;

select is(pg_temp.get('load', 'number', null), 'load number', 'numbers have one series');
select is(pg_temp.get('load', 'missing', null), 'load missing', 'and missing values another');
select is(
    pg_temp.get('site', 'category', 'red'), 'site category red', 'a category has its own, and not its cell'
);
select is(
    pg_temp.get('site', 'category', ''), 'site category (other 227)', 'without one of its own it has that of its cell'
);
select is(
    array[
        pg_temp.get('site', 'category', '(other)'),
        pg_temp.get('site', 'missing', null),
        pg_temp.get('load', 'category', 'red')
    ],
    array[null, null, null]::text[],
    'what is new has none'
);

select * from finish();
rollback;
