-- The editions, and what was sent of each.
select e.fiscal_year as "年度", e.edition as "版", e.as_of as "現在", case when e.trial then '試算' else '' end as "試算", e.made_by as "作成",
       (select count(*) from ledger.settlement_fact f where f.edition_id = e.id) as "事実", (select count(*) from ledger.settlement_cell c where c.edition_id = e.id) as "セル"
  from ledger.settlement_edition e order by 1, 2
