begin;
select plan(6);

select is(perf_internal.decode_percent('p%40ss%2fw'), 'p@ss/w', 'characters written as hexadecimal numbers are read');
select is(perf_internal.decode_percent('%C3%A9'), chr(233), 'also those of several bytes');
select is(perf_internal.decode_percent('plain'), 'plain', 'a text without them stays');
select is(perf_internal.decode_percent('100%'), '100%', 'so does a sign that begins none');
select is(perf_internal.decode_percent('%ff'), '%ff', 'and what is no text');
select is(perf_internal.decode_percent(''), null, 'nothing is null');

select * from finish();
rollback;
