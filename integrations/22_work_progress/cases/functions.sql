-- 承認 of the console, on a topic or on all.
create or replace function pg_temp.approver(login text, topic text default null) returns void language sql as $$
    insert into access.account (login_id, display_name, origin, created_by) values (login, login, 'portal', 'kanri') on conflict do nothing;
    insert into access.permission (login_id, role, topic, given_by) values (login, 'approver', approver.topic, 'kanri');
$$;

-- A draft of a tender of 庁舎管理課.
create or replace function pg_temp.tender(number int, maker text) returns void language sql as $$
    insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on)
    values ('2026C0000000' || number, 2026, '01', '0201030212', '05020000', '0000000101', '清掃', 1000000, '2026-10-01');
    insert into ledger.tender (no, fiscal_year, fund, budget_line, organization, family, method, title, category, place, work_from, work_to, published_on,
                               closes_at, opens_at, contact, commitment, reserved, state, made_by)
    values ('2026-2-00000' || number, 2026, '01', '0201030212', '05020000', '2', '3', '清掃', '0101', '区役所', '2026-12-01', '2027-03-31', '2026-10-05',
            '2026-10-20 17:00+09', '2026-10-23 10:00+09', '契約係', '2026C0000000' || number, 1000000, 'draft', maker);
$$;

-- A file that was made and has not left.
create or replace function pg_temp.made(topic text, policy text, maker text) returns bigint language plpgsql as $$
declare
    made bigint;
begin
    insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
    values (gen_random_uuid(), made.topic, '', '{}', policy, true, '2026-10-02', maker, '2026-10-02 09:00+09') returning id into made;
    insert into export.claim (file_id, topic, seq, object, object_id, yen, live) values (made, made.topic, 1, 'payment_order', made, 1000, true);
    update export.file f
       set state = 'generated', seq_of_day = made, sha256 = repeat('a', 64), records = 1, count = 1, total = 1000, bytes = 1, archive = 'case',
           file_name = 'case.txt', integration_digest = '', generated_at = '2026-10-02 09:00+09'
     where f.id = made;
    return made;
end $$;

-- Another account of the ward at a bank, entered and not approved.
create or replace function pg_temp.profile(profile text, maker text) returns void language sql as $$
    insert into ledger.profile_version (topic, profile, version, valid_from, values, before, why, made_by)
    values ('09_bank_transfers', profile.profile, 1, '2026-11-01', '{"own_account": "7654321"}', '{"own_account": "1234567"}', '口座変更', maker);
$$;

-- Pay that came back, and a draft that transfers it once more.
create or replace function pg_temp.pay_again(number int, maker text) returns void language plpgsql as $$
declare
    sender bigint;
    pay    bigint;
    handed bigint;
    sent   bigint;
    back   bigint;
begin
    insert into intake.batch (delivery, topic, file, layout, layout_digest, archive, sender, sha256, bytes, chunks, records_read, yen_read, received_at)
    values (gen_random_uuid(), '20_payroll', 'KYUYO.csv', 'layout', repeat('0', 64), 'x', 'jinji', repeat(number::text, 64), 1, 1, 1, 1,
            '2026-09-01 09:00+09') returning id into sender;
    insert into ledger.payroll_run (pay_month, pay_kind, version, pay_date, content_hash, batch_id)
    values ('2026-09', '1', number, '2026-09-15', md5(number::text), sender) returning id into pay;
    insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by) values (pay, 1, 200000, repeat('a', 64), 'jinji') returning id into handed;
    insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount)
    values (pay, handed, 2, '0001234568', '0005020000', '0009', '401', '1', '2222222', 'ｻﾄｳ ｲﾁﾛｳ', 200000) returning id into sent;
    insert into ledger.payroll_result (transfer_id, file_id, outcome, reason, returned_on, fund, batch_id, line)
    values (sent, 1, 'returned', '05', '2026-09-16', '01', sender, 3) returning id into back;
    insert into ledger.payroll_repayment (result_id, pay_date, bank, branch, account_kind, account, holder_kana, made_by)
    values (back, '2026-10-15', '0009', '401', '1', '2222299', 'ｻﾄｳ ｲﾁﾛｳ', maker);
end $$;
