//! What a tender says, as options of the command line. Field names are the columns of `ledger.tender`.

use clap::Args;
use renkei_core::calendar::Date;
use serde::Serialize;

/// A new tender.
#[derive(Debug, Args, Serialize)]
pub(crate) struct Open {
    /// 案件番号; one is given when absent
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    no: Option<String>,
    /// 会計年度
    #[arg(long = "year")]
    fiscal_year: i32,
    /// 会計
    #[arg(long, default_value = "01")]
    fund: String,
    /// 予算科目
    #[arg(long)]
    budget_line: String,
    /// 所属
    #[arg(long)]
    organization: String,
    /// 執行予定額 with tax: what it binds of the budget. Never told
    #[arg(long)]
    reserved: i64,
    /// 1 工事, 2 物品
    #[arg(long, value_parser = ["1", "2"])]
    family: String,
    /// 1 一般, 2 希望型指名, 3 指名, 4 見積合せ, 5 特命
    #[arg(long, value_parser = ["1", "2", "3", "4", "5"])]
    method: String,
    /// 件名
    #[arg(long)]
    title: String,
    /// 種目コード
    #[arg(long)]
    category: String,
    /// 履行場所
    #[arg(long)]
    place: String,
    /// 履行開始, yyyy-mm-dd
    #[arg(long)]
    work_from: Date,
    /// 履行終了, yyyy-mm-dd
    #[arg(long)]
    work_to: Date,
    /// 公表日, yyyy-mm-dd
    #[arg(long = "published")]
    published_on: Date,
    /// 締切日時, "yyyy-mm-dd hh:mm"
    #[arg(long = "closes", value_parser = parse_moment)]
    closes_at: String,
    /// 開札日時, "yyyy-mm-dd hh:mm"
    #[arg(long = "opens", value_parser = parse_moment)]
    opens_at: String,
    /// 案件担当
    #[arg(long)]
    contact: String,
    /// 等級範囲, e.g. AB; any grade when absent
    #[arg(long = "grades")]
    #[serde(skip_serializing_if = "Option::is_none")]
    grade_range: Option<String>,
    /// 最低制限価格 is set
    #[arg(long = "floor")]
    has_floor: bool,
    /// price, or overall (総合評価)
    #[arg(long, default_value = "price", value_parser = ["price", "overall"])]
    evaluation: String,
    /// 調達案件番号 on the national portal
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    national_no: Option<String>,
    /// Who makes it
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    #[serde(skip)]
    pub(super) actor: String,
}

/// What may change of a draft; what is absent stays.
#[derive(Debug, Args, Serialize)]
#[group(required = true, multiple = true)]
pub(crate) struct Changes {
    /// 件名
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// 種目コード
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// 等級範囲
    #[arg(long = "grades")]
    #[serde(skip_serializing_if = "Option::is_none")]
    grade_range: Option<String>,
    /// 履行場所
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// 履行開始, yyyy-mm-dd
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    work_from: Option<Date>,
    /// 履行終了, yyyy-mm-dd
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    work_to: Option<Date>,
    /// 公表日, yyyy-mm-dd
    #[arg(long = "published")]
    #[serde(skip_serializing_if = "Option::is_none")]
    published_on: Option<Date>,
    /// 締切日時, "yyyy-mm-dd hh:mm"
    #[arg(long = "closes", value_parser = parse_moment)]
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<String>,
    /// 開札日時, "yyyy-mm-dd hh:mm"
    #[arg(long = "opens", value_parser = parse_moment)]
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<String>,
    /// 案件担当
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
}

/// A moment by the ward's clock.
fn parse_moment(text: &str) -> Result<String, String> {
    let below = |digits: &str, limit: u8| digits.parse().ok().filter(|number: &u8| digits.len() == 2 && *number < limit);
    let read = || {
        let (day, time) = text.split_once([' ', 'T'])?;
        let (hour, minute) = time.split_once(':')?;
        let day: Date = day.parse().ok()?;
        Some(format!("{day}T{:02}:{:02}:00+09:00", below(hour, 24)?, below(minute, 60)?))
    };
    read().ok_or_else(|| "\"yyyy-mm-dd hh:mm\", e.g. \"2026-09-15 17:00\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse_moment;

    #[test]
    fn a_moment_is_a_day_and_a_time_of_the_wards_clock() {
        assert_eq!(parse_moment("2026-09-15 17:00").as_deref(), Ok("2026-09-15T17:00:00+09:00"));
        assert_eq!(parse_moment("2028-02-29T00:00").as_deref(), Ok("2028-02-29T00:00:00+09:00"));
        for wrong in
            ["2026-09-15", "2026-02-29 10:00", "2026-09-15 24:00", "2026-09-15 9:00", "2026-09-15 17:60", "2026-09-15 17:00:00"]
        {
            assert!(parse_moment(wrong).is_err(), "{wrong}");
        }
    }
}
