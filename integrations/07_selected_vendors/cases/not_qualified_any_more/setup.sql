select pg_temp.vendor('0012345691', '株式会社期限', qualified_to => '2026-09-17');
select pg_temp.vendor('0012345692', '株式会社廃業');
select slate.tender_barred_since('2026-2-000500', nominees => array['0012345678', '0012345691', '0012345692']);
update ledger.vendor_registration set superseded_by = (select max(id) + 1 from ledger.vendor_registration) where vendor = '0012345692';
insert into ledger.vendor_registration (vendor, updated_at, action, legal_form, corporate_number, name, kana, representative, postal_code, prefecture, address, phone,
                                        has_agent, locality, small_business, closing_on, qualified_from, qualified_to, ended_on, content_hash)
select vendor, '2026-08-25 23:10+09', '4', legal_form, corporate_number, name, kana, representative, postal_code, prefecture, address, phone,
       has_agent, locality, small_business, closing_on, qualified_from, qualified_to, '2026-09-05', '' from ledger.vendor_registration where vendor = '0012345692';
