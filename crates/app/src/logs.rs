//! 日志: who did what, and who came in or tried to. For the audit administrator alone; nothing here or elsewhere changes or removes a line.

use zhiheng_sheet::{Paper, Sheet, SheetCell, SheetColumn, write_xlsx};
use zhiheng_store::{OperationRow, OperationsWanted, RecordId, SignInRow};

use crate::accounts::{Account, DAY};
use crate::permit::Power;
use crate::signing::OUTCOMES;
use crate::{App, Error, ExportFile};

/// Lines of one file.
const LINES: usize = 100_000;

/// Which lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogWanted {
    /// Login of the person.
    pub who: Option<String>,
    /// What was done; of the operation log only.
    pub verb: Option<String>,
    /// First day.
    pub from: Option<i32>,
    /// Last day.
    pub to: Option<i32>,
    /// Continue before this instant.
    pub before: Option<i64>,
}

impl App {
    /// The first instant of a day at the place, µs of UTC.
    pub(crate) fn begin_of(&self, day: i32) -> i64 {
        i64::from(day) * DAY - self.pack.utc_offset_hours * DAY / 24
    }

    fn span(&self, wanted: &LogWanted) -> (i64, i64) {
        let from = wanted.from.map_or(i64::MIN, |day| self.begin_of(day));
        let before = wanted.to.map_or(i64::MAX, |day| self.begin_of(day.saturating_add(1)));
        (from, wanted.before.map_or(before, |at| at.min(before)))
    }

    /// 导出: who took out what, how many, by which conditions. Written before the file is handed over.
    pub fn log_export(&self, actor: &Account, what: &str, filter: &str, rows: usize) -> Result<(), Error> {
        self.log(actor, "导出", what, &format!("{rows} 条{filter}"))
    }

    /// 查看个人信息: whose record, and which fields; never what they say.
    pub fn log_personal(&self, actor: &Account, kind: &str, id: &RecordId, fields: &str) -> Result<(), Error> {
        self.log(actor, "查看个人信息", &format!("{kind}/{id}"), fields)
    }

    fn log(&self, actor: &Account, verb: &'static str, object: &str, detail: &str) -> Result<(), Error> {
        let (place, login) = (self.pack.place.clone(), actor.login.clone());
        let (object, detail) = (object.to_owned(), detail.to_owned());
        self.store.write(move |tx| tx.log_operation(&place, &login, verb, &object, &detail).map(|_| ()))?;
        Ok(())
    }

    /// A page of the operation log, newest first.
    pub fn operation_log(&self, actor: &Account, wanted: &LogWanted, limit: usize) -> Result<Vec<OperationRow>, Error> {
        self.only(actor, Power::Audit)?;
        let (from, before) = self.span(wanted);
        let wanted = OperationsWanted { actor: wanted.who.clone(), verb: wanted.verb.clone(), from, before };
        Ok(self.store.read()?.operations(&self.pack.place, &wanted, limit)?)
    }

    /// A page of the log of sign-ins, newest first.
    pub fn sign_in_log(&self, actor: &Account, wanted: &LogWanted, limit: usize) -> Result<Vec<SignInRow>, Error> {
        self.only(actor, Power::Audit)?;
        let (from, before) = self.span(wanted);
        Ok(self.store.read()?.sign_ins(&self.pack.place, wanted.who.as_deref(), from, before, limit)?)
    }

    /// The operation log as a workbook.
    pub fn export_operations(&self, actor: &Account, wanted: &LogWanted) -> Result<ExportFile, Error> {
        let rows = self.operation_log(actor, &LogWanted { before: None, ..wanted.clone() }, LINES + 1)?;
        let lines = rows.iter().map(|row| {
            [self.moment(row.at), row.actor.clone(), row.verb.clone(), row.object.clone(), row.detail.clone()]
        });
        self.log_file(actor, "操作日志", &["时间", "用户名", "操作", "对象", "说明"], lines.map(Vec::from).collect())
    }

    /// The log of sign-ins as a workbook.
    pub fn export_sign_ins(&self, actor: &Account, wanted: &LogWanted) -> Result<ExportFile, Error> {
        let rows = self.sign_in_log(actor, &LogWanted { before: None, ..wanted.clone() }, LINES + 1)?;
        let lines = rows.iter().map(|row| {
            [
                self.moment(row.at),
                row.login.clone(),
                outcome_word(&row.outcome).to_owned(),
                row.detail.clone(),
                row.address.clone(),
            ]
        });
        self.log_file(actor, "登录日志", &["时间", "用户名", "结果", "说明", "来自"], lines.map(Vec::from).collect())
    }

    fn log_file(
        &self,
        actor: &Account,
        name: &'static str,
        headers: &[&str],
        lines: Vec<Vec<String>>,
    ) -> Result<ExportFile, Error> {
        if lines.len() > LINES {
            return Err(Error::WrongState(format!("超过 {LINES} 条，请缩小日期范围后再导出")));
        }
        let (place, by, count) = (self.pack.place.clone(), actor.login.clone(), lines.len());
        self.store.write(move |tx| tx.log_operation(&place, &by, "导出日志", name, &count.to_string()).map(|_| ()))?;
        let sheet = Sheet {
            name: name.to_owned(),
            titles: vec![format!("{}{name}", self.pack.place_name), format!("共 {count} 条")],
            columns: headers.iter().map(|header| SheetColumn { header: (*header).to_owned(), width: 24 }).collect(),
            rows: lines.into_iter().map(|line| line.into_iter().map(SheetCell::Text).collect()).collect(),
            paper: Paper::A4Landscape,
            ..Sheet::default()
        };
        let book = zhiheng_sheet::Workbook { sheets: vec![sheet] };
        let bytes = write_xlsx(&book).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(ExportFile {
            name: format!("{}{name}.xlsx", self.pack.place_name),
            media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            bytes,
            rows: count,
        })
    }

    /// 2026-01-31 09:30:05 at the place.
    fn moment(&self, micros: i64) -> String {
        let seconds = micros.div_euclid(1_000_000) + self.pack.utc_offset_hours * 3600;
        let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let day = zhiheng_pack::day::date(i32::try_from(day).unwrap_or_default());
        format!("{day} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
    }
}

/// The word of an outcome.
pub fn outcome_word(outcome: &str) -> &str {
    OUTCOMES.iter().find(|(id, _)| *id == outcome).map_or(outcome, |(_, word)| word)
}
