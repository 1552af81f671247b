-- Batches with this number, this delivery, or a SHA-256 that begins so, and the newest of all. $1 number, $2 delivery, $3 beginning of a SHA-256.
select coalesce((select max(b.id) from intake.batch b), 0) as newest,
       array(select b.id from intake.batch b where b.id = $1
             union all select b.id from intake.batch b where b.delivery = $2
             union all (select b.id from intake.batch b where b.sha256 >= $3 and b.sha256 < $3 || 'g' order by b.id desc limit 50)) as found
