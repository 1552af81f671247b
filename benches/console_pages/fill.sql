-- A database that has been at work for a year: $batches batches of a hundred records each, findings, audit events, postings.
insert into access.account (login_id, display_name, origin, must_change, created_by) values ('unyo.1', 'bench', 'local', false, 'setup');
insert into access.permission (login_id, role, given_by) values ('unyo.1', 'operator', 'setup'), ('unyo.1', 'auditor', 'setup');
insert into access.session (token_sha256, login_id, csrf, complete, address, agent)
values (sha256('$token'), 'unyo.1', 'x', true, '127.0.0.1', 'bench');
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
set session_replication_role = origin;
-- next
insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
select 'in.12_civic_assessments', 'in.12_civic_assessments', gen_random_uuid()::text, 'records', '{}', '[]', 'BENCH_' || n % 5, 'it failed', 11
  from generate_series(1, 2000) n;
-- next
analyze;
