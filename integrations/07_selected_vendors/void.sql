-- Voided: what had been told is to be told again, as far as it is still the tender's version.
select ledger.take_back_tenders(array(select c.object_id from export.claim c where c.file_id = r.file_id and c.object = 'tender_notice'),
                                r.ordered_by) from run r;
