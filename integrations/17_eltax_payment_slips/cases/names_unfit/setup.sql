select pg_temp.bills();
update ledger.eltax_agency set send_names = true;
update ledger.assessment set reason = '陶芸教室受講料(後期)及び市民大学受講料(通年)及び生涯大学受講料(通年)の合算分' where id = 12345;
update ledger.assessment set payer_name = 'Setagaya, Jiro' where id = 12346;
