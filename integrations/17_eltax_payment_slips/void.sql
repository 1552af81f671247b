-- Voided: eLTAX did not take the file, so its notices wait again.
update ledger.slip_notice set state = 'queued' where file_id = (select file_id from run) and state = 'uploaded';
select ledger.settle_slips(array(select n.slip_id from ledger.slip_notice n where n.file_id = (select file_id from run)));
update ledger.slip_notice set file_id = null where file_id = (select file_id from run);
