-- What the change in force did, for what a user of the service feels.
select i.*
from perf.get_config_impact(%s) as i
where i.before_value is not null
    and i.after_value is not null
    and i.metric !~ 'token'
