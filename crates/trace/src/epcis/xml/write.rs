//! Writing a document in XML. Elements stand in the order of the schema of their version.

use std::collections::BTreeMap;

use super::super::vocab::Vocabulary;
use super::super::{COMMON, Document, Event, Form, Kind, Names};
use crate::json::{Object, Value};
use crate::problem::{NOT_EPCIS, Problem, UNKNOWN_PREFIX, XML_SYNTAX};

/// Which XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// EPCIS 1.2.
    V1_2,
    /// EPCIS 2.0.
    V2_0,
}

/// Writes a document or a single event. What XML cannot say (a name that is none, a character that XML forbids) is a problem.
pub fn write(document: &Document, version: Version) -> Result<String, Problem> {
    let mut out = Writer { version, text: String::new() };
    out.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (root, space) = match (document.form, version) {
        (Form::Query, Version::V2_0) => ("epcisq:EPCISQueryDocument", "urn:epcglobal:epcis-query:xsd:2"),
        (Form::Query, Version::V1_2) => ("epcisq:EPCISQueryDocument", "urn:epcglobal:epcis-query:xsd:1"),
        (_, Version::V2_0) => ("epcis:EPCISDocument", "urn:epcglobal:epcis:xsd:2"),
        (_, Version::V1_2) => ("epcis:EPCISDocument", "urn:epcglobal:epcis:xsd:1"),
    };
    if document.form == Form::Event {
        let event = document.events.first().ok_or_else(|| Problem::new(NOT_EPCIS, "", "没有事件"))?;
        out.event(event, &Names::default())?;
        return Ok(out.text);
    }
    out.open(root);
    out.attribute(&format!("xmlns:{}", root.split(':').next().unwrap_or_default()), space)?;
    out.attribute("schemaVersion", if version == Version::V2_0 { "2.0" } else { "1.2" })?;
    out.attribute("creationDate", document.json.text("creationDate").unwrap_or_default())?;
    out.declare(&document.names.declared)?;
    let around = Value::Object(without_body(&document.json));
    out.declare_used(&used(&around), &document.names, &document.names.declared)?;
    out.text.push('>');
    out.header(document)?;
    for (name, value) in document.json.iter().filter(|(name, _)| name.contains(':')) {
        out.extension(name, value, &document.names)?;
    }
    out.text.push_str("<EPCISBody>");
    if document.form == Form::Query {
        let results =
            document.json.get("epcisBody").and_then(Value::as_object).and_then(|body| body.get("queryResults"));
        let results =
            results.and_then(Value::as_object).ok_or_else(|| Problem::new(NOT_EPCIS, "/epcisBody", "queryResults"))?;
        out.text.push_str("<epcisq:QueryResults>");
        for name in ["queryName", "subscriptionID"] {
            if let Some(text) = results.text(name) {
                out.leaf(name, text)?;
            }
        }
        for (name, value) in results.iter().filter(|(name, _)| name.contains(':')) {
            out.extension(name, value, &document.names)?;
        }
        out.text.push_str("<resultsBody>");
        out.events(document)?;
        out.text.push_str("</resultsBody></epcisq:QueryResults>");
    } else {
        out.events(document)?;
    }
    out.text.push_str("</EPCISBody>");
    out.close(root);
    Ok(out.text)
}

fn without_body(json: &Object) -> Object {
    // The event list was taken out; what is left of the body may have names of its own.
    Object(json.0.iter().filter(|(name, _)| name != "@context").cloned().collect())
}

/// Every prefix of a name in a value.
fn used(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    match value {
        Value::Object(object) => {
            for (name, value) in object.iter() {
                if let Some((prefix, rest)) = name.split_once(':')
                    && !rest.starts_with("//")
                    && !prefix.starts_with('@')
                {
                    found.push(prefix);
                }
                found.extend(used(value));
            }
        }
        Value::List(list) => list.iter().for_each(|value| found.extend(used(value))),
        _ => {}
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The standard context declares it: written only where it is used, so that it does not matter who declared it.
fn standard(prefix: &str, uri: &str) -> bool {
    super::super::STANDARD.iter().any(|(other, known)| *other == prefix && *known == uri)
}

struct Writer {
    version: Version,
    text: String,
}

impl Writer {
    fn open(&mut self, name: &str) {
        self.text.push('<');
        self.text.push_str(name);
    }

    fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn escaped(&mut self, text: &str, attribute: bool) -> Result<(), Problem> {
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' if attribute => self.text.push_str("&quot;"),
                '\r' => self.text.push_str("&#13;"),
                '\n' | '\t' if attribute => self.text.push_str(if character == '\n' { "&#10;" } else { "&#9;" }),
                '\n' | '\t' => self.text.push(character),
                control if control < ' ' || matches!(control, '\u{fffe}' | '\u{ffff}') => {
                    return Err(Problem::new(
                        XML_SYNTAX,
                        "",
                        format!("字符 U+{:04X} 不能写进 XML", u32::from(control)),
                    ));
                }
                other => self.text.push(other),
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.escaped(value, true)?;
        self.text.push('"');
        Ok(())
    }

    fn leaf(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        self.open(name);
        self.text.push('>');
        self.escaped(text, false)?;
        self.close(name);
        Ok(())
    }

    /// Declares prefixes, the nearest declaration of each.
    fn declare(&mut self, declared: &[(String, String)]) -> Result<(), Problem> {
        let nearest: BTreeMap<&str, &str> =
            declared.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str())).collect();
        for (prefix, uri) in nearest {
            if is_name(prefix)
                && !uri.is_empty()
                && !standard(prefix, uri)
                && !matches!(prefix, "xml" | "xmlns" | "epcis" | "epcisq" | "xsi" | "xsd")
            {
                self.attribute(&format!("xmlns:{prefix}"), uri)?;
            }
        }
        Ok(())
    }

    /// Declares prefixes of the standard context that are used and not yet declared.
    fn declare_used(&mut self, prefixes: &[&str], names: &Names, declared: &[(String, String)]) -> Result<(), Problem> {
        for prefix in prefixes {
            if !declared.iter().any(|(other, uri)| other == prefix && !standard(prefix, uri)) {
                let uri = names.uri(prefix).ok_or_else(|| Problem::new(UNKNOWN_PREFIX, "", prefix))?;
                self.attribute(&format!("xmlns:{prefix}"), uri)?;
            }
        }
        Ok(())
    }

    fn header(&mut self, document: &Document) -> Result<(), Problem> {
        let json = &document.json;
        let business = ["sender", "receiver", "instanceIdentifier"].map(|name| json.text(name));
        let vocabularies = json
            .get("epcisHeader")
            .and_then(Value::as_object)
            .and_then(|header| header.get("epcisMasterData"))
            .and_then(Value::as_object)
            .and_then(|data| data.get("vocabularyList"))
            .and_then(Value::as_list);
        if business.iter().all(Option::is_none) && vocabularies.is_none() {
            return Ok(());
        }
        self.text.push_str("<EPCISHeader>");
        if let [sender, receiver, instance] = business
            && business.iter().any(Option::is_some)
        {
            self.open("sbdh:StandardBusinessDocumentHeader");
            self.attribute("xmlns:sbdh", "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader")?;
            self.text.push('>');
            self.leaf("sbdh:HeaderVersion", "1.0")?;
            for (name, party) in [("sbdh:Sender", sender), ("sbdh:Receiver", receiver)] {
                if let Some(party) = party {
                    self.text.push_str(&format!("<{name}>"));
                    self.leaf("sbdh:Identifier", party)?;
                    self.close(name);
                }
            }
            self.text.push_str("<sbdh:DocumentIdentification>");
            self.leaf("sbdh:Standard", "EPCglobal")?;
            self.leaf("sbdh:TypeVersion", "1.0")?;
            if let Some(instance) = instance {
                self.leaf("sbdh:InstanceIdentifier", instance)?;
            }
            self.leaf("sbdh:Type", "Events")?;
            self.leaf("sbdh:CreationDateAndTime", json.text("creationDate").unwrap_or_default())?;
            self.text.push_str("</sbdh:DocumentIdentification></sbdh:StandardBusinessDocumentHeader>");
        }
        if let Some(list) = vocabularies {
            self.text.push_str("<extension><EPCISMasterData><VocabularyList>");
            for vocabulary in list.iter().filter_map(Value::as_object) {
                self.vocabulary(vocabulary, &document.names)?;
            }
            self.text.push_str("</VocabularyList></EPCISMasterData></extension>");
        }
        self.text.push_str("</EPCISHeader>");
        Ok(())
    }

    fn vocabulary(&mut self, vocabulary: &Object, names: &Names) -> Result<(), Problem> {
        self.open("Vocabulary");
        self.attribute("type", vocabulary.text("type").unwrap_or_default())?;
        self.text.push_str("><VocabularyElementList>");
        let list = |object: &Object, name: &str| object.get(name).and_then(Value::as_list).unwrap_or_default().to_vec();
        for element in list(vocabulary, "vocabularyElementList").iter().filter_map(Value::as_object) {
            self.open("VocabularyElement");
            self.attribute("id", element.text("id").unwrap_or_default())?;
            self.text.push('>');
            for one in list(element, "attributes").iter().filter_map(Value::as_object) {
                let values = match one.get("attribute") {
                    Some(Value::List(list)) => list.clone(),
                    Some(value) => vec![value.clone()],
                    None => vec![Value::text("")],
                };
                for value in values {
                    self.open("attribute");
                    self.attribute("id", one.text("id").unwrap_or_default())?;
                    self.content(&value, names)?;
                    self.close("attribute");
                }
            }
            let children = list(element, "children");
            if !children.is_empty() {
                self.text.push_str("<children>");
                for id in children.iter().filter_map(Value::as_text) {
                    self.leaf("id", id)?;
                }
                self.text.push_str("</children>");
            }
            self.close("VocabularyElement");
        }
        self.text.push_str("</VocabularyElementList></Vocabulary>");
        Ok(())
    }

    fn events(&mut self, document: &Document) -> Result<(), Problem> {
        self.text.push_str("<EventList>");
        for event in &document.events {
            let wrappers = match (self.version, event.kind) {
                (Version::V1_2, Kind::Transformation) => 1,
                (Version::V1_2, Kind::Association) => 2,
                _ => 0,
            };
            self.text.push_str(&"<extension>".repeat(wrappers));
            self.event(event, &document.names)?;
            self.text.push_str(&"</extension>".repeat(wrappers));
        }
        self.text.push_str("</EventList>");
        Ok(())
    }

    /// An event; `outer` are the prefixes that are declared around it.
    fn event(&mut self, event: &Event, outer: &Names) -> Result<(), Problem> {
        let name = event.json.text("type").unwrap_or_default();
        let name = if event.kind == Kind::Other { name } else { event.kind.name() };
        self.open(name);
        let own: Vec<(String, String)> =
            event.names.declared.iter().filter(|pair| outer.uri(&pair.0) != Some(pair.1.as_str())).cloned().collect();
        self.declare(&own)?;
        let mut whole = event.json.clone();
        whole.remove("@context");
        let whole = Value::Object(whole);
        let mut known = own.clone();
        known.extend(outer.declared.iter().cloned());
        let mut prefixes = used(&whole);
        if let Some((prefix, _)) = name.split_once(':') {
            prefixes.push(prefix);
        }
        self.declare_used(&prefixes, &event.names, &known)?;
        self.text.push('>');
        let json = &event.json;
        let names = &*event.names;
        let old = self.version == Version::V1_2;
        if old {
            for field in ["eventTime", "recordTime", "eventTimeZoneOffset"] {
                self.field(json, field, names)?;
            }
            self.wrapped(json, "baseExtension", &["eventID", "errorDeclaration"], &["certificationInfo"], names)?;
        } else {
            for field in COMMON {
                self.field(json, field, names)?;
            }
        }
        let (inner, innermost): (&[&str], &[&str]) = match (old, event.kind) {
            (true, Kind::Object) => (
                &["quantityList", "sourceList", "destinationList", "ilmd"],
                &["sensorElementList", "persistentDisposition"],
            ),
            (true, Kind::Transaction) => {
                (&["quantityList", "sourceList", "destinationList"], &["sensorElementList", "persistentDisposition"])
            }
            (true, Kind::Aggregation) => (
                &["childQuantityList", "sourceList", "destinationList"],
                &["sensorElementList", "persistentDisposition"],
            ),
            (true, Kind::Transformation) => (&["sensorElementList", "persistentDisposition"], &[]),
            _ => (&[], &[]),
        };
        for field in event.kind.fields() {
            if inner.contains(field) || innermost.contains(field) {
                continue;
            }
            // The schema of 1.2 wants the list even when it is empty.
            let wanted = matches!(
                (event.kind, *field),
                (Kind::Object | Kind::Transaction, "epcList") | (Kind::Aggregation, "childEPCs")
            );
            if old && wanted && json.get(field).and_then(Value::as_list).is_none_or(<[Value]>::is_empty) {
                self.text.push_str(&format!("<{field}></{field}>"));
            }
            self.field(json, field, names)?;
        }
        self.wrapped(json, "extension", inner, innermost, names)?;
        for (name, value) in json.iter().filter(|(name, _)| name.contains(':')) {
            self.extension(name, value, names)?;
        }
        self.close(name);
        Ok(())
    }

    /// Fields of later versions inside of `extension` elements.
    fn wrapped(
        &mut self,
        json: &Object,
        wrapper: &str,
        inner: &[&str],
        innermost: &[&str],
        names: &Names,
    ) -> Result<(), Problem> {
        let there = |fields: &[&str]| fields.iter().any(|field| json.get(field).is_some());
        if !there(inner) && !there(innermost) {
            return Ok(());
        }
        self.text.push_str(&format!("<{wrapper}>"));
        for field in inner {
            self.field(json, field, names)?;
        }
        if there(innermost) {
            self.text.push_str("<extension>");
            for field in innermost {
                self.field(json, field, names)?;
            }
            self.text.push_str("</extension>");
        }
        self.close(wrapper);
        Ok(())
    }

    fn field(&mut self, json: &Object, field: &str, names: &Names) -> Result<(), Problem> {
        let Some(value) = json.get(field) else { return Ok(()) };
        let list = value.as_list().unwrap_or_default();
        if matches!(value, Value::List(_)) && list.is_empty() {
            return Ok(());
        }
        match field {
            "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => {
                self.text.push_str(&format!("<{field}>"));
                for epc in list.iter().filter_map(Value::as_text) {
                    self.leaf("epc", epc)?;
                }
                self.close(field);
            }
            "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                self.text.push_str(&format!("<{field}>"));
                for element in list.iter().filter_map(Value::as_object) {
                    self.text.push_str("<quantityElement>");
                    for name in ["epcClass", "quantity", "uom"] {
                        if let Some(text) = element.get(name).and_then(Value::plain) {
                            self.leaf(name, text)?;
                        }
                    }
                    self.text.push_str("</quantityElement>");
                }
                self.close(field);
            }
            "bizTransactionList" => self.typed(field, "bizTransaction", list, Vocabulary::BizTransaction)?,
            "sourceList" => self.typed(field, "source", list, Vocabulary::SourceDestination)?,
            "destinationList" => self.typed(field, "destination", list, Vocabulary::SourceDestination)?,
            "bizStep" => self.leaf(field, &Vocabulary::BizStep.long(value.as_text().unwrap_or_default()))?,
            "disposition" => self.leaf(field, &Vocabulary::Disposition.long(value.as_text().unwrap_or_default()))?,
            "certificationInfo" => {
                let one = std::slice::from_ref(value);
                for uri in if list.is_empty() { one } else { list }.iter().filter_map(Value::as_text) {
                    self.leaf(field, uri)?;
                }
            }
            "readPoint" | "bizLocation" => {
                let Some(place) = value.as_object() else { return Ok(()) };
                self.text.push_str(&format!("<{field}>"));
                self.leaf("id", place.text("id").unwrap_or_default())?;
                for (name, value) in place.iter().filter(|(name, _)| *name != "id") {
                    self.extension(name, value, names)?;
                }
                self.close(field);
            }
            "persistentDisposition" => {
                self.text.push_str(&format!("<{field}>"));
                for name in ["unset", "set"] {
                    let words =
                        value.as_object().and_then(|both| both.get(name)).and_then(Value::as_list).unwrap_or_default();
                    for word in words.iter().filter_map(Value::as_text) {
                        self.leaf(name, &Vocabulary::Disposition.long(word))?;
                    }
                }
                self.close(field);
            }
            "errorDeclaration" => self.error_declaration(value, names)?,
            "ilmd" => {
                self.text.push_str("<ilmd>");
                for (name, value) in value.as_object().into_iter().flat_map(Object::iter) {
                    self.extension(name, value, names)?;
                }
                self.text.push_str("</ilmd>");
            }
            "sensorElementList" => {
                self.text.push_str("<sensorElementList>");
                for element in list.iter().filter_map(Value::as_object) {
                    self.sensor_element(element, names)?;
                }
                self.text.push_str("</sensorElementList>");
            }
            _ => self.leaf(field, value.plain().unwrap_or_default())?,
        }
        Ok(())
    }

    fn typed(&mut self, field: &str, name: &str, list: &[Value], vocabulary: Vocabulary) -> Result<(), Problem> {
        self.text.push_str(&format!("<{field}>"));
        for one in list.iter().filter_map(Value::as_object) {
            self.open(name);
            if let Some(word) = one.text("type") {
                self.attribute("type", &vocabulary.long(word))?;
            }
            self.text.push('>');
            self.escaped(one.text(name).unwrap_or_default(), false)?;
            self.close(name);
        }
        self.close(field);
        Ok(())
    }

    fn error_declaration(&mut self, value: &Value, names: &Names) -> Result<(), Problem> {
        let Some(declaration) = value.as_object() else { return Ok(()) };
        self.text.push_str("<errorDeclaration>");
        self.leaf("declarationTime", declaration.text("declarationTime").unwrap_or_default())?;
        if let Some(reason) = declaration.text("reason") {
            self.leaf("reason", &Vocabulary::ErrorReason.long(reason))?;
        }
        let ids = declaration.get("correctiveEventIDs").and_then(Value::as_list).unwrap_or_default();
        if !ids.is_empty() {
            self.text.push_str("<correctiveEventIDs>");
            for id in ids.iter().filter_map(Value::as_text) {
                self.leaf("correctiveEventID", id)?;
            }
            self.text.push_str("</correctiveEventIDs>");
        }
        for (name, value) in declaration.iter().filter(|(name, _)| name.contains(':')) {
            self.extension(name, value, names)?;
        }
        self.text.push_str("</errorDeclaration>");
        Ok(())
    }

    fn sensor_element(&mut self, element: &Object, names: &Names) -> Result<(), Problem> {
        self.text.push_str("<sensorElement>");
        if let Some(metadata) = element.get("sensorMetadata").and_then(Value::as_object) {
            self.sensor_attributes("sensorMetadata", metadata)?;
        }
        let reports = element.get("sensorReport").and_then(Value::as_list).unwrap_or_default();
        for report in reports.iter().filter_map(Value::as_object) {
            self.sensor_attributes("sensorReport", report)?;
        }
        for (name, value) in element.iter().filter(|(name, _)| !matches!(*name, "sensorMetadata" | "sensorReport")) {
            self.extension(name, value, names)?;
        }
        self.text.push_str("</sensorElement>");
        Ok(())
    }

    fn sensor_attributes(&mut self, name: &str, object: &Object) -> Result<(), Problem> {
        self.open(name);
        for (name, value) in object.iter() {
            let text = value.plain().map_or_else(|| value.write(), str::to_owned);
            let text = match name {
                "type" => Vocabulary::Measurement.long(&text),
                "exception" => Vocabulary::Alert.long(&text),
                "component" => Vocabulary::Component.long(&text),
                _ => text,
            };
            self.checked_name(name)?;
            self.attribute(name, &text)?;
        }
        self.text.push_str("/>");
        Ok(())
    }

    fn checked_name(&self, name: &str) -> Result<(), Problem> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let fits = is_name(local) && (prefix.is_empty() || is_name(prefix));
        if fits { Ok(()) } else { Err(Problem::new(XML_SYNTAX, "", format!("{name} 不能作 XML 的名称"))) }
    }

    /// An extension: an array is the element again and again.
    fn extension(&mut self, name: &str, value: &Value, names: &Names) -> Result<(), Problem> {
        if name.starts_with('@') || name == "#text" {
            return Ok(());
        }
        if let Value::List(list) = value {
            for one in list {
                self.extension(name, one, names)?;
            }
            return Ok(());
        }
        self.checked_name(name)?;
        self.open(name);
        self.content(value, names)?;
        self.close(name);
        Ok(())
    }

    /// What stands in an element, from its attributes on.
    fn content(&mut self, value: &Value, names: &Names) -> Result<(), Problem> {
        let typed = |writer: &mut Self, kind: &str| {
            writer.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")?;
            writer.attribute("xmlns:xsd", "http://www.w3.org/2001/XMLSchema")?;
            writer.attribute("xsi:type", kind)
        };
        match value {
            Value::Object(object) => {
                for (name, value) in object.iter() {
                    if let (Some(name), Some(text)) = (name.strip_prefix('@'), value.plain()) {
                        self.checked_name(name)?;
                        self.attribute(name, text)?;
                    }
                }
                self.text.push('>');
                if let Some(text) = object.text("#text") {
                    self.escaped(text, false)?;
                }
                for (name, value) in object.iter() {
                    self.extension(name, value, names)?;
                }
            }
            Value::List(list) => {
                self.text.push('>');
                for one in list {
                    self.escaped(&one.plain().map_or_else(|| one.write(), str::to_owned), false)?;
                }
            }
            Value::Null => {
                self.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")?;
                self.attribute("xsi:nil", "true")?;
                self.text.push('>');
            }
            Value::Number(digits) => {
                typed(self, if digits.contains(['e', 'E']) { "xsd:double" } else { "xsd:decimal" })?;
                self.text.push('>');
                self.text.push_str(digits);
            }
            Value::Bool(truth) => {
                typed(self, "xsd:boolean")?;
                self.text.push('>');
                self.text.push_str(if *truth { "true" } else { "false" });
            }
            Value::Text(text) => {
                self.text.push('>');
                self.escaped(text, false)?;
            }
        }
        Ok(())
    }
}

/// A name that XML allows (without colon), in the measure that is needed: letters of any script, digits, `_ - .`.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | '.'))
}
