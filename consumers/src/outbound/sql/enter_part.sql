-- The row of a further file of an order, beside the first ($1): the same order, another part ($2 of $3).
insert into export.file (run, part, parts, topic, profile, params, release_policy, once, made_by, ordered_at, business_date)
select run, $2, $3, topic, profile, params, release_policy, once, made_by, ordered_at, business_date from export.file where id = $1
returning id
