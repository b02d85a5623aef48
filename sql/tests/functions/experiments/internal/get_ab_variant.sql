begin;
select plan(9);

-- The first 13 hexadecimal digits of the hash, as a share of 2^52: sha256 of
-- e0000000-0000-4000-8000-000000000000:u1 begins with b54ecee177886, which is 0.708;
-- that of u2 is 0.318. They are computed with Python's hashlib.
select is(
    encode(
        sha256(convert_to('e0000000-0000-4000-8000-000000000000:u1', 'UTF8')), 'hex'
    ),
    'b54ecee17788621f9d263bff036207826174c4f2f6cfe595c284d870e701c203',
    'the hash of test and unit is that of other programs'
);
select is(
    perf_internal.get_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1', 0.7), 'a',
    'a share of 0.708 is not below 0.7'
);
select is(
    perf_internal.get_ab_variant('e0000000-0000-4000-8000-000000000000', 'u1', 0.71), 'b',
    'but below 0.71'
);
select is(
    perf_internal.get_ab_variant(
        'e0000000-0000-4000-8000-000000000000', 'u1', 3189601327347846 / 4503599627370496::float8
    ),
    'a',
    'at its own share a unit gets a'
);
select is(
    perf_internal.get_ab_variant(
        'e0000000-0000-4000-8000-000000000000', 'u1', 3189601327347847 / 4503599627370496::float8
    ),
    'b',
    'and 2^-52 above it gets b'
);
select is(
    perf_internal.get_ab_variant('E0000000-0000-4000-8000-000000000000', 'u2', 0.5),
    'b',
    'the id is taken in lower case'
);
select results_eq(
    $$ select u.key, perf_internal.get_ab_variant(
           'e0000000-0000-4000-8000-000000000000', u.key, 0.5
       )
       from (values ('u3'), ('u4'), ('u5'), ('Zoë'), ('名前')) as u (key) $$,
    $$ values ('u3', 'b'), ('u4', 'b'), ('u5', 'b'), ('Zoë', 'b'), ('名前', 'a') $$,
    'known units, also such with letters of other scripts'
);
select ok(
    (
        select count(*) filter (
            where perf_internal.get_ab_variant(
                'e0000000-0000-4000-8000-000000000000', 'unit ' || n, 0.2
            ) = 'b'
        ) between 1900 and 2100
        from generate_series(1, 10000) as n
    ),
    'of 10,000 units about a fifth gets b where traffic_split is 0.2'
);
select isnt(
    (
        select string_agg(perf_internal.get_ab_variant(
            'e0000000-0000-4000-8000-000000000000', 'unit ' || n, 0.5
        ), '' order by n)
        from generate_series(1, 30) as n
    ),
    (
        select string_agg(perf_internal.get_ab_variant(
            'f0000000-0000-4000-8000-000000000000', 'unit ' || n, 0.5
        ), '' order by n)
        from generate_series(1, 30) as n
    ),
    'another test shares out the units another way'
);

select * from finish();
rollback;
