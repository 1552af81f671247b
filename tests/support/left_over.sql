-- What must not be when a test is over, one sentence a row. Hops are counted again from the records and the ledger, not read
-- from the batch's own counters.

select format('posting %s of entry %s: %s / %s is no pair of accounts of an entry', p.no, p.entry_id, p.debit_account, p.credit_account)
  from ledger.posting p
  left join ledger.entry e on e.id = p.entry_id
  left join ledger.account d on d.code = p.debit_account
  left join ledger.account c on c.code = p.credit_account
 where e.id is null or d.code is null or c.code is null
union all
select format('entry %s has no postings', e.id) from ledger.entry e where not exists (select from ledger.posting p where p.entry_id = e.id)
union all
select format('batch %s (%s) is still %s', id, file, state) from intake.batch where state in ('received', 'staged')
union all
select format('batch %s: read %s/%s, published %s/%s, staged %s/%s, but %s records of %s yen are there',
              b.id, records_read, yen_read, records_published, yen_published, records_staged, yen_staged, r.records, r.yen)
  from intake.batch b
 cross join lateral (select count(*) as records, coalesce(sum(yen), 0) as yen from intake.record where batch_id = b.id) r
 where b.chunks_staged = b.chunks
   and (r.records, r.yen) is distinct from (b.records_staged, b.yen_staged)
    or b.state in ('posted', 'held', 'awaiting_confirmation')
   and ((b.records_read, b.yen_read) <> (b.records_published, b.yen_published)
     or (b.records_published, b.yen_published) <> (b.records_staged, b.yen_staged))
union all
select format('batch %s is %s: staged %s/%s, posted %s/%s, held %s/%s, skipped %s/%s, rejected %s/%s', id, state, records_staged, yen_staged,
              records_posted, yen_posted, records_held, yen_held, records_skipped, yen_skipped, records_rejected, yen_rejected)
  from intake.batch
 where state in ('posted', 'held', 'rejected', 'cancelled')
   and (records_staged <> records_posted + records_held + records_skipped + records_rejected
     or yen_staged <> yen_posted + yen_held + yen_skipped + yen_rejected)
union all
select format('%s is live in %s batches', sha256, count(*)) from intake.batch
 where state in ('posted', 'held', 'awaiting_confirmation') and duplicate_reason is null group by topic, sha256 having count(*) > 1
union all
select format('%s %s is claimed by %s live files of %s', object, object_id, count(*), topic)
  from export.claim where live group by topic, object, object_id having count(*) > 1
union all
select format('file %s is still %s', id, state) from export.file where state in ('ordered', 'failed')
union all
select format('parked: %s %s %s %s', queue, kind, code, reason) from intake.failure where state = 'open'
