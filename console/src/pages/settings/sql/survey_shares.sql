-- Portions, earmarks and figures of a fiscal year ($1) with every version, the newest of each first.
with said as (
    select 'portion' as kind, p.fund, p.budget_line, p.nature, '' as source, p.version, p.yen, p.why, p.made_by, p.made_at
      from ledger.settlement_portion p where p.fiscal_year = $1
    union all
    select 'funding', f.fund, f.budget_line, f.nature, f.source, f.version, f.yen, f.why, f.made_by, f.made_at
      from ledger.settlement_funding f where f.fiscal_year = $1
    union all
    select 'figure', '', '', '', '', g.version, g.yen, g.why, g.made_by, g.made_at
      from ledger.settlement_figure g where g.fiscal_year = $1 and g.figure = 'carried_over'
)
select s.kind, s.fund, s.budget_line, coalesce(b.name, '') as line_name, s.nature, s.source, s.version,
       s.version = max(s.version) over (partition by s.kind, s.fund, s.budget_line, s.nature, s.source) as counts, s.yen, s.why, s.made_by,
       to_char(s.made_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as made_at
  from said s
  left join ledger.budget_line b on (b.fiscal_year, b.fund, b.code) = ($1, s.fund, s.budget_line)
 order by s.kind, s.fund, s.budget_line, s.nature, s.source, s.version desc
 limit 2000
