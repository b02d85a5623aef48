select
    p.username,
    coalesce(p.subject, p.id::text) as sub,
    string_agg(u.role::text, ', ' order by u.role) as roles
from perf.profiles as p
join perf.user_roles as u on u.user_id = p.id
group by p.id
order by p.username
