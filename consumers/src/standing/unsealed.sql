-- Audit events that wait for their place in the chain, and the age of the oldest.
select count(*), greatest(0, coalesce(extract(epoch from clock_timestamp() - min(e.at)), 0))::bigint
  from audit.unsealed u join audit.event e on e.id = u.event_id
