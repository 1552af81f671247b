-- Closed on 31 May, entered by hand later.
select pg_temp.moved(2025, '[
    ["01", "0303010119", "PAYMENT", "2026-05-31", -5000300, "科目更正"],
    ["01", "0302010119", "PAYMENT", "2026-05-31", 5000300, "科目更正"]]');
do $$
begin
    perform ledger.check_settlement_release(1, date '2026-06-20');
    raise exception 'the file of edition 1 would leave';
exception when sqlstate 'RK060' then
    null;
end $$;
