-- What is compared: `present`, the files of this order that are not void (an approver weighs what was ordered, not the part a file limit cut
-- off), and `previous`, those of the last order of its
-- kind that left before this file (fill_previous.sql).
create temp table present on commit drop as
select o.id as file_id
  from export.file f
  join export.file o on o.run = f.run and (o.id = f.id or o.sha256 is not null and o.state <> 'void')
 where f.id = (select file_id from pg_temp.run);
create temp table previous (file_id bigint) on commit drop;
-- The claims of this file, with statistics of their own: those of export.claim know nothing yet of a file made a minute ago, and a plan
-- for a handful of rows compares each of a hundred thousand with all others.
create temp table claimed on commit drop as
select seq, object, object_id, yen from export.claim where file_id = (select file_id from pg_temp.run);
set local default_statistics_target = 10;
analyze claimed;
