-- Every version a file spoke of, and what was changed.
select v.bank as "銀行", v.branch as "支店", v.valid_from as "から", v.valid_to as "まで", v.name as "名称", v.kana as "カナ",
       coalesce(i.reason, b.reason) as "始まり", coalesce(i.end_reason, b.end_reason) as "終わり",
       concat_ws('-', v.successor_bank, v.successor_branch) as "継承先", coalesce(i.seen_line, b.seen_line) as "行",
       (select string_agg(c.change, ' ' order by c.id) from ledger.institution_change c
         where (c.bank, c.branch) = (v.bank, v.branch) and (c.effective = v.valid_from or c.effective = v.valid_to)) as "異動"
  from ledger.institution_version v
  left join ledger.institution i on v.branch = '' and i.id = v.id
  left join ledger.branch b on v.branch <> '' and b.id = v.id
 where v.seen_batch is not null or exists (select from ledger.institution_change c where (c.bank, c.branch) = (v.bank, v.branch))
 order by v.bank, v.branch, v.valid_from
