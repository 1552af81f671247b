-- A person says which of the two carries the open items; he is understood to have changed his mind.
select ledger.name_carrier('05020000', '05060000', '庁舎管理を継ぐ', 'kakaricho', '2026-10-05');
select ledger.name_carrier('05020000', '05070000', '委託契約は設備課', 'kakaricho', '2026-10-05');
