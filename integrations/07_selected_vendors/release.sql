-- Released: the joint service is told of these tenders, and their results may come (08).
select ledger.tell_tenders(array(select c.object_id from export.claim c where c.file_id = r.file_id and c.object = 'tender_notice'),
                           r.file_id, r.ordered_by, r.now) from run r;
