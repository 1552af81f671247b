create temp table run (
    id uuid, file_id bigint, topic text, business_date date, ordered_by text, number int, released boolean, today date,
    ordered_at timestamptz, now timestamptz, needed_by timestamptz
) on commit drop;
create temp table param (key text primary key, value text) on commit drop;
select intake.work_table('setting', 'key text primary key, value text not null');
