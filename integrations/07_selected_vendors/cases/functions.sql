-- A registered vendor that may be nominated for a tender of 清掃.
create or replace function pg_temp.vendor(no text, name text, grade text default 'A', category text default '0101', qualified_to date default '2027-08-31',
    corporate_number text default null, agent text default null) returns void
language plpgsql as $$
begin
    insert into ledger.vendor (no) values (vendor.no);
    insert into ledger.vendor_registration (vendor, updated_at, action, legal_form, corporate_number, name, kana, representative, postal_code, prefecture, address, phone,
                                            has_agent, agent_name, locality, small_business, closing_on, qualified_from, qualified_to, content_hash) values
        (vendor.no, '2026-03-20 23:10+09', '1', '1', coalesce(vendor.corporate_number, '601110190000' || right(vendor.no, 1)), vendor.name, 'テスト',
         '代表　一郎', '1540017', '13', '東京都世田谷区世田谷4-21-27', '03-0000-0002',
         agent is not null, agent, '1', true, '2025-12-31', '2026-04-01', vendor.qualified_to, '');
    insert into ledger.vendor_qualification (vendor, family, category, updated_at, action, preference, grade, valid_from, valid_to, content_hash) values
        (vendor.no, '2', vendor.category, '2026-03-20 23:10+09', '1', 1, vendor.grade, '2026-04-01', vendor.qualified_to, '');
end $$;
