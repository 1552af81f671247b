//! Days and numbers as a slip writes them.

use jiff::civil::{Date, date};

use crate::calendar::Era;

/// 令和8年9月30日; 令和元年 for a first year.
pub(super) fn day(day: Date) -> String {
    format!("{}{}月{}日", year_of(day), day.month(), day.day())
}

/// 令和8年度
pub(super) fn fiscal_year(year: i16) -> String {
    format!("{}度", year_of(date(year, 4, 1)))
}

fn year_of(day: Date) -> String {
    match Era::of(day).map(|era| (era.kanji(), era.year_of(day))) {
        Some((name, 1)) => format!("{name}元年"),
        Some((name, year)) => format!("{name}{year}年"),
        None => format!("{}年", day.year()),
    }
}

/// Digits in groups: 05202 60000 12345 01000.
pub(super) fn grouped(digits: &str, group: usize) -> String {
    let chars: Vec<char> = digits.chars().collect();
    chars.chunks(group).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// 〒154-0017
pub(super) fn postal(digits: &str) -> String {
    match digits.split_at_checked(3) {
        Some((area, town)) if !town.is_empty() => format!("〒{area}-{town}"),
        _ => format!("〒{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_by_era() {
        for (of, text) in [
            (date(2026, 9, 30), "令和8年9月30日"),
            (date(2019, 4, 30), "平成31年4月30日"),
            (date(2019, 5, 1), "令和元年5月1日"),
            (date(2028, 2, 29), "令和10年2月29日"),
        ] {
            assert_eq!(day(of), text);
        }
        assert_eq!((fiscal_year(2026), fiscal_year(2019)), ("令和8年度".to_owned(), "平成31年度".to_owned()));
        assert_eq!(grouped("05202600001234501000", 5), "05202 60000 12345 01000");
        assert_eq!(postal("1540017"), "〒154-0017");
    }
}
