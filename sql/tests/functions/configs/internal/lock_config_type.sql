begin;
select plan(3);

select is(perf_internal.lock_config_type('sdxl'), null, 'an unknown type gives null');

select perf.save_model_config('sdxl', 'one', '{}');

select is(perf_internal.lock_config_type('sdxl'), false, 'a new type needs no approval');

select perf.set_config_approval('sdxl', true);

select is(perf_internal.lock_config_type('sdxl'), true, 'says if a type needs approval');

select * from finish();
rollback;
