select slate.tender('2026-2-000501', '{"title": "窓ガラス清掃"}');
