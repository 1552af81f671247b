-- Columns of the tables an integration's select.sql made for us.
select c.relname::text, a.attname::text, format_type(a.atttypid, null)
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = pg_my_temp_schema() and c.relkind = 'r'
   and (c.relname like 'outgoing\_%' or c.relname in ('claim', 'refusal', 'caption'))
 order by c.relname, a.attnum
