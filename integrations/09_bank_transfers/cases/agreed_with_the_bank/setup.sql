insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 1000, '2026-10-15', '委託料', 'maker', 'approved', 'approver');
insert into ledger.profile_version (topic, profile, version, valid_from, values, before, why, made_by, approved, decided_by, decided_at) values
    -- What counted before, what counts on the day of the order, what is agreed for later, and what nobody approved.
    ('09_bank_transfers', 'mizuho_advanced', 1, '2026-04-01', '{"own_account": "1111111", "originator_code": "0000011111"}', '{}', 'x', 'kanri.1', true, 'shonin.1', now()),
    ('09_bank_transfers', 'mizuho_advanced', 2, '2026-10-06', '{"own_account": "7654321", "originator_code": "0000054321"}', '{}', 'x', 'kanri.1', true, 'shonin.1', now()),
    ('09_bank_transfers', 'mizuho_advanced', 3, '2026-10-07', '{"own_account": "3333333", "originator_code": "0000033333"}', '{}', 'x', 'kanri.1', true, 'shonin.1', now()),
    ('09_bank_transfers', 'mizuho_advanced', 4, '2026-04-01', '{"own_account": "4444444", "originator_code": "0000044444"}', '{}', 'x', 'kanri.1', null, null, null),
    ('09_bank_transfers', 'mizuho_eb', 1, '2026-04-01', '{"own_account": "5555555"}', '{}', 'x', 'kanri.1', true, 'shonin.1', now());
