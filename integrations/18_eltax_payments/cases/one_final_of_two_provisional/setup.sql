select pg_temp.bills();
-- Announced twice; a person had the second recorded, too.
insert into ledger.payment_notice (id, kind, slip_id, agency_code, fee_item, case_key, confirmation_no, amount, paid_on, channel, transaction, transaction_no, batch_id, line)
values (901, '01', 1, '13112', '999', '05202600001234501000', '480213', 12345, '2026-09-08', '60', '0000000000-20260908-00000123', '00000123', 0, 1),
       (902, '01', 1, '13112', '999', '05202600001234501000', '480213', 12345, '2026-09-08', '50', '0000000000-20260908-00000999', '00000999', 0, 2);
update ledger.payment_slip set state = 'provisional' where id = 1;
