//! EPCIS 2.0 events and documents (GS1 EPCIS Standard 2.0, §7): what happened to which things, when, where and why.
//!
//! | module | what it has | its source |
//! | --- | --- | --- |
//! | [`time`] | instants and offsets | EPCIS §7.3.2 |
//! | [`vocab`] | the words of the standard in their four spellings | CBV 2.0 §7 |
//! | [`check`] | everything that is wrong with a document, with its place | EPCIS §7.3, §7.4; JSON Schema of EPCIS 2.0 |
//! | [`xml`] | the same documents in XML 1.2 and 2.0 | EPCIS §9.5; XSD of 1.2 and 2.0 |
//! | [`hash`] | identifiers made from the content | CBV 2.0 §8.9.2 |
//! | [`query`] | the parameters of SimpleEventQuery, and which events they mean | EPCIS §8.2.7.1 |
//!
//! **A document stays what it was.** An event keeps its JSON with the order of names and the digits of numbers, extensions and contexts
//! included; what the program needs of it stands beside it, in canonical form. From XML comes the same JSON.

pub mod check;
pub mod hash;
pub mod query;
pub mod time;
pub mod vocab;
pub mod xml;

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::gs1;
use crate::json::{self, Limits, Object, Value};
use crate::problem::{Problem, step};
use time::Instant;
use vocab::Vocabulary;

/// 事件种类. Which event (EPCIS §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 物品事件: something happened to things.
    Object,
    /// 聚合事件: things went into a container, or out.
    Aggregation,
    /// 交易事件: things belong to a business document.
    Transaction,
    /// 转化事件: things went in, others came out.
    Transformation,
    /// 关联事件: things are attached to another or to a place.
    Association,
    /// An event of somebody's own vocabulary (§7.4, «extended event»): kept, never interpreted.
    Other,
}

impl Kind {
    /// Its name; an event of one's own has the name that it came with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "ObjectEvent",
            Self::Aggregation => "AggregationEvent",
            Self::Transaction => "TransactionEvent",
            Self::Transformation => "TransformationEvent",
            Self::Association => "AssociationEvent",
            Self::Other => "",
        }
    }

    /// The kind with a name; `epcis:` may stand before it.
    pub fn read(name: &str) -> Option<Self> {
        let bare =
            name.strip_prefix("epcis:").or_else(|| name.strip_prefix("https://ref.gs1.org/epcis/")).unwrap_or(name);
        [Self::Object, Self::Aggregation, Self::Transaction, Self::Transformation, Self::Association]
            .into_iter()
            .find(|kind| kind.name() == bare)
            .or_else(|| {
                (name.contains(':') && vocab::is_uri(name) && !name.starts_with("epcis:")).then_some(Self::Other)
            })
    }

    /// Fields of the event beside the common ones, in the order of the XML schema.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Object => &[
                "epcList",
                "action",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
                "bizTransactionList",
                "quantityList",
                "sourceList",
                "destinationList",
                "sensorElementList",
                "persistentDisposition",
                "ilmd",
            ],
            Self::Aggregation => &[
                "parentID",
                "childEPCs",
                "action",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
                "bizTransactionList",
                "childQuantityList",
                "sourceList",
                "destinationList",
                "sensorElementList",
                "persistentDisposition",
            ],
            Self::Transaction => &[
                "bizTransactionList",
                "parentID",
                "epcList",
                "action",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
                "quantityList",
                "sourceList",
                "destinationList",
                "sensorElementList",
                "persistentDisposition",
            ],
            Self::Transformation => &[
                "inputEPCList",
                "inputQuantityList",
                "outputEPCList",
                "outputQuantityList",
                "transformationID",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
                "bizTransactionList",
                "sourceList",
                "destinationList",
                "sensorElementList",
                "persistentDisposition",
                "ilmd",
            ],
            Self::Association => &[
                "parentID",
                "childEPCs",
                "childQuantityList",
                "action",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
                "bizTransactionList",
                "sourceList",
                "destinationList",
                "sensorElementList",
                "persistentDisposition",
            ],
            Self::Other => &[],
        }
    }
}

/// Fields of every event, in the order of the XML schema.
pub const COMMON: &[&str] =
    &["eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration", "certificationInfo"];

/// 动作 (EPCIS §7.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The things begin, or join.
    Add,
    /// The things were seen.
    Observe,
    /// The things end, or leave.
    Delete,
}

impl Action {
    /// Reads it.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "ADD" => Some(Self::Add),
            "OBSERVE" => Some(Self::Observe),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Observe => "OBSERVE",
            Self::Delete => "DELETE",
        }
    }
}

/// What part an identifier has in its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `epcList`.
    Epc,
    /// `quantityList`.
    Class,
    /// `parentID`.
    Parent,
    /// `childEPCs`.
    Child,
    /// `childQuantityList`.
    ChildClass,
    /// `inputEPCList`.
    Input,
    /// `inputQuantityList`.
    InputClass,
    /// `outputEPCList`.
    Output,
    /// `outputQuantityList`.
    OutputClass,
}

impl Role {
    /// Every role with its field.
    pub const FIELDS: [(Self, &'static str); 9] = [
        (Self::Epc, "epcList"),
        (Self::Class, "quantityList"),
        (Self::Parent, "parentID"),
        (Self::Child, "childEPCs"),
        (Self::ChildClass, "childQuantityList"),
        (Self::Input, "inputEPCList"),
        (Self::InputClass, "inputQuantityList"),
        (Self::Output, "outputEPCList"),
        (Self::OutputClass, "outputQuantityList"),
    ];

    /// The identifier names a class with a quantity.
    pub fn is_class(self) -> bool {
        matches!(self, Self::Class | Self::ChildClass | Self::InputClass | Self::OutputClass)
    }
}

/// An identifier in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its part.
    pub role: Role,
    /// Canonical form ([`gs1::epc::key`]).
    pub key: String,
    /// As it was written.
    pub text: String,
    /// How much, where a class stands.
    pub quantity: Option<Decimal>,
    /// Unit (UN/CEFACT); none: a number of pieces.
    pub uom: Option<String>,
}

/// Prefixes and what they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Declared, nearest last.
    pub declared: Vec<(String, String)>,
    /// A context that is not of the standard: it may declare anything, and it is not fetched.
    pub open: bool,
}

/// Prefixes that the context of EPCIS declares.
const STANDARD: &[(&str, &str)] = &[
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("cbv", "https://ref.gs1.org/cbv/"),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("gs1", "https://gs1.org/voc/"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("dcterms", "http://purl.org/dc/terms/"),
];

impl Names {
    /// Adds what a `@context` declares.
    pub fn declare(&mut self, context: &Value) {
        match context {
            Value::List(list) => list.iter().for_each(|one| self.declare(one)),
            Value::Object(object) => {
                for (prefix, value) in object.iter() {
                    match value {
                        Value::Text(uri) => self.declared.push((prefix.to_owned(), uri.clone())),
                        Value::Object(term) => {
                            if let Some(uri) = term.text("@id") {
                                self.declared.push((prefix.to_owned(), uri.to_owned()));
                            }
                        }
                        _ => {}
                    }
                }
            }
            Value::Text(uri) => self.open |= !uri.contains("epcis-context"),
            _ => {}
        }
    }

    /// What a prefix stands for.
    pub fn uri(&self, prefix: &str) -> Option<&str> {
        let declared = self.declared.iter().rev().find(|(other, _)| other == prefix).map(|(_, uri)| uri.as_str());
        declared.or_else(|| STANDARD.iter().find(|(other, _)| *other == prefix).map(|(_, uri)| *uri))
    }

    /// `{namespace}local` of `prefix:local`; anything else stays.
    pub fn expand(&self, name: &str) -> String {
        match name.split_once(':').and_then(|(prefix, local)| self.uri(prefix).map(|uri| (uri, local))) {
            Some((uri, local)) => format!("{{{uri}}}{local}"),
            None => name.to_owned(),
        }
    }
}

/// An event: its JSON, and what the program needs of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Which event.
    pub kind: Kind,
    /// As it came, with its own `@context` where it had one.
    pub json: Object,
    /// Prefixes in force.
    pub names: Arc<Names>,
    /// `eventTime`.
    pub time: Instant,
    /// `recordTime`.
    pub record_time: Option<Instant>,
    /// `action`.
    pub action: Option<Action>,
    /// `eventID`.
    pub id: Option<String>,
    /// `transformationID`.
    pub transformation: Option<String>,
    /// Identifiers.
    pub items: Vec<Item>,
}

impl Event {
    /// The parts of an object that was checked; `None` when it is no event after all.
    fn of(json: Object, names: Arc<Names>) -> Option<Self> {
        let mut items = Vec::new();
        for (role, field) in Role::FIELDS {
            match json.get(field) {
                Some(Value::List(list)) => items.extend(list.iter().filter_map(|value| item(role, value))),
                Some(value @ Value::Text(_)) => items.extend(item(role, value)),
                _ => {}
            }
        }
        Some(Self {
            kind: Kind::read(json.text("type")?)?,
            time: Instant::read(json.text("eventTime")?)?,
            record_time: json.text("recordTime").and_then(Instant::read),
            action: json.text("action").and_then(Action::read),
            id: json.text("eventID").map(str::to_owned),
            transformation: json.text("transformationID").map(str::to_owned),
            items,
            json,
            names,
        })
    }

    /// Reads and checks one event in JSON; `names` are those of the document that it was in.
    pub fn read(text: &str, names: &Arc<Names>, limits: &Limits) -> Result<Self, Vec<Problem>> {
        let value = json::read(text, limits).map_err(|problem| vec![problem])?;
        let Value::Object(object) = value else { return Err(vec![check::not_epcis(&value)]) };
        check::one(object, names, limits)
    }

    /// Identifiers of a part.
    pub fn items(&self, role: Role) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.role == role)
    }

    /// A word of the vocabulary in canonical form.
    pub fn word(&self, field: &str, vocabulary: Vocabulary) -> Option<String> {
        self.json.text(field).map(|text| vocabulary.canonical(text))
    }

    /// `id` of `readPoint` or `bizLocation` in canonical form.
    pub fn place(&self, field: &str) -> Option<String> {
        self.json.get(field).and_then(Value::as_object).and_then(|place| place.text("id")).map(gs1::epc::key)
    }

    /// `errorDeclaration`: this event says that an earlier one, with the same identifier or the same content, is wrong.
    pub fn error(&self) -> Option<&Object> {
        self.json.get("errorDeclaration").and_then(Value::as_object)
    }

    /// The event in one line of JSON.
    pub fn write(&self) -> String {
        Value::Object(self.json.clone()).write()
    }
}

fn item(role: Role, value: &Value) -> Option<Item> {
    match value {
        Value::Text(text) => {
            Some(Item { role, key: gs1::epc::key(text), text: text.clone(), quantity: None, uom: None })
        }
        Value::Object(object) => {
            let text = object.text("epcClass")?;
            Some(Item {
                role,
                key: gs1::epc::key(text),
                text: text.to_owned(),
                quantity: object.get("quantity").and_then(Value::plain).and_then(decimal),
                uom: object.text("uom").map(str::to_owned),
            })
        }
        _ => None,
    }
}

/// An exact decimal; `1.5e3` is one too.
pub fn decimal(text: &str) -> Option<Decimal> {
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// 主数据. A thing of a master data vocabulary: a place, a party, a product (EPCIS §7.1.3, §9.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// Vocabulary, for example `urn:epcglobal:epcis:vtype:BusinessLocation`.
    pub vocabulary: String,
    /// Identifier as written.
    pub id: String,
    /// Canonical identifier.
    pub key: String,
    /// Attributes: name and value; a name may come more than once.
    pub attributes: Vec<(String, Value)>,
    /// Identifiers of what lies within, in canonical form.
    pub children: Vec<String>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `EPCISDocument`.
    Document,
    /// `EPCISQueryDocument`.
    Query,
    /// An event alone.
    Event,
}

/// A checked document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it is.
    pub form: Form,
    /// The whole as JSON, without its events.
    pub json: Object,
    /// Prefixes of the document.
    pub names: Arc<Names>,
    /// Its events in order.
    pub events: Vec<Event>,
    /// Its master data in order.
    pub masters: Vec<Master>,
}

impl Document {
    /// Reads and checks a document or a single event in JSON or JSON-LD.
    pub fn read_json(text: &str, limits: &Limits) -> Result<Self, Vec<Problem>> {
        let value = json::read(text, limits).map_err(|problem| vec![problem])?;
        check::document(value, true, limits)
    }

    /// Reads and checks a document or a single event in XML, of version 1.x or 2.0.
    pub fn read_xml(text: &str, order: xml::Order, limits: &Limits) -> Result<Self, Vec<Problem>> {
        let (value, mut problems) = xml::read(text, order, limits)?;
        match check::document(value, false, limits) {
            Ok(document) if problems.is_empty() => Ok(document),
            Ok(_) => Err(problems),
            Err(more) => {
                problems.extend(more.into_iter().filter(|problem| !problems.contains(problem)).collect::<Vec<_>>());
                Err(problems)
            }
        }
    }

    /// The whole document in JSON.
    pub fn to_json(&self) -> Object {
        let events = Value::List(self.events.iter().map(|event| Value::Object(event.json.clone())).collect());
        let mut whole = self.json.clone();
        match self.form {
            Form::Event => return self.events.first().map(|event| event.json.clone()).unwrap_or(whole),
            Form::Document => {
                if let Some(Value::Object(body)) = whole.get_mut("epcisBody")
                    && (!self.events.is_empty() || body.get("eventList").is_some())
                {
                    body.set("eventList", events);
                }
            }
            Form::Query => {
                if let Some(body) = whole.get_mut("epcisBody").and_then(Value::as_object_mut)
                    && let Some(results) = body.get_mut("queryResults").and_then(Value::as_object_mut)
                    && let Some(inner) = results.get_mut("resultsBody").and_then(Value::as_object_mut)
                {
                    inner.set("eventList", events);
                }
            }
        }
        whole
    }

    /// The whole document in one line of JSON.
    pub fn write_json(&self) -> String {
        Value::Object(self.to_json()).write()
    }
}

/// A document of these events, for an answer or a file: the contexts of the standard and the prefixes that they use.
pub fn document_of(mut events: Vec<Event>, created: Instant) -> Document {
    let mut declared: Vec<(String, String)> = Vec::new();
    for event in &mut events {
        let mut own = Vec::new();
        for (place, (prefix, uri)) in event.names.declared.iter().enumerate() {
            // The nearest declaration of a prefix is the one in force.
            if event.names.declared.iter().skip(place + 1).any(|(other, _)| other == prefix) {
                continue;
            }
            match declared.iter().find(|(other, _)| other == prefix) {
                None => declared.push((prefix.clone(), uri.clone())),
                Some((_, other)) if other == uri => {}
                // The same prefix for something else: the event says so itself.
                Some(_) => own.push(Value::Object(Object(vec![(prefix.clone(), Value::text(uri))]))),
            }
        }
        event.json.remove("@context");
        if !own.is_empty() {
            event.json.push("@context", Value::List(own));
        }
    }
    let mut context = vec![Value::text(check::CONTEXT)];
    context
        .extend(declared.iter().map(|(prefix, uri)| Value::Object(Object(vec![(prefix.clone(), Value::text(uri))]))));
    let mut json = Object::default();
    json.push("@context", Value::List(context));
    json.push("type", Value::text("EPCISDocument"));
    json.push("schemaVersion", Value::text("2.0"));
    json.push("creationDate", Value::Text(created.to_string()));
    let mut body = Object::default();
    body.push("eventList", Value::List(Vec::new()));
    json.push("epcisBody", Value::Object(body));
    Document {
        form: Form::Document,
        json,
        names: Arc::new(Names { declared, open: false }),
        events,
        masters: Vec::new(),
    }
}

/// A pointer to an event of a document.
pub(crate) fn event_at(form: Form, place: usize) -> String {
    match form {
        Form::Document => step("/epcisBody/eventList", place),
        Form::Query => step("/epcisBody/queryResults/resultsBody/eventList", place),
        Form::Event => String::new(),
    }
}
