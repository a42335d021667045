//! The parameters of SimpleEventQuery (EPCIS 2.0 §8.2.7.1): read, checked, and what they mean. [`Query::matches`] is the definition; an index
//! answers faster, never differently.
//!
//! Parameters are joined by AND, the values of one by OR. Words of the vocabulary and identifiers are compared in canonical form, so that a
//! URN finds the event that says the same with a Digital Link. Where the JSON schema of the standard and its OpenAPI document spell a name
//! differently, both are understood (`GE_errorDeclarationTime`, `GE_errorDeclaration_Time`; `EQATTR_`, `EQ_ATTR_`).
//!
//! Of text and number: `EQ_` compares texts (numbers as numbers where both are); `GT_`, `GE_`, `LT_`, `LE_` compare instants if the value is one, numbers
//! otherwise. Units are compared, never converted.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::time::Instant;
use super::vocab::Vocabulary;
use super::{Action, Event, Kind, Master, Names, Role, decimal};
use crate::gs1;
use crate::gs1::epc::Pattern;
use crate::json::{Object, Value};
use crate::problem::{PARAMETER, PARAMETER_TOGETHER, PARAMETER_VALUE, Problem, TOO_LARGE, TOO_MANY, step};

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// `EQ_`: one of the values.
    Equal,
    /// `GT_`.
    Above,
    /// `GE_`.
    AtLeast,
    /// `LT_`.
    Below,
    /// `LE_`.
    AtMost,
}

impl Test {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering == Ordering::Equal,
            Self::Above => ordering == Ordering::Greater,
            Self::AtLeast => ordering != Ordering::Less,
            Self::Below => ordering == Ordering::Less,
            Self::AtMost => ordering != Ordering::Greater,
        }
    }
}

/// Where a field of somebody's extension stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The event itself.
    Event,
    /// `ilmd`.
    Ilmd,
    /// `errorDeclaration`.
    Error,
    /// `readPoint`.
    ReadPoint,
    /// `bizLocation`.
    BizLocation,
    /// A sensor element.
    SensorElement,
    /// Metadata of a sensor element.
    SensorMetadata,
    /// A sensor report.
    SensorReport,
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// One of these texts.
    Texts(Vec<String>),
    /// A number.
    Number(Decimal),
    /// An instant.
    Time(Instant),
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `eventType`.
    Kinds(Vec<String>),
    /// `eventTime`, `recordTime`, `errorDeclarationTime`.
    Time(&'static str, Test, Instant),
    /// `EQ_action`.
    Actions(Vec<Action>),
    /// `EQ_bizStep`, `EQ_disposition`, `EQ_errorReason`.
    Words(&'static str, Vec<String>),
    /// `EQ_persistentDisposition_set`, `…_unset`.
    Persistent(&'static str, Vec<String>),
    /// `EQ_readPoint`, `EQ_bizLocation`; with places within: `WD_`.
    Place(&'static str, bool, Vec<String>),
    /// `EQ_bizTransaction_…`, `EQ_source_…`, `EQ_destination_…`: list, name, type, identifiers.
    Typed(&'static str, &'static str, String, Vec<String>),
    /// `EQ_transformationID`.
    Transformation(Vec<String>),
    /// `EQ_eventID`.
    Ids(Vec<String>),
    /// `MATCH_…`.
    Match(&'static [Role], Vec<Pattern>),
    /// `…_quantity`, with a unit `…_quantity_KGM`.
    Quantity(Test, Decimal, Option<String>),
    /// `EXISTS_errorDeclaration`.
    HasError(bool),
    /// `EQ_correctiveEventID`.
    Corrected(Vec<String>),
    /// `EXISTS_sensorElementList`.
    HasSensors(bool),
    /// `GE_time`, `LT_startTime` …: field of metadata or report.
    SensorTime(&'static str, Test, Instant),
    /// `EQ_type`, `EQ_deviceID` …: field of metadata or report, values in canonical form.
    Sensor(&'static str, Vec<String>),
    /// `GE_value_CEL`, `LT_percRank` …: field of a report, and its unit.
    SensorNumber(&'static str, Test, Decimal, Option<String>),
    /// A field of somebody's extension: where, at any depth, expanded name, comparison.
    Field(Part, bool, String, Test, Wanted),
    /// `EXISTS_…` of a field of somebody's extension.
    HasField(Part, bool, String),
    /// `HASATTR_…`: field of the event, names of attributes of its master data.
    HasAttribute(String, Vec<String>),
    /// `EQATTR_…`: field of the event, attribute, values.
    Attribute(String, String, Vec<String>),
}

/// In which order events come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderBy {
    /// `eventTime`.
    EventTime,
    /// `recordTime`.
    RecordTime,
    /// A field of somebody's extension, expanded.
    Field(String),
}

/// A checked query.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Query {
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// `orderBy`.
    pub order_by: Option<OrderBy>,
    /// `orderDirection` is `ASC`; without it newest first.
    pub ascending: bool,
    /// `eventCountLimit`: so many and no more.
    pub limit: Option<usize>,
    /// `maxEventCount`: an error if there are more.
    pub most: Option<usize>,
    /// `perPage`.
    pub page: Option<usize>,
    /// `nextPageToken`.
    pub token: Option<String>,
}

/// Master data as a query asks it.
pub trait Masters {
    /// A place lies within another (`WD_`): it is among the children, at any depth.
    fn is_within(&self, inner: &str, outer: &str) -> bool;
    /// Whether a thing has an attribute with one of these values; no values: whether it has it at all.
    fn has(&self, key: &str, attribute: &str, values: &[String]) -> bool;
}

impl Masters for [Master] {
    fn is_within(&self, inner: &str, outer: &str) -> bool {
        // Circles in master data end, because each place is opened once.
        let mut open = vec![outer.to_owned()];
        let mut seen = std::collections::HashSet::new();
        while let Some(place) = open.pop() {
            if !seen.insert(place.clone()) {
                continue;
            }
            for child in self.iter().filter(|master| master.key == place).flat_map(|master| &master.children) {
                if child == inner {
                    return true;
                }
                open.push(child.clone());
            }
        }
        false
    }

    fn has(&self, key: &str, attribute: &str, values: &[String]) -> bool {
        let ours = self.iter().filter(|master| master.key == key).flat_map(|master| &master.attributes);
        ours.filter(|(name, _)| name == attribute).any(|(_, value)| {
            values.is_empty() || value.plain().is_some_and(|text| values.iter().any(|wanted| wanted == text))
        })
    }
}

/// Most values of one parameter.
const VALUES_MAX: usize = 10_000;
/// Most parameters.
const PARAMETERS_MAX: usize = 200;

const ANY_EPC: &[Role] = &[Role::Epc, Role::Parent, Role::Child, Role::Input, Role::Output];
const ANY_CLASS: &[Role] = &[Role::Class, Role::ChildClass, Role::InputClass, Role::OutputClass];
const MATCHES: &[(&str, &[Role])] = &[
    ("epc", &[Role::Epc, Role::Child]),
    ("parentID", &[Role::Parent]),
    ("inputEPC", &[Role::Input]),
    ("outputEPC", &[Role::Output]),
    ("anyEPC", ANY_EPC),
    ("epcClass", &[Role::Class, Role::ChildClass]),
    ("inputEPCClass", &[Role::InputClass]),
    ("outputEPCClass", &[Role::OutputClass]),
    ("anyEPCClass", ANY_CLASS),
];
const SENSOR_TEXTS: &[&str] = &[
    "type",
    "exception",
    "component",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "microorganism",
    "chemicalSubstance",
    "bizRules",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "coordinateReferenceSystem",
];
const SENSOR_TIMES: &[&str] = &["time", "startTime", "endTime"];
const EVENT_TIMES: &[(&str, &str)] = &[
    ("eventTime", "eventTime"),
    ("recordTime", "recordTime"),
    ("errorDeclarationTime", "errorDeclarationTime"),
    ("errorDeclaration_Time", "errorDeclarationTime"),
];
const PARTS: &[(&str, Part)] = &[
    ("ILMD_", Part::Ilmd),
    ("ERROR_DECLARATION_", Part::Error),
    ("SENSORELEMENT_", Part::SensorElement),
    ("SENSORMETADATA_", Part::SensorMetadata),
    ("SENSORREPORT_", Part::SensorReport),
    ("readPoint_", Part::ReadPoint),
    ("bizLocation_", Part::BizLocation),
];

impl Query {
    /// Reads the parameters of a query in JSON (the body of a named query); `names` are the prefixes of its context and of the request.
    pub fn read_json(query: &Object, names: &Names) -> Result<Self, Vec<Problem>> {
        let mut names = names.clone();
        if let Some(context) = query.get("@context") {
            names.declare(context);
        }
        Self::read(
            query.iter().filter(|(name, _)| *name != "@context").map(|(name, value)| (name.to_owned(), value.clone())),
            &names,
        )
    }

    /// Reads a query string (`EQ_bizStep=receiving,shipping&GE_eventTime=…`). A list is separated by commas; a name that comes again adds to
    /// its list; a comma inside of a value is written `%2C`.
    pub fn read_string(text: &str, names: &Names) -> Result<Self, Vec<Problem>> {
        let mut parameters: Vec<(String, Value)> = Vec::new();
        for pair in text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = gs1::link::unescape(name, true);
            let values = value.split(',').map(|one| Value::Text(gs1::link::unescape(one, true)));
            match parameters.iter_mut().find(|(other, _)| *other == name) {
                Some((_, Value::List(list))) => list.extend(values),
                _ => parameters.push((name, Value::List(values.collect()))),
            }
        }
        Self::read(parameters.into_iter(), names)
    }

    /// Reads parameters, all that is wrong with them at once.
    pub fn read(parameters: impl Iterator<Item = (String, Value)>, names: &Names) -> Result<Self, Vec<Problem>> {
        let mut query = Self::default();
        let mut problems = Vec::new();
        for (count, (name, value)) in parameters.enumerate() {
            if count >= PARAMETERS_MAX {
                problems.push(Problem::new(TOO_LARGE, "", format!("查询参数超过 {PARAMETERS_MAX} 个")));
                break;
            }
            if let Err(problem) = query.parameter(&name, &value, names) {
                problems.push(problem.below(&step("", &name)));
            }
        }
        if query.limit.is_some() && query.most.is_some() {
            problems.push(Problem::new(PARAMETER_TOGETHER, "/maxEventCount", "eventCountLimit、maxEventCount"));
        }
        if problems.is_empty() { Ok(query) } else { Err(problems) }
    }

    fn parameter(&mut self, name: &str, value: &Value, names: &Names) -> Result<(), Problem> {
        match name {
            "eventType" => {
                let kinds = texts(value)?;
                if let Some(wrong) = kinds.iter().find(|kind| Kind::read(kind).is_none()) {
                    return Err(Problem::new(PARAMETER_VALUE, "", wrong));
                }
                self.conditions.push(Condition::Kinds(kinds));
            }
            "orderBy" => {
                self.order_by = Some(match one(value)?.as_str() {
                    "eventTime" => OrderBy::EventTime,
                    "recordTime" => OrderBy::RecordTime,
                    other if other.contains(':') => OrderBy::Field(names.expand(other)),
                    other => return Err(Problem::new(PARAMETER_VALUE, "", other)),
                });
            }
            "orderDirection" => {
                self.ascending = match one(value)?.as_str() {
                    "ASC" => true,
                    "DESC" => false,
                    other => return Err(Problem::new(PARAMETER_VALUE, "", other)),
                }
            }
            "eventCountLimit" => self.limit = Some(count(value)?),
            "maxEventCount" => self.most = Some(count(value)?),
            "perPage" => self.page = Some(count(value)?),
            "nextPageToken" => self.token = Some(one(value)?),
            _ => {
                let condition = condition(name, value, names)?.ok_or_else(|| Problem::new(PARAMETER, "", name))?;
                self.conditions.push(condition);
            }
        }
        Ok(())
    }

    /// Whether an event is meant.
    pub fn matches(&self, event: &Event, masters: &(impl Masters + ?Sized)) -> bool {
        self.conditions.iter().all(|condition| condition.holds(event, masters))
    }

    /// The answer to the query: events that match, in its order and number. An error when there are more than `maxEventCount`.
    pub fn run<'e>(
        &self,
        events: impl Iterator<Item = &'e Event>,
        masters: &(impl Masters + ?Sized),
    ) -> Result<Vec<&'e Event>, Problem> {
        let mut found: Vec<&Event> = events.filter(|event| self.matches(event, masters)).collect();
        if let Some(most) = self.most
            && found.len() > most
        {
            return Err(Problem::new(TOO_MANY, "/maxEventCount", format!("{} > {most}", found.len())));
        }
        if let Some(order) = &self.order_by {
            // Equal ones keep the order of capture in both directions.
            found.sort_by(|a, b| {
                let (a, b) = if self.ascending { (a, b) } else { (b, a) };
                match order {
                    OrderBy::EventTime => a.time.cmp(&b.time),
                    OrderBy::RecordTime => a.record_time.cmp(&b.record_time),
                    OrderBy::Field(name) => field_text(a, name).cmp(&field_text(b, name)),
                }
            });
        }
        if let Some(limit) = self.limit {
            found.truncate(limit);
        }
        Ok(found)
    }
}

fn field_text(event: &Event, name: &str) -> Option<String> {
    event
        .json
        .iter()
        .find(|(own, _)| event.names.expand(own) == name)
        .and_then(|(_, value)| value.plain())
        .map(str::to_owned)
}

fn wrong(value: &Value) -> Problem {
    Problem::new(PARAMETER_VALUE, "", value.write())
}

fn texts(value: &Value) -> Result<Vec<String>, Problem> {
    let list = match value {
        Value::List(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    if list.len() > VALUES_MAX {
        return Err(Problem::new(TOO_LARGE, "", format!("一个参数最多 {VALUES_MAX} 个值")));
    }
    let texts: Option<Vec<String>> =
        list.iter().map(|one| one.plain().filter(|text| !text.is_empty()).map(str::to_owned)).collect();
    texts.filter(|texts| !texts.is_empty()).ok_or_else(|| wrong(value))
}

fn one(value: &Value) -> Result<String, Problem> {
    match texts(value)?.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(wrong(value)),
    }
}

fn count(value: &Value) -> Result<usize, Problem> {
    one(value)?.parse().ok().filter(|count| *count > 0).ok_or_else(|| wrong(value))
}

fn instant(value: &Value) -> Result<Instant, Problem> {
    Instant::read(&one(value)?).ok_or_else(|| wrong(value))
}

fn number(value: &Value) -> Result<Decimal, Problem> {
    decimal(&one(value)?).ok_or_else(|| wrong(value))
}

fn truth(value: &Value) -> Result<bool, Problem> {
    match one(value)?.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(wrong(value)),
    }
}

/// Values that must be words of a vocabulary or URIs.
fn words(value: &Value, vocabulary: Vocabulary) -> Result<Vec<String>, Problem> {
    Ok(texts(value)?.iter().map(|text| vocabulary.canonical(text)).collect())
}

fn keys(value: &Value) -> Result<Vec<String>, Problem> {
    Ok(texts(value)?.iter().map(|text| gs1::epc::key(text)).collect())
}

/// A name of the table, to keep.
fn known(list: &'static [&'static str], name: &str) -> Option<&'static str> {
    list.iter().copied().find(|other| *other == name)
}

/// The condition of a parameter; `None`: there is no such parameter.
fn condition(name: &str, value: &Value, names: &Names) -> Result<Option<Condition>, Problem> {
    if let Some(rest) = name.strip_prefix("MATCH_") {
        let Some((_, roles)) = MATCHES.iter().find(|(other, _)| *other == rest) else { return Ok(None) };
        return Ok(Some(Condition::Match(roles, texts(value)?.iter().map(|text| Pattern::read(text)).collect())));
    }
    if let Some(rest) = name.strip_prefix("WD_") {
        let Some(field) = known(&["readPoint", "bizLocation"], rest) else { return Ok(None) };
        return Ok(Some(Condition::Place(field, true, keys(value)?)));
    }
    if let Some(rest) = name.strip_prefix("EXISTS_") {
        return Ok(match rest {
            "errorDeclaration" => Some(Condition::HasError(truth(value)?)),
            "sensorElementList" => Some(Condition::HasSensors(truth(value)?)),
            _ => extension(rest, names).map(|(part, inner, field)| Condition::HasField(part, inner, field)),
        });
    }
    if let Some(rest) = name.strip_prefix("HASATTR_") {
        return Ok(Some(Condition::HasAttribute(rest.to_owned(), texts(value)?)));
    }
    if let Some((field, attribute)) =
        name.strip_prefix("EQATTR_").or_else(|| name.strip_prefix("EQ_ATTR_")).and_then(|rest| rest.split_once('_'))
    {
        return Ok(Some(Condition::Attribute(field.to_owned(), attribute.to_owned(), texts(value)?)));
    }
    let Some((prefix, rest)) = name.split_once('_') else { return Ok(None) };
    let test = match prefix {
        "EQ" => Test::Equal,
        "GT" => Test::Above,
        "GE" => Test::AtLeast,
        "LT" => Test::Below,
        "LE" => Test::AtMost,
        _ => return Ok(None),
    };
    if test == Test::Equal
        && let Some(condition) = equal(rest, value)?
    {
        return Ok(Some(condition));
    }
    if matches!(test, Test::AtLeast | Test::Below) {
        if let Some((_, field)) = EVENT_TIMES.iter().find(|(other, _)| *other == rest) {
            return Ok(Some(Condition::Time(field, test, instant(value)?)));
        }
        if let Some(field) = known(SENSOR_TIMES, rest) {
            return Ok(Some(Condition::SensorTime(field, test, instant(value)?)));
        }
    }
    if let Some(unit) = rest.strip_prefix("quantity").filter(|unit| unit.is_empty() || unit.starts_with('_')) {
        return Ok(Some(Condition::Quantity(test, number(value)?, unit_of(unit)?)));
    }
    for field in super::check::SENSOR_NUMBERS {
        if let Some(unit) = rest.strip_prefix(field).filter(|unit| unit.is_empty() || unit.starts_with('_')) {
            return Ok(Some(Condition::SensorNumber(field, test, number(value)?, unit_of(unit)?)));
        }
    }
    let Some((part, inner, field)) = extension(rest, names) else { return Ok(None) };
    let wanted = if test == Test::Equal {
        Wanted::Texts(texts(value)?)
    } else {
        let text = one(value)?;
        let time = Instant::read(&text).map(Wanted::Time);
        time.or_else(|| decimal(&text).map(Wanted::Number)).ok_or_else(|| wrong(value))?
    };
    Ok(Some(Condition::Field(part, inner, field, test, wanted)))
}

fn unit_of(text: &str) -> Result<Option<String>, Problem> {
    let Some(unit) = text.strip_prefix('_') else { return Ok(None) };
    let fits =
        (2..=4).contains(&unit.len()) && unit.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if fits { Ok(Some(unit.to_owned())) } else { Err(Problem::new(PARAMETER, "", unit)) }
}

/// Conditions that begin with `EQ_` and name a field of the standard.
fn equal(rest: &str, value: &Value) -> Result<Option<Condition>, Problem> {
    Ok(Some(match rest {
        "action" => {
            let actions: Option<Vec<Action>> = texts(value)?.iter().map(|text| Action::read(text)).collect();
            Condition::Actions(actions.ok_or_else(|| wrong(value))?)
        }
        "bizStep" => Condition::Words("bizStep", words(value, Vocabulary::BizStep)?),
        "disposition" => Condition::Words("disposition", words(value, Vocabulary::Disposition)?),
        "errorReason" => Condition::Words("errorReason", words(value, Vocabulary::ErrorReason)?),
        "persistentDisposition_set" => Condition::Persistent("set", words(value, Vocabulary::Disposition)?),
        "persistentDisposition_unset" => Condition::Persistent("unset", words(value, Vocabulary::Disposition)?),
        "readPoint" => Condition::Place("readPoint", false, keys(value)?),
        "bizLocation" => Condition::Place("bizLocation", false, keys(value)?),
        "transformationID" => Condition::Transformation(keys(value)?),
        "eventID" => Condition::Ids(texts(value)?),
        "correctiveEventID" => Condition::Corrected(texts(value)?),
        _ => {
            if let Some(field) = known(SENSOR_TEXTS, rest) {
                return Ok(Some(Condition::Sensor(
                    field,
                    texts(value)?.iter().map(|text| sensor_key(field, text)).collect(),
                )));
            }
            const TYPED: [(&str, &str, &str, Vocabulary); 3] = [
                ("bizTransaction_", "bizTransactionList", "bizTransaction", Vocabulary::BizTransaction),
                ("source_", "sourceList", "source", Vocabulary::SourceDestination),
                ("destination_", "destinationList", "destination", Vocabulary::SourceDestination),
            ];
            for (prefix, list, name, vocabulary) in TYPED {
                if let Some(kind) = rest.strip_prefix(prefix).filter(|kind| !kind.is_empty()) {
                    return Ok(Some(Condition::Typed(list, name, vocabulary.canonical(kind), keys(value)?)));
                }
            }
            return Ok(None);
        }
    }))
}

fn sensor_key(field: &str, text: &str) -> String {
    match field {
        "type" => Vocabulary::Measurement.canonical(text),
        "exception" => Vocabulary::Alert.canonical(text),
        "component" => Vocabulary::Component.canonical(text),
        "stringValue" | "booleanValue" | "hexBinaryValue" => text.to_owned(),
        _ => gs1::epc::key(text),
    }
}

/// `INNER_ILMD_example:field`: where, at any depth, expanded name. `None`: that is no name of an extension.
fn extension(rest: &str, names: &Names) -> Option<(Part, bool, String)> {
    let (inner, rest) = match rest.strip_prefix("INNER_") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let found = PARTS.iter().find_map(|(prefix, part)| rest.strip_prefix(prefix).map(|rest| (*part, rest)));
    let (part, field) = found.unwrap_or((Part::Event, rest));
    // A namespace may be written in place of its prefix: `http://ns.example.com/epcis/#field`.
    let (space, local) = field.rsplit_once('#').or_else(|| field.split_once(':'))?;
    if space.is_empty() || local.is_empty() {
        return None;
    }
    let full = if space.contains("//") { format!("{{{space}}}{local}") } else { names.expand(field) };
    Some((part, inner, full))
}

fn sensors(event: &Event) -> impl Iterator<Item = &Object> {
    event.json.get("sensorElementList").and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_object)
}

fn reports(element: &Object) -> impl Iterator<Item = &Object> {
    element.get("sensorReport").and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_object)
}

fn metadata(element: &Object) -> Option<&Object> {
    element.get("sensorMetadata").and_then(Value::as_object)
}

impl Condition {
    fn holds(&self, event: &Event, masters: &(impl Masters + ?Sized)) -> bool {
        match self {
            Self::Kinds(kinds) => {
                let own = event.json.text("type").unwrap_or_default();
                kinds
                    .iter()
                    .any(|kind| kind == own || (event.kind != Kind::Other && Kind::read(kind) == Some(event.kind)))
            }
            Self::Time(field, test, wanted) => {
                let time = match *field {
                    "eventTime" => Some(event.time),
                    "recordTime" => event.record_time,
                    _ => event.error().and_then(|error| error.text("declarationTime")).and_then(Instant::read),
                };
                time.is_some_and(|time| test.holds(time.cmp(wanted)))
            }
            Self::Actions(actions) => event.action.is_some_and(|action| actions.contains(&action)),
            Self::Words(field, wanted) => {
                let word = match *field {
                    "bizStep" => event.word(field, Vocabulary::BizStep),
                    "disposition" => event.word(field, Vocabulary::Disposition),
                    _ => event
                        .error()
                        .and_then(|error| error.text("reason"))
                        .map(|reason| Vocabulary::ErrorReason.canonical(reason)),
                };
                word.is_some_and(|word| wanted.contains(&word))
            }
            Self::Persistent(field, wanted) => {
                let both = event.json.get("persistentDisposition").and_then(Value::as_object);
                let words = both.and_then(|both| both.get(field)).and_then(Value::as_list).unwrap_or_default();
                words
                    .iter()
                    .filter_map(Value::as_text)
                    .any(|word| wanted.contains(&Vocabulary::Disposition.canonical(word)))
            }
            Self::Place(field, within, wanted) => event.place(field).is_some_and(|place| {
                wanted.contains(&place) || (*within && wanted.iter().any(|outer| masters.is_within(&place, outer)))
            }),
            Self::Typed(list, name, kind, wanted) => {
                let vocabulary =
                    if *name == "bizTransaction" { Vocabulary::BizTransaction } else { Vocabulary::SourceDestination };
                let entries = event.json.get(list).and_then(Value::as_list).unwrap_or_default();
                entries.iter().filter_map(Value::as_object).any(|one| {
                    one.text("type").is_some_and(|own| vocabulary.canonical(own) == *kind)
                        && one.text(name).is_some_and(|id| wanted.contains(&gs1::epc::key(id)))
                })
            }
            Self::Transformation(wanted) => {
                event.transformation.as_ref().is_some_and(|id| wanted.contains(&gs1::epc::key(id)))
            }
            Self::Ids(wanted) => event.id.as_ref().is_some_and(|id| wanted.contains(id)),
            Self::Match(roles, patterns) => event
                .items
                .iter()
                .filter(|item| roles.contains(&item.role))
                .any(|item| patterns.iter().any(|pattern| pattern.matches(&item.key))),
            Self::Quantity(test, wanted, unit) => event.items.iter().any(|item| {
                item.quantity.is_some_and(|quantity| test.holds(quantity.cmp(wanted)))
                    && (unit.is_none() || item.uom == *unit)
            }),
            Self::HasError(wanted) => event.error().is_some() == *wanted,
            Self::Corrected(wanted) => {
                let ids = event
                    .error()
                    .and_then(|error| error.get("correctiveEventIDs"))
                    .and_then(Value::as_list)
                    .unwrap_or_default();
                ids.iter().filter_map(Value::as_text).any(|id| wanted.iter().any(|other| other == id))
            }
            Self::HasSensors(wanted) => sensors(event).next().is_some() == *wanted,
            Self::SensorTime(field, test, wanted) => {
                let holds = |object: &Object| {
                    object.text(field).and_then(Instant::read).is_some_and(|time| test.holds(time.cmp(wanted)))
                };
                sensors(event).any(|element| metadata(element).is_some_and(holds) || reports(element).any(holds))
            }
            Self::Sensor(field, wanted) => {
                let holds = |object: &Object| {
                    object
                        .get(field)
                        .and_then(Value::plain)
                        .is_some_and(|text| wanted.contains(&sensor_key(field, text)))
                };
                sensors(event).any(|element| metadata(element).is_some_and(holds) || reports(element).any(holds))
            }
            Self::SensorNumber(field, test, wanted, unit) => sensors(event).flat_map(reports).any(|report| {
                let value = report.get(field).and_then(Value::plain).and_then(decimal);
                value.is_some_and(|value| test.holds(value.cmp(wanted)))
                    && unit.as_deref().is_none_or(|unit| report.text("uom") == Some(unit))
            }),
            Self::Field(part, inner, name, test, wanted) => {
                values(event, *part, *inner, name).into_iter().any(|value| compare(value, *test, wanted))
            }
            Self::HasField(part, inner, name) => !values(event, *part, *inner, name).is_empty(),
            Self::HasAttribute(field, attributes) => named(event, field)
                .iter()
                .any(|key| attributes.iter().any(|attribute| masters.has(key, attribute, &[]))),
            Self::Attribute(field, attribute, wanted) => {
                named(event, field).iter().any(|key| masters.has(key, attribute, wanted))
            }
        }
    }
}

/// Identifiers in a field of the event: what master data may be about.
fn named(event: &Event, field: &str) -> Vec<String> {
    match Role::FIELDS.iter().find(|(_, name)| *name == field) {
        Some((role, _)) => event.items(*role).map(|item| item.key.clone()).collect(),
        None if field == "epcClass" => {
            event.items.iter().filter(|item| item.role.is_class()).map(|item| item.key.clone()).collect()
        }
        None => event.place(field).or_else(|| event.json.text(field).map(gs1::epc::key)).into_iter().collect(),
    }
}

/// Values of a field of somebody's extension.
fn values<'e>(event: &'e Event, part: Part, inner: bool, name: &str) -> Vec<&'e Value> {
    let object = |field: &str| event.json.get(field).and_then(Value::as_object).into_iter().collect::<Vec<_>>();
    let places: Vec<&Object> = match part {
        Part::Event => vec![&event.json],
        Part::Ilmd => object("ilmd"),
        Part::Error => object("errorDeclaration"),
        Part::ReadPoint => object("readPoint"),
        Part::BizLocation => object("bizLocation"),
        Part::SensorElement => sensors(event).collect(),
        Part::SensorMetadata => sensors(event).filter_map(metadata).collect(),
        Part::SensorReport => sensors(event).flat_map(reports).collect(),
    };
    let mut found = Vec::new();
    for place in places {
        for (own, value) in place.iter() {
            // Inner: below an extension, never beside the fields of the standard.
            match (inner, own.contains(':')) {
                (false, true) if event.names.expand(own) == name => flat(value, &mut found),
                (true, true) => below(value, &event.names, name, &mut found),
                _ => {}
            }
        }
    }
    found
}

fn flat<'e>(value: &'e Value, found: &mut Vec<&'e Value>) {
    match value {
        Value::List(list) => list.iter().for_each(|one| flat(one, found)),
        other => found.push(other),
    }
}

fn below<'e>(value: &'e Value, names: &Names, wanted: &str, found: &mut Vec<&'e Value>) {
    match value {
        Value::List(list) => list.iter().for_each(|one| below(one, names, wanted, found)),
        Value::Object(object) => {
            for (own, value) in object.iter() {
                if names.expand(own) == wanted {
                    flat(value, found);
                }
                below(value, names, wanted, found);
            }
        }
        _ => {}
    }
}

fn compare(value: &Value, test: Test, wanted: &Wanted) -> bool {
    let Some(text) = value.plain() else { return false };
    match wanted {
        Wanted::Texts(texts) => texts.iter().any(|wanted| match (decimal(wanted), value) {
            (Some(number), Value::Number(own)) => decimal(own) == Some(number),
            _ => wanted == text || gs1::canonical(wanted).is_some_and(|wanted| gs1::canonical(text) == Some(wanted)),
        }),
        Wanted::Number(number) => decimal(text).is_some_and(|own| test.holds(own.cmp(number))),
        Wanted::Time(time) => Instant::read(text).is_some_and(|own| test.holds(own.cmp(time))),
    }
}
