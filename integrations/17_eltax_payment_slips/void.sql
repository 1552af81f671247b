-- Voided: eLTAX did not take the file, so its notices wait again. Of a slip that ended meanwhile it has nothing, then, and need
-- not be told that it ended.
select ledger.check_slip_void((select file_id from run));

create temp table taken_back on commit drop as
select n.id, n.slip_id, n.action from ledger.slip_notice n where n.file_id = (select file_id from run) and n.state = 'uploaded';

update ledger.slip_notice n
   set state = case when s.state = 'void' and n.action = '1' then 'withdrawn' else 'queued' end
  from taken_back t join ledger.payment_slip s on s.id = t.slip_id
 where n.id = t.id;
update ledger.slip_notice n
   set state = 'withdrawn'
  from ledger.payment_slip s
 where s.id = n.slip_id and s.state = 'void' and n.action <> '1' and n.state = 'queued'
   and n.slip_id in (select t.slip_id from taken_back t where t.action = '1')
   and not exists (select from ledger.slip_notice u where u.slip_id = n.slip_id and u.action = '1' and u.state = 'uploaded');
select ledger.settle_slips(array(select distinct t.slip_id from taken_back t));
update ledger.slip_notice set file_id = null where file_id = (select file_id from run);
