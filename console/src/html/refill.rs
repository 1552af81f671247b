//! A page of ours with what somebody typed put back into its form. It reads only what `maud` has written: every `<` is a tag, and every
//! value stands between double quotes.

use super::Fields;

/// Fields that are asked for anew each time.
const NEVER: [&str; 6] = ["csrf", "secret", "code", "current", "chosen", "again"];

/// Whether what was typed into a field may be shown again.
pub(crate) fn may_return(name: &str) -> bool {
    !NEVER.contains(&name)
}

/// A tag as it was written.
#[derive(Debug)]
struct Tag<'p> {
    name: &'p str,
    attributes: Vec<(&'p str, Option<&'p str>)>,
}

impl<'p> Tag<'p> {
    fn parse(inside: &'p str) -> Tag<'p> {
        let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut attributes = Vec::new();
        while !rest.trim_start().is_empty() {
            rest = rest.trim_start();
            let end = rest.find(['=', ' ']).unwrap_or(rest.len());
            let (attribute, after) = rest.split_at(end);
            match after.strip_prefix("=\"").and_then(|after| after.split_once('"')) {
                Some((value, after)) => {
                    attributes.push((attribute, Some(value)));
                    rest = after;
                }
                None => {
                    attributes.push((attribute, None));
                    rest = after.strip_prefix('=').unwrap_or(after);
                }
            }
        }
        Tag { name, attributes }
    }

    fn get(&self, name: &str) -> Option<String> {
        let found = self.attributes.iter().find(|(known, _)| *known == name)?;
        Some(plain(found.1.unwrap_or_default()))
    }

    /// The tag with a mark or a value in place of what it had.
    fn with(&self, name: &str, value: Option<&str>, mark: bool) -> String {
        let mut out = format!("<{}", self.name);
        for (known, value) in self.attributes.iter().filter(|(known, _)| *known != name) {
            out.push(' ');
            out.push_str(known);
            if let Some(value) = value {
                out.push_str(&format!("=\"{value}\""));
            }
        }
        match value {
            Some(value) => out.push_str(&format!(" {name}=\"{}\"", escaped(value))),
            None if mark => out.push_str(&format!(" {name}")),
            None => {}
        }
        out.push('>');
        out
    }
}

/// The text of an attribute.
fn plain(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// A text as it stands in a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Hidden fields with what was typed, and where it was going, at the beginning of each form of a page that leads to `action`.
pub(crate) fn carry(page: &str, action: &str, hidden: &[(String, String)]) -> String {
    let mut fields = String::new();
    for (name, value) in hidden {
        fields.push_str(&format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value)));
    }
    let mut out = String::with_capacity(page.len() + fields.len());
    for piece in page.split_inclusive('>') {
        out.push_str(piece);
        let tag = piece.rfind('<').map(|at| Tag::parse(piece[at + 1..].trim_end_matches('>')));
        if tag.is_some_and(|tag| tag.name == "form" && tag.get("action").as_deref() == Some(action)) {
            out.push_str(&fields);
        }
    }
    out
}

/// Where the filler is on the page.
#[derive(Debug, Default)]
struct Place {
    /// In a form that is filled.
    filling: bool,
    /// The field of the list around it.
    select: Option<String>,
    /// How often each name has been met in this form.
    met: Vec<String>,
    /// Where folded parts around it begin in what has been written.
    folded: Vec<usize>,
}

impl Place {
    /// What was typed into the next field of this name.
    fn next<'t>(&mut self, typed: &'t Fields, name: &str) -> Option<&'t str> {
        let seen = self.met.iter().filter(|met| *met == name).count();
        self.met.push(name.to_owned());
        typed.every(name).nth(seen)
    }
}

/// The page with the values in its forms that lead to `action`; where none does, in the form that asks for most of the same.
pub(crate) fn refill(page: &str, action: &str, typed: &Fields) -> String {
    let forms = forms(page);
    let shared = |names: &[String]| names.iter().filter(|name| *name != "reason" && typed.every(name).next().is_some()).count();
    let direct = forms.iter().any(|(to, names)| to == action && !names.is_empty());
    let best = forms.iter().map(|(_, names)| shared(names)).max().unwrap_or(0);
    let mut chosen = forms.iter().map(|(to, names)| if direct { to == action } else { best > 0 && shared(names) == best });
    let mut place = Place::default();
    let mut out = String::with_capacity(page.len() + 256);
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        let (text, tail) = rest.split_at(start);
        out.push_str(text);
        let Some(end) = tail.find('>') else {
            rest = tail;
            break;
        };
        let (whole, mut after) = tail.split_at(end + 1);
        let tag = Tag::parse(&whole[1..end]);
        match tag.name {
            "form" => {
                place = Place {
                    filling: chosen.next().unwrap_or(false),
                    folded: std::mem::take(&mut place.folded),
                    ..Place::default()
                };
                if place.filling {
                    unfold(&mut out, &mut place.folded);
                }
            }
            "/form" => place.filling = false,
            "details" => place.folded.push(out.len()),
            "/details" => drop(place.folded.pop()),
            _ => {}
        }
        let filled = if place.filling { field(&tag, typed, &mut place) } else { None };
        match filled {
            Some(Filled::Tag(tag)) => out.push_str(&tag),
            Some(Filled::Text(text)) => {
                out.push_str(whole);
                out.push_str(&text);
                after = after.find("</textarea").map_or(after, |end| &after[end..]);
            }
            None => out.push_str(whole),
        }
        rest = after;
    }
    out + rest
}

enum Filled {
    /// In place of the tag.
    Tag(String),
    /// In place of the text behind it.
    Text(String),
}

fn field(tag: &Tag<'_>, typed: &Fields, place: &mut Place) -> Option<Filled> {
    match tag.name {
        "select" => place.select = tag.get("name").filter(|name| may_return(name)),
        "/select" => place.select = None,
        "option" => {
            let name = place.select.as_deref()?;
            let chosen = typed.every(name).next()?;
            return Some(Filled::Tag(tag.with("selected", None, tag.get("value").as_deref() == Some(chosen))));
        }
        "textarea" => {
            let name = tag.get("name").filter(|name| may_return(name))?;
            return place.next(typed, &name).map(|value| Filled::Text(escaped(value)));
        }
        "input" => {
            let name = tag.get("name").filter(|name| may_return(name))?;
            let kind = tag.get("type").unwrap_or_default();
            let secret = tag.get("autocomplete").is_some_and(|kind| kind == "one-time-code" || kind.ends_with("password"));
            match kind.as_str() {
                "hidden" | "password" | "file" | "submit" | "button" => {}
                _ if secret => {}
                "checkbox" | "radio" => {
                    let value = tag.get("value").unwrap_or_else(|| "on".to_owned());
                    return Some(Filled::Tag(tag.with("checked", None, typed.every(&name).any(|typed| typed == value))));
                }
                _ => return place.next(typed, &name).map(|value| Filled::Tag(tag.with("value", Some(value), false))),
            }
        }
        _ => {}
    }
    None
}

/// Opens the parts around a form: what is put back is to be seen.
fn unfold(out: &mut String, folded: &mut Vec<usize>) {
    for at in folded.drain(..).rev() {
        let behind = at + "<details".len();
        if !out[behind..].starts_with(" open") {
            out.insert_str(behind, " open");
        }
    }
}

/// Where the forms of a page lead, and the names of the fields a person fills in.
fn forms(page: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for piece in page.split('<').skip(1) {
        let tag = Tag::parse(piece.split('>').next().unwrap_or_default());
        match tag.name {
            "form" => {
                inside = true;
                found.push((tag.get("action").unwrap_or_default(), Vec::new()));
            }
            "/form" => inside = false,
            "input" | "select" | "textarea" if inside && tag.get("type").as_deref() != Some("hidden") => {
                let name = tag.get("name").filter(|name| may_return(name));
                if let (Some(name), Some((_, names))) = (name, found.last_mut()) {
                    names.push(name);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;

    fn page() -> String {
        html! {
            form method="get" action="/a" { input name="find" value="old"; }
            details { summary { "…" } form method="post" action="/a/do" {
                input type="hidden" name="csrf" value="t"; input type="hidden" name="seen" value="3";
                input id="n" name="n" value="1" required; input name="n" value="2"; input type="checkbox" name="box" value="x" checked; input type="checkbox" name="box" value="y";
                select name="kind" { option value="1" selected { "eins" } option value="2" { "zwei" } }
                textarea name="reason" { "was" } input type="password" name="current"; input name="code" autocomplete="one-time-code";
                button name="act" value="post" { "go" }
            } }
            form method="post" action="/a/other" { input name="reason"; }
        }
        .into_string()
    }

    #[test]
    fn what_was_typed_stands_in_its_form_again() {
        let typed = Fields::parse(
            "csrf=evil&seen=9&n=a%22%3Cb&n=&box=y&kind=2&reason=%3C%2Ftextarea%3E&current=pw&code=123456".as_bytes(),
        );
        let filled = refill(&page(), "/a/do", &typed);
        for wanted in [
            "<input id=\"n\" name=\"n\" required value=\"a&quot;&lt;b\">",
            "<input name=\"n\" value=\"\">",
            "<input type=\"checkbox\" name=\"box\" value=\"x\">",
            "<input type=\"checkbox\" name=\"box\" value=\"y\" checked>",
            "<option value=\"1\">eins</option><option value=\"2\" selected>zwei</option>",
            "<textarea name=\"reason\">&lt;/textarea&gt;</textarea>",
            "<details open>",
            "name=\"csrf\" value=\"t\"",
            "name=\"seen\" value=\"3\"",
            "<input name=\"find\" value=\"old\">",
            "<form method=\"post\" action=\"/a/other\"><input name=\"reason\"></form>",
        ] {
            assert!(filled.contains(wanted), "{wanted}\n{filled}");
        }
        assert!(!filled.contains("pw") && !filled.contains("123456") && !filled.contains("evil"), "{filled}");
    }

    #[test]
    fn where_no_form_leads_there_the_one_that_asks_for_the_same_is_filled() {
        let filled = refill(&page(), "/a/next-step", &Fields::parse(b"n=5&reason=why"));
        assert!(
            filled.contains("<input id=\"n\" name=\"n\" required value=\"5\">") && filled.contains(">why</textarea>"),
            "{filled}"
        );
        // A reason alone belongs to no other act.
        assert_eq!(refill(&page(), "/a/next-step", &Fields::parse(b"reason=why")), page());
    }

    #[test]
    fn a_proof_carries_what_waits_for_it() {
        let carried = carry(&page(), "/a/other", &[("typed.reason".to_owned(), "\"><script>".to_owned())]);
        assert!(
            carried
                .contains("action=\"/a/other\"><input type=\"hidden\" name=\"typed.reason\" value=\"&quot;&gt;&lt;script&gt;\">")
        );
        assert_eq!(carried.matches("typed.reason").count(), 1);
    }
}
