select pg_temp.vendor('0012345691', '株式会社補充');
select slate.tender('2026-2-000500');
