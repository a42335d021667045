//! TOML with positions: a table that remembers what was asked of it, so that every unknown key is a problem.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{self as codes, Code, Level, Problem};
use crate::value::Decimal;

/// A text with where it stands.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// One file of a pack, and the problems found so far.
pub(crate) struct File<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    pub(crate) problems: &'a RefCell<Vec<Problem>>,
}

impl File<'_> {
    pub(crate) fn say(&self, code: Code, span: &Range<usize>, detail: impl AsRef<str>) {
        self.say_at(code, span.start, detail);
    }

    /// The same as a reminder: a pack that a county has taken already goes on.
    pub(crate) fn warn(&self, code: Code, span: &Range<usize>, detail: impl AsRef<str>) {
        self.say(code, span, detail);
        if let Some(said) = self.problems.borrow_mut().last_mut() {
            said.level = Level::Warn;
        }
    }

    pub(crate) fn say_at(&self, code: Code, offset: usize, detail: impl AsRef<str>) {
        let before = self.text.get(..offset.min(self.text.len())).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        self.problems.borrow_mut().push(Problem {
            code: code.0,
            level: Level::Refuse,
            file: self.name.to_owned(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            field: None,
            message: code.say(detail.as_ref()),
        });
    }
}

/// A table being read.
pub(crate) struct Node<'a> {
    pub(crate) file: &'a File<'a>,
    pub(crate) span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Node<'a> {
    pub(crate) fn new(file: &'a File<'a>, table: &'a DeTable<'a>, span: Range<usize>) -> Node<'a> {
        Node { file, span, table, asked: RefCell::new(BTreeSet::new()) }
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref().as_ref() == key)
    }

    fn wrong(&self, key: &str, wanted: &str, found: &Spanned<DeValue<'a>>) {
        self.file.say(
            codes::WRONG_TYPE,
            &found.span(),
            format!("{key} 应当是{wanted}，这里是 {}", found.get_ref().type_str()),
        );
    }

    fn missing(&self, key: &str) {
        self.file.say(codes::MISSING_KEY, &self.span, key);
    }

    pub(crate) fn text(&self, key: &str) -> Option<At<String>> {
        let found = self.get(key)?;
        match found.get_ref().as_str() {
            Some(text) => Some(At { value: text.to_owned(), span: found.span() }),
            None => {
                self.wrong(key, "加引号的文字", found);
                None
            }
        }
    }

    pub(crate) fn plain(&self, key: &str) -> Option<String> {
        self.text(key).map(|text| text.value)
    }

    pub(crate) fn need(&self, key: &str) -> At<String> {
        self.text(key).unwrap_or_else(|| {
            if !self.has(key) {
                self.missing(key);
            }
            At { value: String::new(), span: self.span.clone() }
        })
    }

    /// A required id, of the only shape ids have.
    pub(crate) fn id(&self, key: &str) -> At<String> {
        let id = self.need(key);
        let shaped = id.value.starts_with(|c: char| c.is_ascii_lowercase())
            && id.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
        if !shaped && self.has(key) {
            self.file.say(codes::BAD_ID, &id.span, &id.value);
        }
        id
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        let found = self.get(key)?;
        let value = found.get_ref().as_bool();
        if value.is_none() {
            self.wrong(key, " true 或 false", found);
        }
        value
    }

    pub(crate) fn integer(&self, key: &str) -> Option<At<i64>> {
        let found = self.get(key)?;
        let value =
            found.get_ref().as_integer().and_then(|digits| i64::from_str_radix(digits.as_str(), digits.radix()).ok());
        if value.is_none() {
            self.wrong(key, "整数", found);
        }
        value.map(|value| At { value, span: found.span() })
    }

    pub(crate) fn year(&self, key: &str) -> Option<i16> {
        self.integer(key).and_then(|year| {
            let shaped = i16::try_from(year.value).ok().filter(|year| (1949..=2100).contains(year));
            if shaped.is_none() {
                self.file.say(codes::WRONG_TYPE, &year.span, format!("{key} 应当是四位年份"));
            }
            shaped
        })
    }

    /// An official number: a quoted decimal, or a TOML integer. A TOML float is an error of its own.
    pub(crate) fn decimal(&self, key: &str) -> Option<Decimal> {
        let found = self.get(key)?;
        let text = match found.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(digits) => digits.as_str().to_owned(),
            DeValue::Float(digits) => {
                self.file.say(codes::FLOAT, &found.span(), digits.as_str());
                return None;
            }
            _ => {
                self.wrong(key, "加引号的十进制数", found);
                return None;
            }
        };
        let value = Decimal::from_str_exact(&text).ok();
        if value.is_none() {
            self.file.say(codes::NOT_A_DECIMAL, &found.span(), &text);
        }
        value
    }

    pub(crate) fn date(&self, key: &str) -> Option<Date> {
        let found = self.get(key)?;
        let date = found.get_ref().as_datetime().and_then(|moment| moment.date);
        let date = date.and_then(|date| {
            Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
        });
        if date.is_none() {
            self.wrong(key, "日期（不加引号，如 2025-01-01）", found);
        }
        date
    }

    /// A date, or the word `today`.
    pub(crate) fn is_text(&self, key: &str) -> bool {
        self.table.iter().any(|(name, value)| name.get_ref().as_ref() == key && value.get_ref().is_str())
    }

    /// Whether a key is `true` or `false`.
    pub(crate) fn is_flag(&self, key: &str) -> bool {
        self.table.iter().any(|(name, value)| name.get_ref().as_ref() == key && value.get_ref().as_bool().is_some())
    }

    /// A list of texts; a single text counts as a list of one.
    pub(crate) fn texts(&self, key: &str) -> Vec<At<String>> {
        let Some(found) = self.get(key) else { return Vec::new() };
        let one = |value: &Spanned<DeValue<'a>>| match value.get_ref().as_str() {
            Some(text) => Some(At { value: text.to_owned(), span: value.span() }),
            None => {
                self.wrong(key, "加引号的文字", value);
                None
            }
        };
        match found.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(one).collect(),
            _ => one(found).into_iter().collect(),
        }
    }

    pub(crate) fn plains(&self, key: &str) -> Vec<String> {
        self.texts(key).into_iter().map(|text| text.value).collect()
    }

    /// A list of lists of texts.
    pub(crate) fn text_sets(&self, key: &str) -> Vec<At<Vec<At<String>>>> {
        let Some(found) = self.get(key) else { return Vec::new() };
        let Some(sets) = found.get_ref().as_array() else {
            self.wrong(key, "列表的列表", found);
            return Vec::new();
        };
        let one_set = |set: &Spanned<DeValue<'a>>| {
            let items: Vec<_> = set
                .get_ref()
                .as_array()?
                .iter()
                .filter_map(|item| item.get_ref().as_str().map(|text| At { value: text.to_owned(), span: item.span() }))
                .collect();
            Some(At { value: items, span: set.span() })
        };
        let read: Vec<_> = sets.iter().filter_map(one_set).collect();
        if read.len() != sets.len() {
            self.wrong(key, "列表的列表", found);
        }
        read
    }

    pub(crate) fn table(&self, key: &str) -> Option<Node<'a>> {
        let found = self.get(key)?;
        match found.get_ref().as_table() {
            Some(table) => Some(Node::new(self.file, table, found.span())),
            None => {
                self.wrong(key, "一组设置", found);
                None
            }
        }
    }

    /// An array of tables; a single table counts as an array of one.
    pub(crate) fn tables(&self, key: &str) -> Vec<Node<'a>> {
        let Some(found) = self.get(key) else { return Vec::new() };
        match found.get_ref() {
            DeValue::Table(table) => vec![Node::new(self.file, table, found.span())],
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| match item.get_ref().as_table() {
                    Some(table) => Some(Node::new(self.file, table, item.span())),
                    None => {
                        self.wrong(key, "一组设置", item);
                        None
                    }
                })
                .collect(),
            _ => {
                self.wrong(key, "一组设置", found);
                Vec::new()
            }
        }
    }

    /// Every key with its value as JSON, for samples.
    pub(crate) fn as_json(&self) -> serde_json::Map<String, serde_json::Value> {
        self.table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
    }

    /// A list of whole numbers.
    pub(crate) fn integers(&self, key: &str) -> Vec<At<i64>> {
        let Some(found) = self.get(key) else { return Vec::new() };
        let one = |value: &Spanned<DeValue<'a>>| {
            let digits = value.get_ref().as_integer()?;
            let read = i64::from_str_radix(digits.as_str(), digits.radix()).ok()?;
            Some(At { value: read, span: value.span() })
        };
        let read: Option<Vec<_>> = found.get_ref().as_array().and_then(|items| items.iter().map(one).collect());
        if read.is_none() {
            self.wrong(key, "整数的列表", found);
        }
        read.unwrap_or_default()
    }

    /// Says every key that nobody asked for. The last call on a table.
    pub(crate) fn finish(self) {
        self.finish_ref();
    }

    /// The same for a table that others still look at: [`Node::finish`] once is enough.
    pub(crate) fn finish_ref(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            if !asked.contains(key.get_ref().as_ref()) {
                self.file.say(codes::UNKNOWN_KEY, &key.span(), key.get_ref());
            }
        }
    }
}

fn json(value: &DeValue<'_>) -> serde_json::Value {
    match value {
        DeValue::String(text) => text.to_string().into(),
        DeValue::Integer(digits) => digits.as_str().into(),
        DeValue::Float(digits) => digits.as_str().into(),
        DeValue::Boolean(yes) => (*yes).into(),
        DeValue::Datetime(moment) => moment.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => serde_json::Value::Object(
            table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect(),
        ),
    }
}
