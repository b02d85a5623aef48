insert into calls
select *
from file({path:String}, TabSeparated)
