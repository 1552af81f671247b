-- A database that has been at work for a year: $batches batches of a hundred records each, one of twice as many records of which every
-- second one is held, parked messages, files, assessments with their slips, payment orders, accounts, audit events, postings.
insert into access.account (login_id, display_name, origin, must_change, created_by) values ('unyo.1', 'bench', 'local', false, 'setup');
insert into access.permission (login_id, role, given_by) values ('unyo.1', 'operator', 'setup'), ('unyo.1', 'auditor', 'setup'), ('unyo.1', 'administrator', 'setup');
insert into access.session (token_sha256, login_id, csrf, complete, way, address, agent)
values (sha256('$token'), 'unyo.1', 'x', true, 'password', '127.0.0.1', 'bench');
-- next
insert into intake.shape (topic, layout, kind, columns, amount)
values ('12_civic_assessments', 'layout', 'assessment', '{source,source_key,action,fiscal_year,fund,budget_line,payer_name,address,amount}', 'amount');
-- next
with topics as (select array['01_financial_institutions', '12_civic_assessments', '13_welfare_assessments', '16_invoices', '18_eltax_payments', '06_vendors'] as slugs)
insert into intake.batch (delivery, topic, file, sha256, bytes, layout, layout_digest, archive, sender, received_at, state, chunks, chunks_staged,
       records_read, yen_read, records_published, yen_published, records_staged, yen_staged, records_posted, yen_posted, records_held, yen_held, business_date, posted_at, shapes)
select gen_random_uuid(), slugs[1 + n % 6], 'IF12_SKS_' || lpad(n::text, 7, '0') || '.csv', encode(sha256(n::text::bytea), 'hex'), 20000, 'layout', 'x',
       'sha256/x', 'folder', at, case when n % 500 = 0 then 'held' else 'posted' end, 1, 1,
       100, 100000, 100, 100000, 100, 100000, case when n % 500 = 0 then 99 else 100 end, case when n % 500 = 0 then 99000 else 100000 end,
       case when n % 500 = 0 then 1 else 0 end, case when n % 500 = 0 then 1000 else 0 end, at::date, at, '{1}'
  from topics, generate_series(1, $batches) n,
       lateral (select now() - make_interval(mins => (($batches - n)::bigint * 525600 / $batches)::int) as at) a;
-- next
insert into intake.record (batch_id, line, byte_offset, yen, byte_length, grp, sub, shape, c1, c2, c3, c4, c5, c6, c7, c8, c9)
select b, l, l * 200, 1000, 200, 0, 0, 1, 'SKS', 'K' || b || '-' || l, '1', '2026', '01', '2105010101', '試験 太郎', '架空町1-1', '1000'
  from generate_series(1, $batches) b, generate_series(1, 100) l;
-- next
insert into intake.finding (batch_id, line, verdict, code, detail, state)
select n, 50, 'hold', 'REVENUE_ORIGIN_UNKNOWN', jsonb_build_object('origin_key', 'K' || n), 'open' from generate_series(500, $batches, 500) n;
-- next
insert into intake.batch (delivery, topic, file, sha256, bytes, layout, layout_digest, archive, sender, received_at, state, chunks, chunks_staged,
       records_read, yen_read, records_published, yen_published, records_staged, yen_staged, records_posted, yen_posted, records_held, yen_held, business_date, posted_at, shapes)
select gen_random_uuid(), '12_civic_assessments', 'IF12_SKS_large.csv', encode(sha256('large'), 'hex'), 400 * $batches, 'layout', 'x',
       'sha256/x', 'folder', now(), 'held', 1, 1, n, n * 1000, n, n * 1000, n, n * 1000, n / 2, n * 500, n / 2, n * 500, current_date, now(), '{1}'
  from (select 2 * $batches as n) l;
insert into intake.record (batch_id, line, byte_offset, yen, byte_length, grp, sub, shape, c1, c2, c3, c4, c5, c6, c7, c8, c9)
select (select max(id) from intake.batch), l, l * 200, 1000, 200, 0, 0, 1, 'SKS', 'L' || l, '1', '2026', '01', '2105010101', '試験 花子', '架空町2-2', '1000'
  from generate_series(1, 2 * $batches) l;
insert into intake.finding (batch_id, line, verdict, code, detail, state)
select (select max(id) from intake.batch), 2 * l, 'hold', 'REVENUE_KEY_USED', jsonb_build_object('source_key', 'L' || 2 * l), 'open' from generate_series(1, $batches) l;
-- next
insert into audit.event (actor, action, object, object_id, after, at)
select case when n % 7 = 0 then 'unyo.1' else 'folder' end, 'batch.post', 'batch', (1 + n % $batches)::text, '{"state": "posted"}',
       now() - make_interval(secs => (3 * $batches - n)::double precision)
  from generate_series(1, 3 * $batches) n;
-- next
-- The rules of the books are not what is measured.
set session_replication_role = replica;
insert into ledger.entry (event, fiscal_year, booked_on, fund, batch_id, actor)
select (select event from ledger.posting_rule where debit_account is not null and credit_account is not null order by event limit 1),
       2026, date '2026-10-01', (select code from ledger.fund order by code limit 1), n, 'bench'
  from generate_series(1, $batches / 100) n;
insert into ledger.posting (entry_id, no, source_line, amount, debit_account, credit_account)
select e.id, n, n, 1000, r.debit_account, r.credit_account
  from ledger.entry e
  join ledger.posting_rule r on r.event = e.event
 cross join generate_series(1, 1000) n;
insert into ledger.assessment (batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action, fund, budget_line,
       organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
select 1 + n / 100, n, 2026, 1000, 1000, date '2026-10-01', date '2026-10-31', date '2026-10-31' + n % 90, 'SKS', 'K' || n, '1', '01', '2105010101',
       '100000', '1', '0', '1', '1540000', 'bench', '試験 太郎', 'シケン タロウ', '架空町1-1'
  from generate_series(1, 2 * $batches) n;
insert into ledger.payment_slip (assessment_id, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year, amount, amount_main,
       due_on, pay_limit_on, issued_on, state)
select n, '13112', '00', '010', lpad(n::text, 20, '0'), '123456', 2026, 2026, 1000, 1000, date '2026-10-31' + n % 90, date '2027-03-31', date '2026-10-01',
       case when n % 4 = 0 then 'uploaded' else 'final' end
  from generate_series(1, 2 * $batches) n;
insert into ledger.receipt (assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated)
select n, '1', date '2026-10-10', date '2026-10-12', 1000, 1000, 0, 0 from generate_series(1, $batches) n;
insert into ledger.overpayment (receipt_id, assessment_id, amount, state)
select n, n, 100, case when n % 50 = 0 then 'open' else 'refunded' end from generate_series(1, $batches / 5) n;
insert into ledger.unallocated_receipt (receipt_id, amount, cause, state)
select n, 100, 'unknown slip', case when n % 50 = 0 then 'open' else 'allocated' end from generate_series(1, $batches / 5) n;
insert into ledger.creditor (no, name, kana) select '7' || lpad(n::text, 9, '0'), '架空商店 ' || n, 'カクウショウテン' from generate_series(1, 1000) n;
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, state, made_by, approved_by)
select 'B' || lpad(n::text, 12, '0'), 2026, '01', '0201030210', '100000', '7' || lpad((1 + n % 1000)::text, 9, '0'), 1000, date '2026-10-23', 'bench',
       case when n = 1 then 'draft' else 'paid' end, 'sato', case when n = 1 then null else 'kacho' end
  from generate_series(1, 5 * $batches) n;
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at, state, seq_of_day, sha256, records, count,
       total, bytes, archive, file_name, integration_digest, generated_at, released_at, released_by, delivered_at)
select gen_random_uuid(), '14_civic_clearings', '', '{}', 'automatic', true, current_date - n / 48, 'schedule', now(), 'delivered', 1 + n % 48,
       encode(sha256(n::text::bytea), 'hex'), 10, 10, 1000, 2000, 'x', 'IF14_' || n || '.csv', 'x', now(), now(), 'schedule', now()
  from generate_series(1, $batches / 5) n;
insert into access.account (login_id, display_name, origin, must_change, created_by)
select 'user.' || n, '架空 職員 ' || n, 'portal', false, '21' from generate_series(1, $batches / 20) n;
set session_replication_role = origin;
-- next
insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
select 'in.12_civic_assessments', 'in.12_civic_assessments', gen_random_uuid()::text, 'records', '{}', '[]', 'BENCH_' || n % 5, 'it failed', 11
  from generate_series(1, $batches / 10) n;
-- next
vacuum analyze;
