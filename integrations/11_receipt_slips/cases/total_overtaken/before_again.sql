-- The day was cancelled, and a newer daily total (batch 9) posted.
update ledger.receipt_slip set cancelled_at = now();
insert into ledger.daily_total (handled_on, bank_branch, version, money_kind, fiscal_year, fund, items, amount, batch_id, line)
values ('2026-10-16', '0001110', 2, '1', 2026, '01', 2, 9000, 9, 2);
