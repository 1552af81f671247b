-- More charges of the welfare section than the one of the shared ledger.
create or replace function pg_temp.charge(id bigint, yen bigint, source_key text, reason text) returns void language plpgsql as $$
begin
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    values (charge.id, 900, charge.id, 2026, yen, yen, '2026-10-05', '2026-10-30', '2026-10-30', 'SHF', charge.source_key, '1',
            '01', '1201010501', '15020000', '1', '0', '1', '1540017', charge.reason, '世田谷　三郎', 'セタガヤ　サブロウ', '東京都世田谷区世田谷9-9-8');
    perform slate.assessed(charge.id);
end $$;
