-- Staged rows → ledger, set-based; held and skipped lines are gone from staged_item already. docs/INTEGRATIONS.md
--
-- What this template books: each item as 収入未整理, by the posting rule UNALLOCATED.

insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo, object)
select s.line, 'UNALLOCATED', ledger.fiscal_year(s.booked_on), s.booked_on, '01', s.amount,
       concat_ws(' ', s.reference, s.memo), 'item'
  from staged_item s;

select ledger.post_journal();

-- From the ledger, not from what was staged: this is what the batch is balanced against.
insert into posted (line, object, object_id, yen)
select l.source_line, 'entry', l.entry_id, sum(l.debit)
  from ledger.line l
  join ledger.entry e on e.id = l.entry_id
  join batch b on b.id = e.batch_id
  join staged_item s on s.line = l.source_line
 where e.reverses is null
 group by l.source_line, l.entry_id;
