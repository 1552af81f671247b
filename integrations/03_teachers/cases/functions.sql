-- A principal and a teacher of さくら小学校.
create or replace function pg_temp.sakura() returns void language sql as $$
    insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired, school_code, cost_bearer, duty, can_execute) values
        ('K0000001', '桜　校長', 'サクラ　コウチョウ', '07', 'in_service', '2010-04-01', '2010-04-01', 'B113200000011', '1', '01', true),
        ('K0000002', '桜　教諭', 'サクラ　キョウユ', '07', 'in_service', '2018-04-01', '2018-04-01', 'B113200000011', '1', '03', false);
    insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values
        ('K0000001', '20010101', 'main', '20', '校長', '2022-04-01'),
        ('K0000002', '20010101', 'main', '50', null, '2018-04-01');
$$;

-- A draft of the school, made by the principal's login.
create or replace function pg_temp.draft_of_sakura() returns void language sql as $$
    insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
        ('2026F0000901', 2026, '01', '1001020310', '20010101', '0000000101', '教材費', 300000, '2026-06-01');
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, memo, made_by) values
        ('2026P0000911', 2026, '01', '1001020310', '20010101', '0000000101', '2026F0000901', 50000, '2027-04-15', '教材費 3月分', 'K0000001');
$$;
