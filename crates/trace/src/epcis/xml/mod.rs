//! EPCIS in XML, of version 1.0 to 1.2 and 2.0 (EPCIS 2.0 §9.5): read into the JSON of the same document, and written from it.
//!
//! Version 1.2 hides what came later in nested `extension` elements; they are opened wherever they stand. Words of the vocabulary become
//! the bare words that JSON uses. An extension element becomes a name with its prefix; one that is repeated becomes an array; `xsi:type`
//! keeps numbers and truth values apart from text.
//!
//! Lost on the way: an array with one value of somebody's extension comes back as the value, an empty one not at all; comments; white space
//! around text.

mod tree;
mod write;

pub use write::{Version, write};

use tree::{Name, Node, is_instance};

use super::vocab::Vocabulary;
use super::{COMMON, Kind, check, event_at};
use crate::json::{Limits, Object, Value};
use crate::problem::{NOT_EPCIS, Problem, UNKNOWN_PREFIX, XML_ORDER, step};

/// Whether elements must stand in the order of the XML schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As the schema says.
    Schema,
    /// In any order: programs write them so.
    Any,
}

/// A document in XML as the same document in JSON, and what was wrong with its form. The content is checked by [`check`].
pub fn read(text: &str, order: Order, limits: &Limits) -> Result<(Value, Vec<Problem>), Vec<Problem>> {
    let root = tree::read(text, limits).map_err(|problem| vec![problem])?;
    let mut reader = Reader { order, problems: Vec::new() };
    let mut json = Object::default();
    let mut context = vec![Value::text(check::CONTEXT)];
    let mut declared: Vec<(String, String)> =
        root.declared.iter().filter(|(prefix, uri)| is_own(prefix, uri)).cloned().collect();
    for part in &root.children {
        // What master data declare deep inside is declared for the whole; events keep their own.
        let header = part.name.local == "EPCISHeader" || root.name.local == "EPCISMasterDataDocument";
        if header && part.name.is_standard() {
            collect(part, &mut declared, false, "/epcisHeader", &mut reader.problems);
        }
    }
    context.extend(declared.iter().map(declaration));
    json.push("@context", Value::List(context));
    let form = match root.name.local.as_str() {
        "EPCISDocument" => super::Form::Document,
        "EPCISQueryDocument" => super::Form::Query,
        // Master data alone: the same document with no events.
        "EPCISMasterDataDocument" => return Ok((Value::Object(reader.masters(&root, json)), reader.problems)),
        _ => {
            let looks = root.child("eventTime").is_some() || Kind::read(&root.name.local).is_some();
            if !looks {
                return Err(vec![Problem::new(NOT_EPCIS, "", &root.name.local)]);
            }
            let mut event = reader.event(&root, "", true);
            let mut context = json.remove("@context").unwrap_or(Value::Null);
            if let (Value::List(outer), Some(Value::List(inner))) = (&mut context, event.remove("@context")) {
                outer.extend(inner);
            }
            event.0.insert(0, ("@context".to_owned(), context));
            return Ok((Value::Object(event), reader.problems));
        }
    };
    json.push("type", Value::text(&root.name.local));
    // Seen in the wild: the results of a query without the body around them.
    if form == super::Form::Query && root.child("EPCISBody").is_none() {
        let body = reader.body(&root, form, &mut json);
        json.push("epcisBody", Value::Object(body));
    }
    for name in ["schemaVersion", "creationDate"] {
        if let Some(value) = root.attribute(name) {
            // A 1.2 document is the same document in the words of 2.0.
            let value = if name == "schemaVersion" && value.starts_with('1') { "2.0" } else { value };
            json.push(name, Value::text(value));
        }
    }
    for child in &root.children {
        match child.name.local.as_str() {
            "EPCISHeader" if child.name.is_standard() => reader.header(child, &mut json),
            "EPCISBody" if child.name.is_standard() => {
                let body = reader.body(child, form, &mut json);
                json.set("epcisBody", Value::Object(body));
            }
            _ if child.name.is_standard() => {}
            _ => reader.add_extension(&mut json, child),
        }
    }
    Ok((Value::Object(json), reader.problems))
}

/// The parameters of a query in XML (`Poll`, EPCIS 2.0 §8.2.7 and its XML binding): name of the query, and names with their values.
pub fn read_poll(text: &str, limits: &Limits) -> Result<(String, Vec<(String, Value)>), Problem> {
    let root = tree::read(text, limits)?;
    let poll = root
        .child("EPCISBody")
        .and_then(|body| body.child("Poll"))
        .ok_or_else(|| Problem::new(NOT_EPCIS, "", "没有 Poll"))?;
    let name = poll.child("queryName").map(|name| name.text.clone()).unwrap_or_default();
    let mut parameters = Vec::new();
    for parameter in poll.child("params").into_iter().flat_map(|params| &params.children) {
        let (Some(name), Some(value)) = (parameter.child("name"), parameter.child("value")) else { continue };
        let value = if value.children.is_empty() {
            Value::text(&value.text)
        } else {
            Value::List(value.children.iter().map(|one| Value::text(&one.text)).collect())
        };
        parameters.push((name.text.clone(), value));
    }
    Ok((name, parameters))
}

fn declaration((prefix, uri): &(String, String)) -> Value {
    Value::Object(Object(vec![(prefix.clone(), Value::text(uri))]))
}

/// A prefix that JSON must declare: not one of XML's or of EPCIS's own, and not one that the standard context has already.
fn is_own(prefix: &str, uri: &str) -> bool {
    let standard = super::STANDARD.iter().any(|(other, known)| *other == prefix && *known == uri);
    let machinery = uri.starts_with("urn:epcglobal:epcis")
        || uri.starts_with("http://www.w3.org/2001/XMLSchema")
        || uri.contains("StandardBusinessDocumentHeader");
    !prefix.is_empty() && !standard && !machinery
}

struct Reader {
    order: Order,
    problems: Vec<Problem>,
}

impl Reader {
    fn masters(&mut self, root: &Node, mut json: Object) -> Object {
        json.push("type", Value::text("EPCISDocument"));
        json.push("schemaVersion", Value::text("2.0"));
        json.push("creationDate", Value::text(root.attribute("creationDate").unwrap_or_default()));
        if let Some(body) = root.child("EPCISBody") {
            master_data(body, &mut json);
        }
        let mut body = Object::default();
        body.push("eventList", Value::List(Vec::new()));
        json.push("epcisBody", Value::Object(body));
        json
    }

    fn header(&mut self, header: &Node, json: &mut Object) {
        for child in flat(header) {
            match child.name.local.as_str() {
                "StandardBusinessDocumentHeader" => {
                    let party = |name: &str| {
                        child.child(name).and_then(|party| party.child("Identifier")).map(|id| id.text.clone())
                    };
                    let instance =
                        child.child("DocumentIdentification").and_then(|part| part.child("InstanceIdentifier"));
                    let parts = [
                        ("sender", party("Sender")),
                        ("receiver", party("Receiver")),
                        ("instanceIdentifier", instance.map(|id| id.text.clone())),
                    ];
                    for (name, value) in parts {
                        if let Some(value) = value {
                            json.push(name, Value::Text(value));
                        }
                    }
                }
                "EPCISMasterData" => master_data(child, json),
                _ if !child.name.is_standard() => self.add_extension(json, child),
                _ => {}
            }
        }
    }

    fn body(&mut self, body: &Node, form: super::Form, json: &mut Object) -> Object {
        let mut out = Object::default();
        if form == super::Form::Document {
            if let Some(list) = body.child("EventList") {
                out.push("eventList", Value::List(self.events(list, form)));
            }
            for child in body.children.iter().filter(|child| !child.name.is_standard()) {
                self.add_extension(json, child);
            }
            return out;
        }
        let Some(results) = body.child("QueryResults").or_else(|| body.child("resultsBody").map(|_| body)) else {
            return out;
        };
        let mut inner = Object::default();
        for child in &results.children {
            match child.name.local.as_str() {
                "queryName" | "subscriptionID" => inner.push(&child.name.local, Value::text(&child.text)),
                "resultsBody" => {
                    let mut list = Object::default();
                    let events = child.child("EventList").map(|list| self.events(list, form)).unwrap_or_default();
                    list.push("eventList", Value::List(events));
                    inner.push("resultsBody", Value::Object(list));
                }
                _ if !child.name.is_standard() => self.add_extension(&mut inner, child),
                _ => {}
            }
        }
        // Answers in XML need no name of the query when it is the only one; JSON always has it.
        if inner.get("queryName").is_none() {
            inner.0.insert(0, ("queryName".to_owned(), Value::text("SimpleEventQuery")));
        }
        out.push("queryResults", Value::Object(inner));
        out
    }

    fn events(&mut self, list: &Node, form: super::Form) -> Vec<Value> {
        let mut events = Vec::new();
        for child in flat(list) {
            let at = event_at(form, events.len());
            events.push(Value::Object(self.event(child, &at, false)));
        }
        events
    }

    fn event(&mut self, node: &Node, at: &str, alone: bool) -> Object {
        let mut json = Object::default();
        let name = if node.name.is_standard() { node.name.local.clone() } else { node.name.written() };
        let kind = Kind::read(&name);
        json.push("type", Value::Text(name));
        let mut declared: Vec<(String, String)> = Vec::new();
        collect(node, &mut declared, alone, at, &mut self.problems);
        if !declared.is_empty() {
            json.push("@context", Value::List(declared.iter().map(declaration).collect()));
        }
        if self.order == Order::Schema
            && let Some(kind) = kind
        {
            self.check_order(node, kind, at);
        }
        for child in flat(node) {
            if !child.name.is_standard() {
                self.add_extension(&mut json, child);
                continue;
            }
            let name = child.name.local.as_str();
            if let Some(value) = self.field(name, child) {
                match json.get_mut(name) {
                    // A second certificate; anything else that comes twice is found by its shape.
                    Some(Value::List(list)) => list.push(value),
                    Some(old) => {
                        let first = std::mem::replace(old, Value::Null);
                        *old = Value::List(vec![first, value]);
                    }
                    None => json.push(name, value),
                }
            }
        }
        json
    }

    fn check_order(&mut self, node: &Node, kind: Kind, at: &str) {
        let order: Vec<&str> = COMMON.iter().chain(kind.fields()).copied().collect();
        let mut last = 0;
        let mut last_name = "";
        for child in node.children.iter().filter(|child| child.name.is_standard()) {
            let name = child.name.local.as_str();
            let Some(place) = order.iter().position(|other| *other == name) else { continue };
            if place < last {
                self.problems.push(Problem::new(XML_ORDER, step(at, name), format!("{name} 应在 {last_name} 之前")));
            } else {
                (last, last_name) = (place, name);
            }
        }
    }

    fn field(&mut self, name: &str, node: &Node) -> Option<Value> {
        let list = |values: Vec<Value>| if values.is_empty() { None } else { Some(Value::List(values)) };
        let texts = |node: &Node| node.children.iter().map(|child| Value::text(&child.text)).collect::<Vec<_>>();
        match name {
            "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => list(texts(node)),
            "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                list(node.children.iter().map(quantity).collect())
            }
            "bizTransactionList" => {
                list(node.children.iter().map(|one| typed(one, Vocabulary::BizTransaction)).collect())
            }
            "sourceList" | "destinationList" => {
                list(node.children.iter().map(|one| typed(one, Vocabulary::SourceDestination)).collect())
            }
            "bizStep" => Some(Value::Text(Vocabulary::BizStep.short(&node.text))),
            "disposition" => Some(Value::Text(Vocabulary::Disposition.short(&node.text))),
            "readPoint" | "bizLocation" => {
                let mut place = Object::default();
                for child in flat(node) {
                    if child.name.is_standard() {
                        place.push(&child.name.local, Value::text(&child.text));
                    } else {
                        self.add_extension(&mut place, child);
                    }
                }
                Some(Value::Object(place))
            }
            "persistentDisposition" => {
                let mut both = Object::default();
                for name in ["set", "unset"] {
                    let words: Vec<Value> = node
                        .children
                        .iter()
                        .filter(|child| child.name.local == name)
                        .map(|child| Value::Text(Vocabulary::Disposition.short(&child.text)))
                        .collect();
                    if !words.is_empty() {
                        both.push(name, Value::List(words));
                    }
                }
                Some(Value::Object(both))
            }
            "errorDeclaration" => {
                let mut declaration = Object::default();
                for child in flat(node) {
                    match child.name.local.as_str() {
                        "reason" => declaration.push("reason", Value::Text(Vocabulary::ErrorReason.short(&child.text))),
                        "correctiveEventIDs" => declaration.push("correctiveEventIDs", Value::List(texts(child))),
                        _ if !child.name.is_standard() => self.add_extension(&mut declaration, child),
                        other => declaration.push(other, Value::text(&child.text)),
                    }
                }
                Some(Value::Object(declaration))
            }
            "ilmd" => {
                let mut ilmd = Object::default();
                for child in flat(node) {
                    self.add_extension(&mut ilmd, child);
                }
                Some(Value::Object(ilmd))
            }
            "sensorElementList" => list(node.children.iter().map(|element| self.sensor_element(element)).collect()),
            _ => Some(Value::text(&node.text)),
        }
    }

    fn sensor_element(&mut self, node: &Node) -> Value {
        let mut element = Object::default();
        let mut reports = Vec::new();
        for child in flat(node) {
            match child.name.local.as_str() {
                "sensorMetadata" => element.push("sensorMetadata", Value::Object(sensor_attributes(child))),
                "sensorReport" => reports.push(Value::Object(sensor_attributes(child))),
                _ => self.add_extension(&mut element, child),
            }
        }
        if !reports.is_empty() {
            element.push("sensorReport", Value::List(reports));
        }
        Value::Object(element)
    }

    /// Adds an extension element to what it stands in.
    fn add_extension(&mut self, to: &mut Object, node: &Node) {
        add(to, &node.name.written(), extension(node));
    }
}

/// Adds a value; a name that comes again makes an array.
fn add(to: &mut Object, name: &str, value: Value) {
    match to.get_mut(name) {
        None => to.push(name, value),
        Some(Value::List(list)) => list.push(value),
        Some(old) => {
            let first = std::mem::replace(old, Value::Null);
            *old = Value::List(vec![first, value]);
        }
    }
}

fn extension(node: &Node) -> Value {
    let attributes: Vec<&(Name, String)> = node.attributes.iter().filter(|(name, _)| !is_instance(name)).collect();
    if node.children.is_empty() && attributes.is_empty() {
        if node.instance("nil") == Some("true") {
            return Value::Null;
        }
        return scalar(&node.text, node.instance("type").unwrap_or_default());
    }
    let mut object = Object::default();
    for (name, value) in attributes {
        let name = if name.prefix.is_empty() { format!("@{}", name.local) } else { name.written() };
        object.push(&name, Value::text(value));
    }
    if !node.text.is_empty() {
        object.push("#text", Value::text(&node.text));
    }
    for child in &node.children {
        add(&mut object, &child.name.written(), extension(child));
    }
    Value::Object(object)
}

/// A text whose `xsi:type` says that it is a number or a truth value.
fn scalar(text: &str, kind: &str) -> Value {
    match kind.rsplit(':').next().unwrap_or_default() {
        "boolean" if matches!(text, "true" | "false") => Value::Bool(text == "true"),
        "decimal" | "integer" | "int" | "long" | "double" | "float" | "short" => number(text),
        _ => Value::text(text),
    }
}

/// A number as JSON writes it, or the text where it is none.
fn number(text: &str) -> Value {
    if matches!(crate::json::read(text, &Limits::default()), Ok(Value::Number(_))) {
        return Value::Number(text.to_owned());
    }
    // `+5`, `05` and `.5` are numbers in XML only.
    super::decimal(text).map_or_else(|| Value::text(text), |number| Value::Number(number.to_string()))
}

fn quantity(node: &Node) -> Value {
    let mut element = Object::default();
    for child in &node.children {
        let value = if child.name.local == "quantity" { number(&child.text) } else { Value::text(&child.text) };
        element.push(&child.name.local, value);
    }
    Value::Object(element)
}

fn typed(node: &Node, vocabulary: Vocabulary) -> Value {
    let mut one = Object::default();
    if let Some(word) = node.attribute("type") {
        one.push("type", Value::Text(vocabulary.short(word)));
    }
    one.push(&node.name.local, Value::text(&node.text));
    Value::Object(one)
}

fn sensor_attributes(node: &Node) -> Object {
    let mut object = Object::default();
    for (name, value) in node.attributes.iter().filter(|(name, _)| !is_instance(name)) {
        let value = match name.local.as_str() {
            _ if !name.uri.is_empty() => Value::text(value),
            "type" => Value::Text(Vocabulary::Measurement.short(value)),
            "exception" => Value::Text(Vocabulary::Alert.short(value)),
            "component" => Value::Text(Vocabulary::Component.short(value)),
            "booleanValue" => scalar(value, "boolean"),
            local if check::SENSOR_NUMBERS.contains(&local) => number(value),
            _ => Value::text(value),
        };
        object.push(&name.written(), value);
    }
    object
}

/// The vocabularies below a node as the header of the document.
fn master_data(node: &Node, json: &mut Object) {
    let list: Vec<Value> =
        node.child("VocabularyList").into_iter().flat_map(|list| &list.children).map(vocabulary).collect();
    let mut data = Object::default();
    data.push("vocabularyList", Value::List(list));
    let mut header = Object::default();
    header.push("epcisMasterData", Value::Object(data));
    json.push("epcisHeader", Value::Object(header));
}

fn vocabulary(node: &Node) -> Value {
    let mut vocabulary = Object::default();
    if let Some(kind) = node.attribute("type") {
        vocabulary.push("type", Value::text(kind));
    }
    let elements = node.child("VocabularyElementList").into_iter().flat_map(|list| &list.children);
    let elements = elements.map(|node| {
        let mut element = Object::default();
        if let Some(id) = node.attribute("id") {
            element.push("id", Value::text(id));
        }
        let attributes: Vec<Value> = node
            .children
            .iter()
            .filter(|child| child.name.local == "attribute")
            .map(|child| {
                let mut one = Object::default();
                one.push("id", Value::text(child.attribute("id").unwrap_or_default()));
                let inner = Node { attributes: Vec::new(), ..child.clone() };
                one.push("attribute", extension(&inner));
                Value::Object(one)
            })
            .collect();
        if !attributes.is_empty() {
            element.push("attributes", Value::List(attributes));
        }
        let children: Vec<Value> = node
            .child("children")
            .into_iter()
            .flat_map(|list| &list.children)
            .map(|id| Value::text(&id.text))
            .collect();
        if !children.is_empty() {
            element.push("children", Value::List(children));
        }
        Value::Object(element)
    });
    vocabulary.push("vocabularyElementList", Value::List(elements.collect()));
    Value::Object(vocabulary)
}

/// The children with the wrappers of 1.x opened.
fn flat(node: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    for child in &node.children {
        if child.name.is_standard() && matches!(child.name.local.as_str(), "extension" | "baseExtension") {
            found.extend(flat(child));
        } else {
            found.push(child);
        }
    }
    found
}

/// The prefixes that an event declares, anywhere in it. `alone`: those of its root are in the context already.
fn collect(node: &Node, declared: &mut Vec<(String, String)>, alone: bool, at: &str, problems: &mut Vec<Problem>) {
    for (prefix, uri) in node.declared.iter().filter(|(prefix, uri)| !alone && is_own(prefix, uri)) {
        match declared.iter().find(|(other, _)| other == prefix) {
            Some((_, other)) if other != uri => {
                problems.push(Problem::new(UNKNOWN_PREFIX, at, format!("{prefix} 在同一事件里指两个命名空间")));
            }
            Some(_) => {}
            None => declared.push((prefix.clone(), uri.clone())),
        }
    }
    for child in &node.children {
        collect(child, declared, false, at, problems);
    }
}
