//! Rules between the keys of a field, and between the parts of a layout.

use crate::catalogue;
use crate::charset;
use crate::layout::model::{Field, Kind, Layout};
use crate::layout::names::{Auto, FieldType, Format, Header, Items, Newline, Occurs, Quote};
use crate::layout::value::{self, Form};
use crate::walk::Faults;

/// Rules inside one field.
pub(super) fn check_field(field: &Field, has_total: bool, layout: &Layout, what: &str, place: usize, faults: &mut Faults<'_>) {
    let number = matches!(field.ty, FieldType::Int | FieldType::Yen);
    let textual = matches!(field.ty, FieldType::Digits | FieldType::Code | FieldType::Ascii | FieldType::Text);
    let mut rule = |broken: bool, message: &str| {
        if broken {
            faults.at(place, format!("{what}: {message}"));
        }
    };
    rule((field.ty == FieldType::Kana) != field.class.is_some(), "`class` belongs to type kana, and kana needs it");
    rule((field.min.is_some() || field.max.is_some()) && !number, "`min` and `max` belong to int and yen");
    rule(matches!((field.min, field.max), (Some(min), Some(max)) if min > max), "`min` is more than `max`");
    rule(field.negative && !number && field.ty != FieldType::Decimal, "`negative` belongs to int, yen and decimal");
    rule(field.negative_marks && !number, "`negative_marks` belongs to int and yen");
    rule(field.negative_marks && !field.negative, "`negative_marks` needs `negative = true`");
    rule(field.codes.is_some() && !textual && field.ty != FieldType::Int, "`codes` belongs to digits, code, ascii, text and int");
    rule(field.check.is_some() && !textual, "`check` belongs to digits, code, ascii and text");
    rule(field.codes_open && field.codes.is_none(), "`codes_open` needs `codes`");
    rule(has_total && !number, "`total` belongs to int and yen");
    rule(
        field.auto == Some(Auto::Sequence) && !number && field.ty != FieldType::Digits,
        "auto = \"sequence\" belongs to int and digits",
    );
    rule(
        field.auto == Some(Auto::LayoutVersion) && !textual,
        "auto = \"layout_version\" belongs to digits, code, ascii and text",
    );
    rule(field.ty == FieldType::Decimal && layout.format == Format::Fixed, "decimal has no form in a fixed file");
    rule(field.ty == FieldType::Attachment && layout.format != Format::Xml, "an attachment is a part of an xml document");
    rule(field.fault.as_deref().is_some_and(|code| !catalogue::is_known(code)), "`fault` is no code of the catalogue");
    rule(field.constant.is_some() && field.default.is_some(), "`const` and `default` exclude one another");
    rule(field.spread && layout.format != Format::Csv, "`spread` belongs to csv");
    rule(
        field.spread && (field.ty == FieldType::Filler || field.constant.is_some() || field.auto.is_some() || has_total),
        "`spread` stands for columns of given values",
    );
    let makers = [field.constant.is_some() || field.default.is_some(), has_total, field.auto.is_some()];
    rule(makers.iter().filter(|made| **made).count() > 1, "only one of `const`/`default`, `total` and `auto` may make the value");
    if field.ty == FieldType::Filler {
        rule(field.must || field.constant.is_some() || field.default.is_some(), "a filler holds blanks and nothing else");
        return;
    }
    for (key, text) in [("const", &field.constant), ("default", &field.default)] {
        let Some(text) = text else { continue };
        let form = Form::of(layout.format);
        if let Err(problem) = value::parse(field, text.as_bytes(), form, false, None, &mut Vec::new()) {
            faults.at(place, format!("{what}: `{key}` = \"{text}\" does not fit the field itself: {}", problem.code));
        }
    }
}

/// Rules between the parts of a layout.
pub(super) fn check_layout(layout: &Layout, place: usize, faults: &mut Faults<'_>) {
    match layout.format {
        Format::Fixed if layout.record_bytes == 0 => faults.at(place, "a fixed layout needs [fixed] record_bytes"),
        Format::Fixed => {}
        _ if layout.record_bytes > 0 => faults.at(place, "[fixed] belongs to fixed layouts"),
        _ if layout.newline == Newline::None => faults.at(place, "newline = \"none\" belongs to fixed layouts"),
        _ => {}
    }
    if layout.final_1a && matches!(layout.format, Format::Json | Format::Xml) {
        faults.at(place, "final_1a belongs to fixed and csv layouts");
    }
    for encoding in &layout.encodings {
        let fits = match layout.format {
            Format::Fixed => true,
            Format::Csv => encoding.is_ascii_based(),
            Format::Json | Format::Xml => {
                encoding.is_ascii_based() && !encoding.is_single_byte() && encoding.as_str().starts_with("utf-8")
            }
        };
        if !fits {
            faults.at(place, format!("encoding {encoding} cannot be used in a {} file", layout.format));
        }
    }
    let roots: Vec<&Kind> = layout.kinds.iter().map(AsRef::as_ref).filter(|kind| kind.parent.is_none()).collect();
    check_tags(&roots, layout, place, faults);
    check_groups(&roots, place, faults);
    check_names(&roots, layout, place, faults);
    check_spread(&roots, layout, place, faults);
    check_urgent(&roots, layout, place, faults);
    if let Some(key) = &layout.json.map_key {
        let known = roots.first().is_some_and(|kind| kind.field(key).is_some());
        if !known || layout.json.items != Items::Map {
            faults.at(place, format!("json: map_key \"{key}\" needs items = \"map\" and a field of that id"));
        }
    }
}

/// The header line is written in the first encoding; a name it lacks would leave a nameless column.
fn check_names(roots: &[&Kind], layout: &Layout, place: usize, faults: &mut Faults<'_>) {
    let (Some(kind), Some(&encoding)) = (roots.first(), layout.encodings.first()) else { return };
    if layout.format != Format::Csv || layout.csv.header != Header::Names {
        return;
    }
    for field in &kind.fields {
        let name = &field.name;
        if let Err(unmappable) = charset::encode(encoding, name, &mut Vec::new()) {
            let (ch, code_point) = (unmappable.ch, unmappable.code_point());
            faults.at(
                place,
                format!("record {}: the name \"{name}\" cannot be written in {encoding}: {ch} ({code_point})", kind.id),
            );
        }
        if layout.csv.quote == Quote::None && name.contains([',', '"', '\r', '\n']) {
            faults.at(place, format!("record {}: the name \"{name}\" needs quotes, and quote = \"none\"", kind.id));
        }
    }
}

/// A run of columns is the end of the only kind's line, under a header that names each of them.
fn check_spread(roots: &[&Kind], layout: &Layout, place: usize, faults: &mut Faults<'_>) {
    for kind in roots.iter().filter(|kind| kind.fields.iter().any(|field| field.spread)) {
        let mut rule = |broken: bool, message: &str| {
            if broken {
                faults.at(place, format!("record {}: {message}", kind.id));
            }
        };
        rule(
            roots.len() > 1 || layout.csv.header != Header::Names,
            "`spread` needs one kind of record and [csv] header = \"names\"",
        );
        rule(kind.fields.iter().rev().skip(1).any(|field| field.spread), "`spread` belongs to the last field");
        let named = |index: &usize| kind.fields.get(*index).is_some_and(|field| field.spread);
        rule(kind.amount.iter().chain(&kind.key).any(named), "a field with `spread` is neither amount nor key");
    }
}

/// What goes on by itself must be a whole file by itself.
fn check_urgent(roots: &[&Kind], layout: &Layout, place: usize, faults: &mut Faults<'_>) {
    for kind in layout.kinds.iter().filter(|kind| kind.urgent.is_some()) {
        let listed = match layout.format {
            Format::Csv => true,
            Format::Json => matches!(layout.json.items, Items::Array | Items::OneOrArray | Items::Lines),
            Format::Fixed | Format::Xml => false,
        };
        if !listed || roots.len() > 1 || kind.parent.is_some() {
            faults.at(
                place,
                format!(
                    "record {}: `urgent` is for the records of a csv file or a json list that consists of nothing else",
                    kind.id
                ),
            );
        }
    }
}

fn check_tags(roots: &[&Kind], layout: &Layout, place: usize, faults: &mut Faults<'_>) {
    if roots.len() > 1 && layout.format == Format::Csv && layout.csv.header == Header::Names {
        faults.at(place, "a csv file with several kinds of record has no header line: [csv] header = \"none\"");
    }
    for (index, kind) in roots.iter().enumerate() {
        let Some(tag) = &kind.tag else {
            if roots.len() > 1 {
                faults.at(place, format!("record {}: `tag` is needed when there are several kinds", kind.id));
            }
            continue;
        };
        if let Some(constant) = kind.fields.first().and_then(text_constant)
            && !tag_agrees(tag, constant, layout.format)
        {
            let id = &kind.id;
            faults.at(
                place,
                format!("record {id}: the tag \"{tag}\" and the `const` \"{constant}\" of the first field exclude one another"),
            );
        }
        if tag.is_empty() || !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            faults.at(place, format!("record {}: `tag` must be printable ASCII", kind.id));
        }
        if roots[..index].iter().any(|other| other.tag.as_ref() == Some(tag)) {
            faults.at(place, format!("record {}: the tag \"{tag}\" stands twice", kind.id));
        }
    }
}

/// The constant of a field that stands in the file as it is written in the layout.
fn text_constant(field: &Field) -> Option<&str> {
    let textual = matches!(field.ty, FieldType::Digits | FieldType::Code | FieldType::Ascii | FieldType::Text);
    field.constant.as_deref().filter(|_| textual)
}

/// In a fixed file the tag is the first bytes, which may be part of the first field or reach beyond it.
fn tag_agrees(tag: &str, constant: &str, format: Format) -> bool {
    match format {
        Format::Fixed => tag.starts_with(constant) || constant.starts_with(tag),
        Format::Csv | Format::Json | Format::Xml => tag == constant,
    }
}

fn check_groups(roots: &[&Kind], place: usize, faults: &mut Faults<'_>) {
    let first = roots.iter().position(|kind| kind.repeat);
    let last = roots.iter().rposition(|kind| kind.repeat);
    let (Some(first), Some(last)) = (first, last) else { return };
    if roots[first..=last].iter().any(|kind| !kind.repeat) {
        faults.at(place, "the kinds with repeat = true must stand together: a layout has one repeating group");
    }
    // Kinds that all may come any number of times are no groups but a mixture: nothing needs to mark where one begins.
    let mixture = roots[first..=last].iter().all(|kind| kind.occurs == Occurs::Any);
    if !mixture && (roots[first].occurs.may_be_absent() || roots[first].occurs.may_repeat()) {
        let id = &roots[first].id;
        faults
            .at(place, format!("record {id}: the first kind of a repeating group must occur exactly once, it marks a new group"));
    }
}
