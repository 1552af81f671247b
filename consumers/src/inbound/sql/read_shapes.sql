select s.id, s.kind, s.columns, s.amount
  from jsonb_array_elements($3) with ordinality w (k, nth)
  join intake.shape s
    on s.topic = $1 and s.layout = $2 and s.kind = k->>'kind' and s.amount = k->>'amount'
   and s.columns = array(select jsonb_array_elements_text(k->'columns'))
 order by w.nth
