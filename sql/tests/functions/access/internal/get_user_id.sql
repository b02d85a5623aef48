begin;
select plan(17);

select is(perf_internal.get_user_id(), null, 'without a token there is no user');

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    perf_internal.get_user_id(),
    'a0000000-0000-4000-8000-000000000000',
    'the user is the sub of the token'
);

create function pg_temp.get_user_id_of(claims text)
returns uuid
language plpgsql
as $$
begin
    perform set_config('request.jwt.claims', get_user_id_of.claims, true);
    return perf_internal.get_user_id();
end
$$;

select is(pg_temp.get_user_id_of(c.claims), null, c.claims || ' names no user')
from (
    values
        (''),
        ('{}'),
        ('{"sub": " "}'),
        ('{"sub": null}'),
        ('{"sub": ""}'),
        ('{"sub": 5}'),
        ('{"sub": {"id": "a0000000-0000-4000-8000-000000000000"}}'),
        ('[]'),
        ('no JSON')
) as c (claims);

select is(
    pg_temp.get_user_id_of('{"sub": "' || s.subject || '"}'),
    perf_internal.get_subject_id(s.subject),
    'the user of the sub ' || s.subject || ' has an id made of it'
)
from unnest(
    array[
        'auth0|64b1',
        'user_2NNEqL2nrIRdJ194ndJqAHwEfxC',
        -- That of auth0|64b1.
        'ab6e11e1-0e24-86b0-93f9-7474b88b692f'
    ]
) as s (subject);

select isnt(
    pg_temp.get_user_id_of('{"sub": "ab6e11e1-0e24-86b0-93f9-7474b88b692f"}'),
    perf_internal.get_subject_id('auth0|64b1'),
    'the id of a text is not the id of a user whose sub is that id'
);

set local request.jwt.claims = '';
set local role authenticated;

select is(perf_internal.get_user_id(), null, 'a signed-in caller may ask');

set local role anon;

select throws_ok(
    'select perf_internal.get_user_id()',
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
