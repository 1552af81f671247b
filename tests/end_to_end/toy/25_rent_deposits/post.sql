insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo)
select s.line, 'RENT_DEPOSIT', ledger.fiscal_year(b.business_date), b.business_date, '01', s.amount, s.tenant
  from staged_deposit s cross join batch b;

select ledger.post_journal();

insert into posted (line, object, object_id, yen)
select l.source_line, 'deposit', l.source_line, l.debit
  from ledger.line l join ledger.entry e on e.id = l.entry_id join batch b on b.id = e.batch_id join staged_deposit s on s.line = l.source_line
 where l.debit > 0;
