-- Wrong attempts of a login id since it last entered, and of an address, within the last minutes.
-- $1 login id in small letters, $2 address, $3 minutes.
select (select count(*) from access.attempt a
         where a.login = $1 and not a.entered and a.at > clock_timestamp() - make_interval(mins => $3)
           and a.at > coalesce((select max(e.at) from access.attempt e where e.login = $1 and e.entered), '-infinity')),
       (select count(*) from access.attempt a
         where a.address = $2 and not a.entered and a.at > clock_timestamp() - make_interval(mins => $3))
