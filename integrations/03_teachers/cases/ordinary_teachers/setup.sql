select pg_temp.sakura();
select pg_temp.draft_of_sakura();
