begin;
select plan(10);

create function pg_temp.get_claims_of(claims text)
returns jsonb
language plpgsql
as $$
begin
    perform set_config('request.jwt.claims', get_claims_of.claims, true);
    return perf_internal.get_claims();
end
$$;

select is(perf_internal.get_claims(), null, 'without a token there are none');
select is(
    pg_temp.get_claims_of('{"sub": "x", "n": {"a": [1]}}'),
    '{"sub": "x", "n": {"a": [1]}}',
    'they are those of the token'
);
select is(pg_temp.get_claims_of(c.claims), null, c.name || ' is no claims')
from (
    values
        ('', 'nothing'),
        ('no JSON', 'a text'),
        ('[]', 'an array'),
        ('5', 'a number'),
        ('null', 'null'),
        ('{"sub": "\u0000"}', 'a NUL'),
        (repeat('[', 20000), 'what is nested too deep')
) as c (claims, name);

set local role anon;
select throws_ok('select perf_internal.get_claims()', '42501', null, 'anon may not ask');

select * from finish();
rollback;
