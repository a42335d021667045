//! Typed values and their one canonical text.
//!
//! A stored record is a JSON object whose keys are sorted and whose values have exactly one spelling each: that text is what is
//! hashed. Decimals are strings, so that no reader turns them into floats; yes and no are `"yes"`, `"no"`, since the databases
//! disagree about booleans inside JSON.

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

pub use rust_decimal::Decimal;

/// The rounding of GB/T 8170-2008.
pub const HALF_TO_EVEN: rust_decimal::RoundingStrategy = rust_decimal::RoundingStrategy::MidpointNearestEven;

use crate::day;
use crate::kind::Type;

/// A stored file, by its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// SHA-256, lower-case hexadecimal.
    pub digest: String,
    /// Name as uploaded.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Media type.
    pub media_type: String,
}

/// One typed value. The variant is decided by the field's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// text, passage, gs1_key
    Text(String),
    /// integer
    Integer(i64),
    /// decimal, exact
    Decimal(Decimal),
    /// date
    Date(Date),
    /// moment: `YYYY-MM-DD HH:MM`, in the pack's zone
    Moment(String),
    /// yes_no
    YesNo(bool),
    /// choice: the item's id
    Choice(String),
    /// choices: ids, sorted
    Choices(Vec<String>),
    /// reference: the text as written, and the record it was resolved to, if any
    Reference {
        /// As the file or the person wrote it.
        as_written: String,
        /// Hexadecimal id of the record.
        id: Option<String>,
    },
    /// area: the code where the text names an area of the pack
    Area {
        /// As the file or the person wrote it.
        as_written: String,
        /// Code of the area, when it is one of the pack's.
        code: Option<String>,
    },
    /// point: latitude, longitude as written
    Point(String),
    /// file
    File(FileRef),
}

impl Value {
    /// The canonical JSON of this value.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Text(text) | Value::Moment(text) | Value::Point(text) | Value::Choice(text) => json!(text),
            Value::Integer(number) => json!(number),
            Value::Decimal(number) => json!(number.normalize().to_string()),
            Value::Date(date) => json!(date.to_string()),
            Value::YesNo(yes) => json!(if *yes { "yes" } else { "no" }),
            Value::Choices(items) => json!(items),
            Value::Reference { as_written, id } => with_resolution(as_written, "id", id.as_deref()),
            Value::Area { as_written, code } => match code {
                Some(code) if code == as_written => json!(code),
                _ => with_resolution(as_written, "code", code.as_deref()),
            },
            Value::File(file) => {
                json!({ "digest": file.digest, "media_type": file.media_type, "name": file.name, "size": file.size })
            }
        }
    }

    /// Reads back what [`Value::to_json`] wrote. `None` when the text does not have the type's shape: the database was altered.
    pub fn from_json(kind: &Type, json: &Json) -> Option<Value> {
        Some(match kind {
            Type::Text | Type::Passage | Type::Gs1Key => Value::Text(json.as_str()?.to_owned()),
            Type::Integer => Value::Integer(json.as_i64()?),
            Type::Decimal => Value::Decimal(json.as_str()?.parse().ok()?),
            Type::Date => Value::Date(day::parse(json.as_str()?)?),
            Type::Moment => Value::Moment(json.as_str()?.to_owned()),
            Type::YesNo => Value::YesNo(json.as_str()? == "yes"),
            Type::Choice => Value::Choice(json.as_str()?.to_owned()),
            Type::Choices => Value::Choices(
                json.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()?,
            ),
            Type::Reference => {
                let (as_written, id) = resolution(json, "id")?;
                Value::Reference { as_written, id }
            }
            Type::Area => match json.as_str() {
                Some(code) => Value::Area { as_written: code.to_owned(), code: Some(code.to_owned()) },
                None => {
                    let (as_written, code) = resolution(json, "code")?;
                    Value::Area { as_written, code }
                }
            },
            Type::Point => Value::Point(json.as_str()?.to_owned()),
            Type::File => Value::File(FileRef {
                digest: json.get("digest")?.as_str()?.to_owned(),
                name: json.get("name")?.as_str()?.to_owned(),
                size: json.get("size")?.as_i64()?,
                media_type: json.get("media_type")?.as_str()?.to_owned(),
            }),
        })
    }

    /// The value as a person reads it, without the names of lists and areas (the kind knows those).
    pub fn plain(&self) -> String {
        match self {
            Value::Text(text) | Value::Moment(text) | Value::Point(text) | Value::Choice(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal(number) => number.normalize().to_string(),
            Value::Date(date) => date.to_string(),
            Value::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Value::Choices(items) => items.join("、"),
            Value::Reference { as_written, .. } | Value::Area { as_written, .. } => as_written.clone(),
            Value::File(file) => file.name.clone(),
        }
    }
}

fn with_resolution(as_written: &str, name: &str, resolved: Option<&str>) -> Json {
    let mut map = Map::new();
    map.insert("as_written".into(), json!(as_written));
    if let Some(resolved) = resolved {
        map.insert(name.into(), json!(resolved));
    }
    Json::Object(map)
}

fn resolution(json: &Json, name: &str) -> Option<(String, Option<String>)> {
    Some((json.get("as_written")?.as_str()?.to_owned(), json.get(name).and_then(Json::as_str).map(str::to_owned)))
}

/// A decimal read the way people write it: full-width digits, thousands separators, a percent sign are accepted.
pub fn decimal_as_written(text: &str) -> Option<Decimal> {
    let mut plain = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        match letter {
            '０'..='９' => plain.push(char::from(b'0' + (letter as u32 - '０' as u32) as u8)),
            '．' => plain.push('.'),
            '－' | '−' => plain.push('-'),
            ',' | '，' | ' ' | '\u{a0}' => {}
            other => plain.push(other),
        }
    }
    let plain = plain.trim_end_matches(['%', '％']);
    let digits = plain.trim_start_matches(['-', '+']);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    Decimal::from_str_exact(plain.trim_start_matches('+')).ok()
}

/// A decimal as an integer of `scale` digits after the point; `None` when it has more digits than that or does not fit.
pub fn scaled(value: Decimal, scale: u32) -> Option<i64> {
    let value = value.normalize();
    if value.scale() > scale {
        return None;
    }
    let factor = 10_i128.checked_pow(scale - value.scale())?;
    value.mantissa().checked_mul(factor)?.try_into().ok()
}

/// The decimal of a scaled integer.
pub fn unscaled(value: i64, scale: u32) -> Decimal {
    Decimal::from_i128_with_scale(i128::from(value), scale).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, value) in
            [("98.2", "98.2"), ("１,２３４", "1234"), ("98.20%", "98.20"), ("-3", "-3"), ("+0.5", "0.5")]
        {
            assert_eq!(decimal_as_written(text).unwrap().to_string(), value, "{text}");
        }
        for text in ["", "-", "九十八", "1e5", "≥98", "3个", "0.1mg"] {
            assert_eq!(decimal_as_written(text), None, "{text}");
        }
    }

    #[test]
    fn scaling_loses_nothing_or_refuses() {
        assert_eq!(scaled("98.25".parse().unwrap(), 2), Some(9825));
        assert_eq!(scaled("98.250".parse().unwrap(), 2), Some(9825));
        assert_eq!(scaled("98.255".parse().unwrap(), 2), None);
        assert_eq!(unscaled(9825, 2).to_string(), "98.25");
    }
}
