//! Reference cases made with other people's programs (`digital-link/` and `epcis/` of the reference folder). Every file is run; a file or a
//! case of an unknown kind fails the test. Rows that say nothing about the standard are named here with the reason.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use zhiheng_trace::Event;
use zhiheng_trace::epcis::query::Query;
use zhiheng_trace::epcis::time::Instant;
use zhiheng_trace::epcis::vocab::Vocabulary;
use zhiheng_trace::epcis::xml::{Order, Version};
use zhiheng_trace::epcis::{Master, Names, hash, xml};
use zhiheng_trace::graph;
use zhiheng_trace::gs1::{Link, Options, ai, canonical, element, epc, link, lint, resolver};
use zhiheng_trace::{Document, Limits, Problem};

#[expect(clippy::disallowed_methods, reason = "a test finds its cases through the environment")]
fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var("ZHIHENG_REFERENCE")
        .map(PathBuf::from)
        .unwrap_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference"));
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").is_err(), "no reference cases at {}", folder.display());
    println!("no reference cases at {}", folder.display());
    None
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn cases(path: &Path) -> Vec<Value> {
    json(path)["cases"].as_array().unwrap_or_else(|| panic!("no cases in {}", path.display())).clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// Every file below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// What failed, all of it, and how many ran.
#[derive(Default)]
struct Tally {
    run: usize,
    failed: Vec<String>,
}

impl Tally {
    fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.run += 1;
        if !holds {
            self.failed.push(what());
        }
    }

    fn end(self, name: &str, failed: &mut Vec<String>) {
        println!("{name}: {} cases", self.run);
        assert!(self.run > 0 || name.starts_with("lint/gcppos"), "{name}: nothing ran");
        failed.extend(self.failed.into_iter().map(|what| format!("{name}: {what}")));
    }
}

fn none(failed: &[String]) {
    assert!(failed.is_empty(), "{} failed\n{}", failed.len(), failed.join("\n"));
}

/// A row in which the table was made from the signature of a macro, not from a case.
fn is_signature(row: &Value) -> bool {
    ["buf", "inbuf", "data", "expbuf", "expect"]
        .iter()
        .any(|word| ["ai_data", "element_string", "in"].iter().any(|key| row[*key].as_str() == Some(word)))
}

fn options(row: &Value) -> Options {
    let mut options = Options::default();
    for option in row["options"].as_array().into_iter().flatten() {
        match option.as_str().unwrap() {
            "unknown_ais" => options.unknown_ais = true,
            "zero_suppressed_gtin" => options.short_gtin = true,
            "convenience_alphas" => options.names = true,
            other => panic!("option {other}"),
        }
    }
    options
}

#[test]
fn gs1_tables() {
    let Some(folder) = folder("digital-link") else { return };
    let mut failed = Vec::new();
    for path in files(&folder) {
        let mut tally = Tally::default();
        let below_lint = path.parent().unwrap().ends_with("lint");
        match name(&path) {
            _ if path.parent().unwrap().ends_with("resolver") => resolver_file(&path, &mut tally),
            "gcppos1.json" | "gcppos2.json" => {
                // The prefix itself is refused by a table that GS1 licenses; ours asks for its shape only (see `lint`).
                for row in cases(&path)
                    .iter()
                    .filter(|row| !is_signature(row) && row["error"] != "GS1_LINTER_INVALID_GCP_PREFIX")
                {
                    lint_row(&path, row, &mut tally);
                }
            }
            _ if below_lint => {
                for row in cases(&path).iter().filter(|row| !is_signature(row)) {
                    lint_row(&path, row, &mut tally);
                }
            }
            "dl-uri-parse.json" => {
                for row in cases(&path) {
                    let read = Link::read(text(&row, "uri"), options(&row));
                    let ours = read.as_ref().ok().map(|link| element::write(&link.elements()));
                    tally.check(ours.as_deref() == row["element_string"].as_str(), || format!("{row}: {read:?}"));
                }
            }
            "dl-uri-generate.json" => generate_file(&path, &mut tally),
            "ai-bracketed-parse.json" => {
                for row in cases(&path).iter().filter(|row| !is_signature(row)) {
                    let read = element::read_bracketed(text(row, "ai_data"), options(row));
                    let ours = read.as_ref().ok().map(|elements| element::write(elements));
                    tally.check(ours.as_deref() == row["element_string"].as_str(), || format!("{row}: {read:?}"));
                }
            }
            "ai-unbracketed-process.json" => {
                for row in cases(&path).iter().filter(|row| !is_signature(row)) {
                    let read = element::read(text(row, "element_string"));
                    tally.check(read.is_ok() == (row["valid"] == true), || format!("{row}: {read:?}"));
                }
            }
            "ai-combination-rules.json" => {
                for row in cases(&path) {
                    let rule = text(&row, "rule");
                    assert!(
                        [
                            "validateAIrepeats",
                            "validateAImutex",
                            "validateAIrequisites",
                            "validateDigSigRequiresSerialisedKey"
                        ]
                        .contains(&rule),
                        "{rule}"
                    );
                    let elements = element::read_bracketed(text(&row, "ai_data"), options(&row)).unwrap();
                    let problems = element::check_together(&elements);
                    let mine = problems.iter().any(|problem| match rule {
                        "validateAIrepeats" => problem.message.contains("两次"),
                        "validateAImutex" => problem.message.contains("不能与"),
                        "validateAIrequisites" => problem.message.contains("之一"),
                        _ => problem.message.contains("序列号"),
                    });
                    tally.check(mine != (row["valid"] == true), || format!("{row}: {problems:?}"));
                }
            }
            "epc-urn-to-digital-link.json" => canonical_file(&path, &mut tally),
            "uri-escape.json" => {
                for row in cases(&path) {
                    let given = text(&row, "in");
                    let ours = (link::escape_path(given), link::escape_query(given));
                    tally.check(ours == (text(&row, "path").to_owned(), text(&row, "query").to_owned()), || {
                        format!("{row}: {ours:?}")
                    });
                }
            }
            "uri-unescape.json" => {
                for row in cases(&path) {
                    let given = text(&row, "in");
                    let ours = (link::unescape(given, false), link::unescape(given, true));
                    tally.check(ours == (text(&row, "path").to_owned(), text(&row, "query").to_owned()), || {
                        format!("{row}: {ours:?}")
                    });
                }
            }
            "gs1-syntax-dictionary.txt" => {
                for line in std::fs::read_to_string(&path)
                    .unwrap()
                    .lines()
                    .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
                {
                    let first = line.split([' ', '-']).next().unwrap();
                    let ours = ai::find(first);
                    tally.check(
                        ours.is_some_and(|ai| line.contains(&format!("# {}", ai.title)) || ai.title == "-"),
                        || format!("{line}: {ours:?}"),
                    );
                }
            }
            "SOURCES.md" => continue,
            other => panic!("unknown file {other}"),
        }
        tally.end(&path.strip_prefix(&folder).unwrap().display().to_string(), &mut failed);
    }
    none(&failed);
}

fn lint_row(path: &Path, row: &Value, tally: &mut Tally) {
    let ours = lint::passes(name(path).trim_end_matches(".json"), text(row, "in"));
    tally.check(ours == (row["valid"] == true), || row.to_string());
}

/// A row with an unknown AI stands in the table twice, once refused as attribute and once accepted: upstream has a switch for it.
fn generate_file(path: &Path, tally: &mut Tally) {
    for row in cases(path) {
        let stem = row["stem"].as_str().unwrap_or(link::CANONICAL);
        let wanted = row["uri"].as_str();
        let mut options = options(&row);
        options.unknown_attributes = options.unknown_ais && row["valid"] == true;
        let ours = element::read_bracketed(text(&row, "ai_data"), options)
            .and_then(|elements| Link::of(stem, &elements, options))
            .map(|link| link.write());
        tally.check(ours.as_deref().ok() == wanted, || format!("{row}: {ours:?}"));
        if let Ok(uri) = &ours {
            let again = Link::read(uri, options).map(|link| link.write());
            tally.check(again.as_ref() == Ok(uri), || format!("{uri} read again: {again:?}"));
        }
    }
}

/// Two rows hold a stretch of the source instead of one pair; the pairs in it are run.
fn canonical_file(path: &Path, tally: &mut Tally) {
    for row in cases(path) {
        let given = text(&row, "in");
        let mut pairs = Vec::new();
        match given.split_once("')") {
            None => pairs.push((given.to_owned(), row["canonical_dl"].as_str().map(str::to_owned))),
            Some((first, rest)) => {
                let mut parts = format!("assert normaliser('{first}'){rest}')")
                    .split("assert normaliser(")
                    .map(str::to_owned)
                    .collect::<Vec<_>>();
                parts.remove(0);
                let last = parts.len() - 1;
                for (place, part) in parts.iter().enumerate() {
                    let Some(input) =
                        part.strip_prefix('\'').and_then(|part| part.split_once("')")).map(|(input, _)| input)
                    else {
                        continue;
                    };
                    let wanted = if place == last {
                        row["canonical_dl"].as_str().map(str::to_owned)
                    } else {
                        part.split_once("== \"")
                            .and_then(|(_, rest)| rest.split_once('"'))
                            .map(|(wanted, _)| wanted.to_owned())
                    };
                    pairs.push((input.to_owned(), wanted));
                }
            }
        }
        for (given, wanted) in pairs {
            let ours = canonical(&given);
            tally.check(ours == wanted, || format!("{given}: {ours:?}, not {wanted:?}"));
            // The other way, for the length of company prefix that the URN shows.
            if let Some(company) = given
                .strip_prefix("urn:epc:id:")
                .and_then(|rest| rest.split_once(':'))
                .and_then(|(_, rest)| rest.split_once('.'))
            {
                let back = epc::read_urn(&given).and_then(|link| epc::write_urn(&link, company.0.len()));
                let same = back.as_ref().is_ok_and(|back| link::unescape(back, false) == link::unescape(&given, false));
                tally.check(same, || format!("{given} back: {back:?}"));
            }
        }
    }
}

/// Every link of a thing is reached by its type, its language and its media type, and the set of links names them all.
fn resolver_file(path: &Path, tally: &mut Tally) {
    let whole = json(path);
    let entries = match &whole {
        Value::Array(entries) => entries.clone(),
        one => vec![one.clone()],
    };
    for entry in entries {
        let anchor =
            |text: &str| format!("https://a{}", text.trim_start_matches("https://<resolver-web-server-domain>"));
        let targets: Vec<resolver::Target> = entry["links"].as_array().into_iter().flatten().map(target).collect();
        if let Some(text) = entry["anchor"].as_str() {
            let read = Link::read(&anchor(text), Options::default());
            // The example of a fixed asset of the resolver has a GTIN with a wrong check digit in no place: all anchors read.
            tally.check(read.is_ok(), || format!("{text}: {read:?}"));
            let default = resolver::term(text_or(&entry, "defaultLinktype")).unwrap();
            let answer = resolver::choose(&targets, default, &resolver::Request::default());
            tally.check(matches!(answer, resolver::Answer::Go(target) if target.link_type == default), || {
                format!("{text}: {answer:?}")
            });
            let set = resolver::link_set(&read.unwrap(), text_or(&entry, "itemDescription"), &targets).write();
            for target in &targets {
                let request = resolver::Request {
                    link_type: Some(format!("gs1:{}", target.link_type)),
                    languages: target.languages.clone(),
                    media: target.media.iter().cloned().collect(),
                    context: target.contexts.first().cloned(),
                };
                let reached = match resolver::choose(&targets, default, &request) {
                    resolver::Answer::Go(one) => one == target,
                    resolver::Answer::Choose(several) => several.contains(&target),
                    _ => false,
                };
                tally.check(reached && set.contains(&target.href), || format!("{target:?} in {set}"));
            }
        } else if let Some(sets) = entry["linkset"].as_array() {
            for set in sets {
                let read = Link::read(&anchor(text_or(set, "anchor")), Options::default());
                tally.check(read.is_ok(), || format!("{set}: {read:?}"));
                for relation in set.as_object().unwrap().keys().filter(|key| key.contains("/voc/")) {
                    tally.check(resolver::term(relation).is_some(), || relation.clone());
                }
            }
        } else {
            tally.check(entry["resolverRoot"].is_string(), || format!("unknown entry {entry}"));
        }
    }
}

fn text_or<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn target(value: &Value) -> resolver::Target {
    let list =
        |key: &str| value[key].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect();
    resolver::Target {
        link_type: resolver::term(text(value, "linktype")).unwrap_or_else(|| panic!("link type in {value}")).to_owned(),
        href: text(value, "href").to_owned(),
        title: text_or(value, "title").to_owned(),
        media: value["type"].as_str().map(str::to_owned),
        languages: list("hreflang"),
        contexts: list("context"),
    }
}

/// A document in either syntax.
fn read(path: &Path, order: Order) -> Result<Document, Vec<Problem>> {
    let text = std::fs::read_to_string(path).unwrap();
    if name(path).ends_with(".xml") {
        Document::read_xml(&text, order, &Limits::default())
    } else {
        Document::read_json(&text, &Limits::default())
    }
}

fn said(problems: Option<&Vec<Problem>>) -> String {
    problems.into_iter().flatten().map(|problem| format!("\n  {problem}")).collect()
}

/// What a refused document is refused for: codes with their places, all of them, in order.
const REFUSED: &[(&str, &[(&str, &str)])] = &[
    (
        "Combination_of_events_with_missing_mandatory_fields.json",
        &[
            ("ZH8041", "/epcisBody/eventList/0"),
            ("ZH8041", "/epcisBody/eventList/1"),
            ("ZH8041", "/epcisBody/eventList/1"),
        ],
    ),
    (
        "Combination_of_multiple_invalid_fields.json",
        &[
            ("ZH8049", "/epcisBody/eventList/0/bizStep"),
            ("ZH8049", "/epcisBody/eventList/1/disposition"),
            ("ZH8049", "/epcisBody/eventList/2/sourceList/0/type"),
            ("ZH8044", "/epcisBody/eventList/3/ilmd/materialType"),
            ("ZH8047", "/epcisBody/eventList/4/eventTime"),
            ("ZH8046", "/epcisBody/eventList/4/action"),
        ],
    ),
    (
        "Combination_of_non_standard_bizStep_and_disposition.json",
        &[("ZH8049", "/epcisBody/eventList/0/bizStep"), ("ZH8049", "/epcisBody/eventList/1/disposition")],
    ),
    (
        "ObjectEvent_with_invalid_certificationInfo.json",
        &[
            ("ZH8050", "/epcisBody/eventList/0/certificationInfo/0"),
            ("ZH8050", "/epcisBody/eventList/0/certificationInfo/1"),
        ],
    ),
    ("ObjectEvent_with_non_standard_bizStep_in_second_event.json", &[("ZH8049", "/epcisBody/eventList/1/bizStep")]),
    ("ObjectEvent_with_quantity_as_text.json", &[("ZH8054", "/epcisBody/eventList/0/quantityList/0/quantity")]),
    ("ObjectEvent_without_identifier_list.json", &[("ZH8051", "/epcisBody/eventList/0")]),
    (
        "QueryDocument_with_invalid_eventType.json",
        &[("ZH8043", "/epcisBody/queryResults/resultsBody/eventList/0/type")],
    ),
    ("QueryDocument_with_invalid_eventType.xml", &[("ZH8043", "/epcisBody/queryResults/resultsBody/eventList/0/type")]),
    ("ObjectEvent_bare_event_without_action.xml", &[("ZH8041", "")]),
    ("ObjectEvent_with_near_miss_action.xml", &[("ZH8046", "/epcisBody/eventList/0/action")]),
    ("ObjectEvent_with_unknown_element.xml", &[("ZH8044", "/epcisBody/eventList/0/madeUpField")]),
    (
        "ObjectEvent_with_wrong_element_order.xml",
        &[
            ("ZH8057", "/epcisBody/eventList/0/eventTime"),
            ("ZH8057", "/epcisBody/eventList/0/eventTimeZoneOffset"),
            ("ZH8057", "/epcisBody/eventList/0/epcList"),
        ],
    ),
];

/// Examples among the valid ones that the schemas of the standard refuse too, with the codes that we give. `ZH8057` alone: accepted where
/// elements may stand in any order.
const BLEMISHED: &[(&str, &[&str])] = &[
    // The simple context's copies: ilmd of an observation, no version, a version that is a number.
    ("gs1/json-simple-context/WithFullCombinationOfFields/object_event_all_possible_fields.jsonld", &["ZH8053"]),
    ("gs1/json-simple-context/WithSensorData/SensorDataExample12.jsonld", &["ZH8041"]),
    ("gs1/json-simple-context/WithSensorData/SensorDataExample17.jsonld", &["ZH8058"]),
    // `sensorMetaData` for `sensorMetadata`, and an order of its own.
    ("gs1/xml-1.2/AssociationEvent.xml", &["ZH8044", "ZH8057"]),
    ("openepcis/1.2/XML/Capture/Documents/ObjectEvent_all_possible_fields.xml", &["ZH8050", "ZH8053", "ZH8057"]),
    ("openepcis/1.2/XML/Capture/Documents/Jumbled_attributes_order.xml", &["ZH8057"]),
    ("openepcis/2.0/XML/Capture/Documents/JumbledFieldsOrder.xml", &["ZH8057"]),
    ("openepcis/2.0/XML/Query/JumbledFieldsOrder.xml", &["ZH8057"]),
    // No creationDate.
    ("openepcis/2.0/XML/Query/Combination_of_different_event.xml", &["ZH8041"]),
];

#[test]
fn epcis_examples() {
    let Some(folder) = folder("epcis") else { return };
    let mut failed = Vec::new();
    let (mut accepted, mut refused, mut round) = (Tally::default(), Tally::default(), Tally::default());
    for path in files(&folder.join("examples")) {
        let relative = path.strip_prefix(&folder).unwrap().display().to_string();
        if relative.contains("/Queries/") {
            continue;
        }
        if relative.contains("/CaptureJob/") {
            // The answer of a repository, not a document.
            let problems = read(&path, Order::Schema).unwrap_err();
            refused.check(problems.iter().all(|problem| problem.code.id == "ZH8040"), || {
                format!("{relative}: {problems:?}")
            });
            continue;
        }
        let result = read(&path, Order::Schema);
        if relative.contains("/Invalid/") {
            let ours: Vec<(&str, String)> = result
                .as_ref()
                .err()
                .into_iter()
                .flatten()
                .map(|problem| (problem.code.id, problem.at.clone()))
                .collect();
            let wanted = REFUSED.iter().find(|(file, _)| *file == name(&path)).map(|(_, wanted)| *wanted);
            let same = wanted.is_some_and(|wanted| {
                wanted.len() == ours.len()
                    && wanted.iter().zip(&ours).all(|(wanted, ours)| wanted.0 == ours.0 && wanted.1 == ours.1)
            });
            refused.check(same, || format!("{relative}: {ours:?} {}", said(result.as_ref().err())));
            continue;
        }
        if let Some((_, wanted)) = BLEMISHED.iter().find(|(file, _)| relative.ends_with(file)) {
            let problems = result.as_ref().err().cloned().unwrap_or_default();
            let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code.id).collect();
            codes.sort_unstable();
            codes.dedup();
            refused.check(codes == *wanted, || format!("{relative}: {}", said(Some(&problems))));
            if *wanted == ["ZH8057"] {
                let any = read(&path, Order::Any);
                accepted.check(any.is_ok(), || format!("{relative}: {}", said(any.as_ref().err())));
                let trip = round_trip(&any.unwrap());
                round.check(trip.is_ok(), || format!("{relative}: {}", trip.unwrap_err()));
            }
            continue;
        }
        accepted.check(result.is_ok(), || format!("{relative}: {}", said(result.as_ref().err())));
        if let Ok(document) = result {
            round
                .check(round_trip(&document).is_ok(), || format!("{relative}: {}", round_trip(&document).unwrap_err()));
        }
    }
    accepted.end("epcis accepted", &mut failed);
    refused.end("epcis refused", &mut failed);
    round.end("epcis JSON and XML round trip", &mut failed);
    none(&failed);
}

fn hashes(document: &Document) -> Vec<String> {
    let ignored = hash::ignored(document);
    document.events.iter().map(|event| hash::identifier(event, &ignored)).collect()
}

/// Through JSON nothing changes at all; through either XML no event changes its identifier, and the second time nothing changes.
fn round_trip(document: &Document) -> Result<(), String> {
    let limits = Limits::default();
    match Document::read_json(&document.write_json(), &limits) {
        Ok(again) if again == *document => {}
        Ok(_) => return Err("JSON read again differs".to_owned()),
        // A list in XML may name an identifier twice, one in JSON may not.
        Err(problems) if problems.iter().all(|problem| problem.code.id == "ZH8056") => {}
        Err(problems) => return Err(format!("JSON: {problems:?}")),
    }
    for version in [Version::V2_0, Version::V1_2] {
        let first = xml::write(document, version).map_err(|problem| problem.to_string())?;
        let read = Document::read_xml(&first, Order::Schema, &limits)
            .map_err(|problems| format!("{version:?}: {problems:?} in {first}"))?;
        if hashes(&read) != hashes(document) {
            let differing = document
                .events
                .iter()
                .zip(&read.events)
                .find(|(a, b)| hash::pre_hash(a, &[]) != hash::pre_hash(b, &[]));
            let shown = differing.map(|(a, b)| format!("\n{}\n{}", hash::pre_hash(a, &[]), hash::pre_hash(b, &[])));
            return Err(format!("{version:?}: identifiers differ {shown:?}"));
        }
        let ids = |document: &Document| {
            document.events.iter().map(|event| (event.id.clone(), event.error().is_some())).collect::<Vec<_>>()
        };
        if ids(&read) != ids(document) || read.masters.len() != document.masters.len() {
            return Err(format!("{version:?}: eventID, error declarations or master data differ"));
        }
        let second = xml::write(&read, version).map_err(|problem| problem.to_string())?;
        if first != second {
            let at = first.bytes().zip(second.bytes()).position(|(a, b)| a != b).unwrap_or_default().saturating_sub(80);
            let part = |text: &str| text.get(at..at + 200).unwrap_or_default().to_owned();
            return Err(format!("{version:?}: written twice\n{}\n{}", part(&first), part(&second)));
        }
    }
    Ok(())
}

#[test]
fn epcis_hashes() {
    let Some(folder) = folder("epcis") else { return };
    let mut failed = Vec::new();
    let mut tally = Tally::default();
    for path in files(&folder.join("hash-vectors/examples")) {
        if !matches!(path.extension().and_then(|extension| extension.to_str()), Some("jsonld" | "xml" | "json")) {
            continue;
        }
        let wanted: Vec<String> = std::fs::read_to_string(path.with_extension("hashes"))
            .unwrap()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        match read(&path, Order::Any) {
            Ok(document) => {
                let ours = hashes(&document);
                let place = ours.iter().zip(&wanted).position(|(ours, wanted)| ours != wanted);
                let shown = place
                    .and_then(|place| document.events.get(place))
                    .map(|event| hash::pre_hash(event, &hash::ignored(&document)));
                tally.check(ours == wanted, || format!("{}: {place:?} of {} {shown:?}", name(&path), wanted.len()));
            }
            Err(problems) => tally.check(false, || format!("{}: {problems:?}", name(&path))),
        }
    }
    tally.end("epcis/hash-vectors/examples", &mut failed);
    let mut tally = Tally::default();
    for path in files(&folder.join("hash-vectors/expected_equal")) {
        match read(&path, Order::Any) {
            Ok(document) => {
                let ours = hashes(&document);
                tally.check(ours.len() > 1 && ours.windows(2).all(|pair| pair[0] == pair[1]), || {
                    format!("{}: {ours:?}", name(&path))
                });
            }
            Err(problems) => tally.check(false, || format!("{}: {problems:?}", name(&path))),
        }
    }
    tally.end("epcis/hash-vectors/expected_equal", &mut failed);
    none(&failed);
}

#[test]
fn epcis_queries_and_traces() {
    let Some(folder) = folder("epcis") else { return };
    let mut failed = Vec::new();
    for path in files(&folder.join("query-cases")) {
        let whole = json(&path);
        let mut events = Vec::new();
        let mut labels = Vec::new();
        for file in whole["capture"].as_array().unwrap() {
            let document = read(&folder.join(file.as_str().unwrap()), Order::Any).unwrap();
            for (place, event) in document.events.into_iter().enumerate() {
                labels.push(format!("{}#{place}", file.as_str().unwrap()));
                events.push(event);
            }
        }
        let label = |event: &Event| labels[events.iter().position(|other| std::ptr::eq(other, event)).unwrap()].clone();
        let mut tally = Tally::default();
        for case in whole["queries"].as_array().unwrap() {
            query_case(case, &events, label, &mut tally);
        }
        tally.end("epcis/query-cases queries", &mut failed);
        let mut tally = Tally::default();
        for case in whole["traces"].as_array().unwrap() {
            trace_case(case, &events, &labels, &mut tally);
        }
        tally.end("epcis/query-cases traces", &mut failed);
    }
    let mut tally = Tally::default();
    for path in
        files(&folder.join("examples")).into_iter().filter(|path| path.display().to_string().contains("/Queries/"))
    {
        let text = std::fs::read_to_string(&path).unwrap();
        let names = Names::default();
        let limits = Limits::default();
        let query = if name(&path).ends_with(".xml") {
            let (kind, parameters) = xml::read_poll(&text, &limits).unwrap();
            assert_eq!(kind, "SimpleEventQuery");
            Query::read(parameters.into_iter(), &names)
        } else {
            let value = zhiheng_trace::json::read(&text, &limits).unwrap();
            Query::read_json(value.as_object().unwrap(), &names)
        };
        let codes: Vec<(&str, String)> =
            query.as_ref().err().into_iter().flatten().map(|problem| (problem.code.id, problem.at.clone())).collect();
        let wanted: &[(&str, &str)] = match name(&path) {
            "Query_with_invalid_values.json" => {
                &[("ZH8081", "/GE_eventTime"), ("ZH8081", "/EQ_action"), ("ZH8081", "/orderDirection")]
            }
            "Query_with_unknown_parameter.json" => &[("ZH8080", "/GE_eventDate")],
            file if file.starts_with("SimpleEventQuery.") => &[],
            other => panic!("unknown query {other}"),
        };
        let same = codes.len() == wanted.len()
            && codes.iter().zip(wanted).all(|(ours, wanted)| ours.0 == wanted.0 && ours.1 == wanted.1);
        tally.check(same, || format!("{}: {query:?}", name(&path)));
    }
    tally.end("epcis/examples query files", &mut failed);
    none(&failed);
}

fn query_case<'e>(case: &Value, events: &'e [Event], label: impl Fn(&'e Event) -> String, tally: &mut Tally) {
    let mut names = Names::default();
    if let Some(header) = case["headers"]["GS1-Extensions"].as_str() {
        names.declared.extend(
            header
                .split(',')
                .filter_map(|pair| pair.split_once('='))
                .map(|(prefix, uri)| (prefix.trim().to_owned(), uri.to_owned())),
        );
    }
    let body = zhiheng_trace::json::read(&case["query"].to_string(), &Limits::default()).unwrap();
    let query = Query::read_json(body.as_object().unwrap(), &names);
    let masters: &[Master] = &[];
    if let Some(error) = case["expect_error"].as_str() {
        let code = match &query {
            Err(problems) => problems[0].code.id,
            Ok(query) => query.run(events.iter(), masters).unwrap_err().code.id,
        };
        let wanted: &[&str] = match error {
            "QueryTooLargeException" => &["ZH8083"],
            "QueryParameterException" => &["ZH8080", "ZH8081", "ZH8082"],
            other => panic!("error {other}"),
        };
        tally.check(wanted.contains(&code), || format!("{}: {code}", case["name"]));
        return;
    }
    let query = query.unwrap_or_else(|problems| panic!("{case}: {problems:?}"));
    // The same parameters in the query string of a request.
    let pairs: Vec<String> = body
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            let one = |value: &zhiheng_trace::json::Value| link::escape_query(value.plain().unwrap());
            let values =
                value.as_list().map_or_else(|| one(value), |list| list.iter().map(one).collect::<Vec<_>>().join(","));
            format!("{}={values}", link::escape_query(name))
        })
        .collect();
    assert_eq!(Query::read_string(&pairs.join("&"), &names).as_ref(), Ok(&query), "{case}");
    let mut ours: Vec<String> = query.run(events.iter(), masters).unwrap().into_iter().map(label).collect();
    let mut wanted: Vec<String> =
        case["expect"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    match case["order"].as_str().unwrap() {
        "any" => {
            ours.sort();
            wanted.sort();
        }
        "listed" => {}
        other => panic!("order {other}"),
    }
    tally.check(ours == wanted, || format!("{}: {ours:?}, not {wanted:?}", case["name"]));
}

fn trace_case(case: &Value, events: &[Event], labels: &[String], tally: &mut Tally) {
    let mut memory = graph::Memory::of(events.to_vec());
    let from = text(case, "from");
    let Ok(trace) = match text(case, "direction") {
        "upstream" => graph::upstream(&mut memory, from, graph::Bounds::default()),
        "downstream" => graph::downstream(&mut memory, from, graph::Bounds::default()),
        "contained_by" => {
            let at = Instant::read(text(case, "at")).unwrap();
            let Ok(ours) = graph::contained_by(&mut memory, from, at);
            let ours: Vec<String> = ours.into_iter().map(|one| one.container).collect();
            tally.check(ours == [epc::key(text(case, "expect_parent"))], || format!("{}: {ours:?}", case["name"]));
            return;
        }
        other => panic!("direction {other}"),
    };
    let strings = |key: &str| -> Vec<String> {
        case[key].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut ours: Vec<String> = trace.things.iter().map(|(key, _)| key.clone()).collect();
    let mut wanted: Vec<String> =
        strings("expect_epcs").iter().chain(&strings("expect_classes")).map(|text| epc::key(text)).collect();
    ours.sort();
    wanted.sort();
    tally.check(ours == wanted, || format!("{}: {ours:?}, not {wanted:?}", case["name"]));
    let label = |event: &Event| labels[events.iter().position(|other| other == event).unwrap()].clone();
    let proof: Vec<String> = trace.events.iter().map(|event| label(event)).collect();
    tally.check(proof == strings("expect_events"), || format!("{}: {proof:?}", case["name"]));
}

/// Every parameter that the standard's schema and OpenAPI document name is understood, and nothing else that looks like one.
#[test]
fn epcis_parameters_and_words() {
    let Some(folder) = folder("epcis") else { return };
    let mut failed = Vec::new();
    let mut tally = Tally::default();
    let mut parameters = std::collections::BTreeSet::new();
    collect_names(&json(&folder.join("rest/query-schema.json")), &mut parameters);
    for (_, parameter) in json(&folder.join("rest/openapi.json"))["components"]["parameters"].as_object().unwrap() {
        if parameter["in"] == "query" {
            parameters.insert(text_or(parameter, "name").to_owned());
        }
    }
    // Of a subscription's schedule and of the request, not of the query.
    let schedule = [
        "dayOfMonth",
        "dayOfWeek",
        "hour",
        "minute",
        "month",
        "second",
        "stream",
        "reportIfEmpty",
        "initialRecordTime",
        "@context",
        "",
    ];
    for name in parameters.iter().filter(|name| !schedule.contains(&name.as_str())) {
        let accepted = ["2026-01-01T00:00:00Z", "5", "true", "ADD", "urn:x:1", "eventTime", "ASC", "ObjectEvent"]
            .iter()
            .any(|value| {
                let value = zhiheng_trace::json::Value::text(value);
                Query::read([(name.clone(), value)].into_iter(), &Names::default()).is_ok()
            });
        let unknown =
            Query::read([(format!("X{name}"), zhiheng_trace::json::Value::text("5"))].into_iter(), &Names::default());
        tally.check(accepted && unknown.is_err_and(|problems| problems[0].code.id == "ZH8080"), || name.clone());
    }
    tally.end("epcis/rest parameters", &mut failed);
    let mut tally = Tally::default();
    for (file, vocabulary) in [
        ("cbv-context-bizstep", Vocabulary::BizStep),
        ("cbv-context-disposition", Vocabulary::Disposition),
        ("cbv-context-biztransaction-type", Vocabulary::BizTransaction),
        ("cbv-context-sourcedest-type", Vocabulary::SourceDestination),
        ("cbv-context-error-reason", Vocabulary::ErrorReason),
        ("cbv-context-component", Vocabulary::Component),
        ("gs1-context-measurement-type", Vocabulary::Measurement),
        ("gs1-context-sensor-alert-type", Vocabulary::Alert),
    ] {
        let context = json(&folder.join(format!("context/{file}.jsonld")));
        let theirs: Vec<(&String, &Value)> = context["@context"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| !name.starts_with('@') && !["cbv", "gs1"].contains(&name.as_str()))
            .collect();
        tally.check(theirs.len() == vocabulary.words().count(), || format!("{file}: {} words", theirs.len()));
        for (word, meaning) in theirs {
            let curie = meaning.as_str().or_else(|| meaning["@id"].as_str()).unwrap();
            let same = vocabulary.words().any(|other| other == word)
                && vocabulary.canonical(curie) == vocabulary.canonical(word)
                && vocabulary.canonical(&vocabulary.long(word)) == vocabulary.canonical(word)
                && vocabulary.short(&vocabulary.long(word)) == *word
                && vocabulary.allows(curie);
            tally.check(same, || format!("{file}: {word} {curie} {}", vocabulary.canonical(word)));
        }
    }
    tally.end("epcis/context words", &mut failed);
    none(&failed);
}

/// Names of properties, and an example of each pattern.
fn collect_names(value: &Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(properties) = object.get("properties").and_then(Value::as_object) {
                found.extend(properties.keys().cloned());
            }
            if let Some(patterns) = object.get("patternProperties").and_then(Value::as_object) {
                found.extend(patterns.keys().map(|pattern| {
                    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
                    let name = pattern
                        .replace("[a-z][a-zA-Z0-9_]+", "po")
                        .replace("[a-z][a-zA-Z0-9]*\\\\:\\\\w+", "example:field")
                        .replace("[A-Z0-9]{2,4}", "CEL")
                        .replace("\\\\w+_\\\\w+", "readPoint_height");
                    assert!(!name.contains(['[', '\\']), "pattern {pattern}");
                    name
                }));
            }
            object.values().for_each(|value| collect_names(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_names(value, found)),
        _ => {}
    }
}
