-- One query: (line, verdict, code, field, detail). Verdicts: reject (nothing of the file is posted), hold (a person decides),
-- skip (known already), warn. Every code has a text in core/catalogue.toml. docs/INTEGRATIONS.md
--
-- The rule this template has: no item is booked on a day to come; such a line waits for a person.
select line, 'hold' as verdict, '@NUMBER@-C01' as code, 'booked_on' as field,
       jsonb_build_object('booked_on', s.booked_on) as detail
  from staged_item s, batch b
 where s.booked_on > b.business_date
