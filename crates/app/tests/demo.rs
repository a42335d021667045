//! The demonstration county: the same seed gives the same bytes, and its board shows what a board can show.
#![expect(clippy::expect_used, clippy::panic, reason = "a test says what it relies on")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use zhiheng_app::{
    Account, App, Bin, Clock, DEMO_DAY, DemoMark, DemoReport, Error, ListWanted, Random, ReplyState, Role, Setup, When,
    fill_demo,
};
use zhiheng_pack::light::Light;
use zhiheng_pack::{Pack, PackFiles, day, read};
use zhiheng_store::{Options, Store};

struct Still(i64);

impl Clock for Still {
    fn now_micros(&self) -> i64 {
        self.0
    }
}

struct Count(AtomicU64);

impl Random for Count {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(u8::try_from(self.0.fetch_add(1, Ordering::SeqCst) % 251).expect("below 251"));
    }
}

fn folder(name: &str) -> PackFiles {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(name);
    let mut files = BTreeMap::new();
    collect(&root, "", &mut files);
    PackFiles { name: name.to_owned(), files }
}

fn collect(root: &Path, prefix: &str, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(root).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        match entry.is_dir() {
            true => collect(&entry, &name, into),
            false => {
                into.insert(name, std::fs::read_to_string(&entry).expect("a text"));
            }
        }
    }
}

fn pack(name: &str) -> (Pack, Vec<PackFiles>) {
    let (base, main) = (folder("base"), folder(name));
    let (pack, problems) = read(&main, &|name| (name == "base").then(|| base.clone()));
    let pack = pack.unwrap_or_else(|| panic!("the pack is sound: {problems:#?}"));
    (pack, vec![base, main])
}

fn fill(folder: &Path, seed: u64) -> (String, Result<DemoReport, Error>) {
    let url = format!("sqlite:{}", folder.join("demo.db").display());
    let (pack, files) = pack("demo-county");
    let report = fill_demo(&url, pack, &files, 1, seed, &mut |_| {});
    (url, report)
}

fn open(url: &str) -> App {
    let noon = (i64::from(last_day()) * 24 + 4) * 3_600_000_000;
    let setup = Setup {
        clock: Arc::new(Still(noon)),
        random: Arc::new(Count(AtomicU64::new(1))),
        read_only: true,
        files: None,
    };
    App::open(url, pack("demo-county").0, &setup).expect("the database opens")
}

/// The county of seed 1, filled once for all tests; they only read it.
fn county() -> &'static (String, DemoReport) {
    static COUNTY: OnceLock<(tempfile::TempDir, (String, DemoReport))> = OnceLock::new();
    let filled = || {
        let folder = tempfile::tempdir().expect("a folder");
        let (url, report) = fill(folder.path(), 1);
        (folder, (url, report.expect("filled")))
    };
    &COUNTY.get_or_init(filled).1
}

fn last_day() -> i32 {
    day::number(day::parse(DEMO_DAY).expect("a date"))
}

fn digests(url: &str) -> Vec<(i64, [u8; 16], i64, [u8; 32])> {
    let mut options = Options::new(Arc::new(Still(0)), Arc::new(Count(AtomicU64::new(0))));
    options.read_only = true;
    let store = Store::open(url, options).expect("the database opens");
    let mut found = Vec::new();
    let each = |version: zhiheng_store::VersionRow| {
        found.push((version.recorded_at, version.id.0, version.version, version.digest));
        Ok(())
    };
    store.read().expect("a reader").scan_versions("990101", 0, each).expect("the versions");
    found
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let mut urls = vec![county().0.clone()];
    let mut reports = vec![county().1.clone()];
    for (folder, seed) in folders.iter().zip([1, 2]) {
        let (url, report) = fill(folder.path(), seed);
        urls.push(url);
        reports.push(report.expect("filled"));
    }
    assert_eq!(reports[0], reports[1]);
    assert_eq!(reports[0].records, 10_000);
    let DemoReport { records, corrections, withdrawals, steps, by_itself, .. } = reports[0];
    assert_eq!(reports[0].versions, records + corrections + withdrawals + steps + by_itself);
    let versions: Vec<_> = urls.iter().map(|url| digests(url)).collect();
    assert_eq!(versions[0].len() as u64, reports[0].versions);
    assert!(versions[0] == versions[1], "two fillings with one seed differ");
    assert!(versions[0] != versions[2], "another seed gives the same county");
}

#[test]
fn the_board_shows_every_light() {
    let app = open(&county().0);
    assert_eq!(app.demo_mark().expect("a mark"), DemoMark::Complete { seed: 1, scale: 1 });
    let board = app.board(When { as_of: last_day(), known_on: None }).expect("a board");
    let mut lights: BTreeMap<Light, usize> = BTreeMap::new();
    let of_plan: Vec<_> = board.rows.iter().filter(|row| app.pack.indicators[row.indicator].is_of_plan()).collect();
    for row in &of_plan {
        let indicator = &app.pack.indicators[row.indicator];
        *lights.entry(row.verdict.light).or_default() += 1;
        let value = row.number.value.map(|value| zhiheng_app::print(value, indicator.decimals));
        println!(
            "{:>4} {} {value:?} {:?} n={:?}",
            indicator.row.unwrap_or(0),
            indicator.id,
            row.verdict.light,
            row.number.n
        );
    }
    let of = |wanted: &[Light]| wanted.iter().map(|light| lights.get(light).copied().unwrap_or(0)).sum::<usize>();
    assert_eq!(of_plan.len(), 37);
    let shown =
        [of(&[Light::Done, Light::OnTrack, Light::Met]), of(&[Light::Warning]), of(&[Light::Behind, Light::NotMet])];
    assert_eq!((shown, of(&[Light::NoData, Light::RulingPending])), ([18, 6, 8], 5), "{lights:?}");

    let value = |id: &str| {
        let row = board.rows.iter().find(|row| app.pack.indicators[row.indicator].id == id).expect("a row");
        zhiheng_app::print(row.number.value.expect("a value"), app.pack.indicators[row.indicator].decimals)
    };
    assert_eq!(value("food_pass_rate"), "98.3");
    assert_eq!(value("drug_pass_rate"), "98.9");
    assert_eq!(value("agri_brand_marks"), "139");

    let view = app.indicator("food_pass_rate", When { as_of: last_day(), known_on: None });
    assert!(view.is_ok());
    let audit = app.audit().expect("an audit");
    assert!(audit.is_clean(), "{:#?}", audit.differences);
}

#[test]
fn cases_were_handled_in_time_and_late_and_some_wait_on_the_desk() {
    let app = open(&county().0);
    let board = app.board(When { as_of: last_day(), known_on: None }).expect("a board");
    let share = |id: &str| {
        let row = board.rows.iter().find(|row| app.pack.indicators[row.indicator].id == id).expect("a row");
        (row.number.numerator, row.number.denominator)
    };
    for id in [
        "complaint_decide_on_time",
        "complaint_mediation_on_time",
        "complaint_completion",
        "tour_response_promise",
        "rectification_on_time",
        "plan_task_acceptance",
    ] {
        let (on_time, all) = share(id);
        println!("{id}: {on_time:?} of {all:?}");
        assert!(on_time < all, "{id}: {on_time:?} of {all:?}");
    }
    let office = zhiheng_app::Account::of_office("office");
    let counts = app.work_counts(&office).expect("counts");
    println!("{counts:?}");
    assert!(counts.overdue > 0 && counts.soon > 0, "{counts:?}");
    assert!(!app.messages(&office, 10).expect("messages").is_empty());
}

#[test]
fn what_was_known_differs_from_what_is_known() {
    let app = open(&county().0);
    let end = day::number(day::parse("2024-12-31").expect("a date"));
    let now = app.board(When { as_of: end, known_on: None }).expect("a board");
    let then = app.board(When { as_of: end, known_on: Some(end + 15) }).expect("a board");
    let food = |board: &zhiheng_app::Board| {
        let row = board.rows.iter().find(|row| app.pack.indicators[row.indicator].id == "food_pass_rate").cloned();
        row.expect("a row").number
    };
    assert!(food(&then).denominator < food(&now).denominator, "late records restate the year");
}

#[test]
fn only_an_empty_database_and_a_fictional_county_are_filled() {
    let folder = tempfile::tempdir().expect("a folder");
    let (pack_again, files) = pack("demo-county");
    let again = fill_demo(&county().0, pack_again, &files, 1, 1, &mut |_| {});
    assert!(matches!(again, Err(Error::WrongState(_))), "{again:?}");
    let other = format!("sqlite:{}", folder.path().join("other.db").display());
    let real = fill_demo(&other, pack("wushan-2024").0, &[], 1, 1, &mut |_| {});
    assert!(matches!(real, Err(Error::WrongState(_))), "{real:?}");
}

#[test]
fn a_letter_is_being_countersigned_and_a_complaint_is_handled_by_several() {
    let app = open(&county().0);
    let office = zhiheng_app::Account::of_office("office");
    let (mut asked, mut after) = (BTreeMap::<String, usize>::new(), None);
    loop {
        let page = app.work(&office, zhiheng_app::Bin::Open, after, 200).expect("work");
        for item in page.items {
            *asked.entry(item.task.clock).or_default() += 1;
        }
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    for line in ["countersign", "assist"] {
        assert!(asked.contains_key(line), "{line} is not among {asked:?}");
    }
    assert!(app.audit().expect("an audit").is_clean());
}

/// Parts 0 and 2 of the office can be looked at: a round with a reply in every state, work of a town, a station where its town's complaints are.
#[test]
fn a_round_is_open_with_a_reply_in_every_state_and_complaints_are_where_their_town_is() {
    let app = open(&county().0);
    let rounds = app.rounds().expect("the rounds");
    let view = app.round(&rounds.first().expect("a round").id).expect("its replies");
    let states = |state: ReplyState| {
        view.in_state(state).map(|reply| app.pack.bodies[reply.body].id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(states(ReplyState::Reported), ["kjj"]);
    assert_eq!(states(ReplyState::Questioned), ["zjw"]);
    assert_eq!(states(ReplyState::Returned), ["nync"]);
    assert_eq!(states(ReplyState::Missing), ["jxw"]);
    let of_body = |body: &str| {
        let own = vec![body.to_owned()];
        Account { role: Role::Bureau, body: own.first().cloned(), own, ..Account::of_office(body) }
    };
    let work = |body: &str| app.work(&of_body(body), Bin::Open, None, 50).expect("its work").items;
    assert!(work("jxw").iter().any(|item| item.clock == "报送"), "the round is among its work");
    assert_eq!(work("qingshi").iter().filter(|item| item.task.kind == "town_task").count(), 2);
    assert!(work("zjw").iter().any(|item| item.task.kind == "meeting_decision"));

    let kind = app.pack.kind("consumer_complaint").expect("complaints");
    let list = app.list(kind, &ListWanted { limit: 200, ..ListWanted::default() }).expect("the list");
    let handler = kind.field_index("handler").expect("the handler");
    let mut handled = 0;
    for (row, record) in &list.rows {
        let (Some(area), Some(handler)) = (row.area.as_deref(), record.value(handler)) else { continue };
        let station = app.pack.body(&handler.plain()).expect("a body");
        assert!(station.areas.iter().any(|own| own == area), "{} covers {area}", station.name);
        handled += 1;
    }
    assert!(handled > 10);
}

/// The accounts of the demonstration are made in the demonstration only.
#[test]
fn guests_are_let_in_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("real.db").display());
    let noon = (i64::from(last_day()) * 24 + 4) * 3_600_000_000;
    let setup = || Setup {
        clock: Arc::new(Still(noon)),
        random: Arc::new(Count(AtomicU64::new(1))),
        read_only: false,
        files: None,
    };
    let real = App::open(&url, pack("wushan-2024").0, &setup()).expect("a county");
    assert!(real.let_guests_in().is_err() && real.demo_guests().expect("nobody").is_empty());
    assert!(real.people().expect("nobody").is_empty());
    let url = format!("sqlite:{}", folder.path().join("fictional.db").display());
    let unfilled = App::open(&url, pack("demo-county").0, &setup()).expect("a county");
    assert!(unfilled.let_guests_in().is_err(), "a fictional pack alone is no demonstration");
}
