-- Released: eLTAX knows the slips of this file.
update ledger.slip_notice n
   set state = 'uploaded', file_id = (select file_id from run)
  from export.claim c
 where c.object = 'slip_notice' and c.file_id = (select file_id from run) and n.id = c.object_id;
select ledger.settle_slips(array(select n.slip_id from ledger.slip_notice n where n.file_id = (select file_id from run)));
