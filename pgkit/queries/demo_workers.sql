-- The second worker against the first by each of these scores.
with ids as (
    select array_agg(w.id order by u.position) as worker_ids
    from unnest(%(workers)s::text[]) with ordinality as u (name, position)
    join perf.workers as w on w.name = u.name
)

select
    u.score,
    max(c.value) filter (where c.verdict = 'baseline') as first_value,
    max(c.value) filter (where c.verdict <> 'baseline') as second_value,
    max(c.difference) filter (where c.verdict <> 'baseline') as difference,
    max(c.difference_low) as difference_low,
    max(c.difference_high) as difference_high,
    max(c.verdict) filter (where c.verdict <> 'baseline') as verdict
from unnest(%(scores)s::text[]) with ordinality as u (score, position)
cross join ids as i
cross join lateral perf.compare_workers(
    i.worker_ids, %(start)s, %(end)s, metric => 'quality.' || u.score
) as c
group by u.score, u.position
order by u.position
