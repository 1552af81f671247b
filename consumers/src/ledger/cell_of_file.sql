-- A cell of the survey that a file carries. $1 file, $2 cell.
select c.id, e.fiscal_year, e.edition, e.trial, c.table_no, c.table_name, c.row_no, c.row_name, c.column_no, c.column_name, c.thousand, c.yen, c.postings
  from ledger.settlement_cell c
  join ledger.settlement_edition e on e.id = c.edition_id
 where c.id = $2 and exists (select from export.claim k where k.file_id = $1 and k.object = 'settlement_cell' and k.object_id = c.id)
