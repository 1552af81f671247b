select i.line, 'toy', i.id, 'TOY_USED', jsonb_build_object('name', i.name)
  from toy.item i join batch b on b.id = i.batch_id
 where i.used;
