-- What the records of a file carry, each with the thing it is about and the line that asked for it (the first, where it is made of
-- several). The pay of one person is shown nowhere. A file that is not once-only claims nothing for itself: what it carries stands. $1 file, $2 from this record on, $3 rows.
with page as materialized (
    select c.seq, c.object, c.object_id, c.yen, c.live or not f.once and f.state <> 'void' as live
      from export.claim c join export.file f on f.id = c.file_id
     where c.file_id = $1 and c.seq >= $2 and c.object <> 'payroll_transfer' order by c.seq limit $3
)
select p.seq, p.object, p.object_id, p.yen, p.live, o.name, o.batch_id as batch, b.topic, o.line
  from page p
  left join lateral (select x.name, x.batch_id, x.line from ledger.origins(p.object, p.object_id) x limit 1) o on true
  left join intake.batch b on b.id = o.batch_id
 order by p.seq, p.object_id
