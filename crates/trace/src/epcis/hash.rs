//! Identifiers made from the content of an event: `ni:///sha-256;…?ver=CBV2.0` (CBV 2.0 §8.9.2; RFC 6920). The same event has the same identifier
//! whether it came as JSON or XML, with URNs or Digital Links, in whatever order and time zone.
//!
//! The order of fields is that of the vectors which GS1's own generator publishes and other implementations are compared with: what stands in
//! `ORDER` first, and then, sorted by their text, everything else (business transactions, sources, destinations, master data of
//! instances, extensions). The printed standard puts the business transactions before the sensors; the vectors do not, and what counts for an
//! identifier is that two programs find the same.
//!
//! Not covered: `eventID`, `recordTime`, `errorDeclaration`, comments, and fields that the document marks as its repository's own.

use sha2::{Digest, Sha256};

use super::time::Instant;
use super::vocab::Vocabulary;
use super::{Document, Event, Names};
use crate::gs1;
use crate::json::{Object, Value};

/// A node of what is hashed: name, text, children.
struct Node {
    name: String,
    text: String,
    children: Vec<Node>,
}

/// Fields in their order, with the order inside of them.
struct Field(&'static str, &'static [Field]);

const EPC: &[Field] = &[Field("epc", &[])];
const QUANTITY: &[Field] =
    &[Field("quantityElement", &[Field("epcClass", &[]), Field("quantity", &[]), Field("uom", &[])])];
const ID: &[Field] = &[Field("id", &[])];
const METADATA: &[Field] = &[
    Field("time", &[]),
    Field("startTime", &[]),
    Field("endTime", &[]),
    Field("deviceID", &[]),
    Field("deviceMetadata", &[]),
    Field("rawData", &[]),
    Field("dataProcessingMethod", &[]),
    Field("bizRules", &[]),
];
const REPORT: &[Field] = &[
    Field("type", &[]),
    Field("exception", &[]),
    Field("deviceID", &[]),
    Field("deviceMetadata", &[]),
    Field("rawData", &[]),
    Field("dataProcessingMethod", &[]),
    Field("time", &[]),
    Field("microorganism", &[]),
    Field("chemicalSubstance", &[]),
    Field("value", &[]),
    Field("component", &[]),
    Field("stringValue", &[]),
    Field("booleanValue", &[]),
    Field("hexBinaryValue", &[]),
    Field("uriValue", &[]),
    Field("minValue", &[]),
    Field("maxValue", &[]),
    Field("meanValue", &[]),
    Field("sDev", &[]),
    Field("percRank", &[]),
    Field("percValue", &[]),
    Field("uom", &[]),
    Field("coordinateReferenceSystem", &[]),
];

const ORDER: &[Field] = &[
    Field("eventTime", &[]),
    Field("eventTimeZoneOffset", &[]),
    Field("certificationInfo", &[]),
    Field("epcList", EPC),
    Field("parentID", &[]),
    Field("inputEPCList", EPC),
    Field("childEPCs", EPC),
    Field("quantityList", QUANTITY),
    Field("childQuantityList", QUANTITY),
    Field("inputQuantityList", QUANTITY),
    Field("outputEPCList", EPC),
    Field("outputQuantityList", QUANTITY),
    Field("action", &[]),
    Field("transformationID", &[]),
    Field("bizStep", &[]),
    Field("disposition", &[]),
    Field("persistentDisposition", &[Field("set", &[]), Field("unset", &[])]),
    Field("readPoint", ID),
    Field("bizLocation", ID),
    Field(
        "sensorElementList",
        &[Field("sensorElement", &[Field("sensorMetadata", METADATA), Field("sensorReport", REPORT)])],
    ),
];

/// The identifier of an event. `ignored` are fields as `{namespace}local` that are left out ([`ignored`]).
pub fn identifier(event: &Event, ignored: &[String]) -> String {
    let digest = Sha256::digest(pre_hash(event, ignored).as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("ni:///sha-256;{hex}?ver=CBV2.0")
}

/// What is hashed.
pub fn pre_hash(event: &Event, ignored: &[String]) -> String {
    let kind = event.json.text("type").unwrap_or_default();
    let mut children: Vec<Node> = event
        .json
        .iter()
        .filter(|(name, _)| {
            !matches!(*name, "type" | "id" | "@context" | "eventID" | "recordTime" | "errorDeclaration")
        })
        .flat_map(|(name, value)| nodes(name, value, &event.names))
        .filter(|node| !ignored.contains(&node.name))
        .collect();
    let ordered = in_order(&mut children, ORDER, true);
    format!("eventType={kind}{ordered}{}", rest(&children))
}

/// Fields that a document declares as those of its repository (`ignoreFields` of the hash generator's own namespace).
pub fn ignored(document: &Document) -> Vec<String> {
    const NAMESPACE: &str = "{https://repository-x.example.com/}ignoreFields";
    let results = document.json.get("epcisBody").and_then(Value::as_object).and_then(|body| body.get("queryResults"));
    let places = [Some(&document.json), results.and_then(Value::as_object)];
    let mut found = Vec::new();
    for (name, value) in places.into_iter().flatten().flat_map(Object::iter) {
        if document.names.expand(name) != NAMESPACE {
            continue;
        }
        match value {
            Value::List(list) => {
                found.extend(list.iter().filter_map(Value::as_text).map(|field| document.names.expand(field)))
            }
            Value::Object(object) => found.extend(object.iter().map(|(field, _)| document.names.expand(field))),
            _ => {}
        }
    }
    found
}

fn leaf(name: &str, text: String) -> Node {
    Node { name: name.to_owned(), text, children: Vec::new() }
}

/// A field of the event as nodes, with the elements that XML has and JSON has not.
fn nodes(name: &str, value: &Value, names: &Names) -> Vec<Node> {
    let inside = |child: &str| {
        let children = value.as_list().unwrap_or_default().iter().flat_map(|one| nodes(child, one, names)).collect();
        vec![Node { name: name.to_owned(), text: String::new(), children }]
    };
    let word = |vocabulary: Vocabulary| vec![leaf(name, vocabulary.canonical(value.as_text().unwrap_or_default()))];
    match name {
        "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => inside("epc"),
        "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => inside("quantityElement"),
        "sensorElementList" => inside("sensorElement"),
        "bizStep" => word(Vocabulary::BizStep),
        "disposition" | "set" | "unset" => match value {
            Value::List(list) => list.iter().flat_map(|one| nodes(name, one, names)).collect(),
            _ => word(Vocabulary::Disposition),
        },
        "bizTransactionList" => pairs(name, value, "bizTransaction", Vocabulary::BizTransaction),
        "sourceList" => pairs(name, value, "source", Vocabulary::SourceDestination),
        "destinationList" => pairs(name, value, "destination", Vocabulary::SourceDestination),
        "rdfs:comment" | "comment" => Vec::new(),
        _ => generic(name, value, names),
    }
}

fn pairs(name: &str, value: &Value, id: &str, vocabulary: Vocabulary) -> Vec<Node> {
    let pair = |one: &Object| {
        let mut children = Vec::new();
        if let Some(word) = one.text("type") {
            children.push(leaf("type", vocabulary.canonical(word)));
        }
        children.push(leaf(id, one.text(id).unwrap_or_default().to_owned()));
        Node { name: String::new(), text: String::new(), children }
    };
    let children = value.as_list().unwrap_or_default().iter().filter_map(Value::as_object).map(pair).collect();
    vec![Node { name: name.to_owned(), text: String::new(), children }]
}

fn generic(name: &str, value: &Value, names: &Names) -> Vec<Node> {
    let full = names.expand(name);
    match value {
        Value::List(list) => list.iter().flat_map(|one| generic(name, one, names)).collect(),
        Value::Object(object) => {
            let text = object.text("#text").unwrap_or_default().to_owned();
            let inner = object.iter().filter(|(inner, _)| !inner.starts_with(['#', '@'])).flat_map(|(inner, value)| {
                match (name, inner) {
                    ("sensorReport", "type") => {
                        vec![leaf(inner, Vocabulary::Measurement.canonical(value.as_text().unwrap_or_default()))]
                    }
                    ("sensorReport", "exception") => {
                        vec![leaf(inner, Vocabulary::Alert.canonical(value.as_text().unwrap_or_default()))]
                    }
                    ("sensorReport", "component") => {
                        vec![leaf(inner, Vocabulary::Component.canonical(value.as_text().unwrap_or_default()))]
                    }
                    _ => nodes(inner, value, names),
                }
            });
            vec![Node { name: full, text, children: inner.collect() }]
        }
        Value::Null => vec![leaf(&full, String::new())],
        scalar => vec![leaf(&full, scalar.plain().unwrap_or_default().to_owned())],
    }
}

/// Writes the fields of the order and takes them out of the list; what stays has children that are not of the order. Extensions in a
/// namespace that ends with a slash stand at the end of what they are in, except those of the event itself.
fn in_order(children: &mut Vec<Node>, order: &[Field], top: bool) -> String {
    let mut own = Vec::new();
    if !top && children.len() > 1 {
        let (extensions, others) = std::mem::take(children).into_iter().partition(|node| node.name.contains("/}"));
        (own, *children) = (extensions, others);
    }
    let mut out = String::new();
    for Field(name, inner) in order {
        let mut values = Vec::new();
        children.retain_mut(|node| {
            if node.name != *name {
                return true;
            }
            let below = if inner.is_empty() { String::new() } else { in_order(&mut node.children, inner, false) };
            let text = if node.text.is_empty() { String::new() } else { value_of(name, &node.text) };
            if !text.is_empty() || !below.is_empty() {
                values.push(format!("{name}{}{text}{below}", if text.is_empty() { "" } else { "=" }));
            }
            !node.children.is_empty()
        });
        values.sort_unstable();
        out.extend(values);
    }
    out + &rest(&own)
}

/// Writes what has no order, sorted.
fn rest(children: &[Node]) -> String {
    let mut values: Vec<String> = children
        .iter()
        .map(|node| {
            let text =
                if node.text.trim().is_empty() { String::new() } else { format!("={}", canonical(node.text.trim())) };
            format!("{}{text}{}", node.name, rest(&node.children))
        })
        .collect();
    // A pair is written type first; only the pairs are sorted.
    if !children.iter().any(|child| matches!(child.name.as_str(), "bizTransaction" | "source" | "destination")) {
        values.sort_unstable();
    }
    values.concat()
}

fn value_of(name: &str, text: &str) -> String {
    let lower = name.to_lowercase();
    match Instant::read(text.trim()) {
        Some(instant) if lower.contains("time") && !lower.contains("offset") => instant.to_string(),
        _ => canonical(text.trim()),
    }
}

/// Old words of the vocabulary become new ones, numbers lose their zeros, GS1 identifiers take their canonical form.
fn canonical(text: &str) -> String {
    let spelled = [
        Vocabulary::BizStep,
        Vocabulary::Disposition,
        Vocabulary::BizTransaction,
        Vocabulary::SourceDestination,
        Vocabulary::ErrorReason,
    ]
    .into_iter()
    .filter(|_| text.starts_with("urn:epcglobal:cbv:"))
    .map(|vocabulary| vocabulary.canonical(text))
    .find(|word| word != text);
    if let Some(word) = spelled {
        return word;
    }
    numeric(text).unwrap_or_else(|| gs1::epc::key(text))
}

/// A number as the generator writes it: through a binary float, whole numbers without a point. Texts that look like a number are treated so
/// too, long ones to their loss; the vectors hold such a case.
fn numeric(text: &str) -> Option<String> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    if number.fract() == 0.0 {
        let whole = format!("{number:.0}");
        return Some(if whole == "-0" { "0".to_owned() } else { whole });
    }
    let plain = number.to_string();
    let magnitude = number.abs();
    if (1e-4..1e16).contains(&magnitude) {
        return Some(plain);
    }
    // Small numbers take an exponent of at least two digits: 1.5e-05.
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{digits}e{sign}{:02}", exponent.abs()))
}
