//! Where everything stands on the page: above, the notice (納入通知書); below, to be cut apart, what the counter keeps (納付書) and what
//! the payer keeps (領収証書). Lengths are tenths of a millimetre.

use super::paper::{Align, Area, HEIGHT, Paper, Stand, Text, Um, WIDTH};
use super::{Issuer, Slip, SlipError, words};

/// The lower half begins here, and its right part there.
const CUT_Y: Um = 148_500;
const CUT_X: Um = 127_000;
/// Six dots of a 300 dpi printer.
const MODULE: Um = 508;
/// Thin and thick lines.
const THIN: Um = 150;
const THICK: Um = 450;
/// Behind labels.
const SHADE: u8 = 93;

/// A cell: label, text, height of its letters, where they stand.
type Cell<'t> = (&'static str, &'t str, i64, Align);

/// A row: its top, its height, and its cells with their widths.
type Row<'t> = (i64, i64, &'t [(i64, Cell<'t>)]);

/// Draws a slip.
pub(super) fn draw(page: &mut Paper<'_, '_>, slip: &Slip, issuer: &Issuer, modules: &[Vec<bool>]) -> Result<(), SlipError> {
    let told = Told::of(slip);
    notice(page, slip, issuer, &told)?;
    page.perforation((0, CUT_Y), (WIDTH, CUT_Y));
    page.perforation((CUT_X, CUT_Y), (CUT_X, HEIGHT));
    counter_part(page, slip, issuer, &told)?;
    el_qr(page, modules)?;
    receipt(page, slip, issuer, &told)
}

/// What several parts say, in words.
struct Told {
    year: String,
    amount: String,
    main: String,
    reminder: String,
    interest: String,
    due: String,
    limit: String,
    key: String,
    payer: String,
    period: String,
}

impl Told {
    fn of(slip: &Slip) -> Told {
        Told {
            year: words::fiscal_year(slip.fiscal_year),
            amount: format!("{} 円", slip.amount),
            main: format!("{} 円", slip.amount_main),
            reminder: format!("{} 円", slip.amount_reminder),
            interest: format!("{} 円", slip.amount_interest),
            due: words::day(slip.due_on),
            limit: words::day(slip.pay_limit_on),
            key: words::grouped(&slip.case_key, 5),
            payer: format!("{}　様", slip.payer),
            period: if slip.period == "00" {
                "随時".to_owned()
            } else {
                format!("第{}期", slip.period.trim_start_matches('0'))
            },
        }
    }
}

fn notice(page: &mut Paper<'_, '_>, slip: &Slip, issuer: &Issuer, told: &Told) -> Result<(), SlipError> {
    // Where the window of the envelope is.
    page.text(Area::tenths(220, 200, 800, 60), plain("郵便番号", &words::postal(&slip.postal), 105))?;
    page.lines(Area::tenths(220, 265, 800, 150), Stand::Top, plain("住所", &slip.address, 105))?;
    page.lines(Area::tenths(220, 430, 800, 80), Stand::Middle, plain("納入者", &told.payer, 130))?;

    page.text(Area::tenths(1160, 150, 800, 120), centered("表題", "納　入　通　知　書", 180))?;
    page.line((116_000, 27_500), (196_000, 27_500), THICK);
    let (number, issued) = (format!("通知書番号　{}", slip.slip_no), words::day(slip.issued_on));
    for (y, text, size) in
        [(300, number.as_str(), 90), (355, issued.as_str(), 90), (430, issuer.authority.as_str(), 125), (495, "（公印省略）", 70)]
    {
        page.text(Area::tenths(1160, y, 800, 55), Text { align: Align::Right, ..plain("発行者", text, size) })?;
    }
    page.text(Area::tenths(140, 625, 1820, 60), plain("本文", "下記の金額を納期限までに納入してください。", 100))?;

    let rows: [Row<'_>; 6] = [
        (
            700,
            95,
            &[
                (300, ("会計年度", &told.year, 100, Align::Center)),
                (420, ("会計", &slip.fund, 100, Align::Center)),
                (860, ("科目", &slip.budget_line, 95, Align::Left)),
                (240, ("期別", &told.period, 100, Align::Center)),
            ],
        ),
        (
            795,
            95,
            &[(1400, ("事由", &slip.reason, 105, Align::Left)), (420, ("調定番号", &slip.assessment_no, 95, Align::Center))],
        ),
        (890, 95, &[(1400, ("所管課", &slip.section, 100, Align::Left)), (420, ("電話", &slip.telephone, 95, Align::Center))]),
        (
            985,
            145,
            &[
                (800, ("納付金額", &told.amount, 200, Align::Center)),
                (380, ("本体額", &told.main, 100, Align::Right)),
                (320, ("督促手数料", &told.reminder, 100, Align::Right)),
                (320, ("延滞金等", &told.interest, 100, Align::Right)),
            ],
        ),
        (
            1130,
            110,
            &[
                (800, ("納期限", &told.due, 150, Align::Center)),
                (1020, ("eL-QR・eL番号で納付できる最終日（支払期限）", &told.limit, 130, Align::Center)),
            ],
        ),
        (
            1240,
            105,
            &[
                (320, ("収納機関番号", &slip.agency, 120, Align::Center)),
                (860, ("納付番号（案件特定キー）", &told.key, 120, Align::Center)),
                (340, ("確認番号", &slip.confirmation, 120, Align::Center)),
                (300, ("納付区分", &slip.fee_item, 120, Align::Center)),
            ],
        ),
    ];
    for (y, height, cells) in rows {
        row(page, (140, y, height), cells)?;
    }
    page.frame(Area::tenths(140, 700, 1820, 645), THICK);
    let guide = "スマートフォンなどで下の eL-QR を読み取るか、「地方税お支払サイト」で上の番号（eL番号）を入力すると、窓口へ行かずに納付できます。";
    page.text(Area::tenths(140, 1365, 1820, 45), plain("案内", guide, 75))?;
    page.text(Area::tenths(140, 1410, 1820, 45), plain("納付場所", &issuer.payable_at, 75))
}

fn counter_part(page: &mut Paper<'_, '_>, slip: &Slip, issuer: &Issuer, told: &Told) -> Result<(), SlipError> {
    page.text(Area::tenths(100, 1545, 860, 80), plain("表題", "納付書（領収済通知書）", 140))?;
    // Kept for the mark; its artwork belongs to 地方税共同機構 and comes with the paper.
    page.frame(Area::tenths(1030, 1530, 180, 100), THIN);
    page.text(Area::tenths(1030, 1535, 180, 60), centered("eLマーク", "eL", 150))?;
    page.text(Area::tenths(1030, 1592, 180, 34), centered("eLマーク", "eLマーク", 50))?;
    row(
        page,
        (100, 1650, 80),
        &[
            (220, ("会計年度", &told.year, 85, Align::Center)),
            (290, ("会計", &slip.fund, 85, Align::Center)),
            (600, ("科目", &slip.budget_line, 80, Align::Left)),
        ],
    )?;
    row(
        page,
        (100, 1730, 80),
        &[
            (400, ("納入通知書番号", &slip.slip_no, 85, Align::Center)),
            (310, ("調定番号", &slip.assessment_no, 85, Align::Center)),
            (400, ("所管課", &slip.section, 80, Align::Left)),
        ],
    )?;
    payer(page, Area::tenths(100, 1810, 1110, 150), slip, told)?;
    amount_boxes(page, slip)?;
    breakdown(page, (100, 2100, 75), [370, 370, 370], told)?;
    row(
        page,
        (100, 2175, 90),
        &[(555, ("納期限", &told.due, 105, Align::Center)), (555, ("支払期限", &told.limit, 105, Align::Center))],
    )?;
    row(
        page,
        (100, 2265, 85),
        &[
            (200, ("収納機関番号", &slip.agency, 95, Align::Center)),
            (520, ("納付番号（案件特定キー）", &told.key, 95, Align::Center)),
            (210, ("確認番号", &slip.confirmation, 95, Align::Center)),
            (180, ("納付区分", &slip.fee_item, 95, Align::Center)),
        ],
    )?;
    page.frame(Area::tenths(100, 1650, 1110, 700), THICK);
    stamp(page, Area::tenths(100, 2420, 340, 340))?;
    for (y, text) in [(2430, "上記のとおり納付します。"), (2490, issuer.payee.as_str())] {
        page.text(Area::tenths(470, y, 440, 50), plain("納付先", text, 80))?;
    }
    page.lines(Area::tenths(470, 2550, 440, 200), Stand::Top, plain("納付先", &slip.reason, 75))?;
    page.text(
        Area::tenths(100, 2835, 1110, 40),
        plain("注意", "この納付書は機械で読み取ります。折り曲げたり汚したりしないでください。", 65),
    )
}

/// The symbol, at the lower right of the part that the counter keeps, on the printer's grid of dots. The nearest line is more than
/// [`super::QUIET_MODULES`] modules away.
fn el_qr(page: &mut Paper<'_, '_>, modules: &[Vec<bool>]) -> Result<(), SlipError> {
    page.modules((193 * MODULE, 481 * MODULE), MODULE, modules);
    page.text(Area::tenths(980, 2675, 209, 40), centered("eL-QR", "eL-QR", 75))
}

fn receipt(page: &mut Paper<'_, '_>, slip: &Slip, issuer: &Issuer, told: &Told) -> Result<(), SlipError> {
    let left = 1340;
    page.text(Area::tenths(left, 1545, 660, 80), plain("表題", "領　収　証　書", 140))?;
    row(
        page,
        (left, 1650, 80),
        &[(270, ("会計年度", &told.year, 85, Align::Center)), (390, ("会計", &slip.fund, 85, Align::Center))],
    )?;
    row(page, (left, 1730, 80), &[(660, ("科目", &slip.budget_line, 80, Align::Left))])?;
    row(page, (left, 1810, 80), &[(660, ("事由", &slip.reason, 85, Align::Left))])?;
    payer(page, Area::tenths(left, 1890, 660, 150), slip, told)?;
    row(page, (left, 2040, 120), &[(660, ("納付金額", &told.amount, 160, Align::Center))])?;
    breakdown(page, (left, 2160, 75), [220, 220, 220], told)?;
    row(
        page,
        (left, 2235, 75),
        &[(330, ("納期限", &told.due, 80, Align::Center)), (330, ("納入通知書番号", &slip.slip_no, 80, Align::Center))],
    )?;
    page.frame(Area::tenths(left, 1650, 660, 660), THICK);
    page.text(Area::tenths(left, 2345, 660, 50), plain("本文", "上記の金額を領収しました。", 85))?;
    stamp(page, Area::tenths(left, 2420, 340, 340))?;
    page.lines(Area::tenths(left + 365, 2430, 295, 150), Stand::Top, plain("発行者", &issuer.payee, 85))?;
    page.text(Area::tenths(left, 2780, 660, 40), plain("注意", "この領収証書は大切に保管してください。", 65))?;
    page.text(Area::tenths(left, 2835, 660, 40), plain("注意", "領収日付印のないものは無効です。", 65))
}

fn payer(page: &mut Paper<'_, '_>, area: Area, slip: &Slip, told: &Told) -> Result<(), SlipError> {
    page.frame(area, THIN);
    label(page, area, "納入者")?;
    let inner = Area { x: area.x + 1_800, y: area.y + 3_300, w: area.w - 3_600, h: 6_300 };
    let address = format!("{}　{}", words::postal(&slip.postal), slip.address);
    page.lines(inner, Stand::Top, plain("住所", &address, 75))?;
    page.lines(Area { y: area.y + area.h - 5_400, h: 5_100, ..inner }, Stand::Middle, plain("納入者", &told.payer, 105))
}

fn breakdown(page: &mut Paper<'_, '_>, place: (i64, i64, i64), widths: [i64; 3], told: &Told) -> Result<(), SlipError> {
    let [main, reminder, interest] = widths;
    row(
        page,
        place,
        &[
            (main, ("本体額", &told.main, 85, Align::Right)),
            (reminder, ("督促手数料", &told.reminder, 85, Align::Right)),
            (interest, ("延滞金等", &told.interest, 85, Align::Right)),
        ],
    )
}

/// A digit a box, a ¥ before the first, so that nothing can be put in front.
fn amount_boxes(page: &mut Paper<'_, '_>, slip: &Slip) -> Result<(), SlipError> {
    const PLACES: [&str; 12] = ["千", "百", "十", "億", "千", "百", "十", "万", "千", "百", "十", "円"];
    let (left, top, width, height) = (310, 1960, 75, 140);
    let head = Area::tenths(100, 1960, 210, 140);
    page.fill(head, SHADE);
    page.frame(head, THIN);
    page.text(head, centered("納付金額", "納付金額", 105))?;
    let figures = format!("{:>12}", format!("¥{}", slip.amount.0));
    for (index, (place, figure)) in (0..).zip(PLACES.iter().zip(figures.chars())) {
        let area = Area::tenths(left + index * width, top, width, height);
        page.frame(area, THIN);
        page.text(Area { h: 3_800, ..area }, centered("位", place, 55))?;
        if figure != ' ' {
            let mut digit = [0u8; 4];
            page.text(
                Area { y: area.y + 3_400, h: area.h - 3_800, ..area },
                centered("納付金額", figure.encode_utf8(&mut digit), 165),
            )?;
        }
    }
    Ok(())
}

fn stamp(page: &mut Paper<'_, '_>, area: Area) -> Result<(), SlipError> {
    page.frame(area, THIN);
    let head = Area { h: 4_500, ..area };
    page.fill(Area { x: head.x + 75, y: head.y + 75, w: head.w - 150, h: head.h - 150 }, SHADE);
    page.text(head, centered("領収日付印", "領　収　日　付　印", 65))
}

/// Cells side by side: left, top and height, then each with its width.
fn row(page: &mut Paper<'_, '_>, (left, top, height): (i64, i64, i64), cells: &[(i64, Cell<'_>)]) -> Result<(), SlipError> {
    let mut x = left;
    for (width, (name, text, size, align)) in cells {
        let area = Area::tenths(x, top, *width, height);
        page.frame(area, THIN);
        label(page, area, name)?;
        let inner = Area { x: area.x + 1_500, y: area.y + 3_000, w: area.w - 3_000, h: area.h - 3_300 };
        let text = Text { field: name, text, size: *size, align: *align };
        if *align == Align::Left { page.lines(inner, Stand::Middle, text) } else { page.text(inner, text) }?;
        x += width;
    }
    Ok(())
}

/// What a cell is about, small in a shaded strip at its top.
fn label(page: &mut Paper<'_, '_>, area: Area, name: &str) -> Result<(), SlipError> {
    let strip = Area { x: area.x + THIN / 2, y: area.y + THIN / 2, w: area.w - THIN, h: 2_900 };
    page.fill(strip, SHADE);
    page.text(Area { x: strip.x + 900, w: strip.w - 1_200, ..strip }, plain(name, name, 55))
}

fn plain<'t>(field: &'t str, text: &'t str, size: i64) -> Text<'t> {
    Text { field, text, size, align: Align::Left }
}

fn centered<'t>(field: &'t str, text: &'t str, size: i64) -> Text<'t> {
    Text { align: Align::Center, ..plain(field, text, size) }
}
