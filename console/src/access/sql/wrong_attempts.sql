-- Whether a login id has to wait, and the wrong attempts from an address within the last minutes.
-- $1 login id in small letters, $2 address, $3 minutes, $4 wrong attempts of a login id.
select access.locked_until($1, $4, $3) is not null,
       (select count(*) from access.attempt a
         where a.address = $2 and not a.entered and a.at > clock_timestamp() - make_interval(mins => $3))
