select pg_temp.vendor('0012345691', '𠮷野家具株式会社');
select slate.tender('2026-2-000500', nominees => array['0012345678', '0012345679', '0012345691']);
