select slate.tender('2026-2-000500');
