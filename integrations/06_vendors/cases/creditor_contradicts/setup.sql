insert into ledger.creditor (no, name, kana, corporate_number, invoice_number) values
    ('0000000901', '有限会社用賀緑化', 'ﾕ)ﾖｳｶﾞﾘﾖｸｶ', '8010901900016', 'T4010901900011');
