select pg_temp.bills();
insert into ledger.payment_notice (kind, slip_id, agency_code, fee_item, case_key, confirmation_no, amount, paid_on, channel, fund_on, batch_id, line)
values ('02', 3, '13112', '999', '05202600001230001000', '356124', 5000, '2026-08-31', '60', '2026-08-31', 0, 1);
