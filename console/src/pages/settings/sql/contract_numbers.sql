select r.collector, c.name, c.charge_kind, r.valid_from::text as valid_from, nullif(r.valid_to, '9999-12-31')::text as valid_to,
       r.start_at, r.length, r.strip_zeros
  from ledger.contract_number_rule r join ledger.utility_collector c on c.code = r.collector
 order by r.collector, r.valid_from desc
