begin;
select plan(5);
set local timezone = 'UTC';

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
insert into perf.model_prices (
    book, model_name, provider, valid_from, input_price, output_price, created_by, created_at, source
)
values (' own ', ' m ', ' ', '2020-01-06', 1, 2, 'eve', '2020-01-01', ' ');
reset role;
set local request.jwt.claims = '';
select results_eq(
    $$ select p.book, p.model_name, p.provider, p.source, p.created_by, p.created_at = now()
       from perf.model_prices as p $$,
    $$ values ('own', 'm', null, null, 'ada', true) $$,
    'trims texts, and says who set it'
);
select throws_ok(
    $$ update perf.model_prices set input_price = -1 $$,
    '22023', 'input_price must be a price per million tokens from 0 to 1e9, got "-1"',
    'checks plain writes'
);
select throws_ok(
    $$ update perf.model_prices set currency = null $$,
    '22023', 'valid_from, currency and is_free must not be null', 'also for nulls'
);
select throws_ok(
    $$ update perf.model_prices set book = '' $$,
    '22023', 'book must have 1 to 200 characters, got ""', 'and the book'
);
select throws_ok(
    $$ update perf.model_prices set output_price = 'Infinity' $$,
    '22023', 'prices must be per million tokens from 0 to 1e9, got Infinity',
    'and what JSON cannot say'
);

select * from finish();
rollback;
