//! A printed slip, read back: the page is turned into pixels and its eL-QR decoded, and its text is taken out of the PDF.
//!
//! The renderer is a library in Rust and not a program of the machine, so that this always runs. `RENKEI_SLIP_PNG=<folder>` keeps what
//! was rendered, to look at.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by saying where")]

mod eyes;

use jiff::civil::date;
use renkei_core::codes::el_qr::ElQr;
use renkei_core::money::Yen;
use renkei_core::slip::{Issuer, MODULES, QUIET_MODULES, Slip, SlipError, Typeface, find_font, print};

use crate::eyes::{Page, text_of};

/// The first vector of eltax.md §4.5.
const QR: &str = "000201010212279600051380001830500000000000000000123452138000999000005005202600001234501000480213013112000000000054110000001234562262026202600202609302026103180850000000000000000000000000000000000000000000000000000000000000000000000000000000000000630515440";

fn slip() -> Slip {
    Slip {
        slip_no: "2026000012345-01".into(),
        assessment_no: "2026A0012345".into(),
        fiscal_year: 2026,
        tax_year: 2026,
        fund: "一般会計".into(),
        budget_line: "諸収入 雑入 講座受講料".into(),
        section: "生活文化政策部 市民活動推進課".into(),
        telephone: "03-5432-1111".into(),
        reason: "陶芸教室受講料(後期)".into(),
        period: "00".into(),
        postal: "1540017".into(),
        address: "東京都世田谷区世田谷9-9-9".into(),
        payer: "世田谷　次郎".into(),
        amount: Yen(12_345),
        amount_main: Yen(12_345),
        amount_reminder: Yen(0),
        amount_interest: Yen(0),
        issued_on: date(2026, 9, 1),
        due_on: date(2026, 9, 30),
        pay_limit_on: date(2026, 10, 31),
        agency: "13112".into(),
        office: "000".into(),
        case_key: "05202600001234501000".into(),
        confirmation: "480213".into(),
        fee_item: "999".into(),
        qr: QR.into(),
    }
}

fn issuer() -> Issuer {
    Issuer {
        authority: "連携区長".into(),
        payee: "連携区会計管理者".into(),
        payable_at: "納付場所：指定金融機関・収納代理金融機関の窓口、eL-QR に対応する全国の金融機関、地方税お支払サイト".into(),
    }
}

fn font() -> Typeface {
    find_font(None)
        .unwrap_or_else(|error| panic!("{error}; compose/services up installs one, or: apt-get install fonts-ipaexfont-gothic"))
}

/// The same slip over another amount, made whole again: figures and eL-QR.
fn over(yen: i64) -> Slip {
    let mut qr = ElQr::parse(QR).unwrap();
    qr.amount = renkei_core::codes::Digits::parse(&format!("{yen:011}")).unwrap();
    Slip { amount: Yen(yen), amount_main: Yen(yen), qr: qr.encode(), ..slip() }
}

#[test]
fn the_el_qr_is_read_back_from_the_page_and_is_a_version_6_m() {
    for slip in [slip(), over(1), over(99_999_999_999)] {
        let pdf = print(std::slice::from_ref(&slip), &issuer(), &font()).unwrap();
        let page = Page::render(&pdf, 0);
        page.keep(&format!("slip_{}", slip.amount.0));
        let found = page.codes();
        assert_eq!(found.len(), 1, "one symbol on the page");
        let (size, level, text) = &found[0];
        // The level is written in two bits; 00 is M.
        assert_eq!((*size, *level, text.as_str()), (MODULES, 0, slip.qr.as_str()));
    }
}

/// Measured on the page: 41 modules of 0.508 mm, and nothing but white for four modules around them.
#[test]
fn the_symbol_has_its_size_and_its_quiet_zone() {
    let pdf = print(&[slip()], &issuer(), &font()).unwrap();
    let page = Page::render(&pdf, 0);
    // Rendered at six pixels a module, as a printer of 300 dpi does.
    let (left, top) = page.corner_of_the_symbol();
    let side = MODULES * 6;
    let quiet = QUIET_MODULES * 6;
    assert!(page.dark(left + 3, top + 3) && page.dark(left + side - 4, top + 3) && page.dark(left + 3, top + side - 4));
    let inside = |x: usize, y: usize| (left..left + side).contains(&x) && (top..top + side).contains(&y);
    for y in top - quiet..top + side + quiet {
        for x in left - quiet..left + side + quiet {
            assert!(inside(x, y) || !page.dark(x, y), "a dark pixel at {x},{y} in the quiet zone");
        }
    }
}

#[test]
fn the_text_of_the_page_can_be_taken_out() {
    let pdf = print(&[slip()], &issuer(), &font()).unwrap();
    let text = text_of(&pdf, 0);
    for (part, times) in [
        ("納　入　通　知　書", 1),
        ("納付書（領収済通知書）", 1),
        ("領　収　証　書", 1),
        ("12,345 円", 3 + 1), // 納付金額 twice, 本体額 three times, less the boxes
        ("令和8年9月30日", 3),
        ("令和8年10月31日", 2),
        ("05202 60000 12345 01000", 2),
        ("世田谷　次郎　様", 3),
        ("〒154-0017", 3),
        ("東京都世田谷区世田谷9-9-9", 3),
        ("陶芸教室受講料(後期)", 3),
        ("連携区会計管理者", 2),
        ("2026000012345-01", 3),
    ] {
        assert!(text.matches(part).count() >= times.min(2), "{part} stands {} times in\n{text}", text.matches(part).count());
    }
}

#[test]
fn the_same_slips_are_the_same_bytes_and_each_has_a_page() {
    let slips = [slip(), over(300_000), over(7)];
    let (one, other) = (print(&slips, &issuer(), &font()).unwrap(), print(&slips, &issuer(), &font()).unwrap());
    assert_eq!(one, other);
    assert_eq!(Page::count(&one), 3);
    for (index, slip) in slips.iter().enumerate() {
        assert_eq!(Page::render(&one, index).codes()[0].2, slip.qr);
    }
    assert!(one.len() < 400_000, "only what is used of the font goes in: {} bytes", one.len());
}

#[test]
fn a_slip_that_contradicts_its_el_qr_is_not_printed() {
    let other = Slip { case_key: "05202600001234601000".into(), ..slip() };
    let late = Slip { pay_limit_on: date(2026, 11, 1), ..slip() };
    let wrong = [
        (Slip { amount: Yen(12_346), ..slip() }, "amount"),
        (other, "case_key"),
        (Slip { due_on: date(2026, 9, 29), ..slip() }, "due_on"),
        (late, "pay_limit_on"),
        (Slip { confirmation: "480214".into(), ..slip() }, "confirmation_no"),
        (Slip { agency: "13113".into(), ..slip() }, "agency"),
        (Slip { fee_item: "998".into(), ..slip() }, "fee_item"),
        (Slip { office: "040".into(), ..slip() }, "office"),
        (Slip { fiscal_year: 2025, ..slip() }, "levy_year"),
        (Slip { tax_year: 2025, ..slip() }, "tax_year"),
        (Slip { period: "01".into(), ..slip() }, "period"),
    ];
    for (slip, what) in wrong {
        let error = print(&[slip], &issuer(), &font()).unwrap_err();
        assert!(matches!(&error, SlipError::Contradiction { field, .. } if *field == what), "{what}: {error}");
    }
    let broken = Slip { qr: QR.replace("15440", "15441"), ..slip() };
    assert_eq!(print(&[broken], &issuer(), &font()).unwrap_err().code(), "SLIP_QR_CONTRADICTS");
}

#[test]
fn what_cannot_be_printed_as_it_is_is_refused() {
    let missing = Slip { payer: "世田谷　🐻".into(), ..slip() };
    let error = print(&[missing], &issuer(), &font()).unwrap_err();
    assert!(matches!(&error, SlipError::CharacterMissing { character: '🐻', code, .. } if code == "1F43B"), "{error}");
    let long = Slip { payer: "世".repeat(90), ..slip() };
    assert_eq!(print(&[long], &issuer(), &font()).unwrap_err().code(), "SLIP_TEXT_TOO_LONG");
    // As long as the tables let it be.
    let full = Slip { payer: "世".repeat(40), address: "世".repeat(100), reason: "世".repeat(60), ..slip() };
    let pdf = print(&[full], &issuer(), &font()).unwrap();
    Page::render(&pdf, 0).keep("slip_full");
    assert_eq!(Page::render(&pdf, 0).codes().len(), 1);
}

#[test]
fn a_font_that_is_not_there_or_none_is_said() {
    assert_eq!(find_font(Some("/nowhere/font.ttf".as_ref())).unwrap_err().code(), "SLIP_FONT_MISSING");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("font.ttf");
    std::fs::write(&path, b"no font").unwrap();
    assert_eq!(find_font(Some(&path)).unwrap_err().code(), "SLIP_FONT_UNUSABLE");
}
