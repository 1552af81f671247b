-- Voided: eLTAX did not take the file, so its notices wait again. Of a slip that ended meanwhile it has nothing, then, and need
-- not be told that it ended.
select ledger.check_slip_void((select file_id from run));

create temp table taken_back on commit drop as
select n.id, n.slip_id, n.action from ledger.slip_notice n where n.file_id = (select file_id from run) and n.state = 'uploaded';

-- What was taken back says again what its slip says. One change of a slip waits at most, and none of a slip that ended.
update ledger.slip_notice n
   set state = case when n.action <> '3' and s.state = 'void'
                      or n.action = '2' and exists (select from ledger.slip_notice q where q.slip_id = n.slip_id and q.action = '2' and q.state = 'queued')
                    then 'withdrawn' else 'queued' end,
       amount = null, due_on = null, pay_limit_on = null
  from taken_back t join ledger.payment_slip s on s.id = t.slip_id
 where n.id = t.id;
update ledger.slip_notice n
   set state = 'withdrawn'
 where n.action <> '1' and n.state = 'queued'
   and n.slip_id in (select t.slip_id from taken_back t where t.action = '1')
   and not exists (select from ledger.slip_notice u where u.slip_id = n.slip_id and u.action = '1' and u.state = 'uploaded');
select ledger.tell_changes(array(select distinct t.slip_id from taken_back t join ledger.payment_slip s on s.id = t.slip_id
                                  where t.action = '2' and s.state <> 'void'), null);
select ledger.settle_slips(array(select distinct t.slip_id from taken_back t));
update ledger.slip_notice set file_id = null where file_id = (select file_id from run);
