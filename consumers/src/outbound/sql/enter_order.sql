-- The row of an order, once per run.
insert into export.file (run, topic, profile, params, release_policy, once, made_by, ordered_at, business_date)
values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz,
        export.day_of_order($9::date, $8::timestamptz, $10::time, $11))
on conflict on constraint file_run_once do nothing
