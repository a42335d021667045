//! Documents that nobody would send: bad input is refused with its place, within bounds, and what is written is read again.

#![expect(clippy::panic, reason = "a test fails by panicking, also in its helpers")]

use std::sync::Arc;

use proptest::prelude::*;
use zhiheng_trace::epcis::query::{Masters, Query};
use zhiheng_trace::epcis::time::Instant;
use zhiheng_trace::epcis::xml::{self, Order, Version};
use zhiheng_trace::epcis::{Form, Master, Names, document_of, hash};
use zhiheng_trace::json::Value;
use zhiheng_trace::{Document, Event, Limits};

fn document(events: &str) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{{"ex":"https://ns.example.com/epcis/"}}],
        "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-07-22T10:30:00Z","epcisBody":{{"eventList":[{events}]}}}}"#
    )
}

const HEAD: &str = r#""eventTime":"2026-07-22T06:45:00+08:00","eventTimeZoneOffset":"+08:00""#;

fn codes(text: &str, limits: &Limits) -> Vec<(&'static str, String)> {
    match Document::read_json(text, limits) {
        Ok(document) => panic!("accepted: {}", document.write_json()),
        Err(problems) => problems.into_iter().map(|problem| (problem.code.id, problem.at)).collect(),
    }
}

#[test]
fn what_is_too_much_is_refused_before_it_is_built() {
    let limits = Limits { identifiers: 1_000, events: 10, ..Limits::default() };
    let epcs = |count: usize| (0..count).map(|id| format!("\"urn:x:{id}\"")).collect::<Vec<_>>().join(",");
    let many = document(&format!(r#"{{"type":"ObjectEvent",{HEAD},"action":"OBSERVE","epcList":[{}]}}"#, epcs(1_001)));
    assert_eq!(codes(&many, &limits), [("ZH8021", "/epcisBody/eventList/0".to_owned())]);
    // A million of them do not even become values.
    let million =
        document(&format!(r#"{{"type":"ObjectEvent",{HEAD},"action":"OBSERVE","epcList":[{}]}}"#, epcs(1_000_000)));
    assert_eq!(codes(&million, &Limits::default())[..], [("ZH8021", String::new())]);
    let one = format!(r#"{{"type":"ObjectEvent",{HEAD},"action":"OBSERVE","epcList":["urn:x:1"]}}"#);
    assert_eq!(codes(&document(&[one.as_str(); 11].join(",")), &limits), [("ZH8021", String::new())]);
    let deep = document(&format!(
        r#"{{"type":"ObjectEvent",{HEAD},"action":"OBSERVE","epcList":["urn:x:1"],"ex:a":{}1{}}}"#,
        r#"{"ex:a":"#.repeat(40),
        "}".repeat(40)
    ));
    assert_eq!(codes(&deep, &limits), [("ZH8021", String::new())]);
    // Faults are counted too: the list of them does not grow with the input.
    let wrong = document(&["1"; 9].join(","));
    assert_eq!(codes(&wrong, &Limits { problems: 5, ..limits }).len(), 5);
    for bomb in [
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".to_owned(),
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>".to_owned(),
        "<a>&b;</a>".to_owned(),
        "<a>".repeat(100),
        format!("<a>{}</a>", "<b/>".repeat(2_000_000)),
        "<a><b></a></b>".to_owned(),
        "<ex:a/>".to_owned(),
        "<a/><b/>".to_owned(),
        String::new(),
    ] {
        let problems = Document::read_xml(&bomb, Order::Any, &Limits::default()).unwrap_err();
        assert!(
            ["ZH8021", "ZH8022", "ZH8023"].contains(&problems[0].code.id),
            "{:?}: {}",
            problems,
            bomb.get(..40).unwrap_or(&bomb)
        );
    }
}

#[test]
fn every_fault_of_an_event_is_named_with_its_place() {
    let text = document(&format!(
        r#"{{"type":"AggregationEvent","eventTime":"2026-07-22","eventTimeZoneOffset":"+15:00","action":"ADD","parentID":"urn:epc:id:sscc:6901234.1",
            "childEPCs":["not a uri","urn:x:1","urn:x:1"],"childQuantityList":[{{"epcClass":"urn:x:c","quantity":-1,"uom":"kg"}}],
            "persistentDisposition":{{"set":["active"],"unset":["https://ref.gs1.org/cbv/Disp-active"]}},"other:field":1,"plain":2,
            "sensorElementList":[{{"sensorMetadata":{{"startTime":"2026-07-22T02:00:00Z","endTime":"2026-07-22T01:00:00Z"}},
            "sensorReport":[{{"type":"Temperature","value":"warm","hexBinaryValue":"xyz","booleanValue":"yes"}}]}}]}},
           {{"type":"ObjectEvent",{HEAD},"action":"DELETE","epcList":["urn:x:1"],"ilmd":{{"ex:a":"b"}}}},
           {{"type":"AssociationEvent",{HEAD},"action":"ADD","parentID":"https://a.example/00/069012345000000015","childEPCs":["https://b.example/00/069012345000000015"]}},
           {{"type":"TransformationEvent",{HEAD},"inputEPCList":["urn:x:1"]}},
           {{"type":"TransactionEvent",{HEAD},"action":"OBSERVE"}}"#
    ));
    let at = |place: &str| format!("/epcisBody/eventList/{place}");
    let wanted: Vec<(&str, String)> = [
        ("ZH8047", "0/eventTime"),
        ("ZH8048", "0/eventTimeZoneOffset"),
        ("ZH8007", "0/parentID"),
        ("ZH8050", "0/childEPCs/0"),
        ("ZH8056", "0/childEPCs/2"),
        ("ZH8054", "0/childQuantityList/0/quantity"),
        ("ZH8052", "0/childQuantityList/0/uom"),
        ("ZH8055", "0/persistentDisposition"),
        ("ZH8045", "0/other:field"),
        ("ZH8044", "0/plain"),
        ("ZH8055", "0/sensorElementList/0/sensorMetadata/endTime"),
        ("ZH8042", "0/sensorElementList/0/sensorReport/0/value"),
        ("ZH8059", "0/sensorElementList/0/sensorReport/0/hexBinaryValue"),
        ("ZH8042", "0/sensorElementList/0/sensorReport/0/booleanValue"),
        ("ZH8053", "1/ilmd"),
        ("ZH8060", "2/parentID"),
        ("ZH8051", "3"),
        ("ZH8041", "4"),
        ("ZH8051", "4"),
    ]
    .into_iter()
    .map(|(code, place)| (code, at(place)))
    .collect();
    assert_eq!(codes(&text, &Limits::default()), wanted);
}

fn master(key: &str, attributes: &[(&str, &str)], children: &[&str]) -> Master {
    Master {
        vocabulary: "urn:epcglobal:epcis:vtype:BusinessLocation".to_owned(),
        id: key.to_owned(),
        key: key.to_owned(),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), Value::text(value))).collect(),
        children: children.iter().map(|child| (*child).to_owned()).collect(),
    }
}

#[test]
fn a_query_asks_extensions_sensors_master_data_and_places_within() {
    let text = document(&format!(
        r#"{{"type":"ObjectEvent",{HEAD},"action":"ADD","epcList":["urn:epc:id:sgtin:6901234.056789.77"],"bizLocation":{{"id":"urn:x:shelf","ex:row":"4"}},
            "ilmd":{{"ex:grade":"一级","ex:box":{{"ex:weight":12.50}}}},"ex:when":"2026-07-01T00:00:00+08:00","ex:list":["a","b"],
            "sensorElementList":[{{"sensorReport":[{{"type":"Temperature","value":4.5,"uom":"CEL","ex:probe":"p1"}}]}}]}}"#
    ));
    let event = Document::read_json(&text, &Limits::default()).unwrap().events.remove(0);
    // The shop holds the shelf, the market the shop, and somebody wrote that the shelf holds the market.
    let masters = [
        master("urn:x:market", &[], &["urn:x:shop"]),
        master("urn:x:shop", &[], &["urn:x:shelf"]),
        master("urn:x:shelf", &[("cool", "yes")], &["urn:x:market"]),
    ];
    assert!(masters[..].is_within("urn:x:shelf", "urn:x:market"));
    let names = Names { declared: vec![("e".to_owned(), "https://ns.example.com/epcis/".to_owned())], open: false };
    for (query, wanted) in [
        ("EQ_ILMD_e:grade=一级", true),
        ("EQ_ILMD_e:grade=二级,一级", true),
        ("EQ_e:grade=一级", false),
        ("GE_INNER_ILMD_e:weight=12.5&LE_INNER_ILMD_e:weight=12.50", true),
        ("GT_INNER_ILMD_e:weight=12.5", false),
        ("LT_e:when=2026-06-30T17:00:00Z", true),
        ("LT_e:when=2026-06-30T16:00:00Z", false),
        ("EXISTS_e:list=true&EQ_e:list=b", true),
        ("EQ_SENSORREPORT_e:probe=p1", true),
        ("EQ_bizLocation_e:row=4", true),
        ("EQ_readPoint_e:row=4", false),
        ("GE_value_CEL=4.5&LT_value_CEL=4.6&EQ_type=gs1:Temperature", true),
        ("GE_value_FAH=4.5", false),
        ("WD_bizLocation=urn:x:market", true),
        ("EQ_bizLocation=urn:x:market", false),
        ("WD_bizLocation=urn:x:cellar", false),
        ("HASATTR_bizLocation=cool", true),
        ("EQATTR_bizLocation_cool=yes", true),
        ("EQATTR_bizLocation_cool=no", false),
        ("MATCH_epc=urn:epc:idpat:sgtin:6901234.056789.*", true),
        ("MATCH_epc=urn:epc:idpat:sgtin:6901234.*.*", true),
        ("MATCH_epc=urn:epc:idpat:sgtin:*.*.*", true),
        ("MATCH_epc=urn:epc:idpat:sgtin:6901235.*.*", false),
        ("MATCH_epc=https://shop.example/x/01/06901234567892/22/V/21/77?17=270101", true),
        ("MATCH_epc=urn:epc:idpat:grai:6901234.*.*", false),
    ] {
        let query = query.replace('一', "%E4%B8%80").replace('级', "%E7%BA%A7").replace('二', "%E4%BA%8C");
        let read = Query::read_string(&query, &names).unwrap_or_else(|problems| panic!("{query}: {problems:?}"));
        assert_eq!(read.matches(&event, &masters[..]), wanted, "{query}");
    }
    let wrong = Query::read_string(
        "GE_eventTime=gestern&EQ_action=EAT&eventCountLimit=0&MATCH_sth=a&GE_value_celsius=1&EQ_bizStep=",
        &names,
    )
    .unwrap_err();
    let wrong: Vec<(&str, &str)> = wrong.iter().map(|problem| (problem.code.id, problem.at.as_str())).collect();
    assert_eq!(
        wrong,
        [
            ("ZH8081", "/GE_eventTime"),
            ("ZH8081", "/EQ_action"),
            ("ZH8081", "/eventCountLimit"),
            ("ZH8080", "/MATCH_sth"),
            ("ZH8080", "/GE_value_celsius"),
            ("ZH8081", "/EQ_bizStep")
        ]
    );
}

/// A value of an extension: what XML can say.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-zA-Z0-9<>&'一-三 ]{0,6}".prop_map(|text| format!("\"{}\"", text.trim())),
        "-?[1-9][0-9]{0,3}(\\.[0-9]{1,3})?",
        Just("true".to_owned()),
        Just("null".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| format!("[{}]", list.join(","))),
            prop::collection::btree_map("ex:[a-c]", inner, 1..4).prop_map(|map| {
                let pairs: Vec<String> = map.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", pairs.join(","))
            }),
        ]
    })
}

proptest! {
    /// Whatever extensions an event carries, it has the same identifier after it went through either XML, and the same JSON after JSON.
    #[test]
    fn an_event_stays_itself_through_every_syntax(
        own in value(), born in value(), place in value(), epcs in prop::collection::btree_set("[0-9A-Z]{1,4}", 1..5),
        quantity in "[0-9]{1,4}(\\.[0-9]{1,2})?",
    ) {
        let quantity = quantity.trim_start_matches('0');
        let quantity = if quantity.is_empty() || quantity.starts_with('.') { format!("0{quantity}") } else { quantity.to_owned() };
        let epcs: Vec<String> = epcs.iter().map(|serial| format!("\"urn:epc:id:sgtin:6901234.056789.{serial}\"")).collect();
        let text = document(&format!(
            r#"{{"type":"ObjectEvent",{HEAD},"action":"ADD","bizStep":"commissioning","epcList":[{}],"readPoint":{{"id":"urn:x:p","ex:p":{place}}},
                "quantityList":[{{"epcClass":"urn:epc:class:lgtin:6901234.056789.L","quantity":{quantity},"uom":"KGM"}}],"ilmd":{{"ex:i":{born}}},"ex:own":{own}}}"#,
            epcs.join(",")
        ));
        let limits = Limits::default();
        let document = Document::read_json(&text, &limits).unwrap();
        prop_assert_eq!(&Document::read_json(&document.write_json(), &limits).unwrap(), &document);
        for version in [Version::V2_0, Version::V1_2] {
            let written = xml::write(&document, version).unwrap();
            let read = Document::read_xml(&written, Order::Schema, &limits).unwrap();
            prop_assert_eq!(hash::pre_hash(&read.events[0], &[]), hash::pre_hash(&document.events[0], &[]), "{}", written);
        }
    }

    /// Any text ends in an answer, and a refusal always says why.
    #[test]
    fn any_text_is_read_or_refused(text in "[\\PC\n]{0,60}", cut in 0_usize..2_000, put in "[<>&\"{}\\[\\]:,a-z/]{0,3}") {
        let whole = document(&format!(r#"{{"type":"ObjectEvent",{HEAD},"action":"ADD","epcList":["urn:x:1"],"ex:a":{{"ex:b":[1,"2"]}}}}"#));
        let limits = Limits::default();
        let xml = xml::write(&Document::read_json(&whole, &limits).unwrap(), Version::V2_0).unwrap();
        let broken = |text: &str| {
            let at = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let (before, after) = text.split_at(at);
            format!("{before}{put}{}", after.get(1..).unwrap_or_default())
        };
        for text in [&text, &broken(&whole), &broken(&xml)] {
            if let Err(problems) = Document::read_json(text, &limits) { prop_assert!(!problems.is_empty()); }
            if let Err(problems) = Document::read_xml(text, Order::Any, &limits) { prop_assert!(!problems.is_empty()); }
            let _ = Query::read_string(text, &Names::default());
        }
    }
}

#[test]
fn events_of_different_prefixes_travel_together() {
    let read = |uri: &str| {
        let names = Arc::new(Names { declared: vec![("ex".to_owned(), uri.to_owned())], open: false });
        Event::read(
            &format!(r#"{{"type":"ObjectEvent",{HEAD},"action":"OBSERVE","epcList":["urn:x:1"],"ex:a":"b"}}"#),
            &names,
            &Limits::default(),
        )
        .unwrap()
    };
    let both = vec![read("https://one.example/"), read("https://two.example/")];
    let wanted: Vec<String> = both.iter().map(|event| hash::identifier(event, &[])).collect();
    assert_ne!(wanted[0], wanted[1]);
    let document = document_of(both, Instant::read("2026-07-22T00:00:00Z").unwrap());
    assert_eq!(document.form, Form::Document);
    let again = Document::read_json(&document.write_json(), &Limits::default()).unwrap();
    assert_eq!(again.events.iter().map(|event| hash::identifier(event, &[])).collect::<Vec<_>>(), wanted);
    let xml = xml::write(&document, Version::V2_0).unwrap();
    let again = Document::read_xml(&xml, Order::Schema, &Limits::default()).unwrap();
    assert_eq!(again.events.iter().map(|event| hash::identifier(event, &[])).collect::<Vec<_>>(), wanted);
}
