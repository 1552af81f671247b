select pg_temp.three_people();
select pg_temp.two_drafts();
