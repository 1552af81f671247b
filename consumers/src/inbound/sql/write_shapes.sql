insert into intake.shape (topic, layout, kind, columns, amount)
select $1, $2, k->>'kind', array(select jsonb_array_elements_text(k->'columns')), k->>'amount'
  from jsonb_array_elements($3) k
on conflict on constraint shape_once do nothing
