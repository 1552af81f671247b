-- 契約 → a notice of where the document stands. Concluded: its commitment is confirmed or changed, a cash bond becomes off-budget
-- cash. Declined or withdrawn: what was reserved for it goes back to the budget.

create temp table accepted on commit drop as
select s.*, s.revision::int as nth, s.unit_price = '1' as by_unit, coalesce(s.bond_amount, 0) as bond_yen,
       ledger.contract_content(to_jsonb(s)) as content, f.commitment as found, c.state, c.fund, coalesce(hc.chosen, s.creditor) as payee,
       ledger.contract_delta(s.revision::int, s.multi_year, s.unit_price = '1', s.amount, k.amount, c.amount) as delta,
       case when s.bond = '1' then coalesce(s.bond_amount, 0) - case when k.bond = '1' then k.bond_amount else 0 end else 0 end as bond_more
  from staged_contract s
  left join choice h on h.line = s.line and h.object = 'commitment'
  left join choice hc on hc.line = s.line and hc.object = 'creditor'
  left join lateral ledger.find_contract_commitment(coalesce(h.chosen, s.commitment_no), s.contract_no, s.tender_no) f on true
  left join ledger.commitment c on c.no = f.commitment
  left join ledger.contract k on k.contract_no = s.contract_no and s.revision::int > 0;

insert into ledger.contract_notice (contract_no, revision, document_id, status, kind, method, negotiated_ground, title, organization, creditor,
                                    corporate_number, amount, tax, tax_rate, contracted_on, starts_on, ends_on, signed_at, multi_year, unit_price,
                                    commitment, tender_no, bond, bond_amount, pdf_name, pdf_sha256, content_hash, batch_id, line)
select contract_no, nth, document_id, status, kind, method, negotiated_ground, title, organization, payee,
       corporate_number, amount, tax, tax_rate::int, contracted_on, starts_on, ends_on, signed_at, multi_year, by_unit,
       found, tender_no, bond, bond_yen, pdf_name, lower(pdf_sha256), content, b.id, a.line
  from accepted a cross join batch b
 order by a.line;

-- 締結 → 支出負担行為の確定・変更
select ledger.begin_commitments();
insert into commitment_wanted (line, commitment, state, delta, creditor, contract_no, committed_on, why)
select line, found, 'confirmed', delta, payee, contract_no, case when state = 'draft' then contracted_on end,
       case when nth = 0 then '契約締結 ' else '契約変更 ' end || contract_no || case when nth = 0 then '' else ' 第' || nth || '回' end
  from accepted where status = '3';

-- 却下・取消 → the reservation ends, unless another document of the contract is still under way.
insert into commitment_wanted (line, commitment, state, delta, why)
select min(a.line), a.found, 'cancelled', 0, '契約不成立 ' || min(a.contract_no)
  from accepted a
 where a.status in ('4', '5') and a.nth = 0 and a.state = 'draft'
   and not exists (select from ledger.contract_document d
                    where d.contract_no = a.contract_no and d.document_id <> a.document_id and d.status in ('1', '2', '3'))
   and not exists (select from commitment_wanted w where w.commitment = a.found)
 group by a.found;
select ledger.change_commitments(b.id, b.business_date, b.actor) from batch b;

insert into audit.event (actor, action, object, object_id, after)
select b.actor, case a.status when '3' then 'contract.conclude' when '4' then 'contract.decline' when '5' then 'contract.withdraw' else 'contract.send' end,
       'contract', a.contract_no || '-' || a.revision,
       jsonb_build_object('document', a.document_id, 'amount', a.amount, 'creditor', a.payee, 'commitment', a.found, 'pdf_sha256', lower(a.pdf_sha256),
                          'batch', b.id, 'line', a.line)
  from accepted a cross join batch b order by a.line;

-- 契約保証金（現金）→ 歳入歳出外現金
insert into journal (line, event, fiscal_year, booked_on, fund, organization, amount, memo, object, object_id)
select a.line, 'NONBUDGET_IN', ledger.fiscal_year(d.day), d.day, a.fund, a.organization, a.bond_more,
       '契約保証金 ' || a.contract_no || ' ' || a.title, 'contract', n.id
  from accepted a cross join batch b
 cross join lateral (select ledger.bond_day(a.contracted_on, b.business_date) as day) d
  join ledger.contract_notice n on n.batch_id = b.id and n.line = a.line
 where a.status = '3' and a.bond_more > 0
 order by a.line;
select ledger.post_journal();

insert into posted (line, object, object_id, yen)
select n.line, 'contract', n.id, n.amount
  from ledger.contract_notice n join batch b on b.id = n.batch_id join staged_contract s on s.line = n.line;
