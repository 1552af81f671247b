select intake.work_batch();
insert into pg_temp.batch
select b.id, b.topic, b.delivery, b.file, b.layout, b.received_at, {business_date}::date, {actor}::text, {again}
  from intake.batch b where b.id = {batch};
