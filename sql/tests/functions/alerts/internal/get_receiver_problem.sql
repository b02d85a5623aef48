begin;
select plan(62);

create function pg_temp.problem(kind text, address text, headers jsonb default '{}') returns text
language sql as $$
    select perf_internal.get_receiver_problem(problem.kind, problem.address, problem.headers);
$$;

select is(pg_temp.problem('webhook', a.address), null, a.address || ' is good')
from unnest(array[
    'https://h.example', 'http://10.0.0.5:8080/x?y=1#z', 'http://[::1]:80/', 'HTTPS://h', 'http://localhost/a@b',
    'env:PGKIT_RECEIVER_A1', 'env:PGKIT_RECEIVER_A_1', 'https://h.example?x', 'https://xn--bcher-kva.example/',
    'https://h.example/bücher'
]) as a (address);
select is(pg_temp.problem('email', a.address), null, a.address || ' is good')
from unnest(array[
    'smtp://h/?from=a@b&to=c@d', 'smtps://u:p%40@h:465/?to=c&from=a', 'smtp://h:25?from=a&to=b',
    'env:PGKIT_RECEIVER_MAIL'
]) as a (address);
select matches(
    pg_temp.problem('webhook', a.address), '^address must ', coalesce(a.address, 'null') || ' is bad'
)
from unnest(array[
    null, '', 'h.example', 'ftp://h.example', 'https://', 'https:///x', 'https://u:p@h.example', 'https://u@h',
    'https://h:port/', 'https://h x', E'https://h/\nx', E'https://h\\@x', 'https://[::1', 'javascript:x',
    'env:', 'env:DATABASE_URL', 'env:PGKIT_RECEIVER_', 'env:PGKIT_RECEIVER_a', 'env:PGKIT_RECEIVER_A__B', 'env:PGKIT_RECEIVER_A_',
    'env:PGKIT_RECEIVER__A', 'env:PGKIT_RECEIVER_' || repeat('A', 101), 'smtp://h/?from=a&to=b',
    'https://' || repeat('x', 4000)
]) as a (address);
select matches(pg_temp.problem('email', a.address), '^address must be smtp:', a.address || ' is bad')
from unnest(array[
    'https://h', 'smtp://h', 'smtp://h/?from=a', 'smtp://h/?to=a', 'smtp://h/?from=&to=a'
]) as a (address);

select is(
    pg_temp.problem(a.kind, a.address),
    'address must have a host in ASCII: write other characters as xn--',
    a.address || ' has a host that is not ASCII'
)
from (values
    ('webhook', 'https://bücher.example/'), ('webhook', 'http://ｅxample.org:8080'),
    ('email', 'smtp://u:é@hö/?from=a@b&to=c@d')
) as a (kind, address);

select is(
    pg_temp.problem('pager', 'https://h'),
    'kind must be webhook, alertmanager, slack or email, got "pager"',
    'there are four kinds'
);
select is(
    pg_temp.problem(
        'webhook', 'env:PGKIT_RECEIVER_OPS', '{"Authorization": "Bearer x", "X-Key": "env:PGKIT_RECEIVER_OPS__KEY"}'
    ),
    null,
    'headers are texts, or variables of the address'
);
select is(
    pg_temp.problem('webhook', 'env:PGKIT_RECEIVER_OPS', jsonb_build_object('A', 'env:' || v.name)),
    'headers: "A" must be a text without control characters, or env:PGKIT_RECEIVER_NAME__KEY where the address is env:PGKIT_RECEIVER_NAME',
    v.name || ' is no variable of PGKIT_RECEIVER_OPS'
)
from unnest(array[
    'PGKIT_RECEIVER_MINE__KEY', 'PGKIT_RECEIVER_OPS', 'PGKIT_RECEIVER_OPS_KEY', 'PGKIT_RECEIVER_OPS_2__KEY',
    'PGKIT_RECEIVER_OPS_2', 'PGKIT_RECEIVER_OPS__', 'PGKIT_RECEIVER_OPS__key', 'PGKIT_RECEIVER_O__KEY', 'PGPASSWORD'
]) as v (name);
select is(
    array[
        pg_temp.problem('webhook', 'https://h', '[]'),
        pg_temp.problem('webhook', 'https://h', null),
        pg_temp.problem('email', 'smtp://h/?from=a&to=b', '{"A": "b"}')
    ],
    array[
        'headers must be an object of names and texts',
        'headers must be an object of names and texts',
        'headers must be empty for kind email'
    ],
    'they are an object, and for HTTP'
);
select is(
    pg_temp.problem('webhook', 'https://h', h.headers),
    'headers must have names of HTTP headers that are not set anyway, got ' || h.name,
    h.name || ' is no name'
)
from (values
    ('{"a b": "x"}'::jsonb, '"a b"'), ('{"Host": "x"}', '"Host"')
) as h (headers, name);
select is(
    array(
        select pg_temp.problem('webhook', 'https://h', h.headers)
        from unnest(array['{"A": 5}', '{"A": "b\nc"}', '{"A": "env:PGKIT_RECEIVER_H__KEY"}']::jsonb[]) as h (headers)
    ),
    array_fill(
        'headers: "A" must be a text without control characters, or env:PGKIT_RECEIVER_NAME__KEY where the address is env:PGKIT_RECEIVER_NAME'::text, array[3]
    ),
    'no message shows a value'
);
select is(
    pg_temp.problem('webhook', 'https://h', jsonb_build_object('A', repeat(md5('x') || random(), 1000))),
    'headers must be at most 20000 bytes',
    'headers are short'
);

select * from finish();
rollback;
