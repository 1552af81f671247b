select pg_temp.vendor('0012345690', '株式会社等々力電工', agent => '支店　長太郎');
select slate.tender('2026-2-000503', '{"method": "5", "title": "昇降機保守\"特命\",定期点検", "has_floor": false, "grade_range": null}', nominees => array['0012345690'], why => '製造者');
select slate.tender('2026-2-000501', '{"method": "4", "title": "窓ガラス清掃", "has_floor": false, "reserved": 330000}', nominees => array['0012345678', '0012345679'], why => '');
select slate.tender('2026-2-000502', '{"method": "1", "title": "庁舎警備業務委託"}', nominees => array['0012345680', '0012345690'], why => '資格確認済');
