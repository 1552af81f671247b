select pg_temp.bills();
update ledger.eltax_agency set send_names = true;
update ledger.assessment set payer_name = '𠮷田 太郎' where id = 12345;
update ledger.assessment set payer_name = '髙﨑　次郎', reason = '陶芸教室〜後期' where id = 12346;
