-- What became of tenders, and of each version that is or was to be told.
select t.no as "案件番号", t.version as "版", t.state as "案件の状態", c.state as "負担行為", c.amount as "負担額", n.version as "通知の版", n.state as "通知", n.file_id as "ファイル"
  from ledger.tender t
  join ledger.commitment c on c.no = t.commitment
  left join ledger.tender_notice n on n.tender_no = t.no
 where n.id is not null or t.made_by is not null
 order by t.no, n.version
