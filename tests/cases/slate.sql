-- A clean slate between cases. Making a database costs a quarter of a second and dropping one a checkpoint; putting back what
-- the migrations left costs milliseconds, in the tables that were written to: rows written anew by every case would leave hundreds of
-- dead ones behind each. In the role of a replica neither guards nor foreign keys are asked.

create schema slate;

create table slate.kept as
select c.oid as relation, c.oid::regclass::text as name, format('slate.t%s', c.oid) as copy,
       (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname in ('intake', 'ledger', 'export', 'audit', 'access');

create table slate.number as
select format('%I.%I', schemaname, sequencename)::regclass as name, last_value, coalesce(last_value, start_value) as value, last_value is not null as used
  from pg_sequences where schemaname in ('intake', 'ledger', 'export', 'audit', 'access');

-- Every statement that writes leaves a note; one that is taken back takes its note along.
create unlogged table slate.written (relation oid not null);

create function slate.note() returns trigger language plpgsql as $$
begin
  insert into slate.written values (tg_relid);
  return null;
end $$;

do $$
declare k record;
begin
  for k in select * from slate.kept loop
    execute format('create table %s as table %s', k.copy, k.name);
    execute format('create trigger slate_note after insert or update or delete or truncate on %s for each statement execute function slate.note()', k.name);
    execute format('alter table %s enable always trigger slate_note', k.name);
  end loop;
end $$;

create function slate.wipe() returns void language plpgsql as $$
declare k record;
begin
  set local session_replication_role = replica;
  for k in select * from slate.kept where relation in (select w.relation from slate.written w) loop
    execute format('delete from %s', k.name);
    execute format('insert into %s (%s) overriding system value select %s from %s', k.name, k.columns, k.columns, k.copy);
  end loop;
  truncate slate.written;
  perform setval(name, value, used) from slate.number where pg_sequence_last_value(name) is distinct from last_value;
  set local session_replication_role = origin;
end $$;
