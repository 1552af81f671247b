-- Creditor 101 is paid some 100,000 yen every month; 102 gets another account on 1 October; 103 was never paid.
update ledger.creditor_account set valid_to = '2026-09-30' where creditor = '0000000102';
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
select creditor, '2026-10-01', bank, branch, kind, '7700001', holder_kana from ledger.creditor_account where creditor = '0000000102';

insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by, account_id)
select v.no, 2026, '01', '0201030212', '05020000', v.creditor, v.amount, v.pay_date::date, v.memo, 'maker', v.state, 'approver', k.id
  from (values
    ('2026P00000001', '0000000101',   99000, '2026-07-15', '清掃 6月分', 'paid'),
    ('2026P00000002', '0000000101',  101000, '2026-08-14', '清掃 7月分', 'paid'),
    ('2026P00000003', '0000000101',  100000, '2026-09-30', '清掃 8月分', 'released'),
    ('2026P00000004', '0000000102',  500000, '2026-09-15', '照明改修 前払', 'released'),
    ('2026P00000005', '0000000101', 1000000, '2026-10-15', '清掃 9月分: 桁誤り', 'approved'),
    ('2026P00000006', '0000000101',  100000, '2026-10-15', '清掃 8月分: 二重', 'approved'),
    ('2026P00000007', '0000000102',  500000, '2026-10-15', '照明改修 残金', 'approved'),
    ('2026P00000008', '0000000103',  330000, '2026-10-15', '保守', 'approved'),
    ('2026P00000009', '0000000103',  330000, '2026-10-15', '保守: 二重', 'approved')) v (no, creditor, amount, pay_date, memo, state)
  left join ledger.creditor_account k on v.state <> 'approved' and k.creditor = v.creditor and v.pay_date::date between k.valid_from and k.valid_to
 order by v.no;

-- Last month's file.
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-4000-8000-000000000001', '09_bank_transfers', 'mizuho_advanced', '{"pay_date": "2026-09-15"}', 'operator', true, '2026-09-07', 'maker', '2026-09-07 09:00+09');
insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
select f.id, f.topic, row_number() over (order by p.no), 'payment_order', p.id, p.amount, true
  from export.file f, ledger.payment_order p where p.state = 'released';
update export.file set state = 'generated', seq_of_day = 1, sha256 = repeat('0', 64), records = 5, count = 2, total = 600000, bytes = 610, archive = 'blobs/00/' || repeat('0', 64),
       file_name = 'AB_SOGO_20260907_001.txt', integration_digest = repeat('0', 64), generated_at = '2026-09-07 09:00+09';
update export.file set state = 'released', released_at = '2026-09-08 10:00+09', released_by = 'approver';
