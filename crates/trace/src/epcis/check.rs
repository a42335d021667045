//! Everything that is wrong with a document, at once and with its place (EPCIS 2.0 §7.3 and §7.4, the JSON Schema of EPCIS 2.0, CBV 2.0 §7).
//!
//! Beyond what the schema says: words of the standard's own namespaces must be words of the standard; names of one's own need a declared
//! prefix; times are instants; `urn:epc:` identifiers have the digits of their scheme; a container does not contain itself; a sensor does not
//! stop before it starts; an aggregation or its end has a parent.

use std::collections::HashSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::time::{Instant, offset};
use super::vocab::{Vocabulary, is_uri};
use super::{Action, Document, Event, Form, Kind, Master, Names, Role, decimal, event_at};
use crate::gs1;
use crate::json::{Limits, Object, Value};
use crate::problem::{
    ACTION, CONTRADICTION, Code, EVENT_TYPE, HEX, ILMD, MISSING, NO_IDENTIFIER, NOT_EPCIS, OFFSET, OWN_PARENT, Problem,
    QUANTITY, TIME, TOO_LARGE, TWICE, UNKNOWN_FIELD, UNKNOWN_PREFIX, UOM, URI, URN_SYNTAX, VERSION, VOCABULARY,
    WRONG_TYPE, step,
};

/// The context of the standard.
pub const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// Collects problems up to the limit.
struct Found<'a> {
    problems: Vec<Problem>,
    limits: &'a Limits,
    /// The JSON Schema wants each identifier of a list once; the XML schema does not.
    unique: bool,
}

impl Found<'_> {
    fn say(&mut self, code: Code, at: &str, what: &str) {
        if self.problems.len() < self.limits.problems {
            self.problems.push(Problem::new(code, at, what));
        }
    }
}

/// How a value is shown in a sentence: short.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "一个对象".to_owned(),
        Value::List(_) => "一个数组".to_owned(),
        Value::Null => "空值".to_owned(),
        other => other.write(),
    }
}

/// The problem of something that is no document.
pub fn not_epcis(value: &Value) -> Problem {
    Problem::new(NOT_EPCIS, "", shown(value))
}

/// Checks a document or a single event. `unique`: it came as JSON, where a list names each identifier once.
pub fn document(value: Value, unique: bool, limits: &Limits) -> Result<Document, Vec<Problem>> {
    let Value::Object(mut json) = value else { return Err(vec![not_epcis(&value)]) };
    let mut found = Found { problems: Vec::new(), limits, unique };
    let mut names = Names::default();
    if let Some(context) = json.get("@context") {
        names.declare(context);
    }
    let form = match json.text("type") {
        Some("EPCISDocument") => Form::Document,
        Some("EPCISQueryDocument") => Form::Query,
        Some(_) if json.get("eventTime").is_some() || json.get("epcisBody").is_none() => Form::Event,
        _ => return Err(vec![Problem::new(NOT_EPCIS, "/type", json.get("type").map(shown).unwrap_or_default())]),
    };
    if json.get("@context").is_none() {
        found.say(MISSING, "", "@context");
    }
    let names = Arc::new(names);
    let mut masters = Vec::new();
    let list = if form == Form::Event {
        vec![Value::Object(std::mem::take(&mut json))]
    } else {
        outside(&json, form, &names, &mut found);
        masters = master_data(&json, &mut found);
        events_of(&mut json, form, &mut found)
    };
    if list.len() > limits.events {
        return Err(vec![Problem::new(TOO_LARGE, "", format!("{} 个事件，最多 {} 个", list.len(), limits.events))]);
    }
    let mut events = Vec::with_capacity(list.len());
    for (place, value) in list.into_iter().enumerate() {
        let at = event_at(form, place);
        match value {
            Value::Object(object) => events.extend(event(object, &at, &names, &mut found)),
            other => found.say(WRONG_TYPE, &at, &format!("应是事件，这里是{}", shown(&other))),
        }
    }
    if found.problems.is_empty() { Ok(Document { form, json, names, events, masters }) } else { Err(found.problems) }
}

/// Checks one event under the prefixes of its document.
pub fn one(object: Object, names: &Arc<Names>, limits: &Limits) -> Result<Event, Vec<Problem>> {
    let unique = true;
    let mut found = Found { problems: Vec::new(), limits, unique };
    match event(object, "", names, &mut found) {
        Some(event) if found.problems.is_empty() => Ok(event),
        _ => Err(found.problems),
    }
}

/// What stands around the events.
fn outside(json: &Object, form: Form, names: &Names, found: &mut Found<'_>) {
    match json.get("schemaVersion") {
        None => found.say(MISSING, "", "schemaVersion"),
        Some(value) => {
            let known =
                value.as_text().is_some_and(|text| matches!(text, "1" | "1.0" | "1.1" | "1.2" | "2" | "2.0" | "2.0.0"));
            if !known {
                found.say(VERSION, "/schemaVersion", &shown(value));
            }
        }
    }
    match json.get("creationDate") {
        None => found.say(MISSING, "", "creationDate"),
        Some(value) => check_time(value, "/creationDate", found),
    }
    for (name, _) in json.iter() {
        let known = [
            "@context",
            "id",
            "type",
            "schemaVersion",
            "creationDate",
            "epcisBody",
            "epcisHeader",
            "sender",
            "receiver",
            "instanceIdentifier",
        ];
        if !known.contains(&name) {
            own_name(name, "", names, found);
        }
    }
    let body = json.get("epcisBody");
    match body.and_then(Value::as_object) {
        None => found.say(MISSING, "", "epcisBody"),
        Some(body) if form == Form::Query => match body.get("queryResults").and_then(Value::as_object) {
            None => found.say(MISSING, "/epcisBody", "queryResults"),
            Some(results) => {
                if results.get("queryName").is_none() {
                    found.say(MISSING, "/epcisBody/queryResults", "queryName");
                }
                if results.get("resultsBody").and_then(Value::as_object).is_none() {
                    found.say(MISSING, "/epcisBody/queryResults", "resultsBody");
                }
            }
        },
        Some(_) => {}
    }
}

/// Takes the events out of a document.
fn events_of(json: &mut Object, form: Form, found: &mut Found<'_>) -> Vec<Value> {
    let Some(mut inner) = json.get_mut("epcisBody").and_then(Value::as_object_mut) else { return Vec::new() };
    if form == Form::Query {
        let results = inner.get_mut("queryResults").and_then(Value::as_object_mut);
        match results.and_then(|results| results.get_mut("resultsBody")).and_then(Value::as_object_mut) {
            Some(body) => inner = body,
            None => return Vec::new(),
        }
    }
    match inner.get_mut("eventList") {
        Some(Value::List(list)) => return std::mem::take(list),
        Some(other) => found.say(WRONG_TYPE, "/epcisBody/eventList", &format!("应是数组，这里是{}", shown(other))),
        None => {}
    }
    // One event alone may stand without a list (EPCIS 2.0 §9.3).
    inner.remove("event").into_iter().collect()
}

fn master_data(json: &Object, found: &mut Found<'_>) -> Vec<Master> {
    let header = json.get("epcisHeader").and_then(Value::as_object);
    let mut masters = Vec::new();
    let Some(list) = header
        .and_then(|header| header.get("epcisMasterData"))
        .and_then(Value::as_object)
        .and_then(|data| data.get("vocabularyList"))
        .and_then(Value::as_list)
    else {
        return masters;
    };
    for (place, vocabulary) in list.iter().enumerate() {
        let at = step("/epcisHeader/epcisMasterData/vocabularyList", place);
        let Some(kind) = vocabulary.as_object().and_then(|vocabulary| vocabulary.text("type")) else {
            found.say(MISSING, &at, "type");
            continue;
        };
        let elements = vocabulary
            .as_object()
            .and_then(|vocabulary| vocabulary.get("vocabularyElementList"))
            .and_then(Value::as_list);
        for (place, element) in elements.unwrap_or_default().iter().enumerate() {
            let at = step(&step(&at, "vocabularyElementList"), place);
            let Some((element, id)) = element.as_object().and_then(|element| Some((element, element.text("id")?)))
            else {
                found.say(MISSING, &at, "id");
                continue;
            };
            let list = |name: &str| element.get(name).and_then(Value::as_list).unwrap_or_default();
            masters.push(Master {
                vocabulary: kind.to_owned(),
                id: id.to_owned(),
                key: gs1::epc::key(id),
                attributes: list("attributes")
                    .iter()
                    .filter_map(Value::as_object)
                    .filter_map(|one| {
                        Some((one.text("id")?.to_owned(), one.get("attribute").cloned().unwrap_or(Value::Null)))
                    })
                    .collect(),
                children: list("children").iter().filter_map(Value::as_text).map(gs1::epc::key).collect(),
            });
        }
    }
    masters
}

/// Checks one event; answers it when its parts can be read.
fn event(json: Object, at: &str, outer: &Arc<Names>, found: &mut Found<'_>) -> Option<Event> {
    let names = match json.get("@context") {
        Some(context) if !at.is_empty() => {
            let mut names = (**outer).clone();
            names.declare(context);
            Arc::new(names)
        }
        _ => Arc::clone(outer),
    };
    let kind = match json.get("type") {
        None => {
            found.say(MISSING, at, "type");
            return None;
        }
        Some(value) => match value.as_text().and_then(Kind::read) {
            Some(kind) => kind,
            None => {
                found.say(EVENT_TYPE, &step(at, "type"), &shown(value));
                return None;
            }
        },
    };
    let before = found.problems.len();
    for field in ["eventTime", "eventTimeZoneOffset"] {
        if json.get(field).is_none() {
            found.say(MISSING, at, field);
        }
    }
    let mut identifiers = 0_usize;
    for (name, value) in json.iter() {
        let place = step(at, name);
        let own = !super::COMMON.contains(&name) && !kind.fields().contains(&name);
        if own {
            if !matches!(name, "type" | "@context") {
                own_name(name, at, &names, found);
            }
            continue;
        }
        identifiers += value.as_list().map_or(1, <[Value]>::len);
        field(name, value, &place, &names, found);
    }
    if identifiers > found.limits.identifiers {
        found.say(TOO_LARGE, at, &format!("一个事件里 {identifiers} 个标识，最多 {} 个", found.limits.identifiers));
        return None;
    }
    whole(kind, &json, at, found);
    if found.problems.len() > before {
        return None;
    }
    let event = Event::of(json, names)?;
    let parent = event.items(Role::Parent).next();
    if let Some(parent) = parent
        && event.items(Role::Child).any(|child| child.key == parent.key)
    {
        found.say(OWN_PARENT, &step(at, "parentID"), &parent.text);
    }
    Some(event)
}

/// A name that is not of the standard here: it needs a prefix that stands for something.
fn own_name(name: &str, at: &str, names: &Names, found: &mut Found<'_>) {
    match name.split_once(':') {
        // Keywords of JSON-LD, also under the short names that the context of the standard gives them.
        _ if name.starts_with('@') || matches!(name, "id" | "type") => {}
        None => found.say(UNKNOWN_FIELD, &step(at, name), name),
        Some((_, rest)) if rest.starts_with("//") => {}
        Some(("urn", _)) => {}
        Some((prefix, _)) if names.open || names.uri(prefix).is_some() => {}
        Some((prefix, _)) => found.say(UNKNOWN_PREFIX, &step(at, name), prefix),
    }
}

fn text<'a>(value: &'a Value, at: &str, found: &mut Found<'_>) -> Option<&'a str> {
    if let Value::Text(text) = value {
        return Some(text);
    }
    found.say(WRONG_TYPE, at, &format!("应是文字，这里是{}", shown(value)));
    None
}

fn list<'a>(value: &'a Value, at: &str, found: &mut Found<'_>) -> &'a [Value] {
    if let Value::List(list) = value {
        return list;
    }
    found.say(WRONG_TYPE, at, &format!("应是数组，这里是{}", shown(value)));
    &[]
}

fn object<'a>(value: &'a Value, at: &str, found: &mut Found<'_>) -> Option<&'a Object> {
    if let Value::Object(object) = value {
        return Some(object);
    }
    found.say(WRONG_TYPE, at, &format!("应是对象，这里是{}", shown(value)));
    None
}

fn check_time(value: &Value, at: &str, found: &mut Found<'_>) {
    if let Some(text) = text(value, at, found)
        && Instant::read(text).is_none()
    {
        found.say(TIME, at, text);
    }
}

fn check_uri(value: &Value, at: &str, found: &mut Found<'_>) {
    let Value::Text(text) = value else {
        found.say(URI, at, &shown(value));
        return;
    };
    if text.starts_with("urn:epc:id:") || text.starts_with("urn:epc:class:") {
        if let Err(problem) = gs1::epc::read_urn(text) {
            found.say(URN_SYNTAX, at, text);
            debug_assert_eq!(problem.code, URN_SYNTAX);
        }
    } else if !is_uri(text) {
        found.say(URI, at, text);
    }
}

fn check_word(vocabulary: Vocabulary, value: &Value, at: &str, found: &mut Found<'_>) {
    if let Some(text) = text(value, at, found)
        && !vocabulary.allows(text)
    {
        found.say(VOCABULARY, at, text);
    }
}

fn check_number(value: &Value, at: &str, found: &mut Found<'_>) -> Option<Decimal> {
    match value {
        Value::Number(digits) => decimal(digits).or_else(|| {
            found.say(WRONG_TYPE, at, &format!("数字超出范围：{digits}"));
            None
        }),
        other => {
            found.say(WRONG_TYPE, at, &format!("应是数字，这里是{}", shown(other)));
            None
        }
    }
}

/// One field of an event.
fn field(name: &str, value: &Value, at: &str, names: &Names, found: &mut Found<'_>) {
    match name {
        "eventTime" | "recordTime" => check_time(value, at, found),
        "eventTimeZoneOffset" => {
            if let Some(text) = text(value, at, found)
                && offset(text).is_none()
            {
                found.say(OFFSET, at, text);
            }
        }
        "eventID" | "parentID" | "transformationID" => check_uri(value, at, found),
        "certificationInfo" => match value {
            Value::List(list) => {
                list.iter().enumerate().for_each(|(place, one)| check_uri(one, &step(at, place), found))
            }
            one => check_uri(one, at, found),
        },
        "errorDeclaration" => error_declaration(value, at, names, found),
        "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => identifiers(value, at, found),
        "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
            for (place, one) in list(value, at, found).iter().enumerate() {
                quantity(one, &step(at, place), found);
            }
        }
        "action" if value.as_text().and_then(Action::read).is_none() => found.say(ACTION, at, &shown(value)),
        "bizStep" => check_word(Vocabulary::BizStep, value, at, found),
        "disposition" => check_word(Vocabulary::Disposition, value, at, found),
        "readPoint" | "bizLocation" => {
            if let Some(place) = object(value, at, found) {
                match place.get("id") {
                    None => found.say(MISSING, at, "id"),
                    Some(id) => check_uri(id, &step(at, "id"), found),
                }
                others(place, &["id"], at, names, found);
            }
        }
        "bizTransactionList" => typed(value, "bizTransaction", Vocabulary::BizTransaction, false, at, found),
        "sourceList" => typed(value, "source", Vocabulary::SourceDestination, true, at, found),
        "destinationList" => typed(value, "destination", Vocabulary::SourceDestination, true, at, found),
        "persistentDisposition" => persistent(value, at, found),
        "sensorElementList" => {
            for (place, one) in list(value, at, found).iter().enumerate() {
                sensor_element(one, &step(at, place), names, found);
            }
        }
        "ilmd" => {
            if let Some(ilmd) = object(value, at, found) {
                others(ilmd, &[], at, names, found);
            }
        }
        _ => {}
    }
}

/// Names beside the known ones need a prefix.
fn others(object: &Object, known: &[&str], at: &str, names: &Names, found: &mut Found<'_>) {
    for (name, _) in object.iter() {
        if !known.contains(&name) {
            own_name(name, at, names, found);
        }
    }
}

fn identifiers(value: &Value, at: &str, found: &mut Found<'_>) {
    let mut seen = HashSet::new();
    for (place, one) in list(value, at, found).iter().enumerate() {
        check_uri(one, &step(at, place), found);
        if let Value::Text(text) = one
            && found.unique
            && !seen.insert(text)
        {
            found.say(TWICE, &step(at, place), text);
        }
    }
}

fn quantity(value: &Value, at: &str, found: &mut Found<'_>) {
    let Some(element) = object(value, at, found) else { return };
    match element.get("epcClass") {
        None => found.say(MISSING, at, "epcClass"),
        Some(class) => check_uri(class, &step(at, "epcClass"), found),
    }
    if let Some(number) = element.get("quantity") {
        let negative = number.plain().and_then(decimal).is_some_and(|number| number < Decimal::ZERO);
        if !matches!(number, Value::Number(_)) || negative || number.plain().and_then(decimal).is_none() {
            found.say(QUANTITY, &step(at, "quantity"), &shown(number));
        }
    }
    if let Some(unit) = element.get("uom") {
        let code = |text: &str| {
            (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        if !unit.as_text().is_some_and(code) {
            found.say(UOM, &step(at, "uom"), &shown(unit));
        }
    }
    for (name, _) in element.iter().filter(|(name, _)| !matches!(*name, "epcClass" | "quantity" | "uom")) {
        found.say(UNKNOWN_FIELD, &step(at, name), name);
    }
}

/// A list of objects with a type and an identifier.
fn typed(value: &Value, name: &str, vocabulary: Vocabulary, needs_type: bool, at: &str, found: &mut Found<'_>) {
    for (place, one) in list(value, at, found).iter().enumerate() {
        let at = step(at, place);
        let Some(one) = object(one, &at, found) else { continue };
        match one.get("type") {
            Some(word) => check_word(vocabulary, word, &step(&at, "type"), found),
            None if needs_type => found.say(MISSING, &at, "type"),
            None => {}
        }
        match one.get(name) {
            Some(id) => check_uri(id, &step(&at, name), found),
            None => found.say(MISSING, &at, name),
        }
        for (other, _) in one.iter().filter(|(other, _)| *other != "type" && *other != name) {
            found.say(UNKNOWN_FIELD, &step(&at, other), other);
        }
    }
}

fn persistent(value: &Value, at: &str, found: &mut Found<'_>) {
    let Some(both) = object(value, at, found) else { return };
    let words = |name: &str| both.get(name).and_then(Value::as_list).unwrap_or_default();
    if words("set").is_empty() && words("unset").is_empty() {
        found.say(MISSING, at, "set 或 unset");
    }
    for (name, value) in both.iter() {
        if !matches!(name, "set" | "unset") {
            found.say(UNKNOWN_FIELD, &step(at, name), name);
            continue;
        }
        for (place, word) in list(value, &step(at, name), found).iter().enumerate() {
            check_word(Vocabulary::Disposition, word, &step(&step(at, name), place), found);
        }
    }
    let canonical = |word: &Value| word.as_text().map(|text| Vocabulary::Disposition.canonical(text));
    for word in words("set") {
        if words("unset").iter().any(|other| canonical(other) == canonical(word)) {
            found.say(CONTRADICTION, at, &format!("{} 同时设置和取消", shown(word)));
        }
    }
}

fn error_declaration(value: &Value, at: &str, names: &Names, found: &mut Found<'_>) {
    let Some(declaration) = object(value, at, found) else { return };
    match declaration.get("declarationTime") {
        None => found.say(MISSING, at, "declarationTime"),
        Some(time) => check_time(time, &step(at, "declarationTime"), found),
    }
    if let Some(reason) = declaration.get("reason") {
        check_word(Vocabulary::ErrorReason, reason, &step(at, "reason"), found);
    }
    if let Some(ids) = declaration.get("correctiveEventIDs") {
        let at = step(at, "correctiveEventIDs");
        for (place, id) in list(ids, &at, found).iter().enumerate() {
            check_uri(id, &step(&at, place), found);
        }
    }
    others(declaration, &["declarationTime", "reason", "correctiveEventIDs"], at, names, found);
}

/// Fields of a sensor's metadata and of its reports, by what they hold.
const SENSOR_TIMES: &[&str] = &["time", "startTime", "endTime"];
const SENSOR_URIS: &[&str] = &[
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "microorganism",
    "chemicalSubstance",
    "coordinateReferenceSystem",
    "uriValue",
];
/// Numbers of a sensor report.
pub(crate) const SENSOR_NUMBERS: &[&str] =
    &["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"];
const METADATA: &[&str] =
    &["time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"];

fn sensor_element(value: &Value, at: &str, names: &Names, found: &mut Found<'_>) {
    let Some(element) = object(value, at, found) else { return };
    if let Some(metadata) = element.get("sensorMetadata") {
        let at = step(at, "sensorMetadata");
        if let Some(metadata) = object(metadata, &at, found) {
            for (name, value) in metadata.iter() {
                if METADATA.contains(&name) {
                    sensor_field(name, value, &step(&at, name), found);
                } else {
                    own_name(name, &at, names, found);
                }
            }
            let instant = |name: &str| metadata.text(name).and_then(Instant::read);
            if let (Some(start), Some(end)) = (instant("startTime"), instant("endTime"))
                && start > end
            {
                found.say(CONTRADICTION, &step(&at, "endTime"), "传感器的结束时间早于开始时间");
            }
        }
    }
    let at_reports = step(at, "sensorReport");
    match element.get("sensorReport") {
        None => found.say(MISSING, at, "sensorReport"),
        Some(reports) => {
            let reports = list(reports, &at_reports, found);
            if reports.is_empty() {
                found.say(MISSING, at, "sensorReport");
            }
            for (place, report) in reports.iter().enumerate() {
                sensor_report(report, &step(&at_reports, place), names, found);
            }
        }
    }
    others(element, &["sensorMetadata", "sensorReport"], at, names, found);
}

fn sensor_report(value: &Value, at: &str, names: &Names, found: &mut Found<'_>) {
    let Some(report) = object(value, at, found) else { return };
    if report.get("type").is_none() && report.get("exception").is_none() {
        found.say(MISSING, at, "type");
    }
    for (name, value) in report.iter() {
        let place = step(at, name);
        match name {
            "type" => check_word(Vocabulary::Measurement, value, &place, found),
            "exception" => check_word(Vocabulary::Alert, value, &place, found),
            "component" => check_word(Vocabulary::Component, value, &place, found),
            "time" | "stringValue" | "booleanValue" | "hexBinaryValue" | "uom" => {
                sensor_field(name, value, &place, found)
            }
            _ if SENSOR_URIS.contains(&name) || SENSOR_NUMBERS.contains(&name) => {
                sensor_field(name, value, &place, found)
            }
            _ => own_name(name, at, names, found),
        }
    }
    let number = |name: &str| report.get(name).and_then(Value::plain).and_then(decimal);
    if let (Some(least), Some(most)) = (number("minValue"), number("maxValue"))
        && least > most
    {
        found.say(CONTRADICTION, &step(at, "minValue"), "最小值大于最大值");
    }
}

fn sensor_field(name: &str, value: &Value, at: &str, found: &mut Found<'_>) {
    match name {
        _ if SENSOR_TIMES.contains(&name) => check_time(value, at, found),
        _ if SENSOR_URIS.contains(&name) => check_uri(value, at, found),
        _ if SENSOR_NUMBERS.contains(&name) => {
            check_number(value, at, found);
        }
        "booleanValue" => {
            if !matches!(value, Value::Bool(_)) {
                found.say(WRONG_TYPE, at, &format!("应是 true 或 false，这里是{}", shown(value)));
            }
        }
        "hexBinaryValue" => {
            let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !value.as_text().is_some_and(hex) {
                found.say(HEX, at, &shown(value));
            }
        }
        _ => {
            text(value, at, found);
        }
    }
}

/// What must hold for an event as a whole.
fn whole(kind: Kind, json: &Object, at: &str, found: &mut Found<'_>) {
    let filled = |name: &str| match json.get(name) {
        Some(Value::List(list)) => !list.is_empty(),
        Some(Value::Null) | None => false,
        Some(_) => true,
    };
    let action = json.text("action").and_then(Action::read);
    if !matches!(kind, Kind::Transformation | Kind::Other) && json.get("action").is_none() {
        found.say(MISSING, at, "action");
    }
    match kind {
        Kind::Object => {
            let reading = filled("sensorElementList") && filled("readPoint");
            if !(filled("epcList") || filled("quantityList") || reading) {
                found.say(NO_IDENTIFIER, at, "epcList、quantityList 都没有，也没有带地点的传感器数据");
            }
            if json.get("ilmd").is_some() && action.is_some_and(|action| action != Action::Add) {
                found.say(ILMD, &step(at, "ilmd"), json.text("action").unwrap_or_default());
            }
        }
        Kind::Aggregation | Kind::Association => {
            if action != Some(Action::Delete) && !filled("childEPCs") && !filled("childQuantityList") {
                found.say(NO_IDENTIFIER, at, "childEPCs、childQuantityList 都没有");
            }
            // EPCIS §7.4.3: only an observation may leave open which container it was.
            if !filled("parentID") && (kind == Kind::Association || action != Some(Action::Observe)) {
                found.say(MISSING, at, "parentID");
            }
        }
        Kind::Transaction => {
            if !filled("bizTransactionList") {
                found.say(MISSING, at, "bizTransactionList");
            }
            if action != Some(Action::Delete) && !filled("epcList") && !filled("quantityList") && !filled("parentID") {
                found.say(NO_IDENTIFIER, at, "epcList、quantityList、parentID 都没有");
            }
        }
        Kind::Transformation => {
            let inputs = filled("inputEPCList") || filled("inputQuantityList");
            let outputs = filled("outputEPCList") || filled("outputQuantityList");
            if !inputs && !outputs {
                found.say(NO_IDENTIFIER, at, "投入和产出都没有");
            } else if inputs != outputs && !filled("transformationID") {
                found.say(NO_IDENTIFIER, at, "只有投入或只有产出时，须有 transformationID 把几个事件连起来");
            }
        }
        Kind::Other => {}
    }
}
