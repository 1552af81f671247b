//! `params.toml` to checked types; every fault of the file is found.

use toml::de::DeTable;

use super::{Choice, Param, ParamType, Params, TEXT_CHARS_MAX};
use crate::walk::{self, Faults, Section};

impl Params {
    /// Reads `params.toml`.
    ///
    /// # Errors
    /// All faults of the file, each with file and line.
    pub fn parse(toml: &str, origin: &str) -> Result<Params, Vec<String>> {
        let mut faults = Faults::new(toml, None);
        let (document, errors) = DeTable::parse_recoverable(toml);
        for error in &errors {
            faults.at(error.span().map_or(0, |span| span.start), format!("not TOML: {}", error.message()));
        }
        let mut root = Section::new(document.get_ref(), 0, walk::ROOT);
        let mut params: Vec<Param> = Vec::new();
        for (table, place) in root.tables(&mut faults, "param") {
            let param = param(Section::new(table, place, "param"), &mut faults);
            if params.iter().any(|other| other.id == param.id) {
                faults.at(place, format!("param: `{}` is there twice", param.id));
            }
            params.push(param);
        }
        root.finish(&mut faults);
        if faults.is_empty() { Ok(Params(params)) } else { Err(faults.into_sentences(origin)) }
    }
}

fn param(mut section: Section<'_, '_>, faults: &mut Faults<'_>) -> Param {
    let id = section.required(faults, "id");
    if !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        faults.at(section.place_of("id"), format!("param: `id` = \"{id}\" must be lower-case letters and underscores"));
    }
    if section.value("type").is_none() {
        faults.at(section.place, "param: `type` is missing");
    }
    let param = Param {
        name: section.required(faults, "name"),
        name_en: section.required(faults, "name_en"),
        ty: section.word(faults, "type", ParamType::ALL).unwrap_or(ParamType::Text),
        must: section.flag(faults, "must"),
        default: section.string(faults, "default"),
        choices: choices(&mut section, faults),
        chars_max: section.size(faults, "chars_max", 1).unwrap_or(TEXT_CHARS_MAX),
        layouts: section.strings(faults, "layouts").unwrap_or_default(),
        help: section.string(faults, "help").unwrap_or_default(),
        help_en: section.string(faults, "help_en").unwrap_or_default(),
        id,
    };
    if (param.ty == ParamType::Choice) == param.choices.is_empty() {
        faults.at(section.place, format!("param {}: `choices` go with type = \"choice\", and only with it", param.id));
    }
    if param.help.is_empty() != param.help_en.is_empty() {
        faults.at(section.place, format!("param {}: `help` and `help_en` go together", param.id));
    }
    if let Some(default) = param.default.as_ref().filter(|default| !param.takes(default)) {
        let place = section.place_of("default");
        faults.at(place, format!("param {}: `default` = \"{default}\" is no {}", param.id, param.ty.as_str()));
    }
    section.finish(faults);
    param
}

fn choices(section: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Vec<Choice> {
    let tables = section.tables(faults, "choices");
    let read = |(table, place)| {
        let mut section = Section::new(table, place, "choices");
        let choice = Choice {
            value: section.required(faults, "value"),
            name: section.required(faults, "name"),
            name_en: section.required(faults, "name_en"),
        };
        section.finish(faults);
        choice
    };
    tables.into_iter().map(read).collect()
}
