//! The use cases of a county that runs its plan, in the order in which it meets them: load a pack, submit and import records, read the
//! board, open a number down to its records, correct, export, audit.
//!
//! - [`submit`](App::submit) is the only way in: a record and every number it moves are one transaction.
//! - Time and chance come from outside ([`Clock`], [`Random`]); nothing here reads a clock.
//! - Nothing here knows HTTP, HTML or SQL.

mod accounts;
mod amend;
mod attempts;
mod audit;
mod board;
mod calling_off;
mod cases;
mod changes;
mod citizens;
mod course;
pub mod data;
mod demo;
mod directory;
mod documents;
mod error;
mod export;
mod firing;
mod genuine;
mod grants;
mod handover;
mod import;
mod indicator;
mod log;
mod logs;
mod mailing;
mod outgoing;
mod packs;
pub mod permit;
mod phrases;
mod plan;
mod policy;
mod publish;
mod raised;
mod records;
mod recount;
mod references;
mod rounds;
mod search;
mod signing;
mod standing_in;
mod submit;
mod together;
mod tokens;
mod totp;
mod town;
mod tying;
mod work;
mod yearly;

use std::path::PathBuf;
use std::sync::Arc;

use zhiheng_pack::Pack;
pub use zhiheng_store::TaskCursor;
pub use zhiheng_store::{Clock, Random, RecordId, hex};
use zhiheng_store::{Column, IndexSpec, Options, Store};

pub use accounts::{Account, Invited, Must, Role, Service};
pub use audit::{AuditReport, Difference};
pub use board::{Board, Hint, Number, Row, When, print, round};
pub use cases::{AskedView, Assignable, CaseView, ClockView, Offer, Offers, StepWanted, Taker, extended_in};
pub use changes::{Changed, ChangesPage};
pub use citizens::{
    Breakdown, Filed, Near, PublicClock, PublicCount, PublicCourse, PublicEvent, PublicNumbers, QueryCode, ReportFile,
    UNSORTED, asked, is_anonymous, merge_field, poster_entry, public_entries, public_entry,
};
pub use demo::{DEMO_DAY, DEMO_RECORDS, DEMO_SETTING, DemoGuest, DemoMark, DemoReport, fill_demo};
pub use directory::{ContactLine, Directory, Member};
pub use documents::DocumentView;
pub use error::{CATALOGUE, Error};
pub use export::{BoardFormat, ExportFile, ExportFormat, Masking};
pub use firing::Fired;
pub use genuine::is_what_it_says;
pub use grants::{Delegation, Grant, Person};
pub use handover::{HandOver, HandedOver, Holder, OpenWork, PassedCase, Post};
pub use import::{
    FieldChange, IMPORT_CATALOGUE, Identity, ImportChoice, ImportColumn, ImportCounts, ImportOptions, ImportPreview,
    ImportProblem, ImportRow, ImportTotal, Imported, TOTAL_ROW, Take, Uncounted, read_table, wanted,
};
pub use indicator::{
    AreaNumber, CellRecords, IndicatorView, PartRecord, PartWanted, PeriodNumber, UncountedReason, YearValues,
};
pub use log::{
    Asked, EndedLog, Entered, LogFault, LogHead, LogKeys, PUBLIC_MINUTES, PUBLIC_MINUTES_PRESET, Shown, Signing,
    Verified, Witness, verify_receipt,
};
pub use logs::{LogWanted, outcome_word};
pub use mailing::{Letter, MailChoice, MailMode, test_letter};
pub use outgoing::{
    Channel, DIGEST_HOURS, Hook, MailServer, Occasion, Outgoing, Outstanding, Parcel, Security, TRIES, is_address,
};
pub use packs::{CellChange, PackDiff, PackState, pack_bytes};
pub use permit::{
    Absent, EXPORT, Held, MATRIX_OF, MATRIX_VERBS, MatrixLine, Power, Scope, Verb, document_went_to, is_sent_to,
    matrix, may, reads, role_matrix, shown_to,
};
pub use phrases::PHRASES;
pub use plan::{PlanView, RuledFinding};
pub use policy::{PROFILES, Profile, SecondFactor};
pub use publish::{
    Answer, Bundle, BundleNumber, Counted, Drafted, FEW, FORMAT as BUNDLE_FORMAT, Formula, FormulaSource, LEAST,
    PublicColumn, PublicItem, PublicNumber, PublicPage, PublicPeriod, PublicRow, PublicRows, PublicStanding,
    PublicWanted, PublishedChange, Restates,
};
pub use raised::{Origin, Raised};
pub use records::{ListView, ListWanted, RecordView, VersionView};
pub use recount::MovedDeadline;
pub use references::Candidate;
pub use rounds::{
    OwnEntry, OwnItem, OwnOutcome, OwnReply, OwnReport, Received, Reply, ReplyState, Round, RoundView, RoundWanted,
    WAYS as REPORT_WAYS, is_scan,
};
pub use search::{PlanHit, PlanHits, Question, Reach, RecordHit, SearchView, SearchWanted};
pub use signing::{OUTCOMES, OwnSession, SessionToken, SignedIn};
pub use submit::{Act, Moved, Receipt, RequestKey, Submission};
pub use together::Foreseen;
pub use tokens::{Bearer, Grants, ReachOf, Right, Token, TokenWanted};
pub use town::{TakenStep, TownHome, TownTask};
pub use tying::WaitingTie;
pub use work::{Bin, Done, Received as ReceivedMessage, WorkCounts, WorkItem, WorkPage, feed_hash};
pub use yearly::{MeasureTasks, Proposed, SPLIT_MOST, TaskPart, YearPlan, YearTask};

/// How an [`App`] is opened.
#[derive(Clone)]
pub struct Setup {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Only read: takes no lock, so that commands work beside a running server.
    pub read_only: bool,
    /// The folder of attachments; without one it is `files` beside a SQLite database, and in the working folder with PostgreSQL.
    pub files: Option<PathBuf>,
}

/// One county's program over one database.
pub struct App {
    /// The compiled pack.
    pub pack: Arc<Pack>,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    /// What search keeps between questions.
    pub(crate) search: Arc<search::Index>,
    /// What failed to sign in lately.
    pub(crate) attempts: Arc<attempts::Attempts>,
    /// What signs the heads of the log.
    pub(crate) log: Arc<log::Keeper>,
    /// Fills the index of a database that has none yet.
    pub(crate) filling: Option<search::Filling>,
}

impl App {
    /// Opens a database (`sqlite:PATH` or `postgres://…`) under a pack. A database without a pack takes this one; a database whose
    /// active pack differs is opened, and [`App::pack_state`] says so.
    pub fn open(url: &str, pack: Pack, setup: &Setup) -> Result<App, Error> {
        let mut options = Options::new(Arc::clone(&setup.clock), Arc::clone(&setup.random));
        options.offset_seconds = i32::try_from(pack.utc_offset_hours * 3600).unwrap_or_default();
        options.read_only = setup.read_only;
        options.files.clone_from(&setup.files);
        let store = Arc::new(Store::open(url, options).map_err(Error::of_opening)?);
        let (clock, random) = (Arc::clone(&setup.clock), Arc::clone(&setup.random));
        let search = Arc::new(search::Index::new(&pack));
        let attempts = Arc::default();
        let log = Arc::new(log::Keeper::new(log::folder_of(url)));
        let mut app = App { pack: Arc::new(pack), store, clock, random, search, attempts, log, filling: None };
        app.declare_indexes(setup.read_only)?;
        if !setup.read_only {
            app.filling = app.fill_index()?;
            if matches!(app.pack_state()?, PackState::Active { .. }) {
                app.recount_cases()?;
            }
        }
        Ok(app)
    }

    /// Another county in the same database.
    pub fn beside(&self, pack: Pack) -> Result<App, Error> {
        if pack.place == self.pack.place {
            return Err(Error::WrongState(format!("两个方案包都是 {} 的，一个县只能有一个", pack.place)));
        }
        if pack.utc_offset_hours != self.pack.utc_offset_hours {
            return Err(Error::WrongState("同一个数据库里的县须在同一个时区".to_owned()));
        }
        let mut app = self.with_pack(pack);
        app.declare_indexes(false)?;
        app.filling = app.fill_index()?;
        Ok(app)
    }

    /// The places in this database, by code.
    pub fn places(&self) -> Result<Vec<String>, Error> {
        Ok(self.store.read()?.places()?)
    }

    /// The same open database looked at under a pack that need not be in force.
    pub fn with_pack(&self, pack: Pack) -> App {
        App {
            search: Arc::new(search::Index::new(&pack)),
            attempts: Arc::default(),
            pack: Arc::new(pack),
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            log: Arc::new(self.log.beside()),
            filling: None,
        }
    }

    /// Whether the database was opened only to read.
    pub fn is_read_only(&self) -> bool {
        self.store.is_read_only()
    }

    /// Now, µs of UTC.
    pub fn now(&self) -> i64 {
        self.clock.now_micros()
    }

    /// Today at the place.
    pub fn today(&self) -> i32 {
        self.pack.day_of(self.now())
    }

    /// The indexes that the lists of this county need, and those of every other county in the database: they stand on one table.
    fn declare_indexes(&self, read_only: bool) -> Result<(), Error> {
        let mut specs = self.indexes();
        if !read_only {
            for place in self.places()?.iter().filter(|place| **place != self.pack.place) {
                if let Some(pack) = self.pack_in_force(place)? {
                    specs.extend(self.with_pack(pack).indexes());
                }
            }
        }
        if read_only {
            self.store.declare_indexes(&specs);
        } else {
            self.store.ensure_indexes(&specs)?;
        }
        Ok(())
    }

    fn indexes(&self) -> Vec<IndexSpec> {
        let mut specs = Vec::new();
        for kind in &self.pack.kinds {
            for set in &kind.filters {
                let on: Vec<Column> = set.iter().filter_map(|index| self.column(kind, *index)).collect();
                let built_in = matches!(on.as_slice(), [Column::Area | Column::Body | Column::Subject | Column::Key]);
                if !on.is_empty() && !built_in {
                    specs.push(IndexSpec { kind: kind.id.clone(), on });
                }
            }
        }
        // What was opened from somewhere is found from there.
        for raise in &self.pack.raises {
            let Some(kind) = self.pack.kind(&raise.spawn.kind) else { continue };
            let on = self.column(kind, raise.link).map(|column| vec![column]).unwrap_or_default();
            let spec = IndexSpec { kind: kind.id.clone(), on };
            if matches!(spec.on.as_slice(), [Column::Field(_)]) && !specs.contains(&spec) {
                specs.push(spec);
            }
        }
        specs
    }

    /// The stored column of a field: the envelope's where the field is part of it.
    pub(crate) fn column(&self, kind: &zhiheng_pack::Kind, index: usize) -> Option<Column> {
        let at = Some(index);
        Some(match () {
            () if at == kind.area => Column::Area,
            () if at == kind.subject => Column::Subject,
            () if at == kind.key => Column::Key,
            () => Column::Field(kind.fields.get(index)?.id.clone()),
        })
    }

    /// A new record id: 48 bits of milliseconds, then chance (UUID version 7 layout), so that ids sort by the time they were made.
    pub(crate) fn new_id(&self) -> RecordId {
        time_ordered(self.random_bytes(), self.now())
    }

    pub(crate) fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

/// An id (UUID version 7 layout) of an instant, µs of UTC, and 16 bytes of chance.
fn time_ordered(mut bytes: [u8; 16], at: i64) -> RecordId {
    let millis = u64::try_from(at / 1000).unwrap_or_default().to_be_bytes();
    for (slot, byte) in bytes.iter_mut().zip(millis.iter().skip(2)) {
        *slot = *byte;
    }
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x70;
    *variant = (*variant & 0x3f) | 0x80;
    RecordId(bytes)
}
