begin;
select plan(3);

-- What is notified tests/test_training.py hears, because nothing is before a commit.
select triggers_are(
    'perf',
    'model_training_history',
    array[
        'announce_new_training', 'announce_training', 'refuse_truncate', 'watch_trainings'
    ],
    'each step is announced, and watched by alerts'
);
select lives_ok(
    format('select perf.trigger_retraining(%L)', repeat('"', 200)),
    'the longest name with the longest form in JSON can be announced'
);

set local perf.notify_trainings = off;
select lives_ok($$ select perf.claim_training('t-1') $$, 'or nothing is');

select * from finish();
rollback;
