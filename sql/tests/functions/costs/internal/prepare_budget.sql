begin;
select plan(10);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
insert into perf.budgets (budget_name, amount, created_by, created_at, description, runbook_url)
values (' all ', 1, 'eve', '2020-01-01', ' ', ' https://example.org/a ');
reset role;
set local request.jwt.claims = '';
select results_eq(
    $$ select b.budget_name, b.created_by, b.created_at = now(), b.description, b.runbook_url
       from perf.budgets as b $$,
    $$ values ('all', 'ada', true, null, 'https://example.org/a') $$,
    'trims texts, and says who made it'
);
update perf.budgets set amount = 2, created_by = 'eve';
select is((select b.created_by from perf.budgets as b), 'ada', 'which does not change');
select throws_ok(
    $$ update perf.budgets set amount = 'NaN' $$,
    '22023', 'amount must be a number above 0 and at most 1e12, got NaN', 'no number'
);
select throws_ok(
    $$ update perf.budgets set currency = 'usd' $$,
    '22023', 'currency must be three capitals as in ISO 4217, got "usd"', 'no currency'
);
select throws_ok(
    $$ update perf.budgets set period = 'yearly' $$,
    '22023', 'period must be daily, weekly or monthly, got "yearly"', 'another period'
);
select throws_ok(
    $$ update perf.budgets set warn_at = 1.1 $$,
    '22023', 'warn_at must be a share above 0 and at most 1, got 1.1', 'more than a share'
);
select throws_ok(
    $$ update perf.budgets set labels = '{"color": "red"}' $$,
    '22023', 'labels must name labels of calls, got "color"', 'another label'
);
select throws_ok($$ update perf.budgets set time_zone = 'IST' $$, '22023', null, 'no time zone');
select throws_ok(
    $$ update perf.budgets set runbook_url = 'ftp://x' $$,
    '22023', 'runbook_url must be an http or https URL of at most 2000 characters, got "ftp://x"',
    'no URL'
);
select throws_ok(
    $$ update perf.budgets set enabled = null $$,
    '22023', 'enabled must be true or false, got null', 'neither enabled nor not'
);

select * from finish();
rollback;
