create schema toy;
create table toy.payment (
    id       bigint generated always as identity primary key,
    pay_date date   not null default date '2026-11-30',
    payee    text,
    amount   bigint not null,
    state    text   not null default 'approved'
);
-- What a folder's release.sql does about a file whose day has passed: a catalogue code with its arguments.
create function toy.check_day(pay_date date, today date) returns void language plpgsql as $$
begin
    if today > pay_date then
        raise exception 'TRANSFER_DATE_TOO_EARLY' using errcode = 'RK900', detail = json_build_object('pay_date', pay_date, 'days', 0, 'cut_off', '15:00');
    end if;
end $$;
-- By when the partner wants a file; none by itself.
create table toy.hour (at timestamptz not null);
