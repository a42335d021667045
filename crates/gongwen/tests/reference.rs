//! Cases made by other hands: every file of `plans/` below `$ZHIHENG_REFERENCE` (default `../shared/reference`
//! seen from the repository). Shapes are described in `SOURCES.md` beside the cases and in `about` of
//! `target-sentences.json`. A case of an unknown kind fails; a missing directory passes outside CI only.

#![expect(clippy::indexing_slicing, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use zhiheng_gongwen::{Document, Target, read};

#[expect(clippy::disallowed_methods, reason = "tests may ask where the reference cases lie")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn reference() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    variable("ZHIHENG_REFERENCE").map_or(default, PathBuf::from)
}

// ---- comparison of names, values and units ----

const MAKING: &[&str] = &[
    "参与制定",
    "制修订",
    "培育打造",
    "创建",
    "建成",
    "建设",
    "培育",
    "打造",
    "争创",
    "推出",
    "建立",
    "新建",
    "新增",
    "制定",
    "创成",
    "组建",
    "发展",
    "形成",
    "设立",
    "完成",
    "实现",
    "引进",
    "认定",
    "培养",
    "改造",
    "实施",
    "开展",
];

fn plain(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let mut name = name.as_str();
    while let Some(rest) = MAKING.iter().find_map(|verb| name.strip_prefix(verb)).filter(|rest| !rest.is_empty()) {
        name = rest;
    }
    name.to_owned()
}

/// A figure as a plain decimal, 万 and 亿 before a counting unit multiplied out on both sides.
fn figure(value: &str, unit: &str) -> (String, String) {
    let value: f64 = value.parse().unwrap_or(f64::NAN);
    for (sign, factor) in [("万亿", 1e12), ("亿", 1e8), ("万", 1e4)] {
        if let Some(rest) = unit.strip_prefix(sign) {
            return (format!("{:.6}", value * factor), rest.trim_start_matches('个').to_owned());
        }
    }
    let unit = if unit.chars().count() > 1 { unit.trim_start_matches('个') } else { unit };
    (format!("{value:.6}"), unit.to_owned())
}

fn wanted(key: &Value) -> String {
    let list = key.as_array().expect("a target is a list");
    let number = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let unit = list[3].as_str().unwrap_or("");
    let values: Vec<String> = match &list[2] {
        Value::Array(range) => range.iter().map(|v| figure(&number(v), unit).0).collect(),
        one => vec![figure(&number(one), unit).0],
    };
    let unit = figure("0", unit).1;
    let year = list.get(4).and_then(Value::as_i64).map_or_else(|| "null".to_owned(), |y| y.to_string());
    let op = list[1].as_str().expect("a comparator");
    format!("{} {op} {} {unit} {year}", plain(list[0].as_str().expect("a subject")), values.join(".."))
}

fn found(target: &Target) -> String {
    let values: Vec<String> = target.value.split("..").map(|v| figure(v, &target.unit).0).collect();
    let unit = figure("0", &target.unit).1;
    let year = target.year.map_or_else(|| "null".to_owned(), |y| y.to_string());
    format!("{} {} {} {unit} {year}", plain(&target.subject), target.op.sign(), values.join(".."))
}

#[derive(Default)]
struct Report {
    failures: Vec<String>,
}

impl Report {
    fn check(&mut self, name: &str, what: &str, wanted: &Value, found: &Value) {
        if wanted != found {
            self.failures.push(format!("{name}: {what}\n   wanted {wanted}\n   found  {found}"));
        }
    }

    fn targets(&mut self, name: &str, wanted_list: &[String], optional: &[String], found_list: &[String]) {
        let mut rest: Vec<&String> = found_list.iter().collect();
        for one in wanted_list {
            match rest.iter().position(|f| *f == one) {
                Some(at) => {
                    rest.remove(at);
                }
                None => self.failures.push(format!("{name}: missing  {one}")),
            }
        }
        for extra in rest.into_iter().filter(|e| !optional.contains(e)) {
            self.failures.push(format!("{name}: too much {extra}"));
        }
    }
}

// ---- sentences ----

fn sentences(path: &Path, report: &mut Report) -> usize {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    let cases = file["cases"].as_array().expect("cases");
    for case in cases {
        let name = case["name"].as_str().expect("a name");
        let known = ["name", "source", "text", "targets", "optional_targets", "note", "notes"];
        for key in case.as_object().expect("an object").keys() {
            assert!(known.contains(&key.as_str()), "{name}: unknown part `{key}` of a case");
        }
        let text = case["text"].as_str().expect("a text");
        let document = read(text);
        check_quotes(text, &document);
        let wanted_list: Vec<String> = case["targets"].as_array().expect("targets").iter().map(wanted).collect();
        let optional: Vec<String> = case["optional_targets"].as_array().into_iter().flatten().map(wanted).collect();
        let found_list: Vec<String> = document.targets.iter().map(found).collect();
        report.targets(name, &wanted_list, &optional, &found_list);
    }
    cases.len()
}

// ---- whole plans ----

fn check_quotes(text: &str, document: &Document) {
    let chars: Vec<char> = text.chars().collect();
    let between = |start: usize, end: usize| chars[start..end].iter().collect::<String>();
    let quotes = document.findings.iter().flat_map(|f| &f.quotes).chain(&document.unplaced);
    for quote in quotes {
        assert_eq!(between(quote.start, quote.end), quote.text);
        assert!(quote.end - quote.start <= zhiheng_gongwen::QUOTE_LIMIT);
    }
    for target in &document.targets {
        assert_eq!(between(target.start, target.end), target.quote);
        assert!(target.end - target.start <= zhiheng_gongwen::QUOTE_LIMIT);
    }
}

/// The offsets that a key's `targets_scope` means: whole, none, the headings or the paragraph that it names.
fn scope(text: &str, document: &Document, scope: &str) -> Vec<(usize, usize)> {
    if scope.starts_with("whole") || scope.starts_with("all") {
        return vec![(0, usize::MAX)];
    }
    if scope.starts_with("none") {
        return vec![(0, 0)];
    }
    let flat = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let wanted = flat(scope);
    let title = |at: usize| flat(document.headings[at].title.as_deref().unwrap_or(""));
    let range = |at: usize| {
        let head = &document.headings[at];
        let next = document.headings.iter().skip(at + 1).find(|h| h.level <= head.level);
        (head.start, next.map_or(usize::MAX, |h| h.start))
    };
    let all = 0..document.headings.len();
    let named: Vec<usize> = all.filter(|at| title(*at).chars().count() >= 2 && wanted.contains(&title(*at))).collect();
    let labelled = |at: &usize| wanted.contains(&format!("{}{}", document.headings[*at].label, title(*at)));
    let exact: Vec<usize> = named.iter().copied().filter(labelled).collect();
    // Where a part is named only to say where its section stands, the section is meant.
    let deepest = exact.iter().map(|at| document.headings[*at].level).max();
    let meant: Vec<usize> = exact.into_iter().filter(|at| Some(document.headings[*at].level) == deepest).collect();
    if !meant.is_empty() {
        return meant.into_iter().map(range).collect();
    }
    if let Some(best) = named.into_iter().max_by_key(|at| (title(*at).chars().count(), document.headings[*at].level)) {
        return vec![range(best)];
    }
    // Or a paragraph that begins with a word of the scope.
    let mut start = 0;
    for line in text.split('\n') {
        let length = line.chars().count();
        let head: String = flat(line).chars().take_while(|c| !"：:。，,".contains(*c)).collect();
        if head.chars().count() >= 2 && wanted.contains(&head) {
            return vec![(start, start + length)];
        }
        start += length + 1;
    }
    Vec::new()
}

/// Names of bodies in a row of a task table, however the key groups them.
fn names(row: &Value) -> Vec<String> {
    match row {
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
        }
        Value::Object(parts) if parts.contains_key("bodies") => names(&parts["bodies"]),
        Value::Object(parts) => parts.values().flat_map(names).collect(),
        _ => Vec::new(),
    }
}

fn rows(list: &Value) -> Vec<Value> {
    list.as_array().cloned().unwrap_or_default()
}

/// What the key says of a row, taken from ours: keys that the key leaves out are not compared.
fn alike(key: &Value, ours: &Value) -> Value {
    match (key, ours) {
        (Value::Object(key), Value::Object(ours)) => {
            key.iter().map(|(name, k)| (name.clone(), alike(k, ours.get(name).unwrap_or(&Value::Null)))).collect()
        }
        (Value::Array(key), Value::Array(ours)) if key.len() == ours.len() => {
            Value::Array(key.iter().zip(ours).map(|(k, o)| alike(k, o)).collect())
        }
        // A number in the key may be a decimal string here.
        (Value::Number(key), Value::String(ours)) if ours.parse::<f64>().ok() == key.as_f64() => {
            Value::Number(key.clone())
        }
        _ => ours.clone(),
    }
}

fn plan(name: &str, text: &str, key: &Value, report: &mut Report) {
    let document = read(text);
    check_quotes(text, &document);
    let ours = serde_json::to_value(&document).expect("serialises");
    for (part, wanted_value) in key.as_object().expect("an object") {
        match part.as_str() {
            "title" => {
                let flat = |v: &Value| v.as_str().map(|s| s.chars().filter(|c| !c.is_whitespace()).collect::<String>());
                if flat(wanted_value) != flat(&ours["title"]) {
                    report.check(name, part, wanted_value, &ours[part]);
                }
            }
            "plan_title" | "number" | "issuer" | "issued_on" => report.check(name, part, wanted_value, &ours[part]),
            "headings" => {
                let deepest = rows(wanted_value).iter().filter_map(|h| h["level"].as_u64()).max().unwrap_or(0);
                let mine: Vec<Value> =
                    rows(&ours["headings"]).into_iter().filter(|h| h["level"].as_u64() <= Some(deepest)).collect();
                let wanted_rows = rows(wanted_value);
                if mine.len() != wanted_rows.len() {
                    report.failures.push(format!(
                        "{name}: {} headings wanted, {} found",
                        wanted_rows.len(),
                        mine.len()
                    ));
                }
                for (wanted_row, mine) in wanted_rows.iter().zip(&mine) {
                    let mut found_row = alike(wanted_row, mine);
                    if let (Some(starts), Some(found)) = (wanted_row["starts"].as_str(), mine["starts"].as_str()) {
                        let short = starts.chars().count().min(found.chars().count());
                        let cut = |s: &str| s.chars().take(short).collect::<String>();
                        if cut(starts) == cut(found) {
                            found_row["starts"] = starts.into();
                        }
                    }
                    report.check(name, "heading", wanted_row, &found_row);
                }
            }
            "items_count" => report.check(name, part, wanted_value, &Value::from(document.items.len())),
            "indicators" => {
                let (wanted_rows, mine) = (rows(wanted_value), rows(&ours["indicators"]));
                if mine.len() != wanted_rows.len() {
                    report.failures.push(format!("{name}: {} rows wanted, {} found", wanted_rows.len(), mine.len()));
                }
                for (wanted_row, mine) in wanted_rows.iter().zip(&mine) {
                    report.check(name, "row", wanted_row, &alike(wanted_row, mine));
                }
            }
            "targets" => {
                let whole = key["targets_scope"].as_str().unwrap_or("whole document");
                let ranges = scope(text, &document, whole);
                if ranges.is_empty() {
                    report.failures.push(format!("{name}: no place is named {whole}"));
                    continue;
                }
                let within = |t: &&Target| ranges.iter().any(|(start, end)| *start <= t.start && t.start < *end);
                let inside = document.targets.iter().filter(within);
                let wanted_list: Vec<String> = rows(wanted_value).iter().map(wanted).collect();
                let optional: Vec<String> = rows(&key["optional_targets"]).iter().map(wanted).collect();
                report.targets(name, &wanted_list, &optional, &inside.map(found).collect::<Vec<_>>());
            }
            "body_targets" => {
                let all: Vec<String> = document.targets.iter().map(found).collect();
                for one in rows(wanted_value).iter().map(wanted) {
                    if !all.contains(&one) {
                        report.failures.push(format!("{name}: missing in the body  {one}"));
                    }
                }
            }
            "non_targets" => {
                for phrase in rows(wanted_value) {
                    let phrase = phrase.as_str().unwrap_or("").to_owned();
                    let hit = document.targets.iter().find(|t| phrase == t.quote);
                    if let Some(hit) = hit {
                        report.failures.push(format!("{name}: no target: {}", hit.quote));
                    }
                }
            }
            "assignments" => {
                let (wanted_rows, mine) = (rows(wanted_value), rows(&ours["assignments"]));
                if mine.len() != wanted_rows.len() {
                    report.failures.push(format!(
                        "{name}: {} assignments wanted, {} found",
                        wanted_rows.len(),
                        mine.len()
                    ));
                }
                for (wanted_row, mine) in wanted_rows.iter().zip(&mine) {
                    report.check(name, "assignment", wanted_row, &alike(wanted_row, mine));
                }
            }
            "task_table" => {
                let wanted_rows =
                    if wanted_value["rows"].is_array() { rows(&wanted_value["rows"]) } else { rows(wanted_value) };
                if document.task_table.len() != wanted_rows.len() {
                    let found = document.task_table.len();
                    report.failures.push(format!("{name}: {} tasks wanted, {found} found", wanted_rows.len()));
                }
                for (wanted_row, mine) in wanted_rows.iter().zip(&document.task_table) {
                    let bodies = |mut list: Vec<String>| {
                        list.sort();
                        list.dedup();
                        Value::from(list)
                    };
                    report.check(name, "task", &bodies(names(wanted_row)), &bodies(mine.bodies.clone()));
                }
            }
            "terms" => {
                let (wanted_rows, mine) = (rows(wanted_value), rows(&ours["terms"]));
                for (at, wanted_row) in wanted_rows.iter().enumerate() {
                    let mine = mine.get(at).cloned().unwrap_or(Value::Null);
                    report.check(name, "term", wanted_row, &alike(wanted_row, &mine));
                }
            }
            "bodies" => {
                let rows = document.indicators.iter().flat_map(|i| &i.bodies);
                let tasks = document.task_table.iter().flat_map(|t| &t.bodies);
                let mut all: Vec<&String> =
                    document.assignments.iter().flat_map(|a| &a.bodies).chain(rows).chain(tasks).collect();
                all.sort();
                all.dedup();
                report.check(name, part, wanted_value, &serde_json::to_value(all).expect("serialises"));
            }
            "targets_scope" | "optional_targets" | "notes" | "issued_on_note" => {}
            other if other.ends_with("_note") || other.ends_with("_notes") => {}
            other => panic!("{name}: unknown part `{other}` of a key"),
        }
    }
}

#[test]
fn every_reference_case_is_read() {
    let folder = reference().join("plans");
    if !folder.is_dir() {
        assert!(variable("CI").is_none(), "the reference cases are missing: {}", folder.display());
        println!("no reference cases at plans/: nothing run");
        return;
    }
    let mut report = Report::default();
    let mut ran: Vec<(String, usize)> = Vec::new();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("readable").map(|e| e.expect("entry").path()).collect();
    files.sort();
    for path in &files {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name == "target-sentences.json" {
            ran.push((name, sentences(path, &mut report)));
        } else if let Some(stem) = name.strip_suffix(".key.json") {
            let text = std::fs::read_to_string(folder.join(format!("{stem}.txt"))).expect("the text of a key");
            let key: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
            plan(stem, &text, &key, &mut report);
            ran.push((name, 1));
        } else if name.ends_with(".txt") {
            // A text without a key is still read, and its quotes checked.
            let text = std::fs::read_to_string(path).expect("readable");
            check_quotes(&text, &read(&text));
        } else if name != "SOURCES.md" {
            panic!("a case of an unknown kind: {name}");
        }
    }
    for (name, cases) in &ran {
        println!("{name}: {cases} cases");
    }
    assert!(report.failures.is_empty(), "{} failures\n{}", report.failures.len(), report.failures.join("\n"));
}
