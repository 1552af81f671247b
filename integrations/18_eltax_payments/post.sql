-- Each notice is kept; only a 確報 (02) becomes money: receipt, clearing, journal. A 速報 (01) only marks the slip.

insert into ledger.payment_file (made_on, file_no, base_on, batch_id, line)
select h.made_on, h.file_no, h.base_on, b.id, h.line
  from staged_header h cross join batch b
 where not exists (select from ledger.payment_file f where f.batch_id = b.id);

insert into ledger.payment_notice (kind, slip_id, agency_code, fee_item, case_key, confirmation_no, amount, paid_on, paid_at, channel,
    transaction, transaction_no, origin_no, fund_on, fund_no, batch_id, line)
select p.kind, s.id, p.agency, p.fee_item, p.case_key, p.confirmation_no, p.amount, p.paid_on, p.paid_at, p.channel,
       ledger.el_transaction(p.tx_center, p.tx_date, p.tx_no), p.tx_no, p.origin_tx_no, p.fund_on, p.fund_no, b.id, p.line
  from staged_payment p
 cross join batch b
  left join ledger.payment_slip s
    on s.case_key = p.case_key and (s.confirmation_no, s.fee_item, s.agency_code) = (p.confirmation_no, p.fee_item, p.agency)
 order by p.line;

create temp table new_notice on commit drop as
select n.* from ledger.payment_notice n join staged_payment p on p.line = n.line where n.batch_id = (select id from batch);

select ledger.close_provisional((select id from batch));

select ledger.begin_receipts();
insert into incoming_receipt (line, assessment_id, slip_id, notice_id, channel, paid_on, booked_on, amount, cause)
select n.line, s.assessment_id, s.id, n.id, coalesce(c.channel, '7'), n.paid_on, n.fund_on, n.amount,
       case when s.id is null then 'unknown slip' end
  from new_notice n
  left join ledger.payment_slip s on s.id = n.slip_id
  left join ledger.eltax_channel c on c.code = n.channel
 where n.kind = '02';
select ledger.book_receipts();

select ledger.settle_slips(array(select distinct slip_id from new_notice where slip_id is not null));
-- What a cancelled slip has paid must not be payable by the one that replaced it.
select ledger.refresh_void_slips((select id from batch));
select ledger.post_journal();

insert into posted (line, object, object_id, yen)
select n.line, 'receipt', r.id, r.amount
  from ledger.receipt r join new_notice n on n.id = r.notice_id
union all
select n.line, 'payment_notice', n.id, n.amount
  from ledger.payment_notice n
 where n.kind <> '02' and n.id in (select x.id from new_notice x);
