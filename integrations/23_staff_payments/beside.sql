-- In no file yet, this one included.
select 'まだ通知していない支払' as label_ja, 'payments not told yet' as label_en, count(*) as count, coalesce(sum(h.net), 0)::bigint as yen
  from ledger.staff_payment_history h
 where h.noted_by is null and not exists (select from export.live_claim c where c.object = 'staff_payment_event' and c.object_id = h.id)
having count(*) > 0
