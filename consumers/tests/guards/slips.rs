//! Slips as they are printed: found by any of their numbers, and only while they can be paid.

use renkei_consumers::ledger::{self, PrintError};
use renkei_core::slip::{find_font, print};

use crate::scratch::Scratch;

/// A slip that waits, one that ended, one that is paid.
async fn ward() -> Scratch {
    let db = Scratch::new().await;
    db.run(
        "insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
             fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
         select id, 1, id - 12344, 2026, 12345, 12345, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', 'CV-' || id, '1', '01', '2105010101', '12030000', '4',
                '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'
           from generate_series(12345, 12347) id;
         insert into ledger.payment_slip (assessment_id, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year, amount, amount_main,
             due_on, pay_limit_on, issued_on, state, void_reason, batch_id, line)
         select a.id, '13112', '000', '999', ledger.el_case_key('05', 2026, a.id, 1, 1), '480213', 2026, 2026, 12345, 12345, '2026-09-30', '2026-10-31',
                '2026-09-01', (array['queued', 'void', 'final'])[a.line], case when a.line = 2 then '再発行' end, 1, a.line
           from ledger.assessment a",
    )
    .await;
    db
}

#[tokio::test]
async fn a_slip_is_found_by_each_of_its_numbers_and_printed() {
    let db = ward().await;
    let numbers = ["2026000012345-01", "05202600001234501000", "2026A0012345"].map(str::to_owned);
    let slips = ledger::slips_to_print(&db.pool, &numbers).await.unwrap();
    assert_eq!(slips.len(), 3);
    assert!(slips.iter().all(|slip| slip == &slips[0]));
    assert_eq!(slips[..1], ledger::slips_of_batch(&db.pool, 1).await.unwrap());
    // The first vector of eltax.md §4.5: the ledger's own function makes what is printed.
    assert!(slips[0].qr.ends_with("630515440"), "{}", slips[0].qr);
    let issuer = ledger::slip_issuer(&db.pool).await.unwrap();
    let pdf = print(&slips[..1], &issuer, &find_font(None).unwrap()).unwrap();
    let sha256 = ledger::note_printed(&db.pool, &slips[..1], &pdf, "kakari").await.unwrap();
    let noted: String = db.one("select after ->> 'sha256' from audit.event where action = 'payment_slip.print'").await;
    assert_eq!(noted, sha256);
}

#[tokio::test]
async fn what_is_paid_or_ended_or_not_there_is_not_printed() {
    let db = ward().await;
    for (number, state) in [
        ("2026000012346-01", "void"),
        ("2026000012347-01", "final"),
        ("2026A0012347", "unknown"),
        ("2026000099999-01", "unknown"),
        ("x", "unknown"),
    ] {
        let error = ledger::slips_to_print(&db.pool, &["2026000012345-01".to_owned(), number.to_owned()]).await.unwrap_err();
        let PrintError::Slip(error) = error else { panic!("{error}") };
        assert_eq!(error.args(), [("value", number.to_owned()), ("state", state.to_owned())]);
    }
}
