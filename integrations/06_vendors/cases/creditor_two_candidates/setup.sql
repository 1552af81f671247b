insert into ledger.creditor (no, name, kana, corporate_number) values
    ('0000000901', '有限会社用賀緑化', 'ﾕ)ﾖｳｶﾞﾘﾖｸｶ', '8010901900016'), ('0000000902', '用賀緑化（有）', 'ﾖｳｶﾞﾘﾖｸｶ(ﾕ', '8010901900016');
