//! JP PINT invoices: the sample is sound, and each broken rule has its own code, at its own bytes.

use std::io::Read;

use proptest::prelude::*;
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, read_file};

use crate::layouts::parse;
use crate::support::{Reading, read};

const LAYOUT: &str = include_str!("../../../integrations/16_invoices/layouts/ubl.toml");
const INVOICE: &str = include_str!("../../../samples/IF16_20261006_002.xml");

fn layout() -> Layout {
    parse(LAYOUT)
}

/// The sample with one text exchanged, which must be there.
#[track_caller]
fn with(changes: &[(&str, &str)]) -> Reading {
    let mut invoice = INVOICE.to_owned();
    for (from, to) in changes {
        assert!(invoice.contains(from), "the sample has no {from}");
        invoice = invoice.replacen(from, to, 1);
    }
    read(&layout(), invoice.as_bytes())
}

#[test]
fn the_sample_is_sound() {
    let reading = read(&layout(), INVOICE.as_bytes()).clean();
    assert_eq!((reading.summary.records, reading.summary.yen), (12, 139_932));
    let head = reading.rows.last().expect("records");
    assert_eq!(head.values["invoice_number"], "T6010901900001");
    assert_eq!((head.values["net"].as_str(), head.values["charges_total"].as_str()), ("127400", "1500"));
}

#[test]
fn oddities_of_real_senders_are_taken() {
    let odd = [
        // A number whose check digit is wrong may be a sole trader's.
        ("<cbc:CompanyID>T6010901900001<", "<cbc:CompanyID>T1234567890123<"),
        // A stray character in the buyer's number, on which nothing depends.
        ("<cbc:CompanyID>T1000020131121<", "<cbc:CompanyID>>T3210987654321<"),
        ("<cbc:ID>0001:201:1:1234567<", "<cbc:ID>1234:567:1:3242394<"),
        ("<cbc:Percent>10<", "<cbc:Percent>10.00<"),
    ];
    for change in odd {
        let reading = with(&[change]);
        assert_eq!(reading.errors(), [""; 0], "{change:?}");
    }
    assert_eq!(with(&[odd[0]]).warnings(), ["CODE_MAY_BE_INDIVIDUAL"]);
}

/// A change of the sample, and the code it gives.
const RULES: &[(&str, &str, &str)] = &[
    // Identity
    ("urn:peppol:pint:billing-1@jp-1", "urn:cen.eu:en16931:2017", "PINT_SPECIFICATION"),
    ("urn:peppol:pint:billing-1@jp-1", "urn:peppol:pint:selfbilling-1@jp-1", "PINT_SELF_BILLING"),
    (">380<", ">389<", "PINT_SELF_BILLING"),
    (">380<", ">381<", "PINT_TYPE_CODE"),
    ("  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>\n", "", "PINT_TYPE_CODE"),
    ("urn:peppol:bis:billing", "urn:peppol:bis:other", "PINT_PROFILE"),
    ("  <cbc:ProfileID>urn:peppol:bis:billing</cbc:ProfileID>\n", "", "PINT_PROFILE"),
    ("  <cbc:ID>2026-1006</cbc:ID>\n", "", "PINT_INVOICE_ID"),
    (">2026-10-01<", ">20261001<", "PINT_ISSUE_DATE"),
    (">2026-10-23<", ">2026-10-32<", "PINT_DATE"),
    (">JPY</cbc:DocumentCurrencyCode>", ">YEN1</cbc:DocumentCurrencyCode>", "PINT_CURRENCY"),
    (">05020000<", ">5020000<", "PINT_BUYER_REFERENCE"),
    ("  <cbc:BuyerReference>05020000</cbc:BuyerReference>\n", "", "PINT_BUYER_REFERENCE"),
    ("<cbc:DueDate>2026-10-23</cbc:DueDate>", "<cbc:DueDate/>", "XML_ELEMENT_EMPTY"),
    // Parties: the seller comes first.
    ("<cbc:RegistrationName>株式会社砧クリーン</cbc:RegistrationName>", "", "PINT_SELLER_NAME"),
    ("<cbc:RegistrationName>世田谷区</cbc:RegistrationName>", "", "PINT_BUYER_NAME"),
    (
        "<cbc:EndpointID schemeID=\"0188\">6010901900001</cbc:EndpointID>",
        "<cbc:EndpointID>6010901900001</cbc:EndpointID>",
        "PINT_SELLER_SCHEME",
    ),
    (
        "<cbc:EndpointID schemeID=\"0188\">1000020131121</cbc:EndpointID>",
        "<cbc:EndpointID>1000020131121</cbc:EndpointID>",
        "PINT_BUYER_SCHEME",
    ),
    ("<cbc:IdentificationCode>JP<", "<cbc:IdentificationCode>JPN<", "PINT_SELLER_COUNTRY"),
    (">T6010901900001<", ">T601090190001<", "PINT_SELLER_NUMBER_FORM"),
    ("<cbc:CompanyID>T6010901900001</cbc:CompanyID>", "", "PINT_SELLER_NUMBER_MISSING"),
    // Period
    (">2026-09-30<", ">2026-08-30<", "PINT_PERIOD_ORDER"),
    (
        "<cbc:StartDate>2026-09-01</cbc:StartDate>\n    <cbc:EndDate>2026-09-30</cbc:EndDate>",
        "<cbc:Description>x</cbc:Description>",
        "PINT_PERIOD_MISSING",
    ),
    (
        "<cac:Item>",
        "<cac:InvoicePeriod><cbc:EndDate>2026-10-01</cbc:EndDate></cac:InvoicePeriod><cac:Item>",
        "PINT_PERIOD_OUTSIDE",
    ),
    (
        "<cac:Item>",
        "<cac:InvoicePeriod><cbc:StartDate>2026-08-31</cbc:StartDate></cac:InvoicePeriod><cac:Item>",
        "PINT_PERIOD_OUTSIDE",
    ),
    // Tax: exempt is the last category of the breakdown.
    ("<cbc:ID>AA</cbc:ID>", "<cbc:ID>Z</cbc:ID>", "PINT_CATEGORY"),
    (
        "<cbc:ID>VAT</cbc:ID>\n        </cac:TaxScheme>\n      </cac:TaxCategory>",
        "<cbc:ID>GST</cbc:ID>\n        </cac:TaxScheme>\n      </cac:TaxCategory>",
        "PINT_TAX_SCHEME",
    ),
    (">12100<", ">12099<", "PINT_TAX_BOUNDS"),
    ("<cbc:TaxAmount currencyID=\"JPY\">0<", "<cbc:TaxAmount currencyID=\"JPY\">1<", "PINT_TAX_NOT_ZERO"),
    ("<cbc:TaxAmount currencyID=\"JPY\">432<", "<cbc:TaxAmount currencyID=\"JPY\">432.0<", "PINT_AMOUNT"),
    ("<cbc:TaxableAmount currencyID=\"JPY\">5400</cbc:TaxableAmount>", "", "PINT_AMOUNT_MISSING"),
    // Sums
    (
        "<cbc:LineExtensionAmount currencyID=\"JPY\">126400<",
        "<cbc:LineExtensionAmount currencyID=\"JPY\">126401<",
        "PINT_SUM_106",
    ),
    ("<cbc:AllowanceTotalAmount currencyID=\"JPY\">500<", "<cbc:AllowanceTotalAmount currencyID=\"JPY\">501<", "PINT_SUM_107"),
    ("<cbc:ChargeTotalAmount currencyID=\"JPY\">1500</cbc:ChargeTotalAmount>", "", "PINT_SUM_108"),
    ("<cbc:TaxInclusiveAmount currencyID=\"JPY\">139932<", "<cbc:TaxInclusiveAmount currencyID=\"JPY\">139931<", "PINT_SUM_112"),
    ("<cbc:PayableAmount currencyID=\"JPY\">139932<", "<cbc:PayableAmount currencyID=\"JPY\">139931<", "PINT_SUM_115"),
    ("<cbc:PayableAmount currencyID=\"JPY\">139932</cbc:PayableAmount>", "", "PINT_AMOUNT_MISSING"),
    ("<cbc:PayableAmount currencyID=\"JPY\">", "<cbc:PayableAmount currencyID=\"USD\">", "PINT_CURRENCY_MIXED"),
    (
        "<cbc:LineExtensionAmount currencyID=\"JPY\">5400<",
        "<cbc:LineExtensionAmount currencyID=\"USD\">5400<",
        "PINT_CURRENCY_MIXED",
    ),
    // Lines
    (
        "<cbc:InvoicedQuantity unitCode=\"H87\">1</cbc:InvoicedQuantity>",
        "<cbc:InvoicedQuantity>1</cbc:InvoicedQuantity>",
        "PINT_LINE_UNIT",
    ),
    ("<cbc:ID>2</cbc:ID>", "<cbc:ID>1</cbc:ID>", "PINT_LINE_ID"),
    ("<cbc:ID>2</cbc:ID>", "", "PINT_LINE_ID"),
    ("<cbc:Name>来庁者用飲料水</cbc:Name>", "", "PINT_LINE_ITEM"),
    ("<cbc:PriceAmount currencyID=\"JPY\">150<", "<cbc:PriceAmount currencyID=\"JPY\">-150<", "PINT_LINE_PRICE"),
    (
        "<cbc:PriceAmount currencyID=\"JPY\">150</cbc:PriceAmount>",
        "<cbc:PriceAmount currencyID=\"JPY\">150</cbc:PriceAmount><cbc:BaseQuantity>0.0</cbc:BaseQuantity>",
        "PINT_BASE_QUANTITY",
    ),
    (">36<", ">三十六<", "PINT_LINE_QUANTITY"),
    // Allowances, payment, attachments, preceding invoices
    ("<cbc:AllowanceChargeReason>休日割増</cbc:AllowanceChargeReason>", "", "PINT_ALLOWANCE_REASON"),
    ("<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>", "", "PINT_PAYMENT_MEANS"),
    ("<cbc:ID>0001:201:1:1234567</cbc:ID>", "", "PINT_ACCOUNT"),
    ("mimeCode=\"application/pdf\"", "mimeCode=\"text/html\"", "PINT_ATTACHMENT_MEDIA"),
    ("<cbc:ID>添付1</cbc:ID>", "", "PINT_ATTACHMENT_ID"),
    (
        "<cac:ContractDocumentReference>",
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:IssueDate>2026-08-31</cbc:IssueDate></cac:InvoiceDocumentReference></cac:BillingReference><cac:ContractDocumentReference>",
        "PINT_PRECEDING",
    ),
    (
        "<cbc:DocumentCurrencyCode>",
        "<cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode><cbc:DocumentCurrencyCode>",
        "PINT_TAX_CURRENCY",
    ),
];

#[test]
fn each_broken_rule_has_its_own_code() {
    let mut wrong = Vec::new();
    for (from, to, code) in RULES {
        let reading = with(&[(from, to)]);
        let found = reading.errors();
        let fault = reading.faults.iter().find(|fault| fault.code == *code);
        // What is wrong in an amount may show in the total over it, too.
        let alone = found.first() == Some(code) && found[1..].iter().all(|other| other.starts_with("PINT_SUM_"));
        if !alone || fault.is_none_or(|fault| fault.byte.is_none() || fault.line != Some(1)) {
            wrong.push(format!("{code}: {from} → {to} gives {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_that_need_more_than_one_change() {
    // 8 % under the category of 10 %, in line and breakdown.
    let reading = with(&[("<cbc:Percent>10<", "<cbc:Percent>8<")]);
    assert_eq!(reading.errors(), ["PINT_RATE"]);
    let rate =
        |category: &str, percent: &str| format!("<cbc:ID>{category}</cbc:ID>\n        <cbc:Percent>{percent}</cbc:Percent>");
    let exempt = rate("E", "0");
    assert_eq!(with(&[(&exempt, &rate("E", "3"))]).errors(), ["PINT_RATE_NOT_ZERO"]);
    assert_eq!(with(&[(&exempt, "<cbc:ID>E</cbc:ID>")]).errors(), ["PINT_RATE_MISSING"]);
    assert_eq!(with(&[(&exempt, &rate("O", "0"))]).errors(), ["PINT_RATE_OUT_OF_SCOPE"]);
    // A line in a category of which there is no breakdown.
    let line = "<cbc:ID>G</cbc:ID>";
    let reading =
        with(&[(exempt.as_str(), "%"), (exempt.as_str(), &exempt.replace("<cbc:ID>E</cbc:ID>", line)), ("%", exempt.as_str())]);
    assert_eq!(reading.errors(), ["PINT_BREAKDOWN_LACKS"]);
    // The first category twice.
    let second = rate("AA", "8");
    let errors: Vec<String> =
        with(&[(&second, &rate("S", "10")), (">432<", ">540<")]).errors().iter().map(|code| (*code).to_owned()).collect();
    assert!(errors.contains(&"PINT_BREAKDOWN_TWICE".to_owned()), "{errors:?}");
    // One yen off in the net total shows in what stands beside it.
    let net = "<cbc:TaxExclusiveAmount currencyID=\"JPY\">127400<";
    let gross = "<cbc:TaxInclusiveAmount currencyID=\"JPY\">139932<";
    let payable = "<cbc:PayableAmount currencyID=\"JPY\">139932<";
    let up = |text: &str| text.replace("127400", "127401").replace("139932", "139933");
    assert_eq!(with(&[(net, &up(net)), (gross, &up(gross)), (payable, &up(payable))]).errors(), ["PINT_SUM_109"]);
    let tax = "<cbc:TaxAmount currencyID=\"JPY\">12532<";
    assert_eq!(
        with(&[(tax, &tax.replace("12532", "12533")), (gross, &up(gross)), (payable, &up(payable))]).errors(),
        ["PINT_SUM_110"]
    );
    let indicator = ("<cbc:ChargeIndicator>true<", "<cbc:ChargeIndicator>1<");
    assert_eq!(with(&[indicator]).errors(), ["PINT_ALLOWANCE_INDICATOR"]);
}

#[test]
fn an_old_transaction_needs_no_registration_number() {
    let old = [(">2026-09-01<", ">2023-09-01<"), (">2026-09-30<", ">2023-09-30<"), (">T6010901900001<", ">JP-12345<")];
    assert_eq!(with(&old).errors(), [""; 0]);
}

#[test]
fn a_non_tax_invoice_has_no_number_and_no_tax() {
    let nontax = [("pint:billing-1", "pint:nontaxinvoice-1"), (">380<", ">480<")];
    let number = ("<cbc:CompanyID>T6010901900001</cbc:CompanyID>", "");
    assert_eq!(with(&nontax).errors(), ["PINT_NONTAX_NUMBER", "PINT_NONTAX_TAXED"]);
    assert_eq!(with(&[nontax[0], nontax[1], number]).errors(), ["PINT_NONTAX_TAXED"]);
    assert_eq!(with(&[nontax[0], number]).errors(), ["PINT_TYPE_CODE", "PINT_NONTAX_TAXED"]);
}

#[test]
fn an_invoice_in_other_money_is_read_without_amounts() {
    let euro = INVOICE.replace("\"JPY\"", "\"EUR\"").replace(">JPY<", ">EUR<");
    let reading = read(&layout(), euro.as_bytes()).clean();
    let head = reading.rows.last().expect("records");
    assert_eq!((head.values["currency"].as_str(), head.values.get("payable")), ("EUR", None));
    assert_eq!(reading.summary.yen, 0);
}

#[test]
fn rules_need_their_fields() {
    let lacking = LAYOUT.replace("id = \"rounding\"", "id = \"round\"");
    let errors = Layout::parse(&lacking, "ubl.toml").expect_err("a field is missing").to_string();
    assert!(errors.contains("the rules jp_pint need the field invoice.rounding"), "{errors}");
}

/// Gives a few bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        let (now, rest) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = rest;
        Ok(count)
    }
}

#[test]
fn it_does_not_matter_where_the_bytes_are_cut() {
    let whole = read(&layout(), INVOICE.as_bytes()).clean();
    for step in [1, 2, 3, 7, 61] {
        let mut rows = Vec::new();
        let summary = read_file(&layout(), Drip(INVOICE.as_bytes(), step), &ReadLimits::default(), |event| match event {
            Event::Record(record) => rows.push(crate::support::row(record)),
            Event::Fault(fault) => panic!("{step} bytes at a time: {fault:?}"),
        })
        .expect("memory can be read");
        assert_eq!((&rows, &summary), (&whole.rows, &whole.summary), "{step} bytes at a time");
    }
}

/// What may be put into a document, or in the place of a part of it.
fn splinter() -> impl Strategy<Value = Vec<u8>> {
    let known = vec![
        "<",
        ">",
        "</",
        "/>",
        "&",
        ";",
        "\"",
        "'",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<!DOCTYPE",
        "xmlns=\"\"",
        "xmlns:cbc=\"x\"",
        "&#0;",
        "&#x110000;",
        "&lt;",
        "<cbc:ID>",
        "</cbc:ID>",
        "<cac:InvoiceLine>",
        "\u{FEFF}",
        "=",
        ":",
    ];
    let known = prop::sample::select(known).prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![known, prop::collection::vec(any::<u8>(), 0..6)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a document is turned into: reading ends, every finding lies in the file, every record is whole.
    #[test]
    fn a_mutilated_invoice_is_read_to_an_end(
        cuts in prop::collection::vec((0..INVOICE.len(), 0_usize..40, splinter()), 1..5),
    ) {
        let mut file = INVOICE.as_bytes().to_vec();
        for (at, length, put) in cuts {
            let at = at.min(file.len());
            let end = (at + length).min(file.len());
            file.splice(at..end, put);
        }
        let reading = read(&layout(), &file);
        prop_assert_eq!(reading.summary.bytes, file.len() as u64);
        for fault in &reading.faults {
            prop_assert!(fault.byte.is_none_or(|byte| byte <= file.len() as u64), "{:?}", fault);
            prop_assert!(renkei_core::catalogue::is_known(&fault.code), "{}", fault.code);
        }
        for row in &reading.rows {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&row.json).is_ok(), "{}", row.json);
            prop_assert!(row.offset + u64::from(row.length) <= file.len() as u64);
        }
    }
}
