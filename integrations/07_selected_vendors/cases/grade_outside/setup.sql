select pg_temp.vendor('0012345691', '株式会社等級C', grade => 'C');
select pg_temp.vendor('0012345692', '株式会社無等級', grade => null);
select slate.tender_barred_since('2026-2-000500', nominees => array['0012345678', '0012345691', '0012345692']);
