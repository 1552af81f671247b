-- What is compared: `present`, the files of this order that are not void (an approver weighs what was ordered, not the part a file limit cut
-- off), and `previous`, those of the last order of its
-- kind that left before this file (fill_previous.sql).
create temp table present on commit drop as
select o.id as file_id
  from export.file f
  join export.file o on o.run = f.run and (o.id = f.id or o.sha256 is not null and o.state <> 'void')
 where f.id = (select file_id from pg_temp.run);
create temp table previous (file_id bigint) on commit drop;
