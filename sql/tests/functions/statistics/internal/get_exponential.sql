begin;
select plan(2);

select is(
    array(
        select perf_internal.get_exponential(u.x)
        from unnest('{-Infinity,-1e300,-800,0,800,1e300,Infinity}'::float8[])
            with ordinality as u (x, position)
        order by u.position
    ),
    '{0,0,0,1,Infinity,Infinity,Infinity}'::float8[],
    'is no error however small or large'
);
select is(perf_internal.get_exponential(null), null, 'null gives null');

select * from finish();
rollback;
