-- Assessments, their changes and the eL-QR slips (納付方法 4) that 17 sends; shared with 12.
select ledger.post_assessments();
select ledger.post_journal();
