-- Tasks as they stand at $1: of topic $2, of kind $3, ended ones too when $4; at most $5; the one numbered $6; of file $7.
select id, kind, topic, key, file_id, file, from_whom, to_whom, export.moment(due_at) as due_at, export.moment(made_at) as made_at,
       outcome is null and due_at < $1::text::timestamptz as late, outcome, export.moment(done_at) as done_at, done_by, note
  from work.task
 where ($2::text is null or topic = $2) and ($3::text is null or kind = $3) and ($4 or outcome is null) and ($6::bigint is null or id = $6)
   and ($7::bigint is null or file_id = $7)
 order by outcome is not null, case when outcome is null then due_at end, done_at desc, id
 limit $5
