select pg_temp.vendor('0012345691', '株式会社別種目', category => '0102');
select slate.tender_barred_since('2026-2-000500', nominees => array['0012345678', '0012345679', '0012345691']);
