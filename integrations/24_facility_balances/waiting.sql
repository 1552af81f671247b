-- Nothing was booked up to the day asked for: when the books begin.
select 'EXPORT_WAITS_BOOKED_LATER', count(*), null::bigint, jsonb_build_object('day', min(e.booked_on))
  from ledger.entry e
 where e.booked_on > (select ledger.date_or_null(value) from param where key = 'as_of')
having count(*) > 0
