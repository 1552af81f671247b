-- $1 state or '', $2 number or '', $3 rows at most.
select t.no, t.version, t.state, t.title, m.name as method, t.published_on::text, to_char(t.closes_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI') as closes_at,
       to_char(t.opens_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI') as opens_at,
       (select count(*) from ledger.tender_nominee n where n.tender_no = t.no) as nominees, t.made_by, t.approved_by, n.file_id as file
  from ledger.tender t
  join ledger.tender_method m on m.code = t.method
  left join ledger.tender_notice n on (n.tender_no, n.version) = (t.no, t.version)
 where ($1 = '' or t.state = $1) and ($2 = '' or t.no = $2)
 order by t.published_on, t.no
 limit $3
