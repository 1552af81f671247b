select ledger.order_staff_pay(
    row ($1, $2, $3::date, $4, $5, $6, $7, $8)::ledger.staff_pay,
    array(select p from jsonb_populate_recordset(null::ledger.staff_pay_part, $9) p),
    $10, $11::date)
