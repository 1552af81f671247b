//! What is different between two texts, line by line.

use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

/// Comparisons beyond this are not worth the wait: then the whole middle counts as replaced.
const STEPS_MAX: usize = 4_000_000;
/// Equal lines shown around a change.
const AROUND: usize = 3;

/// A line of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Gone(&'t str),
    New(&'t str),
}

/// The lines of both texts in one order.
fn compare<'t>(before: &'t str, after: &'t str) -> Vec<Line<'t>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(left, right)| left == right).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(left, right)| left == right).count();
    let (middle_old, middle_new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut lines: Vec<Line<'t>> = old[..head].iter().map(|line| Line::Same(line)).collect();
    lines.extend(middle(middle_old, middle_new));
    lines.extend(old[old.len() - tail..].iter().map(|line| Line::Same(line)));
    lines
}

/// Longest common subsequence of what lies between the equal ends.
fn middle<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let wide = new.len() + 1;
    if old.len().saturating_mul(wide) > STEPS_MAX {
        return old.iter().map(|line| Line::Gone(line)).chain(new.iter().map(|line| Line::New(line))).collect();
    }
    let mut common = vec![0_u32; (old.len() + 1) * wide];
    for (i, left) in old.iter().enumerate().rev() {
        for (j, right) in new.iter().enumerate().rev() {
            common[i * wide + j] = if left == right {
                common[(i + 1) * wide + j + 1] + 1
            } else {
                common[(i + 1) * wide + j].max(common[i * wide + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[(i + 1) * wide + j] >= common[i * wide + j + 1]) {
            lines.push(Line::Gone(old[i]));
            i += 1;
        } else {
            lines.push(Line::New(new[j]));
            j += 1;
        }
    }
    lines
}

/// Both texts as one: what goes with −, what comes with +, and the lines around.
pub(crate) fn diff(lang: Lang, before: &str, after: &str) -> Markup {
    let lines = compare(before, after);
    let changed: Vec<usize> = (0..lines.len()).filter(|&place| !matches!(lines[place], Line::Same(_))).collect();
    let near = |place: usize| changed.iter().any(|&other| other.abs_diff(place) <= AROUND);
    html! {
        @if changed.is_empty() { p.hint { (say(lang, "違いはありません。", "There is no difference.")) } }
        @else {
            pre.diff { @for (place, line) in lines.iter().enumerate() {
                @if near(place) {
                    @match line {
                        Line::Same(text) => { "  " (text) "\n" }
                        Line::Gone(text) => { del { "− " (text) "\n" } }
                        Line::New(text) => { ins { "+ " (text) "\n" } }
                    }
                } @else if place > 0 && near(place - 1) { "⋮\n" }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let lines = compare("a\nb\nc\nd", "a\nx\nc\nd\ne");
        use Line::{Gone, New, Same};
        assert_eq!(lines, [Same("a"), Gone("b"), New("x"), Same("c"), Same("d"), New("e")]);
        assert_eq!(compare("", ""), []);
        let shown = diff(Lang::En, "1\n2\n3\n4\n5\n6\n7\n8", "1\n2\n3\n4\n5\n6\n7\n9").into_string();
        assert!(shown.contains("<del>− 8\n</del><ins>+ 9\n</ins>") && !shown.contains("  2\n"), "{shown}");
        assert!(diff(Lang::En, "a", "a").into_string().contains("no difference"));
    }
}
