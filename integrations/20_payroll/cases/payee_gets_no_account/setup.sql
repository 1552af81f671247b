do $$
begin
    insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
    values ('0000009001', '2026-04-01', '0001', '201', '1', '1111111', 'ｼﾖｸｲﾝ');
    raise exception 'the account was taken';
exception when sqlstate 'RK014' then null;
end $$;
do $$
begin
    update ledger.payroll_section set payee = '0000000101' where section = '01';
    raise exception 'a creditor with an account was taken';
exception when sqlstate 'RK014' then null;
end $$;
