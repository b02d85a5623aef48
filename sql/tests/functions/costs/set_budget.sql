begin;
select plan(8);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
create temp table made as
select perf.set_budget(
    ' chats ', 100, 'EUR', 'weekly', '{"tool": "chat"}', 'Europe/Berlin', 'own', 0.5, false,
    'Why.', 'https://example.org/budget'
) as id;
select results_eq(
    $$ select b.id, b.budget_name, b.amount, b.currency, b.period, b.labels, b.time_zone, b.book,
           b.warn_at, b.enabled, b.description, b.runbook_url
       from perf.budgets as b $$,
    $$ select m.id, 'chats', 100::float8, 'EUR', 'weekly', '{"tool": "chat"}'::jsonb,
           'Europe/Berlin', 'own', 0.5::float8, false, 'Why.', 'https://example.org/budget'
       from made as m $$,
    'adds a budget'
);
select is(perf.set_budget('chats', 200), (select m.id from made as m), 'replaces it');
select results_eq(
    $$ select b.amount, b.currency, b.period, b.labels, b.time_zone, b.book, b.warn_at, b.enabled
       from perf.budgets as b $$,
    $$ values (
        200::float8, 'USD', 'monthly', '{}'::jsonb, 'UTC', 'standard', 0.8::float8, true
    ) $$,
    'with all its settings'
);
select is(perf.set_budget('chats', 200), (select m.id from made as m), 'runs twice');
select throws_ok(
    $$ select perf.set_budget('chats', 0) $$,
    '22023', 'amount must be a number above 0 and at most 1e12, got 0', 'refuses no amount'
);
select throws_ok(
    $$ select perf.set_budget(null, 1) $$,
    '22023', 'budget_name must have 1 to 200 characters, got null', 'refuses no name'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok($$ select perf.set_budget('x', 1) $$, '42501', null, 'an analyst sets none');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf.set_budget('x', 1) $$, 'an admin does');

select * from finish();
rollback;
