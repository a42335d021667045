//! 页面: one file per page or per small family; one struct per page, named `…Page`, is everything the template can see.

mod account;
mod accounts;
mod board;
mod cell_records;
mod citizen;
mod document;
mod handover;
mod home;
mod import;
mod indicator;
mod kinds;
mod list;
mod log;
mod mail;
mod outgoing;
mod own;
mod own_reply;
mod phrases;
mod plain;
mod plan;
mod poster;
mod publications;
mod record;
mod record_form;
mod register;
mod rounds;
mod search;
mod settings;
mod sign_in;
mod step;
mod tables;
mod together;
mod tokens;
mod town;
mod transparency;
mod work;
mod work_calendar;
mod year;

pub use account::{AccountPage, GrantRow};
pub use accounts::{AccountRow, AccountsPage, InvitationRow};
pub use board::{BoardGroup, BoardLive, BoardPage, BoardRow, Counter, PublishedCell, RowLive};
pub use cell_records::{CellRecordsPage, Computation};
pub use citizen::{
    AllNumbersPage, CountsBy, CourseClock, CoursePage, CourseStep, FollowPage, Language, PublicNumbersPage,
    ReceiptPage, ReportCheckPage, ReportPage, ReportWay, ReportsPage,
};
pub use document::{DocumentPage, Numbering};
pub use handover::{HandOverPage, HandedOverPage, HoldersPage};
pub use home::{HomeFact, HomeGroup, HomePage};
pub use import::{
    ImportColumn, ImportCorrection, ImportCount, ImportPage, ImportPreviewPage, ImportProblem, ImportResultPage,
    ImportScope, Moved,
};
pub use indicator::{Definition, IndicatorLive, IndicatorPage, Published, Quantity, Quote, Uncounted, VersionNote};
pub use kinds::{KindGroup, KindLine, KindsPage};
pub use list::{KindListPage, ListRow};
pub use log::LogPage;
pub use mail::MailPage;
pub use outgoing::{OutboxLine, OutgoingPage};
pub use own::{CodePage, DelegationRow, EnrolPage, MePage, RecoveryCodesPage, SessionRow};
pub use own_reply::{OwnReplyItem, OwnReplyPage};
pub use phrases::PhrasesPage;
pub use plain::{AboutPage, ErrorPage, Notice, PrivacyPage};
pub use plan::{Finding, FindingQuote, OutlineEntry, PlanBlock, PlanNote, PlanPage, PlanPiece, Ruling, RulingForm};
pub use poster::{Poster, PosterPage, Sheet};
pub use publications::{HowToCheck, PublicLine, PublicationPage, PublicationsPage};
pub use record::{
    AskedGroup, AskedLine, Attachment, Change, Clock, CountLine, CountedIn, CourseEvent, FieldChange, Handling,
    RecordPage, RecordSection,
};
pub use record_form::{FormSection, Hidden, RecordFormPage, RecordStatePage};
pub use register::RegisterPage;
pub use rounds::{CHOSEN as CHOSEN_UNITS, RoundPage, RoundUnit, RoundsPage, Settle};
pub use search::{Marked, SearchGroup, SearchHit, SearchPage};
pub use settings::{SettingsGroup, SettingsPage};
pub use sign_in::{LoginPage, SetPasswordPage};
pub use step::StepPage;
pub use tables::{BodiesPage, PermissionsPage, TreeNode};
pub use together::{BatchCase, BatchPage, BatchResultPage};
pub use tokens::{TokenLine, TokensPage};
pub use town::{OneTap, TownHomePage, TownItem};
pub use transparency::{EndedLine, TransparencyPage};
pub use work::{MessageLine, WorkLine, WorkPage};
pub use work_calendar::{CalendarDay, Feed, WorkCalendarPage};
pub use year::{SplitPage, SplitRow, YearMeasure, YearPage, YearPart};
