insert into ledger.qualified_issuer (number, name, registered_on, ended_on, disposal, checked_on) values
    ('T6010901900001', '株式会社砧クリーン', '2023-10-01', '2026-09-30', 'revoked', '2026-10-05'),
    ('T5010901900002', '経堂電設株式会社', '2023-10-01', null, null, '2026-10-05');
