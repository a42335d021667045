//! 办公页面: registers and their records, for those who may see them; in the demonstration county anybody may read.

pub(crate) mod batch;
pub(crate) mod bodies;
pub(crate) mod cells;
pub(crate) mod content;
pub(crate) mod course;
pub(crate) mod documents;
pub(crate) mod export;
pub(crate) mod fields;
pub(crate) mod files;
pub(crate) mod forms;
pub(crate) mod handover;
pub(crate) mod import;
pub(crate) mod kinds;
pub(crate) mod merge;
pub(crate) mod own_reply;
pub(crate) mod phrases;
pub(crate) mod posters;
pub(crate) mod preview;
pub(crate) mod publish;
pub(crate) mod raised;
pub(crate) mod records;
pub(crate) mod references;
pub(crate) mod rounds;
pub(crate) mod state;
pub(crate) mod steps;
pub(crate) mod together;
pub(crate) mod town;
pub(crate) mod work;
pub(crate) mod workcalendar;
pub(crate) mod year;

/// Where a case is handled: on its own page, and what a unit reports on the page of its report.
pub(crate) fn case_address(app: &zhiheng_app::App, kind: &str, id: &impl std::fmt::Display) -> String {
    if app.is_reply_kind(kind) { format!("/reports/{id}") } else { format!("/kinds/{kind}/{id}") }
}
