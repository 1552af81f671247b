//! `renkei export show`: everything an approver looks at before the SHA-256 is typed.

use renkei_consumers::outbound::{Exporter, FileDetail, Problem, Review};
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;

use super::super::print::{refusal, say, table};
use super::super::{Exit, Global};
use super::compare;
use super::look::{exit_of, print_file};

/// Shows one file; `all`: with every item worth a second look.
pub(super) async fn show(global: &Global, exporter: &Exporter, id: i64, all: bool) -> anyhow::Result<Exit> {
    let mut detail = exporter.show(id).await?;
    if all && detail.comparison.is_some() {
        detail.comparison = Some(exporter.compare(id, u32::MAX).await?);
    }
    if global.json {
        println!("{}", serde_json::json!(detail));
        return Ok(exit_of(detail.file.state));
    }
    print_file(global, &detail.file);
    if let Some(sha256) = &detail.file.sha256 {
        println!("sha256 {sha256}");
    }
    review(global.lang, &detail);
    previous(global.lang, &detail);
    compare::print(global.lang, &detail);
    approvals(global.lang, &detail);
    deliveries(global.lang, &detail);
    for item in &detail.refusals {
        println!("{}", refusal(global.lang, item));
    }
    Ok(exit_of(detail.file.state))
}

/// What is the matter with a file: as the catalogue tells it, and what the program said of it.
pub(crate) fn problem(lang: Lang, problem: &Problem) -> String {
    match problem.words(lang) {
        Some((text, remedy)) => format!("{text}\n  → {remedy}\n  ({})", problem.said),
        None => problem.said.clone(),
    }
}

fn review(lang: Lang, detail: &FileDetail) {
    if let Some(problem) = &detail.review_problem {
        println!("{}: {}", say(lang, "元帳から数え直せません", "the ledger cannot be recounted"), self::problem(lang, problem));
    }
    let Some(review) = &detail.review else { return };
    recounted(lang, review);
    let recounted = review.rows.first().map(|row| (Some(row.count), Some(row.yen)));
    if recounted != Some((detail.file.count, detail.file.total)) {
        let en = "the ledger's totals are not the file's: it cannot be approved";
        println!("{}", say(lang, "元帳の合計がファイルと違います。承認できません", en));
    }
}

/// Totals recounted from the ledger, as the approver sees them.
pub(super) fn recounted(lang: Lang, review: &Review) {
    let headings = match lang {
        Lang::Ja => ["元帳から数え直した合計", ">件数", ">金額"],
        Lang::En => ["recounted from the ledger", ">count", ">yen"],
    };
    let rows = review
        .rows
        .iter()
        .map(|row| vec![say(lang, &row.label_ja, &row.label_en).to_owned(), row.count.to_string(), Yen(row.yen).to_string()]);
    println!("{}", table(&headings, rows.collect()));
    for row in &review.beside {
        let beside = say(lang, "ファイルの外", "no part of the file");
        println!("{beside}: {} {} · {}", say(lang, &row.label_ja, &row.label_en), row.count, Yen(row.yen));
    }
}

fn previous(lang: Lang, detail: &FileDetail) {
    let Some(last) = &detail.previous else {
        println!("{}", say(lang, "前回の払出はありません", "nothing was released before"));
        return;
    };
    let headings = match lang {
        Lang::Ja => ["前回の払出", "払出日時", ">件数", ">金額", ">件数の増減", ">金額の増減"],
        Lang::En => ["last release", "released at", ">count", ">yen", ">more records", ">more yen"],
    };
    let others = match (lang, last.files - 1) {
        (_, 0) => String::new(),
        (Lang::Ja, others) => format!(" ほか{others}ファイル"),
        (Lang::En, others) => format!(" and {others} more of its order"),
    };
    let row = vec![
        format!("{} {}{others}", last.id, last.file_name),
        last.released_at.clone(),
        last.count.to_string(),
        Yen(last.total).to_string(),
        format!("{:+}", last.count_more),
        format!("{}{}", if last.total_more > 0 { "+" } else { "" }, Yen(last.total_more)),
    ];
    println!("{}", table(&headings, vec![row]));
}

fn approvals(lang: Lang, detail: &FileDetail) {
    let headings = match lang {
        Lang::Ja => ["承認者", "日時", "sha256", ">件数", ">金額", "状態"],
        Lang::En => ["approved by", "at", "sha256", ">count", ">yen", "state"],
    };
    let rows = detail.approvals.iter().map(|approval| {
        let dead = approval.dead_reason.as_deref().unwrap_or_default();
        let state = if approval.live {
            say(lang, "有効", "live").to_owned()
        } else {
            format!("{}: {dead}", say(lang, "失効", "dead"))
        };
        vec![
            approval.approver.clone(),
            approval.at.clone(),
            approval.sha256.chars().take(12).collect(),
            approval.count.to_string(),
            Yen(approval.total).to_string(),
            state,
        ]
    });
    if !detail.approvals.is_empty() {
        println!("{}", table(&headings, rows.collect()));
    }
}

fn deliveries(lang: Lang, detail: &FileDetail) {
    let headings = match lang {
        Lang::Ja => ["引渡し", "日時", "職員", "場所", "回答・理由", "次の送信"],
        Lang::En => ["delivery", "at", "who", "place", "answer or reason", "next try"],
    };
    let kind = |kind: &str| match kind {
        "placing" => say(lang, "配置開始", "placing").to_owned(),
        "delivered" => say(lang, "引渡済", "delivered").to_owned(),
        "accepted" => say(lang, "受付確認", "accepted by the partner").to_owned(),
        "not_sent" => say(lang, "未着・再送待ち", "did not arrive, waits").to_owned(),
        "refused" => say(lang, "相手先が拒否", "refused by the partner").to_owned(),
        "unclear" => say(lang, "送信結果不明", "unclear").to_owned(),
        "cleared" => say(lang, "未着を確認", "found not arrived").to_owned(),
        "download" => say(lang, "再取得", "downloaded again").to_owned(),
        other => other.to_owned(),
    };
    let rows = detail.deliveries.iter().map(|d| {
        let (detail, next_try) = (d.detail.clone().unwrap_or_default(), d.next_try.clone().unwrap_or_default());
        vec![kind(&d.kind), d.at.clone(), d.actor.clone(), d.place.clone(), detail, next_try]
    });
    if !detail.deliveries.is_empty() {
        println!("{}", table(&headings, rows.collect()));
        println!("{} {}", say(lang, "再取得の回数", "downloads"), detail.downloads);
    }
}
