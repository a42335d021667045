//! JSON as EPCIS needs it (RFC 8259): numbers keep their digits, names keep their order, and a document takes no more memory than its
//! limits allow.
//!
//! `serde_json` reads numbers into binary floats unless the whole program is built otherwise; a quantity that a certificate rests on may
//! not change its last digit on the way in and out.

use std::fmt::Write;

use crate::problem::{JSON_SYNTAX, Problem, TOO_LARGE};

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A string, decoded.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Object),
}

/// An object: names in the order in which they came. Looked up by walking: events have a dozen names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object(pub Vec<(String, Value)>);

impl Object {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The value of a name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Adds a name at the end.
    pub fn push(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    /// Replaces the value of a name, or adds it.
    pub fn set(&mut self, name: &str, value: Value) {
        match self.get_mut(name) {
            Some(old) => *old = value,
            None => self.push(name, value),
        }
    }

    /// Takes a name away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.remove(place).1)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The text of a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }
}

impl Value {
    /// A string.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The object, to change it.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// A scalar as a person would write it.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// The value in one line without spaces.
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    fn write_to(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(digits) => out.push_str(digits),
            Self::Text(text) => write_text(text, out),
            Self::List(list) => {
                for (place, value) in list.iter().enumerate() {
                    out.push(if place == 0 { '[' } else { ',' });
                    value.write_to(out);
                }
                out.push_str(if list.is_empty() { "[]" } else { "]" });
            }
            Self::Object(object) => {
                for (place, (name, value)) in object.iter().enumerate() {
                    out.push(if place == 0 { '{' } else { ',' });
                    write_text(name, out);
                    out.push(':');
                    value.write_to(out);
                }
                out.push_str(if object.0.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// What a reader takes at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a document.
    pub bytes: usize,
    /// Levels of arrays, objects or elements inside one another.
    pub depth: usize,
    /// Values in a document (numbers, strings, arrays, objects, attributes).
    pub values: usize,
    /// Events in a document.
    pub events: usize,
    /// Identifiers in one event, over all its lists.
    pub identifiers: usize,
    /// Problems that are reported; more are not looked for.
    pub problems: usize,
}

impl Default for Limits {
    /// 16 MiB, 32 levels, a million values, 10,000 events, 100,000 identifiers in an event, 200 problems.
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 32, values: 1_000_000, events: 10_000, identifiers: 100_000, problems: 200 }
    }
}

/// Reads one JSON value and nothing after it.
pub fn read(text: &str, limits: &Limits) -> Result<Value, Problem> {
    if text.len() > limits.bytes {
        return Err(Problem::new(TOO_LARGE, "", format!("{} 字节，最多 {} 字节", text.len(), limits.bytes)));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0, left: limits.values, depth: limits.depth };
    reader.space();
    let value = reader.value(0)?;
    reader.space();
    if reader.at == text.len() { Ok(value) } else { Err(reader.error("结尾之后还有内容")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    left: usize,
    depth: usize,
}

impl Reader<'_> {
    fn error(&self, what: &str) -> Problem {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Problem::new(JSON_SYNTAX, "", format!("第 {line} 行第 {column} 列，{what}"))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Problem> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error("认不出的值"))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Problem> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Problem::new(TOO_LARGE, "", "值太多"))?;
        if depth > self.depth {
            return Err(Problem::new(TOO_LARGE, "", format!("嵌套超过 {} 层", self.depth)));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Value::Text),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.error("认不出的值")),
            None => Err(self.error("内容不完整")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Problem> {
        self.at += 1;
        let mut object = Object::default();
        self.space();
        if self.eat(b'}') {
            return Ok(Value::Object(object));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("这里应是带引号的名称"));
            }
            let name = self.string()?;
            self.space();
            if !self.eat(b':') {
                return Err(self.error("名称之后应是冒号"));
            }
            self.space();
            let value = self.value(depth + 1)?;
            // A name that comes twice has its last value, as every common reader has it; an example of the standard itself relies on it.
            object.set(&name, value);
            // Names are looked up by walking: an object with very many would take time by the square.
            if object.0.len() > NAMES_MAX {
                return Err(Problem::new(TOO_LARGE, "", format!("一个对象里超过 {NAMES_MAX} 个名称")));
            }
            self.space();
            if self.eat(b'}') {
                return Ok(Value::Object(object));
            }
            if !self.eat(b',') {
                return Err(self.error("这里应是逗号或右花括号"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Problem> {
        self.at += 1;
        let mut list = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Value::List(list));
        }
        loop {
            self.space();
            list.push(self.value(depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::List(list));
            }
            if !self.eat(b',') {
                return Err(self.error("这里应是逗号或右方括号"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, Problem> {
        let start = self.at;
        self.eat(b'-');
        let zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (zero && whole > 1) {
            return Err(self.error("数字写法有误"));
        }
        if self.eat(b'.') && self.digits() == 0 {
            return Err(self.error("小数点后没有数字"));
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            let _ = self.eat(b'+') || self.eat(b'-');
            if self.digits() == 0 {
                return Err(self.error("指数没有数字"));
            }
        }
        Ok(Value::Number(self.text.get(start..self.at).unwrap_or_default().to_owned()))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<String, Problem> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let run = rest.find(['"', '\\']).ok_or_else(|| self.error("字符串没有结束"))?;
            let plain = rest.get(..run).unwrap_or_default();
            if plain.bytes().any(|byte| byte < b' ') {
                return Err(self.error("字符串里有控制字符"));
            }
            out.push_str(plain);
            self.at += run + 1;
            if rest.as_bytes().get(run) == Some(&b'"') {
                return Ok(out);
            }
            out.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, Problem> {
        let mark = self.peek();
        self.at += 1;
        Ok(match mark {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.four()?;
                let code = if (0xd800..0xdc00).contains(&high) && self.eat(b'\\') && self.eat(b'u') {
                    let low = self.four()?;
                    0x10000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff)
                } else {
                    high
                };
                char::from_u32(code).ok_or_else(|| self.error("转义的字符不完整"))?
            }
            _ => {
                self.at = self.at.min(self.text.len());
                return Err(self.error("不认识的转义"));
            }
        })
    }

    fn four(&mut self) -> Result<u32, Problem> {
        let text = self.text.get(self.at..self.at + 4).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = text
            .and_then(|text| u32::from_str_radix(text, 16).ok())
            .ok_or_else(|| self.error("转义应有四位十六进制数字"))?;
        self.at += 4;
        Ok(code)
    }
}

/// Names in one object.
const NAMES_MAX: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What another reader understands is written back with the same meaning; what it refuses is refused.
        #[test]
        fn reads_as_serde_json_does(text in r#"[\[\]{}",:0-9a-e\\u. \-+truefalsn]{0,40}"#) {
            let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
            match (read(&text, &Limits::default()), theirs) {
                (Ok(ours), Ok(theirs)) => {
                    let again: serde_json::Value = serde_json::from_str(&ours.write()).unwrap();
                    prop_assert_eq!(again, theirs);
                }
                (Err(_), Err(_)) => {}
                (Err(problem), Ok(_)) => prop_assert!(false, "{problem}"),
                // We keep the digits of a number that is out of range for them.
                (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range")),
            }
        }

        #[test]
        fn any_text_round_trips(text in "\\PC{0,40}") {
            let value = Value::Text(text);
            prop_assert_eq!(read(&value.write(), &Limits::default()).unwrap(), value);
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let limits = Limits { bytes: 10_000, values: 100, ..Limits::default() };
        for text in ["[".repeat(5_000), format!("[{}]", vec!["0"; 200].join(",")), " ".repeat(20_000)] {
            assert_eq!(read(&text, &limits).unwrap_err().code, TOO_LARGE);
        }
    }
}
