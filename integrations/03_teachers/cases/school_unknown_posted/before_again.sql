insert into ledger.school (code, name, organization) values ('B113200000038', '区立さくら小学校分校', '20010101');
