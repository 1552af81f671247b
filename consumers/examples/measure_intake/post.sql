insert into measured.assessment (batch_id, line, source_key, payer_name, due, amount)
select b.id, s.line, s.source_key, s.payer_name, s.due, s.amount from staged_assessment s cross join batch b;

insert into posted (line, object, object_id, yen)
select a.line, 'assessment', a.id, a.amount from measured.assessment a join batch b on b.id = a.batch_id;
