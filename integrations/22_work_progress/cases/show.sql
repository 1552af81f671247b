select s.seq as "seq", to_char(s.as_of at time zone 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI') as "時点", s.users as "利用者", s.total as "決裁依頼",
       (select string_agg(h.login_id, ' ' order by h.login_id collate "C") from ledger.progress_shown h where h.seq = s.seq) as "件数のある利用者"
  from ledger.progress_snapshot s order by s.seq
