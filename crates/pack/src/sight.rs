//! 脱敏: what a reader may see of personal fields. Every title of a record is made here, and nowhere else.
//!
//! What always holds:
//! - A title that is *stored* – a message, the name of a reference, the heading of a letter – is read by everybody, and is made with
//!   [`Sight::Hidden`].
//! - A mask tells that something is there, never what: of a choice, a day or a number it keeps nothing, of a single letter nothing either.

use crate::document::chinese_date;
use crate::kind::{Kind, Type};
use crate::pack::Pack;
use crate::record::Record;
use crate::value::Value;

/// What becomes of personal fields before one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// As they are.
    Shown,
    /// 王＊＊.
    Masked,
    /// Not at all.
    Hidden,
}

/// What a title is called when nothing is left of it.
const NAMELESS: &str = "（未填名称）";
const COVER: char = '＊';

/// A personal text where the reader may know that there is some: 王＊＊.
pub fn masked(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(_)) => std::iter::once(first).chain(letters.take(5).map(|_| COVER)).collect(),
        (Some(_), None) => COVER.to_string(),
        (None, _) => String::new(),
    }
}

impl Kind {
    /// A field's printed value as a reader sees it.
    pub fn seen(&self, index: usize, text: String, sight: Sight) -> String {
        let Some(field) = self.fields.get(index).filter(|field| field.personal) else { return text };
        match sight {
            Sight::Shown => text,
            Sight::Hidden => String::new(),
            Sight::Masked if matches!(field.kind, Type::Text | Type::Passage) => masked(&text),
            Sight::Masked if text.is_empty() => text,
            // Whoever knows the list knows the item by its first letter.
            Sight::Masked => COVER.to_string().repeat(2),
        }
    }
}

impl Pack {
    /// A record's title by its kind's template, all of its personal fields before the same eyes.
    pub fn title(&self, kind: &Kind, record: &Record, sight: Sight) -> String {
        self.title_by(kind, record, |index| {
            let personal = kind.fields.get(index).is_some_and(|field| field.personal);
            if personal { sight } else { Sight::Shown }
        })
    }

    /// The same, each field as its reader sees it: of what was not sent to him nothing stands in a title, whether or not it is personal.
    pub fn title_by(&self, kind: &Kind, record: &Record, sight: impl Fn(usize) -> Sight) -> String {
        let mut title = kind.label.clone();
        for (index, field) in kind.fields.iter().enumerate() {
            let name = format!("{{{}}}", field.id);
            if title.contains(&name) {
                let seen = match sight(index) {
                    Sight::Hidden => String::new(),
                    sight => kind.seen(index, self.printed(kind, record, index), sight),
                };
                title = title.replace(&name, &seen);
            }
        }
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() { NAMELESS.to_owned() } else { title }
    }

    /// A value as titles print it: days in words, numbers with their unit.
    fn printed(&self, kind: &Kind, record: &Record, index: usize) -> String {
        let unit = kind.fields.get(index).and_then(|field| field.unit.as_deref());
        let number = |text: String| unit.map_or(text.clone(), |unit| format!("{text}{unit}"));
        match record.value(index) {
            Some(Value::Date(day)) => chinese_date(*day),
            Some(Value::Decimal(value)) => number(value.normalize().to_string()),
            Some(Value::Integer(value)) => number(value.to_string()),
            _ => self.show(kind, record, index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_never_tells_the_whole() {
        for (text, shown) in [("王某某", "王＊＊"), ("李", "＊"), ("", ""), ("13800000000", "1＊＊＊＊＊")]
        {
            assert_eq!(masked(text), shown);
        }
    }
}
