select
    version() as version,
    sum(rows) as rows,
    sum(bytes_on_disk) as bytes
from system.parts
where active
    and table = 'calls'
