-- 髙橋 approves for 庁舎管理課: two drafts are of 佐藤, one is his own, one has its approval.
select pg_temp.tender(1, 'sato-i');
select pg_temp.tender(2, 'sato-i');
select pg_temp.tender(3, 'takahashi-h');
select pg_temp.tender(4, 'sato-i');
update ledger.tender set state = 'approved', approved_by = 'takahashi-h', approved_at = '2026-10-02 09:00+09' where no = '2026-2-000004';
