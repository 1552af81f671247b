select pg_temp.bill_sent();
select ledger.write_off(array['2026A0012346'], '2026-11-20', 'kakari', '債務者の死亡', '2026-11-20');
