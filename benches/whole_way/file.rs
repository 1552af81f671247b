//! A file of assessments as a section would send it; every name and address is invented.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use renkei_consumers::db::PgPool;
use serde_json::{Value, json};

use crate::bed::Bed;

const HEADER: &str = "連携元,連携元管理番号,処理区分,会計年度,会計コード,歳入科目,所属コード,調定日,納期限,事由,対象コード,対象年月,\
                      納入者区分,納入者番号,納入者氏名,納入者カナ,郵便番号,住所,数量,単価,調定額,消費税区分,納付方法,元管理番号\r\n";
/// One in so many is paid by an eL-QR slip; the others by a slip of the ward.
const EL_QR_EVERY: u64 = 25;
const FAMILIES: [(&str, &str); 5] =
    [("見本", "ミホン"), ("例田", "レイダ"), ("試山", "タメシヤマ"), ("仮野", "カリノ"), ("架空", "カクウ")];
const GIVEN: [(&str, &str); 7] = [
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("一郎", "イチロウ"),
    ("春", "ハル"),
    ("夏美", "ナツミ"),
    ("秋人", "アキト"),
    ("冬子", "フユコ"),
];
const REASONS: [&str; 4] = ["陶芸教室受講料(後期)", "生涯大学受講料", "市民大学講義受講料", "シルバー工芸教室受講料"];

/// Days on which the ledger of this machine's clock takes a file.
pub(crate) struct Days {
    today: String,
    fiscal_year: i32,
    due: [String; 2],
    el_qr: bool,
}

impl Days {
    /// Asks the ledger's own calendar, so that no line is held or moved for its dates.
    pub(crate) async fn of(pool: &PgPool) -> anyhow::Result<Days> {
        let (today, fiscal_year, due, later, el_qr) = sqlx::query_as(
            "select to_char(today, 'YYYYMMDD'), ledger.fiscal_year(today),
                    to_char(ledger.next_business_day(today + 30, 'bank'), 'YYYYMMDD'),
                    to_char(ledger.next_business_day(today + 60, 'bank'), 'YYYYMMDD'),
                    ledger.eltax_item('01', '2105010101', today) is not null
               from (select (now() at time zone 'Asia/Tokyo')::date as today) t",
        )
        .fetch_one(pool)
        .await?;
        Ok(Days { today, fiscal_year, due: [due, later], el_qr })
    }
}

/// Writes the file next to the inbox. Gives its path and size.
pub(crate) fn write(bed: &Bed, days: &Days, records: u64) -> anyhow::Result<(PathBuf, u64)> {
    let path = bed.data().join(format!("IF12_SKS_{}_001.csv", days.today));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    out.write_all(HEADER.as_bytes())?;
    for nth in 0..records {
        let Person { name, kana } = person(nth);
        let (year, today, due) = (days.fiscal_year, &days.today, &days.due[at(nth, 2)]);
        let (reason, amount, method) = (REASONS[at(nth, 4)], amount(nth), method(days, nth));
        write!(
            out,
            "SKS,{year}-B-{nth:09},1,{year},01,2105010101,12030000,{today},{due},{reason},C-{code:03},,1,P{nth:09},{name},{kana},\
             154{postal:04},東京都世田谷区見本町{chome}丁目{ban}番{go}号,1,{amount},{amount},0,{method},\r\n",
            code = nth % 900,
            postal = nth % 10_000,
            chome = nth % 9 + 1,
            ban = nth % 31 + 1,
            go = nth % 17 + 1,
        )?;
    }
    out.flush()?;
    Ok((path.clone(), std::fs::metadata(&path)?.len()))
}

/// One record as an upstream system hands it in by itself.
pub(crate) fn message(days: &Days, nth: u64) -> Value {
    let Person { name, kana } = person(nth);
    json!([{
        "source": "SKS", "source_key": format!("{}-M-{nth:09}", days.fiscal_year), "action": "1",
        "fiscal_year": days.fiscal_year, "fund": "01", "budget_line": "2105010101", "organization": "12030000",
        "assessed_on": iso(&days.today), "due_on": iso(&days.due[0]), "reason": REASONS[at(nth, 4)], "payer_type": "1",
        "payer_name": name, "payer_kana": kana, "postal": "1540017", "address": "東京都世田谷区見本町1丁目1番1号",
        "amount": amount(nth), "tax_class": "0", "method": method(days, nth),
    }])
}

/// A date as messages have it.
fn iso(day: &str) -> String {
    format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..])
}

struct Person {
    name: String,
    kana: String,
}

fn person(nth: u64) -> Person {
    let (family, given) = (FAMILIES[at(nth, 5)], GIVEN[at(nth, 7)]);
    Person { name: format!("{}　{}", family.0, given.0), kana: format!("{}　{}", family.1, given.1) }
}

fn method(days: &Days, nth: u64) -> &'static str {
    if days.el_qr && nth.is_multiple_of(EL_QR_EVERY) { "4" } else { "1" }
}

fn amount(nth: u64) -> u64 {
    500 * (nth % 40 + 1)
}

fn at(nth: u64, of: u64) -> usize {
    usize::try_from(nth % of).unwrap_or(0)
}
