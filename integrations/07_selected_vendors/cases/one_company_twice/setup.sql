select pg_temp.vendor('0012345691', '株式会社砧クリーン（営業所）', corporate_number => '6010901900001');
select slate.tender_barred_since('2026-2-000500', nominees => array['0012345678', '0012345679', '0012345691']);
