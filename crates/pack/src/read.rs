//! Files of a pack to a checked [`Pack`]. Collects every problem and stops at none.
//!
//! Two passes: first everything that has a name (bodies, areas, lists, kinds with their fields, indicators' ids), then everything that
//! refers to one (checks, formulas, targets). A pack comes out only when no problem refuses it.

mod access;
mod bodies;
mod collection;
mod directory;
mod documents;
mod duties;
mod indicators;
mod kinds;
mod procedures;
mod publication;
mod raises;
mod roles;
mod systems;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use crate::kind::{Kind, Type};
use crate::node::{File, Node};
use crate::pack::{Area, Body, Group, Holiday, Item, List, Pack, Phrase};
use crate::problem::{self as codes, Level, Problem};

/// The files of one pack folder: path inside the folder → text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackFiles {
    /// Name of the folder, the pack's id.
    pub name: String,
    /// Path → text; only `*.toml` and the document are read.
    pub files: BTreeMap<String, String>,
}

/// Reads a pack with the packs that it includes (found by `included`), and says everything that is wrong with it.
pub fn read(main: &PackFiles, included: &dyn Fn(&str) -> Option<PackFiles>) -> (Option<Pack>, Vec<Problem>) {
    let problems = RefCell::new(Vec::new());
    let folders = folders(main, included, &problems);
    let texts: Vec<(String, &String)> = folders
        .iter()
        .flat_map(|folder| folder.files.iter().map(|(path, text)| (format!("{}/{path}", folder.name), text)))
        .filter(|(path, _)| path.ends_with(".toml"))
        .collect();
    let files: Vec<File<'_>> = texts.iter().map(|(name, text)| File { name, text, problems: &problems }).collect();
    let tables: Vec<_> = files.iter().map(|file| parse(file)).collect();
    let roots =
        files.iter().zip(&tables).map(|(file, table)| Node::new(file, table.get_ref(), 0..0)).collect::<Vec<_>>();

    let mut pack = empty(main, &folders);
    header(&mut pack, &roots, main, &problems);
    names(&mut pack, &roots);
    kinds::read(&mut pack, &roots);
    procedures::read(&mut pack, &roots);
    publication::settle(&mut pack, &roots);
    documents::read(&mut pack, &roots);
    raises::read(&mut pack, &roots);
    access::complete(&mut pack, &roots);
    indicators::read(&mut pack, &roots);
    collection::read(&mut pack, &roots);
    directory::read(&mut pack, &roots);
    systems::read(&mut pack, &roots);
    for root in roots {
        for word in ["draw", "report"] {
            if root.has(word) {
                root.file.say(codes::RESERVED, &root.span, word);
                root.tables(word);
            }
        }
        root.finish();
    }
    let mut problems = problems.into_inner();
    crate::check::whole(&pack, &mut problems);
    problems.sort_by(|a, b| (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code)));
    problems.dedup();
    let refused = problems.iter().any(|problem| problem.level == Level::Refuse);
    ((!refused).then_some(pack), problems)
}

/// The included folders first, the pack itself last.
fn folders(
    main: &PackFiles,
    included: &dyn Fn(&str) -> Option<PackFiles>,
    problems: &RefCell<Vec<Problem>>,
) -> Vec<PackFiles> {
    let mut found = Vec::new();
    if let Some(text) = main.files.get("pack.toml") {
        let name = format!("{}/pack.toml", main.name);
        // Only the names are taken here; what is wrong with the file is said when it is read as a whole.
        let quiet = RefCell::new(Vec::new());
        let file = File { name: &name, text, problems: &quiet };
        let table = parse(&file);
        let root = Node::new(&file, table.get_ref(), 0..0);
        let loud = File { name: &name, text, problems };
        for wanted in root.table("pack").map(|pack| pack.texts("include")).unwrap_or_default() {
            match included(&wanted.value) {
                Some(folder) => found.push(folder),
                None => loud.say(codes::UNKNOWN_NAME, &wanted.span, format!("方案包 {}", wanted.value)),
            }
        }
    }
    found.push(main.clone());
    found
}

fn parse<'a>(file: &File<'a>) -> toml::Spanned<DeTable<'a>> {
    let (table, errors) = DeTable::parse_recoverable(file.text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        file.say_at(codes::SYNTAX, at, error.message());
    }
    table
}

fn empty(main: &PackFiles, folders: &[PackFiles]) -> Pack {
    Pack {
        id: main.name.clone(),
        title: String::new(),
        place: String::new(),
        place_name: String::new(),
        within: Vec::new(),
        notice: None,
        demo: false,
        issuer: None,
        issued_on: None,
        baseline_year: 0,
        target_year: 0,
        utc_offset_hours: 8,
        document: String::new(),
        hash: hash(folders),
        bodies: Vec::new(),
        roles: Vec::new(),
        areas: Vec::new(),
        lists: Vec::new(),
        kinds: Vec::new(),
        groups: Vec::new(),
        indicators: Vec::new(),
        holidays: Vec::new(),
        calendar: crate::clock::Calendar::new(&[]),
        delegation_days: DELEGATION_DAYS,
        modes: Default::default(),
        drafts: Vec::new(),
        raises: Vec::new(),
        procedures: Vec::new(),
        documents: Vec::new(),
        directory: Default::default(),
        collection: None,
        phrases: Vec::new(),
        town_duties: Vec::new(),
        systems: Vec::new(),
        kind_index: HashMap::new(),
        indicator_index: HashMap::new(),
        moved_by: Vec::new(),
    }
}

/// SHA-256 over every file, each framed by its name and length, so that no two sets of files share a hash.
fn hash(folders: &[PackFiles]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for folder in folders {
        for (path, text) in &folder.files {
            hasher.update(format!("{}/{path}\n{}\n", folder.name, text.len()));
            hasher.update(text);
        }
    }
    hasher.finalize().into()
}

fn header(pack: &mut Pack, roots: &[Node<'_>], main: &PackFiles, problems: &RefCell<Vec<Problem>>) {
    let own = format!("{}/", main.name);
    let mut found = false;
    for root in roots {
        let Some(node) = root.table("pack") else { continue };
        let id = node.id("id");
        let title = node.need("title");
        if !root.file.name.starts_with(&own) {
            node.finish(); // an included pack gives kinds and lists, not a place
            continue;
        }
        found = true;
        pack.id = id.value;
        pack.title = title.value;
        node.texts("include");
        pack.modes = procedures::modes(&node);
        if let Some(place) = node.table("place") {
            pack.place = place.need("code").value;
            pack.place_name = place.need("name").value;
            pack.within = place.plains("within");
            place.finish();
        } else {
            root.file.say(codes::MISSING_KEY, &node.span, "place");
        }
        pack.notice = node.plain("notice");
        pack.demo = node.flag("demo").unwrap_or(false);
        pack.issuer = node.plain("issuer");
        pack.issued_on = node.date("issued_on");
        pack.utc_offset_hours = node.integer("utc_offset_hours").map_or(8, |hours| hours.value.clamp(-12, 14));
        if let Some(days) = node.integer("delegation_days") {
            match i32::try_from(days.value).ok().filter(|days| (1..=366).contains(days)) {
                Some(days) => pack.delegation_days = days,
                None => root.file.say(codes::BAD_PERIOD, &days.span, "delegation_days 在 1 到 366 之间"),
            }
        }
        years(pack, &node);
        let document = node.need("document");
        match main.files.get(&document.value) {
            Some(text) => pack.document.clone_from(text),
            None => root.file.say(codes::UNKNOWN_NAME, &document.span, format!("文件 {}", document.value)),
        }
        node.finish();
    }
    if !found {
        let name = format!("{}/pack.toml", main.name);
        File { name: &name, text: "", problems }.say(codes::NO_PACK, &(0..0), "");
    }
}

/// 代办 lasts so many days at most, where the pack says nothing.
const DELEGATION_DAYS: i32 = 90;

fn years(pack: &mut Pack, node: &Node<'_>) {
    pack.baseline_year = node.year("baseline_year").unwrap_or_default();
    pack.target_year = node.year("target_year").unwrap_or_default();
    if pack.baseline_year >= pack.target_year {
        let years = format!("{} 与 {}", pack.baseline_year, pack.target_year);
        node.file.say(codes::BAD_PERIOD, &node.span, years);
    }
}

/// Bodies, areas, lists, groups and holidays, then the three lists that every pack has.
fn names(pack: &mut Pack, roots: &[Node<'_>]) {
    for root in roots {
        root.tables("body").into_iter().for_each(|node| bodies::body(pack, node));
        root.tables("area").into_iter().for_each(|node| area(pack, node));
        root.tables("list").into_iter().for_each(|node| list(pack, node));
        root.tables("group").into_iter().for_each(|node| group(pack, node));
        root.tables("holiday").into_iter().for_each(|node| holiday(pack, node));
    }
    pack.calendar = crate::clock::Calendar::new(&pack.holidays);
    bodies::tree(pack, roots);
    roles::read(pack, roots);
    roots.iter().flat_map(|root| root.tables("phrase")).for_each(|node| phrase(pack, &node));
    let item = |id: &str, name: &str, names: &[String]| Item {
        id: id.to_owned(),
        name: name.to_owned(),
        names: names.to_vec(),
        english: None,
        until: None,
    };
    let of_body = |body: &Body| Item { until: body.until, ..item(&body.id, &body.name, &body.names) };
    let bodies = pack.bodies.iter().map(of_body).collect();
    pack.lists.push(List { id: "bodies".to_owned(), name: "单位".to_owned(), items: bodies });
    duties::read(pack, roots);
    let mut indicators = Vec::new();
    for node in roots.iter().flat_map(|root| root.tables("indicator")) {
        let row = node.integer("row").map(|row| format!("第{}项", row.value));
        indicators.push(item(&node.need("id").value, &node.need("name").value, row.as_slice()));
    }
    pack.lists.push(List { id: "indicators".to_owned(), name: "指标".to_owned(), items: indicators });
    let kinds = roots.iter().flat_map(|root| root.tables("kind"));
    let kinds = kinds.map(|node| item(&node.need("id").value, &node.need("name").value, &[])).collect();
    pack.lists.push(List { id: "kinds".to_owned(), name: "登记种类".to_owned(), items: kinds });
}

fn area(pack: &mut Pack, node: Node<'_>) {
    let code = node.need("code");
    if pack.area(&code.value).is_some() {
        node.file.say(codes::DUPLICATE_ID, &code.span, &code.value);
    }
    if let Some(level) = node.text("level").filter(|level| level.value != "town" && level.value != "county") {
        node.file.say(codes::BAD_CHOICE, &level.span, format!("level 只能是 town 或 county，这里是 {}", level.value));
    }
    let read = Area {
        code: code.value,
        name: node.need("name").value,
        names: node.plains("names"),
        verified: node.flag("verified").unwrap_or(true),
    };
    pack.areas.push(read);
    node.finish();
}

fn list(pack: &mut Pack, node: Node<'_>) {
    let id = node.id("id");
    if pack.list(&id.value).is_some() || matches!(id.value.as_str(), "bodies" | "duties" | "indicators" | "kinds") {
        node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
    }
    let mut items: Vec<Item> = Vec::new();
    for item in node.tables("item") {
        let item_id = item.id("id");
        if items.iter().any(|known| known.id == item_id.value) {
            item.file.say(codes::DUPLICATE_ID, &item_id.span, &item_id.value);
        }
        items.push(Item {
            id: item_id.value,
            name: item.need("name").value,
            names: item.plains("names"),
            english: item.plain("english"),
            until: item.date("until"),
        });
        item.finish();
    }
    let read = List { id: id.value, name: node.need("name").value, items };
    pack.lists.push(read);
    node.finish();
}

fn phrase(pack: &mut Pack, node: &Node<'_>) {
    let text = node.need("text");
    let words = text.value.trim().to_owned();
    // A common pack may give phrases to a bureau that the county does not have.
    let body = node.text("body").map(|name| name.value);
    if words.chars().count() > Phrase::LEN || words.contains('\n') {
        node.file.say(codes::BAD_PHRASE, &text.span, format!("「{words}」应当是一行，不超过 {} 字", Phrase::LEN));
    }
    let read = Phrase { text: words, body };
    if pack.phrases.contains(&read) {
        node.file.say(codes::BAD_PHRASE, &text.span, format!("「{}」写了两次", read.text));
    } else if !read.text.is_empty() {
        pack.phrases.push(read);
    }
    node.finish_ref();
}

fn group(pack: &mut Pack, node: Node<'_>) {
    let id = node.id("id");
    if pack.groups.iter().any(|group| group.id == id.value) {
        node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
    }
    let read = Group { id: id.value, name: node.need("name").value };
    pack.groups.push(read);
    node.finish();
}

fn holiday(pack: &mut Pack, node: Node<'_>) {
    let kind = node.need("kind");
    if !matches!(kind.value.as_str(), "off" | "work") {
        node.file.say(codes::BAD_CHOICE, &kind.span, "kind 只能是 off（放假）或 work（调休上班）");
    }
    node.plain("source");
    let name = node.plain("name").unwrap_or_default();
    match node.date("day") {
        Some(day) => pack.holidays.push(Holiday { day, working: kind.value == "work", name }),
        None if !node.has("day") => node.file.say(codes::MISSING_KEY, &node.span, "day"),
        None => {}
    }
    node.finish();
}

/// A field by name, or a problem.
fn field_of(kind: &Kind, node: &Node<'_>, key: &str, fits: fn(Type) -> bool, wanted: &str) -> Option<usize> {
    let name = node.text(key)?;
    match kind.field_index(&name.value) {
        None => {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {} 的字段 {}", kind.id, name.value));
            None
        }
        Some(index) if kind.fields.get(index).is_some_and(|field| fits(field.kind)) => Some(index),
        Some(_) => {
            node.file.say(codes::WRONG_TYPE, &name.span, format!("{key} 所指的字段 {} 应当是{wanted}", name.value));
            None
        }
    }
}

fn is_dated(kind: Type) -> bool {
    matches!(kind, Type::Date | Type::Moment)
}

fn is_number(kind: Type) -> bool {
    matches!(kind, Type::Integer | Type::Decimal)
}

fn any(_: Type) -> bool {
    true
}
