create schema toy;
create table toy.payment (
    id       bigint generated always as identity primary key,
    pay_date date   not null default date '2026-11-30',
    payee    text,
    amount   bigint not null,
    state    text   not null default 'approved'
);
