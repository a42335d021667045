//! A record's life: [`Draft`] (as somebody gave it) → [`Record`] (typed and valid) → its canonical text.
//!
//! [`Pack::check`] says everything that is wrong at once. It is pure: today is handed in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::case::Case;
use crate::duty::DutyClass;
use crate::kind::{DateBound, Field, Format, Kind, Type};
use crate::pack::{BodyLevel, List, Pack, Whereabouts};
use crate::problem::{self as codes, Level, Problem};
use crate::procedure::{AskedBodies, Language, Owner};
use crate::value::{Decimal, FileRef, Value, decimal_as_written};
use crate::{day, uscc};

/// Reserved key of the stored object: the scope of the list a record came from.
const SCOPE_KEY: &str = "@scope";
/// Reserved key of the stored object: the course of the case.
const CASE_KEY: &str = "@case";
/// The area of a record that lies in another county.
pub const OUTSIDE: &str = "outside";

/// What an announcement table lists, as its reader confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListScope {
    /// 合格名单
    Passing,
    /// 不合格名单 without the number of tested batches: never enters a rate.
    FailingOnly,
    /// 不合格名单 whose number of tested batches was declared.
    FailingCounted,
    /// 合格与不合格都有
    Mixed,
}

impl ListScope {
    const NAMES: [(&'static str, ListScope); 4] = [
        ("passing", ListScope::Passing),
        ("failing_only", ListScope::FailingOnly),
        ("failing_counted", ListScope::FailingCounted),
        ("mixed", ListScope::Mixed),
    ];

    /// The stored name.
    pub fn name(self) -> &'static str {
        ListScope::NAMES.iter().find(|(_, scope)| *scope == self).map_or("", |(name, _)| name)
    }

    /// The scope of a stored name.
    pub fn of_name(name: &str) -> Option<ListScope> {
        ListScope::NAMES.iter().find(|(known, _)| *known == name).map(|(_, scope)| *scope)
    }
}

/// Fields as somebody gave them: a form's texts, a file's cells, a program's JSON.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Field id → value, text or JSON.
    pub fields: BTreeMap<String, Json>,
    /// Scope of the list it comes from.
    pub scope: Option<ListScope>,
}

impl Draft {
    /// A draft of texts, as forms and files give them.
    pub fn of_texts<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Draft {
        let fields = pairs.into_iter().map(|(id, text)| (id.to_owned(), Json::String(text.to_owned()))).collect();
        Draft { fields, scope: None }
    }
}

/// A typed, valid record of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    values: Vec<Option<Value>>,
    /// Scope of the list it came from.
    pub scope: Option<ListScope>,
    /// Its course, where its kind has a procedure.
    pub case: Option<Case>,
}

/// What every record has, whatever its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// Business key.
    pub key: Option<String>,
    /// Responsible body's id.
    pub body: Option<String>,
    /// Area code, or [`OUTSIDE`].
    pub area: Option<String>,
    /// The firm or person it is about.
    pub subject: Option<String>,
    /// The valid day.
    pub day: Option<i32>,
}

/// The outcome of a check: a record unless something must be changed, and everything that is to be said.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Absent when a problem refuses it.
    pub record: Option<Record>,
    /// Problems and reminders.
    pub problems: Vec<Problem>,
}

impl Record {
    /// The record as somebody sees it who does not read every personal field: texts masked, whatever has no mask left out.
    pub fn covered(&self, kind: &Kind, reads: impl Fn(usize) -> bool, mask: impl Fn(&str) -> String) -> Record {
        let mut seen = self.clone();
        for (index, slot) in seen.values.iter_mut().enumerate() {
            if kind.fields.get(index).is_some_and(|field| field.personal) && !reads(index) {
                *slot = match slot.take() {
                    Some(Value::Text(text)) => Some(Value::Text(mask(&text))),
                    _ => None,
                };
            }
        }
        seen
    }

    /// A field's value.
    pub fn value(&self, index: usize) -> Option<&Value> {
        self.values.get(index).and_then(Option::as_ref)
    }

    /// Sets a field that is computed; what people give comes through [`Pack::check`].
    pub(crate) fn set(&mut self, index: usize, value: Option<Value>) {
        if let Some(slot) = self.values.get_mut(index) {
            *slot = value;
        }
    }

    /// Gives a record its running number.
    pub fn number(&mut self, index: usize, value: Value) {
        self.set(index, Some(value));
    }

    /// A field's date as a day number.
    pub fn day(&self, index: usize) -> Option<i32> {
        match self.value(index)? {
            Value::Date(date) => Some(day::number(*date)),
            Value::Moment(text) => day::parse(text.get(..10)?).map(day::number),
            _ => None,
        }
    }

    /// The canonical text that is stored and hashed: sorted keys, one spelling a value.
    pub fn canonical(&self, kind: &Kind) -> String {
        let mut sorted = BTreeMap::new();
        for (field, value) in kind.fields.iter().zip(&self.values) {
            if let Some(value) = value {
                sorted.insert(field.id.as_str(), value.to_json());
            }
        }
        if let Some(scope) = self.scope {
            sorted.insert(SCOPE_KEY, Json::String(scope.name().to_owned()));
        }
        if let Some(case) = self.case.as_ref().and_then(|case| serde_json::to_value(case).ok()) {
            sorted.insert(CASE_KEY, case);
        }
        Json::Object(sorted.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>()).to_string()
    }

    /// The canonical text of what people gave: without the course of the case and what is computed from it.
    pub fn given(&self, kind: &Kind) -> String {
        let own = |(field, value): (&Field, &Option<Value>)| value.clone().filter(|_| !field.derived);
        let values = kind.fields.iter().zip(&self.values).map(own).collect();
        Record { values, scope: self.scope, case: None }.canonical(kind)
    }

    /// Reads back a canonical text. Fields that the kind no longer has are left out; `None`: the text is no object.
    pub fn from_canonical(kind: &Kind, text: &str) -> Option<Record> {
        let object: Map<String, Json> = serde_json::from_str(text).ok()?;
        let scope = object.get(SCOPE_KEY).and_then(Json::as_str).and_then(ListScope::of_name);
        let read = |field: &Field| object.get(&field.id).and_then(|json| Value::from_json(&field.kind, json));
        let case = object.get(CASE_KEY).and_then(|case| Case::deserialize(case).ok());
        Some(Record { values: kind.fields.iter().map(read).collect(), scope, case })
    }
}

impl Pack {
    /// Checks a draft of a kind on a day: types, ranges, lists, checks across fields; all problems at once.
    pub fn check(&self, kind: &Kind, draft: &Draft, today: i32) -> Checked {
        let mut problems = Vec::new();
        for id in draft.fields.keys().filter(|id| kind.field_index(id).is_none()) {
            problems.push(Problem::of_field(codes::NO_SUCH_FIELD, id, id));
        }
        let mut reader = Reader { pack: self, today, problems };
        let values = kind.fields.iter().map(|field| reader.field(field, draft.fields.get(&field.id))).collect();
        let record = Record { values, scope: draft.scope, case: None };
        let mut problems = reader.problems;
        for check in &kind.checks {
            if check.condition.fails(&record) {
                let field = check.field.and_then(|index| kind.fields.get(index)).map_or("", |field| field.id.as_str());
                let problem = Problem::of_field(codes::CHECK_FAILED, field, &check.message);
                problems.push(Problem { level: check.level, ..problem });
            }
        }
        problems.extend(kind.town_basis_at.is_empty().then(|| self.town_without_basis(kind, &record)).flatten());
        let refused = problems.iter().any(|problem| problem.level == Level::Refuse);
        Checked { record: (!refused).then_some(record), problems }
    }

    /// 基层减负, in one place: no record puts work on a town without an item of its list of duties that is still a town's, or a recorded 准入审批. Work on a
    /// town is: the record is its own, a step of it is its own by a field, or it is asked for an answer.
    pub fn town_without_basis(&self, kind: &Kind, record: &Record) -> Option<Problem> {
        let first = kind.town_basis.first().and_then(|at| kind.fields.get(*at))?;
        if !self.bodies_at_work(kind, record).iter().any(|body| self.is_town(body)) {
            return None;
        }
        let mut unresolved = None;
        for (field, value) in kind.town_basis.iter().filter_map(|at| Some((kind.fields.get(*at)?, record.value(*at)?)))
        {
            match value {
                Value::Choice(item) if self.is_of_duties(field) => match self.duty(item) {
                    Some(duty) if duty.class == DutyClass::Withdrawn => {
                        return Some(Problem::of_field(codes::DUTY_WITHDRAWN, &field.id, &duty.name));
                    }
                    Some(_) => return None,
                    // 清单以外: only with the approval.
                    None => {}
                },
                Value::Reference { id: None, as_written } => {
                    unresolved = Some(Problem::of_field(codes::NOT_ADMITTED, &field.id, as_written));
                }
                _ => return None,
            }
        }
        let names = kind.town_basis.iter().filter_map(|at| Some(kind.fields.get(*at)?.name.as_str()));
        let named = names.collect::<Vec<_>>().join("、");
        unresolved.or_else(|| Some(Problem::of_field(codes::NO_TOWN_BASIS, &first.id, named)))
    }

    /// On whom a record puts work.
    fn bodies_at_work(&self, kind: &Kind, record: &Record) -> Vec<String> {
        let procedures = || kind.procedures.iter().filter_map(|at| self.procedures.get(*at));
        let of_steps = procedures().flat_map(|it| &it.steps).filter_map(|step| match step.owner {
            Owner::Field(field) => Some(field),
            _ => None,
        });
        let of_asks = procedures().flat_map(|it| &it.asks).filter_map(|ask| match ask.bodies {
            AskedBodies::Field(field) => Some(field),
            AskedBodies::These(_) => None,
        });
        let mut found: Vec<String> = self.envelope(kind, record).body.into_iter().collect();
        for field in of_steps.chain(of_asks) {
            match record.value(field) {
                Some(Value::Choices(bodies)) => found.extend(bodies.iter().cloned()),
                Some(other) => found.push(other.plain()),
                None => {}
            }
        }
        found
    }

    fn is_of_duties(&self, field: &Field) -> bool {
        field.list.and_then(|list| self.lists.get(list)).is_some_and(|list| list.id == "duties")
    }

    /// An item of the 履行职责事项清单; none for what stands on no list.
    pub fn duty(&self, id: &str) -> Option<&crate::duty::TownDuty> {
        self.town_duties.iter().find(|duty| duty.id == id)
    }

    /// Whether a body is a town (乡镇街道).
    pub fn is_town(&self, body: &str) -> bool {
        self.body(body).is_some_and(|body| body.level == BodyLevel::Town)
    }

    /// What a record has whatever its kind: key, body, area, subject, day.
    pub fn envelope(&self, kind: &Kind, record: &Record) -> Envelope {
        let plain = |index: Option<usize>| index.and_then(|index| record.value(index)).map(Value::plain);
        let body = plain(kind.body_field)
            .and_then(|text| self.body_named(&text).map(|body| body.id.clone()))
            .or_else(|| kind.body.clone());
        Envelope {
            key: plain(kind.key),
            body,
            area: self.area_of(kind, record),
            subject: plain(kind.subject),
            day: kind.day.and_then(|index| record.day(index)),
        }
    }

    fn area_of(&self, kind: &Kind, record: &Record) -> Option<String> {
        if let Some(Value::Area { as_written, code }) = kind.area.and_then(|index| record.value(index)) {
            return match code {
                Some(code) => Some(code.clone()),
                None if *as_written == self.place_name || *as_written == self.place => None,
                // A full address in the column of towns is read as one; a name that is on no list is not ours to count.
                None => match self.locate(as_written) {
                    Whereabouts::Area(code) => Some(code),
                    Whereabouts::Inside => None,
                    Whereabouts::Outside | Whereabouts::Unknown => Some(OUTSIDE.to_owned()),
                },
            };
        }
        for index in &kind.place_from {
            let Some(address) = record.value(*index) else { continue };
            match self.locate(&address.plain()) {
                Whereabouts::Area(code) => return Some(code),
                Whereabouts::Outside => return Some(OUTSIDE.to_owned()),
                Whereabouts::Inside => return None,
                Whereabouts::Unknown => {}
            }
        }
        None
    }

    /// A field's value as the public reads it in its language: choices by name, days in words.
    pub fn said(&self, kind: &Kind, record: &Record, index: usize, language: Language) -> String {
        let list = kind.fields.get(index).and_then(|field| self.lists.get(field.list?));
        let name = |id: &String| {
            let item = list.and_then(|list| list.items.iter().find(|item| item.id == *id));
            item.map_or(id.clone(), |item| language.of(&item.name, item.english.as_deref()).to_owned())
        };
        match record.value(index) {
            Some(Value::Choice(id)) => name(id),
            Some(Value::Choices(ids)) => ids.iter().map(name).collect::<Vec<_>>().join(language.say("、", ", ")),
            Some(Value::Date(day)) => match language {
                Language::Chinese => crate::document::chinese_date(*day),
                Language::English => crate::day::english(*day),
            },
            Some(Value::YesNo(yes)) if language == Language::English => (if *yes { "Yes" } else { "No" }).to_owned(),
            _ => self.show(kind, record, index),
        }
    }

    /// A field's value as pages show it: names instead of ids, an empty text where there is none.
    pub fn show(&self, kind: &Kind, record: &Record, index: usize) -> String {
        let (Some(field), Some(value)) = (kind.fields.get(index), record.value(index)) else { return String::new() };
        let name = |id: &String| {
            let list = field.list.and_then(|list| self.lists.get(list));
            list.and_then(|list| list.items.iter().find(|item| item.id == *id))
                .map_or(id.clone(), |item| item.name.clone())
        };
        match value {
            Value::Choice(id) => name(id),
            Value::Choices(ids) => ids.iter().map(name).collect::<Vec<_>>().join("、"),
            Value::Area { code: Some(code), as_written } => {
                self.area(code).map_or(as_written.clone(), |area| area.name.clone())
            }
            other => other.plain(),
        }
    }
}

struct Reader<'a> {
    pack: &'a Pack,
    today: i32,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn field(&mut self, field: &Field, given: Option<&Json>) -> Option<Value> {
        let given = given.filter(|json| !is_blank(json));
        if field.derived {
            if given.is_some() {
                self.say(codes::DERIVED_FIELD, field, &field.name);
            }
            return None;
        }
        let Some(given) = given else {
            if field.required {
                self.say(codes::REQUIRED, field, &field.name);
            }
            return None;
        };
        match field.kind {
            Type::Choices => self.choices(field, given),
            Type::File => self.file(field, given),
            Type::Reference | Type::Area if given.is_object() => Value::from_json(&field.kind, given),
            _ => {
                let text = text_of(given);
                let text = text.trim();
                if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                    self.say(codes::CONTROL_CHARACTER, field, &text.replace(char::is_control, "␀"));
                    return None;
                }
                self.text(field, text)
            }
        }
    }

    fn text(&mut self, field: &Field, text: &str) -> Option<Value> {
        match field.kind {
            Type::Text | Type::Passage => self.plain_text(field, text),
            Type::Integer => self.integer(field, text),
            Type::Decimal => self.decimal(field, text),
            Type::Date => self.date(field, text),
            Type::Moment => self.moment(field, text),
            Type::YesNo => self.yes_no(field, text),
            Type::Choice => self.item(field, text).map(Value::Choice),
            Type::Reference => Some(Value::Reference { as_written: text.to_owned(), id: None }),
            Type::Area => {
                let code = self.pack.area_named(text).map(|area| area.code.clone());
                Some(Value::Area { as_written: code.clone().unwrap_or_else(|| text.to_owned()), code })
            }
            Type::Point => self.point(field, text),
            Type::Gs1Key => self.gs1_key(field, text),
            Type::Choices | Type::File => None,
        }
    }

    fn plain_text(&mut self, field: &Field, text: &str) -> Option<Value> {
        let length = text.chars().count();
        if length > field.max_len {
            self.say(codes::TOO_LONG, field, &format!("{}最多 {} 个字，现有 {length} 个", field.name, field.max_len));
            return None;
        }
        if field.format == Some(Format::Uscc) {
            let folded = text.to_ascii_uppercase();
            if !uscc::is_valid(&folded) {
                self.problems.push(Problem::of_field(codes::BAD_USCC, &field.id, text).as_warning());
            }
            return Some(Value::Text(folded));
        }
        if field.format == Some(Format::Record) && self.pack.record_named(text).is_none() {
            self.say(codes::NOT_RECORD, field, text);
            return None;
        }
        Some(Value::Text(text.to_owned()))
    }

    fn integer(&mut self, field: &Field, text: &str) -> Option<Value> {
        let number = decimal_as_written(text).filter(|number| number.fract().is_zero());
        let Some(integer) = number.and_then(|number| i64::try_from(number.normalize().mantissa()).ok()) else {
            self.say(codes::NOT_INTEGER, field, text);
            return None;
        };
        self.within(field, Decimal::from(integer)).then_some(Value::Integer(integer))
    }

    fn decimal(&mut self, field: &Field, text: &str) -> Option<Value> {
        let Some(number) = decimal_as_written(text) else {
            self.say(codes::NOT_DECIMAL, field, text);
            return None;
        };
        let number = number.normalize();
        if crate::value::scaled(number, field.decimals).is_none() {
            self.say(codes::TOO_PRECISE, field, &format!("{}最多 {} 位小数，现为 {text}", field.name, field.decimals));
            return None;
        }
        self.within(field, number).then_some(Value::Decimal(number))
    }

    fn within(&mut self, field: &Field, number: Decimal) -> bool {
        if let Some(min) = field.min.filter(|min| number < *min) {
            self.say(codes::TOO_SMALL, field, &format!("{}不能小于 {min}，现为 {number}", field.name));
            return false;
        }
        if let Some(max) = field.max.filter(|max| number > *max) {
            self.say(codes::TOO_LARGE, field, &format!("{}不能大于 {max}，现为 {number}", field.name));
            return false;
        }
        true
    }

    fn date(&mut self, field: &Field, text: &str) -> Option<Value> {
        let Some(date) = day::parse(text) else {
            self.say(codes::NOT_DATE, field, text);
            return None;
        };
        let bound = |bound: DateBound| match bound {
            DateBound::On(date) => day::number(date),
            DateBound::Today => self.today,
        };
        let number = day::number(date);
        if let Some(earliest) = field.earliest.map(bound).filter(|earliest| number < *earliest) {
            self.say(codes::TOO_SMALL, field, &format!("{}不能早于 {}，现为 {text}", field.name, day::date(earliest)));
            return None;
        }
        if let Some(latest) = field.latest.map(bound).filter(|latest| number > *latest) {
            self.say(codes::TOO_LARGE, field, &format!("{}不能晚于 {}，现为 {text}", field.name, day::date(latest)));
            return None;
        }
        Some(Value::Date(date))
    }

    fn moment(&mut self, field: &Field, text: &str) -> Option<Value> {
        let shaped = text.replace('T', " ");
        let (date, time) = shaped.split_once(' ').unwrap_or((&shaped, "00:00"));
        let clock: Vec<Option<u8>> = time.split(':').map(|part| part.parse().ok()).collect();
        match (day::parse(date), clock.as_slice()) {
            (
                Some(date),
                [Some(hour @ 0..=23), Some(minute @ 0..=59)] | [Some(hour @ 0..=23), Some(minute @ 0..=59), _],
            ) => Some(Value::Moment(format!("{date} {hour:02}:{minute:02}"))),
            _ => {
                self.say(codes::NOT_MOMENT, field, text);
                None
            }
        }
    }

    fn yes_no(&mut self, field: &Field, text: &str) -> Option<Value> {
        match text {
            "yes" | "true" | "是" | "有" | "1" | "√" | "on" => Some(Value::YesNo(true)),
            "no" | "false" | "否" | "无" | "0" | "×" => Some(Value::YesNo(false)),
            _ => {
                self.say(codes::NOT_YES_NO, field, text);
                None
            }
        }
    }

    fn list(&self, field: &Field) -> Option<&List> {
        field.list.and_then(|list| self.pack.lists.get(list))
    }

    fn is_of_level(&self, body: &str, levels: &[BodyLevel]) -> bool {
        levels.is_empty() || self.pack.body(body).is_some_and(|body| levels.contains(&body.level))
    }

    fn item(&mut self, field: &Field, text: &str) -> Option<String> {
        let today = self.today;
        match self.list(field).and_then(|list| list.find(text)) {
            Some(item) if item.until.is_some_and(|until| day::number(until) < today) => {
                let ended = item.until.map(|date| date.to_string()).unwrap_or_default();
                let detail = format!("「{}」自 {ended} 起不再使用", item.name);
                self.say(codes::ITEM_ENDED, field, &detail);
                None
            }
            Some(item) if !self.is_of_level(&item.id, &field.levels) => {
                let levels: Vec<&str> = field.levels.iter().map(|level| level.word()).collect();
                let detail = format!("{}只能是{}，「{}」不是", field.name, levels.join("或者"), item.name);
                self.say(codes::WRONG_LEVEL, field, &detail);
                None
            }
            Some(item) => Some(item.id.clone()),
            None => {
                let choices = self.list(field).map(offered).unwrap_or_default();
                self.say(codes::NOT_IN_LIST, field, &format!("「{text}」不在列表中（可选：{choices}）"));
                None
            }
        }
    }

    fn choices(&mut self, field: &Field, given: &Json) -> Option<Value> {
        let texts: Vec<String> = match given {
            Json::Array(items) => items.iter().map(text_of).collect(),
            other => {
                text_of(other).split(['、', ',', '，', ';', '；', '\n']).map(|part| part.trim().to_owned()).collect()
            }
        };
        let mut items: Vec<String> =
            texts.iter().filter(|text| !text.is_empty()).filter_map(|text| self.item(field, text)).collect();
        items.sort();
        items.dedup();
        (!items.is_empty()).then_some(Value::Choices(items))
    }

    fn point(&mut self, field: &Field, text: &str) -> Option<Value> {
        let within = |part: &str, limit: u32| {
            decimal_as_written(part)
                .filter(|number| number.abs() <= Decimal::from(limit))
                .map(|number| number.to_string())
        };
        let parts: Vec<&str> = text.split([',', '，']).map(str::trim).collect();
        let point = match parts.as_slice() {
            [latitude, longitude] => within(latitude, 90).zip(within(longitude, 180)),
            _ => None,
        };
        if point.is_none() {
            self.say(codes::NOT_POINT, field, text);
        }
        point.map(|(latitude, longitude)| Value::Point(format!("{latitude},{longitude}")))
    }

    fn gs1_key(&mut self, field: &Field, text: &str) -> Option<Value> {
        if !is_gs1_key(text) {
            self.say(codes::NOT_GS1, field, text);
            return None;
        }
        Some(Value::Text(text.to_owned()))
    }

    fn file(&mut self, field: &Field, given: &Json) -> Option<Value> {
        let file = Value::from_json(&Type::File, given);
        if !matches!(&file, Some(Value::File(FileRef { digest, .. })) if digest.len() == 64) {
            self.say(codes::NOT_FILE, field, &text_of(given));
            return None;
        }
        file
    }

    fn say(&mut self, code: codes::Code, field: &Field, detail: &str) {
        self.problems.push(Problem::of_field(code, &field.id, detail));
    }
}

/// GTIN-8, -12, -13, -14, GLN and SSCC share one check digit: weights 3 and 1 from the right (GS1 General Specifications 7.9).
fn is_gs1_key(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|letter| letter.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| matches!(digits.len(), 8 | 12 | 13 | 14 | 18)) else { return false };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(place, digit)| digit * if place % 2 == 1 { 3 } else { 1 }).sum();
    sum.is_multiple_of(10)
}

fn offered(list: &List) -> String {
    let names: Vec<&str> = list.items.iter().take(12).map(|item| item.name.as_str()).collect();
    let more = if list.items.len() > 12 { "……" } else { "" };
    names.join("、") + more
}

fn is_blank(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn text_of(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    }
}
