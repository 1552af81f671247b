select toy.check_day(max(p.pay_date), (select today from run))
  from export.claim c join toy.payment p on p.id = c.object_id
 where c.file_id = (select file_id from run);

update run set needed_by = (select max(at) from toy.hour);

insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
select c.seq, 'PAYMENT', ledger.fiscal_year(p.pay_date), p.pay_date, '01', p.amount, p.payee, 'payment', p.id
  from export.claim c join toy.payment p on p.id = c.object_id
 where c.file_id = (select file_id from run);

select ledger.post_journal();

update toy.payment p set state = 'released'
  from export.claim c where c.file_id = (select file_id from run) and c.object_id = p.id;
