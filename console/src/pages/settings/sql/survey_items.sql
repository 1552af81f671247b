-- What a row or column may mean: role, code, name. Figures have no words of their own but their captions.
select i.role, i.code, i.name
  from ledger.settlement_item i
 where i.role in ('purpose', 'nature', 'source', 'revenue')
 union all
select 'figure', a.item, min(a.name) from ledger.settlement_axis a where a.role = 'figure' group by a.item
 order by 1, 2
