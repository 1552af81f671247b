-- Parts of the message that brought a batch; none when it came as a file. $1 batch, $2 where each part begins, from 0, $3 how long it is.
select substring(b.body from p.begins + 1 for p.length)
  from intake.body b
 cross join unnest($2::int[], $3::int[]) with ordinality p (begins, length, place)
 where b.batch_id = $1
 order by p.place
