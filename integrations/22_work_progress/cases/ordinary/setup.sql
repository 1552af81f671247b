-- 庁舎管理課: two drafts of 佐藤 and one of 髙橋 himself, who cannot approve it; one due in three bank business days, one approved and due
-- tomorrow, one far away, one in a bank file, one that came back. 情報政策課: a draft of 渡辺, and one made from an invoice.
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 1000, '2026-10-08', '清掃', 'sato-i', 'draft', null),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000101', 2000, '2026-11-30', '点検', 'sato-i', 'draft', null),
    ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000101', 3000, '2026-11-30', '課長の起案', 'takahashi-h', 'draft', null),
    ('2026P00000004', 2026, '01', '0201030212', '05020000', '0000000101', 4000, '2026-10-06', '承認済', 'tanaka-m', 'approved', 'takahashi-h'),
    ('2026P00000005', 2026, '01', '0201030212', '05020000', '0000000101', 5000, '2026-11-30', '承認済で先', 'tanaka-m', 'approved', 'takahashi-h'),
    ('2026P00000006', 2026, '01', '0201030212', '05020000', '0000000101', 6000, '2026-10-06', '銀行へ', 'tanaka-m', 'in_file', 'takahashi-h'),
    ('2026P00000007', 2026, '01', '0201030212', '05020000', '0000000101', 7000, '2026-09-30', '振込不能', 'tanaka-m', 'returned', 'takahashi-h'),
    ('2026P00000008', 2026, '01', '0201050212', '05030000', '0000000103', 8000, '2026-11-30', '保守', 'watanabe-n', 'draft', null);
-- Invoices of 情報政策課: one with a draft, one without any order and due soon, one that was paid.
insert into ledger.invoice (id, source, source_key, invoice_no, issued_on, due, issuer_name, creditor, organization, net, tax, gross, payable, content_hash, batch_id, line)
overriding system value values
    (1, 'BTB', 'a', 'A-1', '2026-09-30', '2026-11-30', '成城システム', '0000000103', '05030000', 9000, 900, 9900, 9900, 'x', 1, 1),
    (2, 'BTB', 'b', 'A-2', '2026-09-30', '2026-10-13', '成城システム', '0000000103', '05030000', 1000, 100, 1100, 1100, 'x', 1, 2),
    (3, 'BTB', 'c', 'A-3', '2026-08-31', '2026-09-30', '成城システム', '0000000103', '05030000', 2000, 200, 2200, 2200, 'x', 1, 3);
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, invoice_id, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000009', 2026, '01', '0201050212', '05030000', '0000000103', 1, 9900, '2026-11-30', '請求から', 'invoice-service', 'draft', null),
    ('2026P00000010', 2026, '01', '0201050212', '05030000', '0000000103', 3, 2200, '2026-09-30', '支払済', 'invoice-service', 'paid', 'ito-h');
-- Money nobody can match, and a file that was refused without a good one behind it.
insert into ledger.receipt (id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated) overriding system value values (1, '01', '2026-10-01', '2026-10-02', 500, 0, 0, 500);
insert into ledger.unallocated_receipt (receipt_id, amount, cause) values (1, 500, 'UNKNOWN');
insert into intake.batch (delivery, topic, file, sha256, bytes, layout, layout_digest, archive, sender, received_at, chunks, records_read, yen_read, state)
values ('00000000-0000-0000-0000-000000000001', '12_civic_assessments', 'bad.csv', repeat('0', 64), 1, '', 'x', 'x', 'x', '2026-10-05T09:00:00+09:00', 1, 0, 0, 'rejected');
-- One that came back and is paid once more: it waits for nobody any longer.
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000011', 2026, '01', '0201030212', '05020000', '0000000101', 7100, '2026-09-30', '振込不能', 'tanaka-m', 'returned', 'takahashi-h');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by, repays)
select '2026P00000012', 2026, '01', '0201030212', '05020000', '0000000101', 7100, '2026-10-30', '再振込 振込不能', 'sato-i', 'in_file', 'takahashi-h', p.id
  from ledger.payment_order p where p.no = '2026P00000011';
