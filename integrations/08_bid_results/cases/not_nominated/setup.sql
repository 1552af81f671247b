insert into ledger.vendor (no) values ('0012345681');
insert into ledger.vendor_registration (vendor, updated_at, action, legal_form, corporate_number, name, kana, representative, postal_code, prefecture, address, phone,
    has_agent, locality, small_business, closing_on, qualified_from, qualified_to, content_hash)
select '0012345681', updated_at, action, legal_form, '7010901900017', '有限会社上町造園', 'ユウゲンガイシャカミマチゾウエン', '上町　五郎', postal_code, prefecture, address, phone,
    has_agent, locality, small_business, closing_on, qualified_from, qualified_to, content_hash from ledger.registered_vendor where no = '0012345679';
