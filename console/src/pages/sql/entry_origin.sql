-- Where an entry comes from. $1 entry.
select e.batch_id, e.file_id, e.actor, to_char(e.recorded_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"')
  from ledger.entry e where e.id = $1
