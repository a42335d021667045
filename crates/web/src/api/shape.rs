//! 形状: what the JSON of a request or an answer looks like. One value is both the schema that the document shows and the check that a
//! request passes, so that the two cannot come apart.
//!
//! The check is about shape alone: types, names, lengths, lists. What a field means is the pack's to judge.

use serde_json::{Map, Value as Json, json};

/// What a piece of JSON looks like.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Yes or no.
    Bool,
    /// Whole numbers between two bounds.
    Int(i64, i64),
    /// Text of so many characters.
    Text(usize, usize),
    /// Any text: what is stored may be older than the bounds of today's pack.
    Words,
    /// A text of a form.
    Form(Form),
    /// One of these.
    Choice(Vec<String>),
    /// Several, at most so many.
    List(Box<Shape>, usize),
    /// As many as there are; of answers only.
    Many(Box<Shape>),
    /// An object with these members and no other.
    Object(Vec<Member>),
    /// An object whose members are told elsewhere.
    Open,
    /// One or the other.
    Either(Vec<Shape>),
    /// May be null.
    OrNull(Box<Shape>),
    /// A named schema of the document; of answers only.
    Named(String),
}

/// Forms that texts may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `2026-01-31`
    Date,
    /// `2026-01-31 09:30`
    Moment,
    /// `2026-01-31T09:30:00+08:00`
    Instant,
    /// A decimal with at most so many places.
    Decimal(u32),
    /// So many hexadecimal digits: ids and digests.
    Hex(usize),
    /// 纬度,经度
    Point,
    /// A length of time, `15 workday`.
    Length,
    /// A place in a list of records: `20780.0192…`, `-.0192…` without a day.
    Place,
    /// A place in the records behind a number: the kind's number, and a place in its list.
    Behind,
    /// A place in the work: an instant, and a case.
    Due,
    /// A place in what a search found.
    Found,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    read_only: bool,
    title: String,
    about: String,
}

impl Member {
    /// A member that has to be there.
    pub(crate) fn of(name: &str, shape: Shape) -> Member {
        let (title, about) = (String::new(), String::new());
        Member { name: name.to_owned(), shape, required: true, read_only: false, title, about }
    }

    /// A member that may be missing.
    pub(crate) fn maybe(name: &str, shape: Shape) -> Member {
        Member { required: false, ..Member::of(name, shape) }
    }

    /// What it is called.
    pub(crate) fn titled(mut self, title: &str) -> Member {
        title.clone_into(&mut self.title);
        self
    }

    /// What else is to be known.
    pub(crate) fn about(mut self, about: &str) -> Member {
        about.clone_into(&mut self.about);
        self
    }

    /// The program fills it in.
    pub(crate) fn read_only(mut self) -> Member {
        self.read_only = true;
        self
    }
}

/// What does not fit, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// Names of the members down to it, with dots between.
    pub(crate) at: String,
    /// What is wrong, in Chinese, without a full stop.
    pub(crate) why: String,
}

impl Shape {
    /// The same, or null.
    pub(crate) fn or_null(self) -> Shape {
        Shape::OrNull(Box::new(self))
    }

    /// At most so many of it.
    pub(crate) fn list(self, most: usize) -> Shape {
        Shape::List(Box::new(self), most)
    }

    /// Any number of it.
    pub(crate) fn many(self) -> Shape {
        Shape::Many(Box::new(self))
    }

    /// Everything about a value that does not fit.
    pub(crate) fn misfits(&self, value: &Json) -> Vec<Misfit> {
        let mut found = Vec::new();
        self.look("", value, &mut found);
        found
    }

    fn look(&self, at: &str, value: &Json, found: &mut Vec<Misfit>) {
        let mut say = |why: String| found.push(Misfit { at: at.to_owned(), why });
        match (self, value) {
            (Shape::OrNull(_), Json::Null) | (Shape::Named(_), _) => {}
            (Shape::OrNull(shape), value) => shape.look(at, value, found),
            (Shape::Either(shapes), value) => {
                let fits = |shape: &Shape| shape.misfits(value).is_empty();
                if !shapes.iter().any(fits) {
                    // The one that it seems to be meant as tells most.
                    let meant = shapes.iter().find(|shape| shape.is_object() == value.is_object());
                    match meant.or(shapes.first()) {
                        Some(shape) => shape.look(at, value, found),
                        None => say("没有可以填写的内容".to_owned()),
                    }
                }
            }
            (Shape::Bool, Json::Bool(_)) | (Shape::Open, Json::Object(_)) => {}
            (Shape::Int(least, most), Json::Number(number)) => match number.as_i64() {
                Some(number) if (*least..=*most).contains(&number) => {}
                Some(_) => say(format!("要在 {least} 到 {most} 之间")),
                None => say("要写成整数".to_owned()),
            },
            (Shape::Words, Json::String(_)) => {}
            (Shape::Text(least, most), Json::String(text)) => {
                let length = text.chars().count();
                if text.chars().any(is_control) {
                    say("含有不可见的控制字符".to_owned());
                } else if !(*least..=*most).contains(&length) {
                    say(format!("要有 {least} 到 {most} 个字，现有 {length} 个"));
                }
            }
            (Shape::Form(form), Json::String(text)) => {
                if !form.fits(text) {
                    say(format!("要写成{}的样子", form.words()));
                }
            }
            (Shape::Choice(items), Json::String(text)) => {
                if !items.contains(text) {
                    let offered: Vec<&str> = items.iter().take(12).map(String::as_str).collect();
                    let more = if items.len() > offered.len() { " 等" } else { "" };
                    say(format!("只能是 {}{more} 之一", offered.join("、")));
                }
            }
            (Shape::List(shape, most), Json::Array(items)) => {
                if items.len() > *most {
                    say(format!("最多 {most} 项，现有 {} 项", items.len()));
                }
                let repeated =
                    items.iter().enumerate().any(|(no, item)| items.iter().take(no).any(|other| other == item));
                if repeated {
                    say("有重复的项".to_owned());
                }
                for (no, item) in items.iter().enumerate() {
                    shape.look(&join(at, &no.to_string()), item, found);
                }
            }
            (Shape::Many(shape), Json::Array(items)) => {
                items.iter().enumerate().for_each(|(no, item)| shape.look(&join(at, &no.to_string()), item, found));
            }
            (Shape::Object(members), Json::Object(given)) => object(at, members, given, found),
            (expected, _) => say(format!("要写成{}", expected.word())),
        }
    }

    fn is_object(&self) -> bool {
        matches!(self, Shape::Object(_) | Shape::Open)
    }

    fn word(&self) -> &'static str {
        match self {
            Shape::Bool => " true 或 false",
            Shape::Int(..) => "整数，不加引号",
            Shape::List(..) | Shape::Many(_) => "列表 […]",
            Shape::Object(_) | Shape::Open | Shape::Named(_) => "对象 {…}",
            Shape::Form(Form::Decimal(_)) => "加引号的十进制数",
            Shape::Either(_) | Shape::OrNull(_) => "文本或对象",
            Shape::Text(..) | Shape::Words | Shape::Form(_) | Shape::Choice(_) => "文本",
        }
    }

    /// The JSON Schema (2020-12) of this shape.
    pub(crate) fn schema(&self) -> Json {
        match self {
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::Int(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Shape::Text(least, most) => json!({ "type": "string", "minLength": least, "maxLength": most }),
            Shape::Words => json!({ "type": "string" }),
            Shape::Form(form) => form.schema(),
            Shape::Choice(items) => json!({ "type": "string", "enum": items }),
            Shape::List(shape, most) => {
                json!({ "type": "array", "items": shape.schema(), "maxItems": most, "uniqueItems": true })
            }
            Shape::Many(shape) => json!({ "type": "array", "items": shape.schema() }),
            Shape::Object(members) => {
                let required: Vec<&str> =
                    members.iter().filter(|member| member.required).map(|member| member.name.as_str()).collect();
                let properties: Map<String, Json> =
                    members.iter().map(|member| (member.name.clone(), member.schema())).collect();
                let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
                if let (Some(schema), false) = (schema.as_object_mut(), required.is_empty()) {
                    schema.insert("required".to_owned(), json!(required));
                }
                schema
            }
            Shape::Open => json!({ "type": "object" }),
            Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(Shape::schema).collect::<Vec<_>>() }),
            Shape::OrNull(shape) => or_null(shape.schema()),
            Shape::Named(name) => json!({ "$ref": format!("#/components/schemas/{name}") }),
        }
    }
}

/// A plain type takes null in; what has none, or lists its values, stands beside it.
fn or_null(schema: Json) -> Json {
    match schema {
        Json::Object(mut map) if map.get("type").is_some_and(Json::is_string) && !map.contains_key("enum") => {
            let kind = map.get("type").cloned().unwrap_or_default();
            map.insert("type".to_owned(), json!([kind, "null"]));
            Json::Object(map)
        }
        other => json!({ "anyOf": [other, { "type": "null" }] }),
    }
}

impl Member {
    fn schema(&self) -> Json {
        let mut schema = self.shape.schema();
        if let Some(schema) = schema.as_object_mut() {
            let texts = [("title", &self.title), ("description", &self.about)];
            schema.extend(
                texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key.to_owned(), json!(text))),
            );
            if self.read_only {
                schema.insert("readOnly".to_owned(), json!(true));
            }
        }
        schema
    }
}

fn object(at: &str, members: &[Member], given: &Map<String, Json>, found: &mut Vec<Misfit>) {
    for name in given.keys().filter(|name| !members.iter().any(|member| member.name == **name)) {
        // A name is somebody else's text: what cannot be printed is left out of the answer.
        let name: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
        found.push(Misfit { at: join(at, &name), why: "没有这一项".to_owned() });
    }
    for member in members {
        match given.get(&member.name) {
            Some(value) => member.shape.look(&join(at, &member.name), value, found),
            None if member.required => {
                let why = if member.title.is_empty() {
                    "必须填写".to_owned()
                } else {
                    format!("{}必须填写", member.title)
                };
                found.push(Misfit { at: join(at, &member.name), why });
            }
            None => {}
        }
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// Letters that no text of a record may hold.
pub(crate) fn is_control(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
}

impl Form {
    /// Whether a text has this form.
    pub(crate) fn fits(self, text: &str) -> bool {
        match self {
            Form::Date => is_date(text),
            Form::Moment => text.split_once(' ').is_some_and(|(date, time)| is_date(date) && is_time(time)),
            Form::Instant => text.get(..10).is_some_and(is_date) && text.get(10..11) == Some("T"),
            Form::Decimal(places) => is_decimal(text, 15, places),
            Form::Hex(digits) => {
                text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            }
            Form::Point => text
                .split_once(',')
                .is_some_and(|(latitude, longitude)| is_decimal(latitude, 2, 8) && is_decimal(longitude, 3, 8)),
            Form::Length => text.split_once(' ').is_some_and(|(count, unit)| {
                (1..=5).contains(&count.len())
                    && count.bytes().all(|byte| byte.is_ascii_digit())
                    && UNITS.contains(&unit)
            }),
            Form::Place => is_place(text),
            Form::Behind => text.split_once('.').is_some_and(|(kind, place)| {
                is_whole(kind, 3) && !kind.starts_with('-') && (place.is_empty() || is_place(place))
            }),
            Form::Due => is_line(text),
            Form::Found => is_whole(text, 18) && !text.starts_with('-'),
        }
    }

    fn words(self) -> String {
        match self {
            Form::Date => " 2026-01-31 ".to_owned(),
            Form::Moment => " 2026-01-31 09:30 ".to_owned(),
            Form::Instant => " 2026-01-31T09:30:00+08:00 ".to_owned(),
            Form::Decimal(0) => " \"98\" ".to_owned(),
            Form::Decimal(places) => format!(" \"98.2\"（最多 {places} 位小数）"),
            Form::Hex(digits) => format!(" {digits} 位十六进制数（小写）"),
            Form::Point => " 31.0748,109.8789 ".to_owned(),
            Form::Length => " 15 workday ".to_owned(),
            Form::Place | Form::Behind | Form::Due | Form::Found => "上一页 next ".to_owned(),
        }
    }

    fn schema(self) -> Json {
        let pattern = |pattern: String| json!({ "type": "string", "pattern": pattern });
        match self {
            Form::Date => json!({ "type": "string", "format": "date" }),
            Form::Moment => {
                pattern("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]$".to_owned())
            }
            Form::Instant => json!({ "type": "string", "format": "date-time" }),
            Form::Decimal(0) => pattern("^-?[0-9]{1,15}$".to_owned()),
            Form::Decimal(places) => pattern(format!("^-?[0-9]{{1,15}}(\\.[0-9]{{1,{places}}})?$")),
            Form::Hex(digits) => pattern(format!("^[0-9a-f]{{{digits}}}$")),
            Form::Point => pattern("^-?[0-9]{1,2}(\\.[0-9]{1,8})?,-?[0-9]{1,3}(\\.[0-9]{1,8})?$".to_owned()),
            Form::Length => pattern(format!("^[0-9]{{1,5}} ({})$", UNITS.join("|"))),
            Form::Place => pattern(format!("^{PLACE}$")),
            Form::Behind => pattern(format!("^[0-9]{{1,3}}\\.({PLACE})?$")),
            Form::Due => pattern("^-?[0-9]{1,19}\\.[0-9a-f]{32}\\.-?[0-9]{1,10}\\.[a-z0-9_]{0,80}$".to_owned()),
            Form::Found => pattern("^[0-9]{1,18}$".to_owned()),
        }
    }
}

const PLACE: &str = "(-|-?[0-9]{1,7})\\.[0-9a-f]{32}";
const UNITS: [&str; 6] = ["minute", "hour", "workday", "day", "month", "year"];

fn is_date(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && zhiheng_pack::day::parse(text).is_some_and(|_| !text.starts_with('-'))
}

fn is_time(text: &str) -> bool {
    let two = |part: &str, most: u8| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse().is_ok_and(|number: u8| number <= most)
    };
    text.split_once(':').is_some_and(|(hour, minute)| two(hour, 23) && two(minute, 59))
}

fn is_place(text: &str) -> bool {
    text.split_once('.').is_some_and(|(day, id)| (day == "-" || is_whole(day, 7)) && Form::Hex(32).fits(id))
}

/// A line of work as `next` writes it: its end, its case, its run, its clock.
fn is_line(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(4, '.').collect();
    let [at, case, run, clock] = parts.as_slice() else { return false };
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    is_whole(at, 19) && Form::Hex(32).fits(case) && is_whole(run, 10) && clock.len() <= 80 && clock.bytes().all(is_id)
}

fn is_whole(text: &str, digits: usize) -> bool {
    !text.contains('.') && is_decimal(text, digits, 0)
}

fn is_decimal(text: &str, whole: usize, places: u32) -> bool {
    let digits =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((before, after)) => digits(before, whole) && digits(after, usize::try_from(places).unwrap_or_default()),
        None => digits(text, whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        Shape::Object(vec![
            Member::of("name", Shape::Text(1, 4)).titled("名称"),
            Member::maybe("rate", Shape::Form(Form::Decimal(2)).or_null()),
            Member::maybe("kinds", Shape::Choice(vec!["a".into(), "b".into()]).list(2)),
        ])
    }

    #[test]
    fn everything_that_does_not_fit_is_said_at_once_and_where() {
        let found = shape().misfits(&json!({ "rate": 98.2, "kinds": ["a", "c"], "other": 1 }));
        let at: Vec<&str> = found.iter().map(|misfit| misfit.at.as_str()).collect();
        assert_eq!(at, ["other", "name", "rate", "kinds.1"]);
        assert_eq!(found[1].why, "名称必须填写");
        assert!(shape().misfits(&json!({ "name": "质量", "rate": null, "kinds": [] })).is_empty());
        assert!(!shape().misfits(&json!({ "name": "质\u{0}" })).is_empty());
        assert!(!shape().misfits(&json!([])).is_empty());
    }

    #[test]
    fn a_form_is_what_its_pattern_says() {
        for (form, good, bad) in [
            (Form::Date, "2026-01-31", ["2026-02-30", "-100-01-01", "2026-1-31"]),
            (Form::Moment, "2026-01-31 09:30", ["2026-01-31 24:00", "2026-01-31", "2026-01-31T09:30"]),
            (Form::Decimal(2), "-98.25", ["98.255", "1e5", ""]),
            (Form::Decimal(0), "98", ["98.0", "+98", "9 8"]),
            (Form::Hex(4), "0a9f", ["0A9F", "0a9", "0a9fg"]),
            (Form::Point, "31.07,109.88", ["31.07", "310.7,109", "31.07, 109"]),
            (Form::Length, "15 workday", ["15workday", "15 weeks", " 15 day"]),
            (Form::Found, "1795413960000000", ["-1", "+1", ""]),
        ] {
            assert!(form.fits(good), "{good}");
            bad.iter().for_each(|text| assert!(!form.fits(text), "{text}"));
        }
    }
}
