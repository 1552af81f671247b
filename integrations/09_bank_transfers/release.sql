-- The file leaves: its orders are released, and the payment is booked on the day of the transfer (未払金 / 現金預金).

update run r set needed_by = ledger.check_transfer_release(r.file_id, r.today, s.days_ahead_min, s.cut_off, s.non_business_day)
  from (select (max(value) filter (where key = 'days_ahead_min'))::int as days_ahead_min,
               (max(value) filter (where key = 'cut_off'))::time as cut_off,
               max(value) filter (where key = 'non_business_day') as non_business_day
          from setting) s;

-- The day written in the file; where the bank shifts holidays and has closed on it since, another.
create temp table due on commit drop as
select x.written, ledger.transfer_day(x.written, (select value from setting where key = 'non_business_day')) as day
  from (select distinct p.paid_on as written from export.claim c join ledger.payment_order p on p.id = c.object_id
         where c.file_id = (select file_id from run) and c.object = 'payment_order' and c.live) x;

create temp table leaving on commit drop as
with moved as (
    update ledger.payment_order p set state = 'released', paid_on = d.day
      from export.claim c, due d
     where d.written = p.paid_on and c.file_id = (select file_id from run) and c.object = 'payment_order' and c.live and p.id = c.object_id and p.state = 'in_file'
    returning c.seq, p.*
)
select * from moved;

do $$
begin
    if (select count(*) from leaving) <> (select count(*) from export.claim where file_id = (select file_id from run) and live) then
        raise exception 'TRANSFER_ORDERS_GONE' using errcode = 'RK011';
    end if;
end $$;

-- What is paid once more after the books of its year were closed comes out of 歳入歳出外現金, in the year of the day.
insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
select seq, case when from_deposit then 'DEPOSIT_PAYMENT' else 'PAYMENT' end,
       case when from_deposit then ledger.fiscal_year(paid_on) else fiscal_year end, paid_on, fund,
       case when not from_deposit then budget_line end, organization, amount, memo, 'payment_order', id
  from leaving
 order by seq;

-- What was kept back of pay to staff is held for the tax office and the insurers from the same day on.
insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
select p.seq, w.event, w.fiscal_year, w.booked_on, w.fund, w.amount, w.memo, w.object, w.object_id
  from leaving p
 cross join lateral ledger.staff_deductions(array[p.id], p.paid_on) w
 where p.deducted > 0
 order by p.seq, w.object_id, w.event;

select ledger.post_journal();

-- From the day after on, what did not come back counts as paid.
insert into ledger.transfer_file (file_id, paid_on) select (select file_id from run), min(day) from due having count(*) > 0;
