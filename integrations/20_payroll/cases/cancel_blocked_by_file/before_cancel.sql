-- A second file of the run lives, and the first, which had the orders, was voided.
select ledger.approve_payment_orders(array(select id from ledger.payment_order order by id), 'kacho', '2026-10-13');
select ledger.cancel_payment_orders(array(select id from ledger.payment_order order by id), 'kacho', '支給誤り', '2026-10-14');
insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by) values (1, 4, 1050000, repeat('a', 64), 'jinji');
insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount)
values (1, 1, 2, '0000001001', '0005010000', '0001', '201', '1', '1111111', 'ｽｽﾞｷ ｲﾁﾛｳ', 1050000);
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values (gen_random_uuid(), '09_bank_transfers', 'mizuho_payroll', '{}', 'two_person', true, '2026-10-09', 'tsukuru', '2026-10-09 09:00+09');
insert into export.claim (file_id, topic, seq, object, object_id, yen, live) values (1, '09_bank_transfers', 1, 'payroll_transfer', 1, 1050000, true);
