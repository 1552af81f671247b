update toy.payment p set state = 'approved'
  from export.claim c where c.file_id = (select file_id from run) and c.object_id = p.id;
