//! All published vectors, and what must not pass.

use proptest::prelude::*;

use super::*;

const QR_1: &str = "000201010212279600051380001830500000000000000000123452138000999000005005202600001234501000480213013112000000000054110000001234562262026202600202609302026103180850000000000000000000000000000000000000000000000000000000000000000000000000000000000000630515440";
const QR_2: &str = "000201010212279600051380001839900000000000000003000002138000999000000505202600001234601000917706013112000000000054110000030000062262026202600202609302026103180850000000000000000000000000000000000000000000000000000000000000000000000000000000000000630502442";

fn d<const N: usize>(text: &str) -> Digits<N> {
    Digits::parse(text).unwrap()
}

fn vector(key: &str, confirmation: &str, amount: u64) -> ElQr {
    ElQr {
        account: Digits::ZERO,
        amount: Digits::from_number(amount).unwrap(),
        fee: d("2"),
        stamp: d("0"),
        item: d("999"),
        key: d(key),
        confirmation: d(confirmation),
        agency: d("13112"),
        office: d("000"),
        levy_year: d("2026"),
        tax_year: d("2026"),
        period: d("00"),
        due: jiff::civil::date(2026, 9, 30),
        limit: jiff::civil::date(2026, 10, 31),
        more: Digits::ZERO,
    }
}

#[test]
fn el_qr_vectors_both_ways() {
    let one = vector("05202600001234501000", "480213", 12345);
    assert_eq!(one.upper_line(), "050000000000000000012345213800099900000");
    assert_eq!(one.lower_line(), "50052026000012345010004802130131120000000000");
    assert_eq!(one.encode(), QR_1);
    assert_eq!(ElQr::parse(QR_1), Ok(one));
    let two = vector("05202600001234601000", "917706", 300_000);
    assert_eq!(two.upper_line(), "990000000000000000300000213800099900000");
    assert_eq!(two.lower_line(), "05052026000012346010009177060131120000000000");
    assert_eq!(two.encode(), QR_2);
    assert_eq!(ElQr::parse(QR_2), Ok(two));
}

#[test]
fn el_qr_names_each_broken_check() {
    let broken = |position: usize| {
        let mut bytes = QR_1.as_bytes().to_vec();
        bytes[position - 1] = b'0' + (bytes[position - 1] - b'0' + 1) % 10;
        el_qr::faults(std::str::from_utf8(&bytes).unwrap())
    };
    use ElQrFault::{Agency, Amount, Crc, Date, Form, Frame, LowerCheck, UpperCheck};
    // Position in the payload = 29 + position in the MPN block.
    assert_eq!(broken(30), [UpperCheck, Crc]);
    assert_eq!(broken(29 + 40), [LowerCheck, Crc]);
    assert_eq!(broken(29 + 42), [LowerCheck, Crc]);
    assert_eq!(broken(29 + 24), [UpperCheck, Amount, Crc]);
    assert_eq!(broken(29 + 26), [UpperCheck, Agency, Crc]);
    assert_eq!(broken(127), [Amount, Crc]);
    assert_eq!(broken(146), [Date, Crc], "month 09 of 納期限 becomes 19");
    assert_eq!(broken(1), [Frame { position: 1 }, Crc]);
    assert_eq!(broken(247), [Frame { position: 247 }, Crc]);
    assert_eq!(broken(255), [Crc]);
    assert_eq!(el_qr::faults(&QR_1[1..]), [Form]);
    assert_eq!(el_qr::faults(&QR_1.replace('5', "５")), [Form]);
    assert_eq!(ElQr::parse(&QR_1.replacen("00020101", "00020102", 1)), Err(Frame { position: 1 }));
    let failed = check("elqr", &format!("{}9", &QR_1[..254])).unwrap_err();
    assert_eq!((failed.code(), failed.detail.as_str()), ("CODE_CHECK_DIGIT", "the CRC does not fit"));
}

#[test]
fn ocr_check_pairs_and_crc() {
    for (digits, pair) in [
        ("1".repeat(42).as_str(), b"04"),
        (&"9".repeat(37), b"30"),
        (&"1234567890".repeat(5)[..42], b"97"),
        ("406812415868344978690736625851781286570704", b"02"),
    ] {
        assert_eq!(&ocr::check_pair(digits), pair, "{digits}");
    }
    assert_eq!(ocr::crc_decimal("123456789"), "10673");
}

#[test]
fn corporate_numbers() {
    for (base, full) in [
        ("700110005901", "8700110005901"),
        ("000012050002", "7000012050002"),
        ("180301018771", "1180301018771"),
        ("010401067252", "5010401067252"),
        ("130001011420", "1130001011420"),
        ("000020131121", "1000020131121"),
    ] {
        assert_eq!(CorporateNumber::from_base(d(base)).as_str(), full);
        assert_eq!(CorporateNumber::parse(full).unwrap().as_str(), full);
    }
    for valid in ["6010901900001", "5010901900002", "4010901900003", "3010901900004", "3012401900005", "8011001900006"] {
        assert!(CorporateNumber::parse(valid).is_ok(), "{valid}");
    }
    let sample = CorporateNumber::parse("1234567890123").unwrap_err();
    assert_eq!((sample.code(), sample.detail.as_str()), ("CODE_CHECK_DIGIT", "the check digit (first digit) should be 9"));
    for form in ["", "700001205000", "70000120500021", "７０００0120500", "T7000012050002", "700001205000a"] {
        assert_eq!(CorporateNumber::parse(form).unwrap_err().reason, CheckReason::Form, "{form}");
    }
    // The published weakness: 8 of the 117 single-digit changes of this number pass.
    let number = "7000012050002";
    let changes =
        (0..13).flat_map(|at| (b'0'..=b'9').filter(move |digit| number.as_bytes()[at] != *digit).map(move |digit| (at, digit)));
    let passing = changes.filter(|(at, digit)| {
        let mut bytes = number.as_bytes().to_vec();
        bytes[*at] = *digit;
        CorporateNumber::parse(std::str::from_utf8(&bytes).unwrap()).is_ok()
    });
    assert_eq!(passing.count(), 8);
}

#[test]
fn invoice_numbers_warn_about_individuals_and_refuse_other_forms() {
    assert!(matches!(InvoiceNumber::parse("T7000012050002"), Ok(InvoiceNumber::Corporate(_))));
    let individual = InvoiceNumber::parse("T1234567890123").unwrap();
    assert!(matches!(individual, InvoiceNumber::MayBeIndividual(_)));
    assert_eq!(individual.to_string(), "T1234567890123");
    let warned = check("invoice_number", "T1234567890123").unwrap_err();
    assert_eq!((warned.code(), warned.is_warning()), ("CODE_MAY_BE_INDIVIDUAL", true));
    for form in ["7000012050002", "t7000012050002", "T700001205000", "T-7000012050002", "Ｔ7000012050002", ""] {
        let failed = check("invoice_number", form).unwrap_err();
        assert_eq!((failed.reason, failed.is_warning()), (CheckReason::Form, false), "{form}");
    }
    assert_eq!(InvoiceNumber::normalize("ｔ７０００－０１２０ 5000-2"), "T7000012050002");
    assert!(InvoiceNumber::parse(&InvoiceNumber::normalize("Ｔ 7000012050002")).is_ok());
}

#[test]
fn local_body_codes() {
    for (base, full) in [("13112", "131121"), ("13101", "131016"), ("01100", "011002"), ("44000", "440001")] {
        assert_eq!(LocalBodyCode::from_base(d(base)).as_str(), full);
        assert_eq!(LocalBodyCode::parse(full).unwrap().agency(), d(base));
    }
    assert_eq!(check("local_body", "131122").unwrap_err().code(), "CODE_CHECK_DIGIT");
    assert_eq!(check("local_body", "13112").unwrap_err().code(), "CODE_FORM");
}

#[test]
fn banks_branches_and_accounts() {
    let mizuho = BankCode::parse("0001").unwrap();
    let yucho = BankCode::parse("9900").unwrap();
    for reserved in ["0000", "9999"] {
        assert_eq!(BankCode::parse(reserved).unwrap_err().reason, CheckReason::Reserved);
    }
    assert!(BankCode::parse("9998").is_ok(), "unassigned, but a bank code by form");
    assert_eq!(BankCode::parse("001").unwrap_err().reason, CheckReason::Form);
    assert_eq!(BranchCode::parse("999", mizuho).unwrap_err().reason, CheckReason::Reserved);
    assert!(BranchCode::parse("999", yucho).is_ok());
    assert_eq!(BranchCode::parse("001", mizuho).unwrap().as_str(), "001");
    assert_eq!(AccountNumber::from_master("12-345").unwrap().as_str(), "0012345");
    for bad in ["", "-", "12345678", "1 345", "0", "0000000"] {
        assert!(AccountNumber::from_master(bad).is_err(), "{bad:?}");
    }
    assert_eq!(check("zengin_account", "1234567"), Ok(()));
    assert_eq!(check("zengin_account", "0000000").unwrap_err().code(), "CODE_RESERVED");
    assert_eq!(check("zengin_account", "123456").unwrap_err().code(), "CODE_FORM");
}

#[test]
fn gs1_128_slips() {
    let text = "91912345052026000012345010000026103100123451";
    let slip = gs1::Gs1Slip::parse(text).unwrap();
    assert_eq!((slip.company.as_str(), slip.amount.number(), slip.limit.as_str()), ("912345", Some(12345), "261031"));
    assert_eq!(slip.free.as_str(), "052026000012345010000");
    assert_eq!(slip.limit, gs1::Gs1Slip::limit_of(Some(jiff::civil::date(2026, 10, 31))));
    assert_eq!(gs1::Gs1Slip::limit_of(None).as_str(), "999999");
    assert_eq!(slip.encode(), text);
    for at in 2..44 {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = b'0' + (bytes[at] - b'0' + 1) % 10;
        let failed = check("gs1_128", std::str::from_utf8(&bytes).unwrap()).unwrap_err();
        assert_eq!(failed.code(), "CODE_CHECK_DIGIT", "digit {at}");
    }
    assert_eq!(check("gs1_128", &text[1..]).unwrap_err().code(), "CODE_FORM");
    assert_eq!(check("gs1_128", &text.replacen("91", "92", 1)).unwrap_err().code(), "CODE_FORM");
}

#[test]
fn el_numbers_and_case_keys() {
    let number = ElNumber { agency: d("13112"), key: d("05202600001234501000"), confirmation: d("480213"), item: d("999") };
    assert_eq!(number.to_string(), "1311205202600001234501000480213999");
    assert_eq!(ElNumber::parse(&number.to_string()), Ok(number));
    assert!(ElNumber::parse("131120520260000123450100048021399").is_err());
    let ours = Partition::parse("05").unwrap();
    let key = CaseKey {
        partition: ours,
        fiscal_year: d("2026"),
        assessment: Digits::from_number(12345).unwrap(),
        instalment: d("01"),
        reissue: d("00"),
    };
    assert_eq!(key.digits(), number.key);
    assert_eq!(CaseKey::parse(number.key.as_str()), Ok(key));
    assert!(ours.owns(&number.key) && !Partition::parse("06").unwrap().owns(&number.key));
    assert_eq!(CaseKey::parse("05202600001234501001").unwrap_err().reason, CheckReason::Reserved);
    assert_eq!(CaseKey::parse("0520260000123450100").unwrap_err().reason, CheckReason::Form);
}

#[test]
fn checks_have_names() {
    for name in ["corporate_number", "invoice_number", "local_body", "elqr", "gs1_128", "zengin_account", "el_number", "case_key"]
    {
        assert!(is_known(name), "{name}");
    }
    assert!(check("el_number", "1311205202600001234501000480213999").is_ok());
    assert_eq!(check("case_key", "05202600001234501001").unwrap_err().code(), "CODE_RESERVED");
    assert!(!is_known("moon_phase"));
    assert!(check("moon_phase", "1").is_err());
}

proptest! {
    #[test]
    fn check_digits_are_found_and_hold(corporate in "[0-9]{12}", body in "[0-9]{5}", by in 1..10_u8) {
        prop_assert!(CorporateNumber::parse(CorporateNumber::from_base(d(&corporate)).as_str()).is_ok());
        let full = LocalBodyCode::from_base(d(&body));
        prop_assert_eq!(LocalBodyCode::parse(full.as_str()), Ok(full));
        // Only the check digit itself is changed: remainders 0 and 10 share the check digit 1, so the code cannot see every
        // change of the base.
        let mut bytes = full.as_str().as_bytes().to_vec();
        bytes[5] = b'0' + (bytes[5] - b'0' + by) % 10;
        prop_assert!(LocalBodyCode::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    #[test]
    fn el_qr_round_trips_and_sees_every_changed_digit(
        key in "[0-9]{20}", confirmation in "[0-9]{6}", more in "[0-9]{85}", amount in 0..99_999_999_999_u64, at in 0..255_usize, by in 1..10_u8,
    ) {
        let qr = ElQr { more: d(&more), ..vector(&key, &confirmation, amount) };
        let text = qr.encode();
        prop_assert_eq!(text.len(), el_qr::LENGTH);
        prop_assert_eq!(ElQr::parse(&text), Ok(qr));
        let mut bytes = text.into_bytes();
        bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
        prop_assert!(ElQr::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    #[test]
    fn any_text_is_answered(value in ".{0,60}") {
        for name in names() {
            if let Err(failed) = check(name, &value) {
                prop_assert_eq!(failed.value, value.clone());
            }
        }
    }
}
