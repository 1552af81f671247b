-- A later file ended the section, and was cancelled.
insert into ledger.organization_change (batch_id, line, organization, change, effective) values
    (9, 2, '12040000', 'abolished', '2027-07-01'), (9, null, '12040000', 'cancelled', '2027-07-01');
