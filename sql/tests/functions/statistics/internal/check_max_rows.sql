begin;
select plan(14);

select lives_ok(
    format('select perf_internal.check_max_rows(%s, %s)', l.max_rows, l.row_count),
    format('takes %s rows where %s are allowed', l.row_count, l.max_rows)
)
from (values (1, 0), (1, 1), (1000, 999), (1000, 1000), (100000, 100000)) as l (max_rows, row_count);

select throws_ok(
    format('select perf_internal.check_max_rows(%s)', coalesce(l.max_rows::text, 'null')),
    '22023',
    'max_rows must be between 1 and 100000, got ' || coalesce(l.max_rows::text, 'null'),
    'refuses a limit of ' || coalesce(l.max_rows::text, 'null')
)
from (values (0), (-1), (100001), (null)) as l (max_rows);

select throws_ok(
    'select perf_internal.check_max_rows(1000, 1001)',
    '22023',
    'the answer has more rows than max_rows allows, which is 1000',
    'refuses one row more than that'
);

create function pg_temp.hint(granularity text)
returns text
language plpgsql
as $$
declare
    v_hint text;
begin
    perform perf_internal.check_max_rows(1, 2, granularity);
    return null;
exception
    when invalid_parameter_value then
        get stacked diagnostics v_hint = pg_exception_hint;
        return split_part(v_hint, ',', 1);
end
$$;

select results_eq(
    $$ select g, pg_temp.hint(g)
       from unnest(array['hourly', 'daily', 'weekly', null]) with ordinality as u (g, number)
       order by u.number $$,
    $$ values
        ('hourly', 'Ask for granularity daily or for a shorter range'),
        ('daily', 'Ask for granularity weekly or for a shorter range'),
        ('weekly', 'Ask for a shorter range'),
        (null, 'Ask for fewer groups') $$,
    'says what to ask for instead'
);

set local role authenticated;
select lives_ok('select perf_internal.check_max_rows(1)', 'a caller with a token may ask');
set local role perf_recorder;
select throws_ok(
    'select perf_internal.check_max_rows(1)', '42501', null, 'perf_recorder may not'
);
set local role anon;
select throws_ok('select perf_internal.check_max_rows(1)', '42501', null, 'nor may anon');

select * from finish();
rollback;
