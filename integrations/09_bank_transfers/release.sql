-- The file leaves: its orders are released, and the payment is booked on the pay date (未払金 / 現金預金).

insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
select c.seq, 'PAYMENT', p.fiscal_year, p.pay_date, p.fund, p.budget_line, p.organization, p.amount, p.memo, 'payment_order', p.id
  from export.claim c join ledger.payment_order p on p.id = c.object_id
 where c.file_id = (select file_id from run) and c.object = 'payment_order' and c.live
 order by c.seq;

select ledger.post_journal();

update ledger.payment_order p set state = 'released'
  from export.claim c
 where c.file_id = (select file_id from run) and c.object = 'payment_order' and c.live and p.id = c.object_id;
