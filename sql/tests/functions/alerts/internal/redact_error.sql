begin;
select plan(12);

select is(
    perf_internal.redact_error(
        'POST https://hooks.example/services/T0/abcdefgh failed', 'https://hooks.example/services/T0/abcdefgh', '{}'
    ),
    'POST https://hooks.example failed',
    'of the address the host is left'
);
select is(
    perf_internal.redact_error('no route abcdefgh', 'https://hooks.example/services/T0/abcdefgh', '{}'),
    'no route [secret]',
    'a part of the path is left out alone, too'
);
select is(
    perf_internal.redact_error('bad key12345', 'https://h.example/?token=key12345', '{}'),
    'bad [secret]',
    'so is a parameter'
);
select is(
    perf_internal.redact_error(
        '535 refused me:p%40ss at mail.example', 'smtp://me:p%40ss@mail.example/?from=a@b.example&to=c@d.example', '{}'
    ),
    '535 refused [secret] at mail.example',
    'so are login and password'
);
select is(
    perf_internal.redact_error(
        'tried p@ss and p%40ss', 'smtp://me:p%40ss@mail.example/?from=a@b.example&to=c@d.example', '{}'
    ),
    'tried [secret] and [secret]',
    'the password as written and as meant'
);
select is(
    perf_internal.redact_error(
        'header Bearer abc123def is wrong, abc123def', 'https://h.example', '{"Authorization": "Bearer abc123def"}'
    ),
    'header [secret] is wrong, [secret]',
    'so are values of headers, and words of them'
);
select is(
    perf_internal.redact_error(
        'moved to https://u:p@other.example/secret?x=1', 'env:PGKIT_RECEIVER_X', '{}'
    ),
    'moved to https://other.example',
    'of a URL that is unknown scheme and host are left'
);
select is(
    perf_internal.redact_error(
        'https://h.example/a"bcdef, again a"bcdef', 'https://h.example/a"bcdef', '{}'
    ),
    'https://h.example, again [secret]',
    'quotes in an address hide nothing'
);
select is(
    perf_internal.redact_error(
        'h.example redirects to another host', 'https://h.example/redir/x', '{}'
    ),
    'h.example redirects to another host',
    'a word of a path that is a part of a word of ours hides nothing of that'
);
select is(
    perf_internal.redact_error(
        'h.example: redir, (redir) and redir1 are gone', 'https://h.example/redir?x=redir1', '{}'
    ),
    'h.example: [secret], ([secret]) and [secret] are gone',
    'alone it is left out'
);
select is(
    perf_internal.redact_error(E'one\r\ntwo', 'https://h.example', '{}'),
    'one  two',
    'control characters become spaces'
);
select is(perf_internal.redact_error(null, 'https://h.example', '{}'), null, 'no error is null');

select * from finish();
rollback;
