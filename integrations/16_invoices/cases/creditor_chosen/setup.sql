insert into ledger.creditor (no, name, kana, invoice_number) values
    ('0000000301', '分かれた会社 本店', 'ﾜｶﾚﾀ', 'T3010901900004'), ('0000000302', '分かれた会社 支店', 'ﾜｶﾚﾀ', 'T3010901900004');
update ledger.creditor set suspended_from = '2026-10-01' where no = '0000000103';
