-- Pay leaves: the gross orders of the run are released and booked on the day of the transfer, and paid from the day after on. What was withheld came in on the same day
-- with the run (20), so what leaves the ward's account is the net pay of this file.

update run r set needed_by = ledger.check_payroll_release(r.file_id, r.today);

create temp table leaving on commit drop as
with moved as (
    update ledger.payment_order p set state = 'released', paid_on = (select min(l.day) from leaving_pay l)
      from export.claim c
     where c.file_id = (select file_id from run) and c.object = 'payment_order' and c.live and p.id = c.object_id and p.state = 'in_file'
    returning c.seq, p.*
)
select * from moved;

do $$
begin
    if (select count(*) from leaving)
       <> (select count(*) from export.claim where file_id = (select file_id from run) and object = 'payment_order' and live) then
        raise exception 'TRANSFER_ORDERS_GONE' using errcode = 'RK011';
    end if;
end $$;

insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
select null, 'PAYMENT', p.fiscal_year, p.paid_on,
       p.fund, p.budget_line, p.organization, p.amount, p.memo, 'payment_order', p.id
  from leaving p order by p.id;

-- Pay whose orders were booked with an earlier file is held off budget, and leaves from there.
insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
select null, 'DEPOSIT_PAYMENT', ledger.fiscal_year(d.day), d.day, t.held_in, t.amount,
       concat_ws(' ', case when t.repays is null then '給与未送付分の支給' else concat('給与返戻', t.repays, 'の再振込') end, r.pay_month), 'payroll_transfer', t.id
  from export.claim c
  join ledger.payroll_transfer t on t.id = c.object_id and t.held_in is not null
  join ledger.payroll_run r on r.id = t.run_id
 cross join (select min(l.day) as day from leaving_pay l) d
 where c.file_id = (select file_id from run) and c.object = 'payroll_transfer' and c.live
 order by t.id;

select ledger.post_journal();

-- From the day after on its orders count as paid, and the bank's answer finds its credits by the day.
insert into ledger.transfer_file (file_id, paid_on) select (select file_id from run), min(l.day) from leaving_pay l having count(*) > 0;
