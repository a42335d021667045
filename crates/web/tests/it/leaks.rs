//! 脱敏: what a reader may not see of a personal field he does not find anywhere – no title, list, message, feed, file or answer has it, and no
//! search tells by its hits that it is there.
//!
//! The county is made as hard as it can be: every kind of the common packs has *all* its personal fields in its title, every such field of a record
//! holds a word of its own, and cases have been opened, moved on, repeated and left to lapse. Then every reader opens every address that there is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use axum::http::StatusCode;
use serde_json::json;
use zhiheng_app::{Account, Act, App, Error, Held, Receipt, RequestKey, Role, StepWanted, Submission, Taker};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::kind::Format;
use zhiheng_pack::{Draft, Pack, PackFiles, Type};
use zhiheng_web::routes::ROUTES;

use crate::county::{Browser, County, NOW, Page, Program, folder};

/// The common kinds, each with its personal fields in its title.
fn hardest() -> PackFiles {
    let mut base = folder("base").unwrap();
    for (name, text) in base.files.iter_mut().filter(|(name, _)| name.ends_with("kind.toml")) {
        let mut personal = Vec::new();
        for block in text.split("[[kind.field]]").skip(1) {
            let block = block.split("\n[").next().unwrap();
            if block.contains("personal = true") {
                personal.push(block.split("id = \"").nth(1).unwrap().split('"').next().unwrap().to_owned());
            }
        }
        let label = text.lines().find(|line| line.starts_with("label ")).unwrap_or_else(|| panic!("{name}")).to_owned();
        let more: String = personal.iter().map(|id| format!(" {{{id}}}")).collect();
        *text = text.replace(&label, &format!("{}{more}\"", label.trim_end_matches('"')));
    }
    base
}

/// A word that a personal field of a record holds, and whose it is.
#[derive(Debug, Clone)]
struct Marker {
    word: String,
    /// The word as addresses and names of downloads write it.
    spellings: Vec<String>,
    /// The records that hold it, by their addresses: `/kinds/KIND/ID` and the same of the API.
    own: Vec<String>,
    /// The field.
    name: String,
}

/// A record of every kind that has personal fields, and what hangs on it.
struct Marked {
    county: County,
    markers: Vec<Marker>,
    /// Kind and id of everything that is stored.
    records: Vec<(String, String)>,
    /// What was published of them.
    published: Vec<String>,
    code: String,
}

fn marked_draft(pack: &Pack, kind: &str, no: &mut usize, sample: &Draft) -> (Draft, Vec<(String, String)>) {
    let declared = pack.kind(kind).unwrap();
    let mut draft = sample.clone();
    let mut words = Vec::new();
    for field in declared.fields.iter().filter(|field| field.personal) {
        let word = match (field.kind, field.format) {
            (Type::Text, Some(Format::Phone)) => format!("1391000{no:04}"),
            (Type::Text, _) if field.max_len < 12 => format!("密{no:03}"),
            (Type::Text | Type::Passage, _) => format!("密{no:03}某人"),
            // Of other types the mask keeps nothing, whatever the value: tested where the mask is made.
            _ => continue,
        };
        *no += 1;
        draft.fields.insert(field.id.clone(), json!(word));
        words.push((field.id.clone(), word));
    }
    (draft, words)
}

/// Registers a record. What a step of its procedure writes is left out where the program asks for that.
fn registered(app: &App, kind: &str, mut draft: Draft) -> (Submission, Receipt) {
    loop {
        let submission = Submission {
            act: Act::Create(draft.clone()),
            kind: kind.to_owned(),
            id: None,
            expected_version: None,
            reason: None,
        };
        let problems = match app.submit("system", &submission, None) {
            Ok(made) => return (submission, made),
            Err(Error::Invalid(problems)) => problems,
            Err(error) => panic!("{kind}: {error:?}"),
        };
        for problem in problems {
            let fixed = problem.field.as_ref().filter(|_| problem.code == "ZH1131");
            let gone = fixed.and_then(|field| draft.fields.remove(field));
            assert!(gone.is_some(), "{kind}: {problem:?}");
        }
    }
}

fn make() -> Marked {
    let base = hardest();
    let county = County::over(folder("demo-county").unwrap(), &[base], NOW);
    let app = &county.app;
    let (mut markers, mut records, mut no) = (Vec::new(), Vec::new(), 1);
    let mut taken = |kind: &str, id: String, words: Vec<(String, String)>| {
        let own = own_addresses(kind, &id);
        markers.extend(words.into_iter().map(|(name, word)| Marker {
            spellings: spellings(&word),
            word,
            own: own.clone(),
            name,
        }));
        records.push((kind.to_owned(), id));
    };
    let kinds: Vec<(String, Draft)> = app
        .pack
        .kinds
        .iter()
        .filter(|kind| kind.fields.iter().any(|field| field.personal))
        .map(|kind| (kind.id.clone(), kind.samples[0].clone()))
        .collect();
    let mut cases = BTreeMap::new();
    for (kind, sample) in &kinds {
        // A second one of what the public files: likely repetitions are shown to staff.
        for again in 0..=usize::from(app.pack.kind(kind).unwrap().public_entry.is_some()) {
            let (mut draft, words) = marked_draft(&app.pack, kind, &mut no, sample);
            let declared = app.pack.kind(kind).unwrap();
            if again > 0 {
                declared.key.iter().for_each(|key| drop(draft.fields.remove(&declared.fields[*key].id)));
            }
            if let Some(day) = declared.day.filter(|_| declared.public_entry.is_some()) {
                draft.fields.insert(declared.fields[day].id.clone(), json!("2026-11-20"));
            }
            let (submission, made) = registered(app, kind, draft);
            cases.insert(kind.clone(), made.id.clone());
            let mut held = words;
            if declared.procedures.is_empty() {
                // A correction leaves what it corrects in the history.
                let (draft, words) = marked_draft(&app.pack, kind, &mut no, &submission_fields(&submission));
                let corrected = Submission {
                    act: Act::Correct(draft),
                    id: made.id.parse().ok(),
                    reason: Some("核对".to_owned()),
                    ..submission
                };
                app.submit("system", &corrected, None).unwrap_or_else(|error| panic!("{kind}: {error:?}"));
                held.extend(words);
            }
            taken(kind, made.id, held);
        }
    }
    // The last tour complaint goes on and brings about other records: what a step writes into them is everybody's to read. A consumer's is
    // settled and announced: what is announced may be published.
    let office = Account::of_office("office");
    for (kind, step, fields) in [
        ("tour_complaint", "accept", json!({})),
        ("tour_complaint", "assist", json!({ "assist_bodies": ["scjg"], "moved_matter": "协查" })),
        ("tour_complaint", "prepay", json!({ "prepay_amount": "100" })),
        ("tour_complaint", "rectify", json!({})),
        ("consumer_complaint", "accept", json!({})),
        ("consumer_complaint", "settle", json!({ "result": "performed", "result_text": "退款" })),
        ("consumer_complaint", "follow_up", json!({ "follow_up": "performed" })),
        ("consumer_complaint", "publish", json!({})),
    ] {
        let fields = Draft { fields: fields.as_object().unwrap().clone().into_iter().collect(), scope: None };
        let wanted = StepWanted {
            kind: kind.to_owned(),
            id: cases[kind].parse().unwrap(),
            act: CaseAct::Step(step.to_owned()),
            fields,
            reason: None,
            note: None,
            expected_version: None,
        };
        let key = RequestKey(format!("{kind} {step}"));
        let taken = app.take_step(Taker::Staff(&office), &wanted, Some(&key));
        taken.unwrap_or_else(|error| panic!("{kind} {step}: {error:?}"));
    }
    // Somebody files one himself, and follows it.
    let entry = "tour";
    let mut words = Vec::new();
    let mut draft = Draft { fields: [("matter_title".to_owned(), json!("行程缩水"))].into(), scope: None };
    for (field, word) in [("complainant", "密言某人"), ("phone", "13920001234"), ("contact", "密信某号")] {
        draft.fields.insert(field.to_owned(), json!(word));
        words.push((field.to_owned(), word.to_owned()));
    }
    let filed = app.file_report(entry, &draft, "", &[], &"a1".repeat(16)).unwrap();
    taken("tour_complaint", filed.id.to_string(), words);
    // What may be published of them is, and a record by itself too: titles, lists, feeds and proofs are everybody's to read.
    let complaints = app.pack.kind("consumer_complaint").unwrap();
    let one = app.current("consumer_complaint", &cases["consumer_complaint"].parse().unwrap()).unwrap().unwrap();
    let mut published = vec![
        publish(app, app.draft_of_list(complaints, &[], None, None)),
        publish(app, app.draft_of_record(complaints, &one.0, &one.1)),
    ];
    for indicator in app
        .pack
        .indicators
        .iter()
        .filter(|one| one.over.iter().any(|source| app.pack.kinds[source.kind].id == "consumer_complaint"))
    {
        published.extend(app.draft_of_number(&indicator.id, app.today()).unwrap().map(|draft| publish(app, draft)));
    }
    // Nobody does anything: everything lapses, heads are told, letters are drafted.
    county.at("2027-02-01");
    let fired = county.app.fire().unwrap();
    assert!(fired.lapses > 0 && fired.drafts > 0 && fired.rungs > 0, "{fired:?}");
    for kind in ["official_letter", "advance_payment", "rectification"] {
        let declared = county.app.pack.kind(kind).unwrap();
        let made = county.app.newest(declared, None, 3).unwrap();
        assert!(!made.is_empty(), "no {kind}");
        for one in made {
            let id = one.id.to_string();
            if !records.iter().any(|(_, known)| *known == id) {
                records.push((kind.to_owned(), id));
            }
        }
    }
    // What a step copied into a personal field of another record is that record's too.
    for (kind, id) in &records {
        let view = county.app.record(kind, &id.parse().unwrap()).unwrap();
        let declared = county.app.pack.kind(kind).unwrap();
        for index in (0..declared.fields.len()).filter(|index| declared.fields[*index].personal) {
            let held = view.record.value(index).map(|value| value.plain()).unwrap_or_default();
            let own = own_addresses(kind, id);
            markers.iter_mut().filter(|marker| marker.word == held).for_each(|marker| marker.own.extend(own.clone()));
        }
    }
    Marked { county, markers, records, published, code: filed.code.plain().to_owned() }
}

/// Through its review and its approval, each by another.
fn publish(app: &App, mut draft: Draft) -> String {
    draft.fields.insert("openness_basis".to_owned(), json!("duty"));
    let id = registered(app, "publication", draft).1.id;
    for (role, step, fields) in [
        ("publicity", "submit", json!({ "body": "scjg" })),
        ("secrecy", "clear", json!({ "secrecy_result": "may_publish" })),
        ("head", "approve", json!({ "channel": ["portal"] })),
        ("publicity", "publish", json!({})),
    ] {
        let held = Held { role: role.to_owned(), bodies: None, instead_of: None };
        let account = Account { role: Role::Bureau, held: vec![held], ..Account::of_office(role) };
        let fields = Draft { fields: fields.as_object().unwrap().clone().into_iter().collect(), scope: None };
        let wanted = StepWanted {
            kind: "publication".to_owned(),
            id: id.parse().unwrap(),
            act: CaseAct::Step(step.to_owned()),
            fields,
            reason: None,
            note: None,
            expected_version: None,
        };
        app.take_step(Taker::Staff(&account), &wanted, None).unwrap_or_else(|error| panic!("{step}: {error:?}"));
    }
    id
}

fn submission_fields(submission: &Submission) -> Draft {
    match &submission.act {
        Act::Create(draft) => draft.clone(),
        _ => Draft::default(),
    }
}

fn own_addresses(kind: &str, id: &str) -> Vec<String> {
    vec![format!("/kinds/{kind}/{id}"), format!("/api/v1/kinds/{kind}/records/{id}")]
}

/// Every address that can be opened with a GET, with what it is about filled in.
fn addresses(marked: &Marked) -> Vec<String> {
    let pack = &marked.county.app.pack;
    let mut found: Vec<String> = Vec::new();
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let path = route.path;
        if path.contains("{kind}/{id}") || path.contains("{kind}/records/{id}") {
            for (kind, id) in &marked.records {
                let declared = pack.kind(kind).unwrap();
                let procedures = declared.procedures.iter().map(|at| &pack.procedures[*at]);
                let first = marked.records.iter().find(|(of, _)| of == kind).is_some_and(|(_, first)| first == id);
                let procedures = procedures.filter(|_| first);
                let steps: Vec<&str> = procedures.flat_map(|it| it.steps.iter().map(|step| step.id.as_str())).collect();
                let documents: Vec<&str> =
                    pack.documents.iter().filter(|it| it.kind == *kind).map(|it| it.id.as_str()).collect();
                let filled = path.replace("{kind}", kind).replace("{id}", id);
                match filled.split_once('{') {
                    None => found.push(filled),
                    Some((head, "step}")) => found.extend(steps.iter().map(|step| format!("{head}{step}"))),
                    Some((head, "act}")) => found.push(format!("{head}assign")),
                    Some((head, "document}")) => found
                        .extend(documents.iter().flat_map(|it| [format!("{head}{it}"), format!("{head}{it}.docx")])),
                    _ => {}
                }
            }
        } else if path.contains("{kind}") && path.matches('{').count() == 1 {
            let mut kinds: Vec<&String> = marked.records.iter().map(|(kind, _)| kind).collect();
            kinds.dedup();
            for kind in kinds {
                let filled = path.replace("{kind}", kind);
                let ticked: Vec<String> =
                    marked.records.iter().filter(|(of, _)| of == kind).map(|(_, id)| format!("id={id}")).collect();
                found.push(format!("{filled}?{}", ticked.join("&")));
                found.push(filled);
            }
        } else if path.contains("/indicators/{id}") {
            let about = |at: usize| marked.records.iter().any(|(kind, _)| *kind == pack.kinds[at].id);
            let moved = (0..pack.kinds.len())
                .filter(|at| about(*at))
                .flat_map(|at| pack.moved_by(at).iter().map(|(at, _)| *at));
            let moved: BTreeSet<usize> = moved.collect();
            let indicators =
                moved.iter().map(|at| &pack.indicators[*at]).filter(|it| !it.helper).map(|it| it.id.as_str());
            // Three parts of what is behind the number; the page of the number itself names no record.
            let parts: &[&str] =
                if path.contains("records") { &["numerator", "denominator", "uncounted"] } else { &[""] };
            found.extend(
                indicators
                    .flat_map(|id| parts.iter().map(move |part| format!("{}?part={part}", path.replace("{id}", id)))),
            );
        } else if path.starts_with("/public/{id}") {
            found.extend(marked.published.iter().map(|id| path.replace("{id}", id)));
        } else if let Some((head, tail)) = path.split_once("{entry}") {
            found.extend(["goods", "tour"].map(|entry| format!("{head}{entry}{tail}")));
        } else if !path.contains('{') {
            found.push(path.to_owned());
        }
    }
    found.extend(["open", "soon", "overdue", "done", "messages"].map(|tab| format!("/work?tab={tab}")));
    found.extend(["2026-11", "2026-12", "2027-01", "2027-02"].map(|month| format!("/work/calendar?month={month}")));
    found
}

/// Everything that an answer says: its headers, and the parts of a spreadsheet, letter or archive unpacked.
fn said(page: &Page) -> String {
    let mut text = format!("{:?}\n", page.headers);
    text.push_str(&zip_texts(&page.bytes).unwrap_or_else(|| page.text.clone()));
    // A feed folds its lines within a word.
    text.replace("\r\n ", "")
}

fn zip_texts(bytes: &[u8]) -> Option<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut all = String::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).ok()?;
        all.push_str(&part.name().ok()?);
        let mut content = Vec::new();
        part.read_to_end(&mut content).ok()?;
        drop(part);
        all.push_str(&zip_texts(&content).unwrap_or_else(|| String::from_utf8_lossy(&content).into_owned()));
    }
    Some(all)
}

/// What may leave a title of its own nowhere, not even to the office: what leaves the house, what is kept for everybody.
fn is_outside(path: &str) -> bool {
    path.contains("calendar.ics")
        || path.starts_with("/logs/")
        || path.contains("tab=messages")
        || path.starts_with("/report")
}

/// A file for somebody else than the office names no person, whatever he reads on pages.
fn is_file(path: &str) -> bool {
    path.contains("/export.") || path.contains("/table") || path.ends_with("records.xlsx")
}

/// One reader: how he reads.
enum By {
    Page(Browser),
    Program(Program),
}

struct Reader {
    who: String,
    /// What he may, as the program decides it.
    account: Option<Account>,
    by: By,
}

impl Reader {
    async fn get(&mut self, path: &str) -> Page {
        match &mut self.by {
            By::Page(browser) => browser.get(path).await,
            By::Program(program) => program.get(path).await,
        }
    }

    fn reads(&self, path: &str) -> bool {
        path.starts_with("/api/") == matches!(self.by, By::Program(_))
    }

    fn is_office(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.role == Role::Office)
    }

    /// Whether the field that holds a word is his to read, in one of the records that hold it.
    fn knows(&self, county: &County, marker: &Marker) -> bool {
        let Some(account) = &self.account else { return false };
        let records = marker.own.iter().filter(|own| own.starts_with("/kinds/")).enumerate();
        let mut fields = records.flat_map(|(at, own)| {
            let parts: Vec<&str> = own.split('/').collect();
            let view = county.app.record(parts[2], &parts[3].parse().unwrap()).unwrap();
            let kind = county.app.pack.kind(parts[2]).unwrap();
            let holds = |index: &usize| {
                let value = view.record.value(*index).map(|value| value.plain()).unwrap_or_default();
                value == marker.word || at == 0 && kind.fields[*index].id == marker.name
            };
            let found: Vec<usize> = (0..kind.fields.len()).filter(holds).collect();
            found.into_iter().map(move |index| (kind, index, view.row.body.clone()))
        });
        fields.any(|(kind, index, body)| zhiheng_app::reads(account, kind, index, body.as_deref()))
    }
}

/// Somebody of every sort.
async fn readers(county: &County) -> Vec<Reader> {
    let page = |who: &str, browser: Browser| (who.to_owned(), By::Page(browser));
    let mut office = county.office().await;
    let mut all: Vec<(String, String, By)> = Vec::new();
    let mut add = |login: &str, (who, by): (String, By)| all.push((login.to_owned(), who, by));
    for body in ["scjg", "wlw"] {
        let mut browser = county.bureau(&mut office, body).await;
        let login = format!("of_{body}");
        let program = county.program(&mut browser, "", &["read"], &[]).await;
        add(&login, page(&format!("{body}经办人"), browser));
        add(&login, (format!("{body}的程序"), By::Program(program)));
    }
    for (role, body) in [("head", "scjg"), ("export", "scjg"), ("desk", "wlw"), ("leader", ""), ("export", "")] {
        let login = format!("{role}{body}");
        let browser = county.invited(&mut office, "bureau", if body.is_empty() { "kjj" } else { body }, &login).await;
        office.grant(&login, role, body).await;
        add(&login, page(&format!("{body}{role}"), browser));
    }
    let program = county.program(&mut office, "", &["read"], &[]).await;
    add("office", ("质量强县办的程序".to_owned(), By::Program(program)));
    for role in ["system_admin", "security_admin", "audit_admin"] {
        let browser = county.invited(&mut office, role, "", role).await;
        add(role, page(role, browser));
    }
    add("office", page("质量强县办", office));
    add("", page("不登录的读者", county.anybody()));
    let accounts = county.app.accounts(&Account::of_office("office")).unwrap();
    let account = |login: &str| {
        let found = accounts.iter().find(|account| account.login == login).cloned();
        assert!(found.is_some() || login.is_empty(), "no {login}");
        found
    };
    all.into_iter().map(|(login, who, by)| Reader { who, account: account(&login), by }).collect()
}

#[tokio::test]
async fn no_reader_finds_what_is_masked_to_him_anywhere() {
    let marked = make();
    let addresses = addresses(&marked);
    let (mut places, mut cells, mut leaks) = (0_usize, 0_usize, Vec::new());
    let mut by_reader = String::new();
    let mut readers = readers(&marked.county).await;
    for reader in &mut readers {
        let mut open = addresses.clone();
        if let By::Page(browser) = &mut reader.by
            && reader.account.is_some()
        {
            let page = browser.get("/work/calendar").await;
            if page.status == StatusCode::OK {
                let page = browser.post_on("/work/calendar", &[("do", "renew")]).await;
                let feed = page.text.split("/work/calendar.ics?token=").nth(1).unwrap().split('"').next().unwrap();
                open.push(format!("/work/calendar.ics?token={feed}"));
            }
        }
        let before = places;
        let known: Vec<bool> = marked.markers.iter().map(|marker| reader.knows(&marked.county, marker)).collect();
        for path in &open {
            if !reader.reads(path) {
                continue;
            }
            let page = reader.get(path).await;
            assert!(!page.status.is_server_error(), "{} {path}: {}", reader.who, page.text);
            if page.status != StatusCode::OK {
                continue;
            }
            places += 1;
            let text = said(&page);
            for (marker, known) in marked.markers.iter().zip(&known) {
                cells += 1;
                // Whoever reads a field sees it, within the house; nobody else sees it anywhere.
                if *known && !is_outside(path) && (reader.is_office() || !is_file(path)) {
                    continue;
                }
                if marker.spellings.iter().any(|word| text.contains(word)) {
                    leaks.push(format!("{}: {path} shows {} of {}", reader.who, marker.name, marker.own[0]));
                }
            }
        }
        by_reader.push_str(&format!("  {}: {}\n", reader.who, places - before));
    }
    // The citizen follows his own complaint, whose personal fields the page does not need.
    let mut citizen = marked.county.anybody();
    citizen.get("/follow").await;
    let course = citizen.post("/follow", &[("code", &marked.code)]).await;
    course.assert_shows("办到哪一步");
    places += 1;
    for marker in marked.markers.iter().filter(|marker| course.text.contains(&marker.word)) {
        leaks.push(format!("当事人: /follow shows {}", marker.name));
    }
    println!("masked fields: {places} places × {} words = {cells} cells, {} leaks", marked.markers.len(), leaks.len());
    println!("{by_reader}");
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
    assert!(places > 4000 && marked.markers.len() > 30, "the county is too small to prove anything: {places} places");
}

/// A search or a filter for what is masked answers as it does for a word that nothing holds, letter for letter.
#[tokio::test]
async fn no_search_and_no_filter_tells_whether_a_masked_field_holds_a_word() {
    let marked = make();
    let (mut probes, mut told) = (0_usize, Vec::new());
    for reader in &mut readers(&marked.county).await {
        // What a first page says once it has said.
        reader.get("/").await;
        for (at, marker) in marked.markers.iter().enumerate() {
            let kind = marker.own[0].split('/').nth(2).unwrap();
            let phone = marker.word.starts_with('1');
            let nothing = if phone { format!("1387777{at:04}") } else { format!("无{at:03}此人") };
            let asked = |word: &str| match &reader.by {
                By::Page(_) => vec![
                    format!("/search?q={word}"),
                    format!("/search?q={word}&kind={kind}"),
                    format!("/kinds/{kind}?f.{}={word}", marker.name),
                    format!("/kinds/{kind}/export.csv?f.{}={word}", marker.name),
                ],
                By::Program(_) => vec![
                    format!("/api/v1/search?q={word}"),
                    format!("/api/v1/kinds/{kind}/records?f.{}={word}", marker.name),
                ],
            };
            let known = reader.knows(&marked.county, marker);
            for (hit, miss) in asked(&encoded(&marker.word)).into_iter().zip(asked(&encoded(&nothing))) {
                // A list that shows a word to who reads it holds it whatever is asked.
                if known && !hit.contains("/search") {
                    continue;
                }
                let (one, other) = (reader.get(&hit).await, reader.get(&miss).await);
                probes += 1;
                let (one, other) = (settled(&one, &marker.word), settled(&other, &nothing));
                if one != other {
                    told.push(format!("{}: {hit} does not answer as for {nothing}", reader.who));
                }
            }
        }
    }
    println!("masked fields: {probes} questions, {} told", told.len());
    assert!(told.is_empty(), "{} of {probes}:\n{}", told.len(), told.join("\n"));
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A word as it stands in a text, in an address, and in an address within an address.
fn spellings(word: &str) -> Vec<String> {
    let kept = |text: &str| -> String {
        let one =
            |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(one).collect()
    };
    let (all, some) = (encoded(word), kept(word));
    let mut found = vec![word.to_owned(), some.clone(), all.clone(), kept(&some), kept(&all)];
    found.dedup();
    found
}

/// An answer without the question that it repeats and without what differs each time.
fn settled(page: &Page, word: &str) -> String {
    let mut plain = page.text.clone();
    for form in spellings(word).iter().rev() {
        plain = plain.replace(form, "…");
    }
    let mut text = format!("{} ", page.status);
    for line in plain.split("name=\"csrf\" value=\"") {
        text.push_str(line.split_once('"').map_or(line, |(_, rest)| rest));
    }
    text
}
