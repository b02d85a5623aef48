begin;
select plan(11);

select is(
    perf.get_subject_id('a0000000-0000-4000-8000-000000000000'),
    'a0000000-0000-4000-8000-000000000000',
    'a sub that is a UUID is the id'
);
select is(
    perf.get_subject_id('A0000000-0000-4000-8000-000000000000'),
    'a0000000-0000-4000-8000-000000000000',
    'also in upper case'
);
-- Computed with another SHA-256, that of Python.
select is(
    perf.get_subject_id('auth0|64b1'),
    'ab6e11e1-0e24-86b0-93f9-7474b88b692f',
    'any other text has an id of version 8'
);
select is(
    perf.get_subject_id('Zb1nOpqRsTUvWxYz0123456789ab'),
    '88d77542-8af2-81c9-b65e-f131ceb859db',
    'which differs by the text'
);
select isnt(perf.get_subject_id('ada'), perf.get_subject_id('Ada'), 'and by upper case');
select isnt(perf.get_subject_id('ada'), perf.get_subject_id('ada '), 'and by a space');
select isnt(
    perf.get_subject_id('{a0000000-0000-4000-8000-000000000000}'),
    'a0000000-0000-4000-8000-000000000000',
    'a UUID in braces is such a text'
);
-- Else whoever may choose their sub could choose the id of somebody else.
select isnt(
    perf.get_subject_id('ab6e11e1-0e24-86b0-93f9-7474b88b692f'),
    'ab6e11e1-0e24-86b0-93f9-7474b88b692f',
    'a UUID of version 8 is such a text'
);
select isnt(
    perf.get_subject_id('AB6E11E1-0E24-86B0-93F9-7474B88B692F'),
    'ab6e11e1-0e24-86b0-93f9-7474b88b692f',
    'also in upper case'
);
select is(perf.get_subject_id(' '), null, 'a blank text has none');
select is(perf.get_subject_id(null), null, 'nor has null');

select * from finish();
rollback;
