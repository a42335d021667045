//! 表单的字段: a declared kind becomes controls, and what was typed becomes a draft. Pure, but for nothing stored yet: a file of the form
//! waits until the rest of it is right.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zhiheng_app::hex;
use zhiheng_pack::record::Draft;
use zhiheng_pack::{Kind, Level, Pack, Problem, Record, Type, Value};

use super::content::choices;
use super::files::accepted;
use super::references::{Hints, References};
use crate::components::{
    Link,
    field::{Choice, Control, Field},
};
use crate::extract::{FormBody, FormFile};
use crate::words::size;

/// Greatest length that a form tells.
const TOLD: u32 = 60;

/// What was typed: field id → text or JSON.
pub(crate) type Typed = BTreeMap<String, Json>;

/// A form as it was sent.
pub(crate) struct Sent {
    /// What becomes the record.
    pub(crate) draft: Draft,
    /// Files to store when everything is right, with their media types.
    pub(crate) files: Vec<(FormFile, &'static str)>,
    /// What is wrong with a field before the pack has looked at it.
    pub(crate) wrong: BTreeMap<String, String>,
}

/// The name of a field's control.
pub(crate) fn control_name(id: &str) -> String {
    format!("f.{id}")
}

/// What a record holds, as its form shows it.
pub(crate) fn typed_of(kind: &Kind, record: &Record) -> Typed {
    let one = |(index, field): (usize, &zhiheng_pack::Field)| {
        let value = record.value(index)?;
        let json = match value {
            Value::Choice(_) | Value::Choices(_) | Value::File(_) | Value::Reference { .. } => value.to_json(),
            Value::YesNo(yes) => json!(if *yes { "true" } else { "false" }),
            Value::Area { code: Some(code), .. } => json!(code),
            other => json!(other.plain()),
        };
        Some((field.id.clone(), json))
    };
    kind.given().filter_map(one).collect()
}

/// What a blank form starts with.
pub(crate) fn defaults(kind: &Kind) -> Typed {
    let preset = kind.given().filter_map(|(_, field)| Some((field.id.clone(), json!(field.default.clone()?))));
    preset.collect()
}

/// Reads a form. `before` is the record that is corrected.
pub(crate) fn sent(kind: &Kind, form: &FormBody, before: Option<&Record>) -> Sent {
    sent_of(kind, kind.given().map(|(_, field)| field), form, before)
}

/// Reads the form of some fields only.
pub(crate) fn sent_of<'a>(
    kind: &Kind,
    fields: impl Iterator<Item = &'a zhiheng_pack::Field>,
    form: &FormBody,
    before: Option<&Record>,
) -> Sent {
    let old = before.map(|record| typed_of(kind, record)).unwrap_or_default();
    let mut sent = Sent {
        draft: Draft { fields: Typed::new(), scope: before.and_then(|record| record.scope) },
        files: Vec::new(),
        wrong: BTreeMap::new(),
    };
    for field in fields {
        let name = control_name(&field.id);
        let value = match field.kind {
            Type::File => file(field, form, &name, old.get(&field.id), &mut sent),
            Type::Choices => json!(form.all(&name).filter(|item| !item.is_empty()).collect::<Vec<_>>()),
            Type::Point => point(form, &name),
            Type::Reference => reference(form.get(&name), old.get(&field.id)),
            Type::Passage => json!(form.get(&name).replace("\r\n", "\n")),
            _ => json!(form.get(&name)),
        };
        sent.draft.fields.insert(field.id.clone(), value);
    }
    sent
}

fn file(field: &zhiheng_pack::Field, form: &FormBody, name: &str, old: Option<&Json>, sent: &mut Sent) -> Json {
    let Some(file) = form.file(name) else {
        let removed = form.get(&format!("{name}.remove")) == "true";
        return old.filter(|_| !removed).cloned().unwrap_or(Json::Null);
    };
    match accepted(field, file) {
        Ok(media_type) => {
            sent.files.push((file.clone(), media_type));
            let digest: [u8; 32] = Sha256::digest(&file.bytes).into();
            json!({ "digest": hex(&digest), "media_type": media_type, "name": file.name, "size": file.bytes.len() })
        }
        Err(why) => {
            sent.wrong.insert(field.id.clone(), why);
            old.cloned().unwrap_or(Json::Null)
        }
    }
}

fn point(form: &FormBody, name: &str) -> Json {
    let (longitude, latitude) = (form.get(&format!("{name}.longitude")), form.get(&format!("{name}.latitude")));
    match (longitude, latitude) {
        ("", "") => Json::Null,
        _ => json!(format!("{latitude},{longitude}")),
    }
}

/// A reference that was not touched keeps what it was resolved to.
fn reference(text: &str, old: Option<&Json>) -> Json {
    match old.filter(|old| old.get("as_written").and_then(Json::as_str) == Some(text)) {
        Some(old) => old.clone(),
        None => json!(text),
    }
}

/// The controls of fields with what was typed, what is wrong, and what references suggest. `here` is the address of the record, for its files.
pub(crate) fn controls<'a>(
    pack: &Pack,
    fields: impl Iterator<Item = &'a zhiheng_pack::Field>,
    typed: &Typed,
    problems: &[Problem],
    wrong: &BTreeMap<String, String>,
    references: &References,
    here: &str,
) -> Vec<Field> {
    let said = |id: &str, level: Level| {
        let of_field = |problem: &&Problem| problem.field.as_deref() == Some(id) && problem.level == level;
        let all: Vec<&str> = problems.iter().filter(of_field).map(|problem| problem.message.as_str()).collect();
        (!all.is_empty()).then(|| all.join(""))
    };
    let one = |field: &zhiheng_pack::Field| Field {
        id: format!("f-{}", field.id),
        name: Some(control_name(&field.id)),
        label: field.name.clone(),
        hint: field.hint.clone(),
        required: field.required,
        error: wrong.get(&field.id).cloned().or_else(|| said(&field.id, Level::Refuse)),
        warning: said(&field.id, Level::Warn),
        control: control(pack, field, typed.get(&field.id), references.get(&field.id), here),
        phrases: Vec::new(),
        language: Default::default(),
    };
    fields.map(one).collect()
}

fn control(
    pack: &Pack,
    field: &zhiheng_pack::Field,
    typed: Option<&Json>,
    hints: Option<&Hints>,
    here: &str,
) -> Control {
    let text = typed.and_then(Json::as_str).unwrap_or_default();
    let value = text.to_owned();
    let unit = field.unit.clone();
    // A length is told where somebody may come near it; the check itself is the pack's.
    let max_len = u32::try_from(field.max_len).ok().filter(|max| *max <= TOLD);
    match field.kind {
        Type::Text => Control::Text { value, max_len, autocomplete: None },
        Type::Passage => Control::Passage { value, max_len, rows: 4 },
        Type::Integer => Control::Integer { value, unit },
        Type::Decimal => Control::Decimal { value, unit },
        Type::Date => Control::Date { value },
        Type::Moment => Control::Moment { value },
        Type::YesNo => Control::YesNo {
            value: match text {
                "true" | "yes" => Some(true),
                "false" | "no" => Some(false),
                _ => None,
            },
        },
        Type::Choice => Control::Choice { options: with_own(choices(pack, field, &[text]), text) },
        Type::Choices => {
            let items: Vec<&str> =
                typed.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
            Control::Choices { options: choices(pack, field, &items) }
        }
        Type::Reference => {
            let as_written = typed.and_then(|json| json.get("as_written")).and_then(Json::as_str).unwrap_or(text);
            let id = typed.and_then(|json| json.get("id")).and_then(Json::as_str);
            let to = field.to.as_deref().zip(id);
            Control::Reference {
                value: as_written.to_owned(),
                resolved: to.map(|(kind, id)| Link::new(as_written, format!("/kinds/{kind}/{id}"))),
                options: hints.map(|hints| hints.options.clone()).unwrap_or_default(),
                offers: hints.map(|hints| hints.offers.clone()).unwrap_or_default(),
            }
        }
        Type::Area => Control::Area { options: with_own(choices(pack, field, &[text]), text) },
        Type::Point => {
            let (latitude, longitude) = text.split_once(',').unwrap_or_default();
            Control::Point { longitude: longitude.to_owned(), latitude: latitude.to_owned() }
        }
        Type::Gs1Key => Control::Gs1Key { value },
        Type::File => Control::File {
            accept: field.accept.iter().map(|extension| format!(".{extension}")).collect::<Vec<_>>().join(","),
            max: size(i64::try_from(field.max_bytes).unwrap_or(i64::MAX)),
            current: current(typed, here),
        },
    }
}

/// A value that the list does not offer (an ended item, an area written by hand) stays what it is until somebody changes it.
fn with_own(mut options: Vec<Choice>, text: &str) -> Vec<Choice> {
    if !text.is_empty() && !options.iter().any(|option| option.chosen) {
        options.push(Choice::new(text, text).chosen(true));
    }
    options
}

fn current(typed: Option<&Json>, here: &str) -> Option<Link> {
    let (name, digest) = (typed?.get("name")?.as_str()?, typed?.get("digest")?.as_str()?);
    (!here.is_empty()).then(|| Link::new(name, format!("{here}/files/{digest}")))
}
