//! What came back: read, weighed, and taken whole or not at all.
//!
//! A file that cannot be counted is sent back (退回) with every reason at once. A file that can be counted but raises a question (有疑问)
//! waits: the office takes it or sends it back, and says why. Only then do its values move a number. A form that is sent back after it was taken takes its
//! values with it; a worse file never replaces a form that was taken.

use std::collections::BTreeMap;

use zhiheng_pack::value::FileRef;
use zhiheng_pack::{Decimal, Draft, Indicator, Level, day};
use zhiheng_sheet::{Cell, CellKind, Limits, Table, Wanted, WantedColumn, read as read_sheet};
use zhiheng_store::RecordId;

use super::course::Brings;
use super::form::{ABSENT, NUMBER, SIGNED, UNCHANGED, ZERO, last_value};
use super::{Reply, ReplyState, Round, RoundView, fill, form_code, reply_id, value_id};
use crate::cases::as_draft;
use crate::genuine::is_what_it_says;
use crate::submit::read;
use crate::{Act, App, Error, Row, Submission};

/// Columns of the form that are read back.
const READ: [(&str, CellKind); 10] = [
    ("序号", CellKind::Text),
    ("指标名称", CellKind::Text),
    ("填报方式", CellKind::Text),
    ("本期值", CellKind::Decimal),
    ("数据日期", CellKind::Date),
    ("分子", CellKind::Decimal),
    ("分母", CellKind::Decimal),
    ("来源文件", CellKind::Text),
    ("页码", CellKind::Text),
    ("说明", CellKind::Text),
];
/// How a reason begins under which a value was withdrawn with its form.
const TAKEN_BACK: &str = "报送表退回";
/// The reason under which a value was withdrawn that a later form leaves out.
const LEFT_OUT: &str = "后来的报送表没有报这一项";
pub(super) const SPREADSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What became of a returned file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Position of the unit.
    pub body: usize,
    /// 已报, 有疑问 or 退回.
    pub state: ReplyState,
    /// Questions or reasons, one each.
    pub reasons: Vec<String>,
    /// Values that are stored now, changed or not.
    pub values: usize,
}

/// A returned file, understood.
#[derive(Default)]
pub(super) struct Answer {
    /// Indicator → its row.
    rows: BTreeMap<usize, Line>,
    signed: [String; 3],
    /// Why it cannot be counted.
    pub(super) wrong: Vec<Said>,
    /// What the office should ask about.
    pub(super) doubts: Vec<Said>,
}

/// What is said of a form, and of which indicator in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// Position of the indicator; none: of the form.
    pub(super) at: Option<usize>,
    /// Without the indicator's name.
    pub(super) text: String,
}

impl Said {
    fn form(text: String) -> Said {
        Said { at: None, text }
    }
}

/// One row of the form: the texts by header, numbers and days in plain spelling.
#[derive(Default)]
struct Line {
    cells: BTreeMap<&'static str, String>,
    /// What could not be understood in it.
    wrong: Vec<String>,
}

impl Line {
    fn get(&self, header: &str) -> &str {
        self.cells.get(header).map_or("", String::as_str)
    }
}

/// The office's word on a reply that raises a question.
pub(super) enum Word<'a> {
    /// As the file says, questions included.
    None,
    /// Taken although, for this reason.
    Take(&'a str),
    /// Sent back, for this reason.
    Return(&'a str),
}

impl App {
    /// Takes one returned file. Which unit it is from, its 表号 says, else the name of the unit in its title or file name.
    pub fn receive(&self, actor: &str, id: &RecordId, file_name: &str, bytes: &[u8]) -> Result<Received, Error> {
        let view = self.round(id)?;
        if let Some(media_type) = scan_type(file_name) {
            return self.receive_scan(actor, &view, file_name, media_type, bytes);
        }
        let table = self.read_form(bytes, file_name)?;
        let reply = self.sender(&view, &table, file_name)?;
        let file = self.store_file(actor, file_name, SPREADSHEET, bytes)?;
        self.take(actor, &view.round, reply, &table, file, &Word::None)
    }

    /// The stamped scan of a form (盖章扫描件), known by the unit or the 表号 in its name: kept with the form and with each of its values.
    fn receive_scan(
        &self,
        actor: &str,
        view: &RoundView,
        file_name: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Received, Error> {
        let unit = |reply: &&Reply| self.pack.bodies.get(reply.body);
        let by_code = view
            .replies
            .iter()
            .find(|reply| unit(reply).is_some_and(|body| has_word(file_name, &form_code(&view.round.id, &body.id))));
        let named = view.replies.iter().filter(|reply| unit(reply).is_some_and(|body| file_name.contains(&body.name)));
        let longest = named.max_by_key(|reply| unit(reply).map_or(0, |body| body.name.chars().count()));
        let nobody = || Error::WrongState("认不出是哪个单位的扫描件，请在文件名里写上单位名称或者表号".to_owned());
        let reply = by_code.or(longest).ok_or_else(nobody)?;
        if reply.state == ReplyState::Missing || reply.record.is_none() {
            let name = unit(&reply).map_or("", |body| body.name.as_str());
            return Err(Error::WrongState(format!("{name}的报送表（Excel）还没有收，请先收报送表，再收盖章扫描件")));
        }
        is_what_it_says(file_name, bytes).map_err(Error::WrongState)?;
        self.attach_scan(actor, &view.round, reply, file_name, media_type, bytes)?;
        let reasons = reply.remark.lines().map(str::to_owned).collect();
        Ok(Received { body: reply.body, state: reply.state, reasons, values: 0 })
    }

    /// Puts a scan to a form and to each of its values.
    pub(super) fn attach_scan(
        &self,
        actor: &str,
        round: &Round,
        reply: &Reply,
        file_name: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<(), Error> {
        let file = self.store_file(actor, file_name, media_type, bytes)?;
        let parts = self.collection()?;
        let scan = zhiheng_pack::Value::File(file).to_json();
        let mut submissions = Vec::new();
        let kind = self.kind_at(parts.reply.kind)?;
        let replies = reply.record.iter().map(|id| (kind, parts.reply.scan, *id));
        let value_kind = self.kind_at(parts.value.kind)?;
        let values = reply.indicators.iter().filter_map(|at| self.pack.indicators.get(*at));
        let values = values.map(|indicator| (value_kind, parts.value.scan, value_id(&round.id, &indicator.id)));
        for (kind, field, id) in replies.chain(values) {
            let (Some((_, record)), Some(field)) = (self.live(kind, &id)?, kind.fields.get(field)) else { continue };
            let mut draft = as_draft(kind, &record);
            draft.fields.insert(field.id.clone(), scan.clone());
            submissions.extend(self.change(kind, id, draft, "收到盖章扫描件")?);
        }
        if !submissions.is_empty() {
            self.submit_all(actor, &submissions, None, None)?;
        }
        Ok(())
    }

    /// Settles a reply that raised a question: takes it, or sends it back.
    pub fn settle(
        &self,
        actor: &str,
        id: &RecordId,
        body: &str,
        accept: bool,
        opinion: &str,
    ) -> Result<Received, Error> {
        if opinion.trim().is_empty() {
            return Err(Error::WrongState("请写明采用或者退回的理由".to_owned()));
        }
        let view = self.round(id)?;
        let of_body = |reply: &&Reply| self.pack.bodies.get(reply.body).is_some_and(|unit| unit.id == body);
        let missing = || Error::NotFound("这个单位的报送表".to_owned());
        let reply = view.replies.iter().find(of_body).ok_or_else(missing)?;
        let file = reply.file.clone().ok_or_else(missing)?;
        if accept && reply.state != ReplyState::Questioned {
            return Err(Error::WrongState("只有“有疑问”的报送表需要采用；退回的请单位改正后重报".to_owned()));
        }
        let digest = zhiheng_store::digest_of_hex(&file.digest).ok_or_else(|| Error::Corrupt("附件摘要".to_owned()))?;
        let table = self.read_form(&self.file_bytes(&digest)?, &file.name)?;
        let word = if accept { Word::Take(opinion.trim()) } else { Word::Return(opinion.trim()) };
        self.take(actor, &view.round, reply, &table, file, &word)
    }

    pub(super) fn read_form(&self, bytes: &[u8], file_name: &str) -> Result<Table, Error> {
        let column = |(header, kind): &(&str, CellKind)| WantedColumn::new(header, &[header], kind.clone());
        let wanted = Wanted { columns: READ.iter().map(column).collect() };
        read_sheet(bytes, file_name, &wanted, &Limits::default()).map_err(Error::Unreadable)
    }

    fn sender<'a>(&self, view: &'a RoundView, table: &Table, file_name: &str) -> Result<&'a Reply, Error> {
        let words = table.titles.join(" ");
        let unit = |reply: &&Reply| self.pack.bodies.get(reply.body);
        let by_code = view
            .replies
            .iter()
            .find(|reply| unit(reply).is_some_and(|body| has_word(&words, &form_code(&view.round.id, &body.id))));
        if let Some(reply) = by_code {
            return Ok(reply);
        }
        if words.contains("表号：BS-") {
            return Err(Error::WrongState("表号是另一轮报送的，请到那一轮去收".to_owned()));
        }
        // The longest name first: 县农业农村委 must not be taken for a unit whose name is part of it.
        let named = |text: &str| {
            let found = view.replies.iter().filter(|reply| unit(reply).is_some_and(|body| text.contains(&body.name)));
            found.max_by_key(|reply| unit(reply).map_or(0, |body| body.name.chars().count()))
        };
        let nobody = || Error::WrongState("认不出是哪个单位报的，请保留表头上的报送单位和表号".to_owned());
        named(&words).or_else(|| named(file_name)).ok_or_else(nobody)
    }

    pub(super) fn take(
        &self,
        actor: &str,
        round: &Round,
        reply: &Reply,
        table: &Table,
        file: FileRef,
        word: &Word<'_>,
    ) -> Result<Received, Error> {
        let (answer, drafts) = self.weigh(round, reply, table)?;
        let (wrong, doubts) = (self.said(answer.wrong), self.said(answer.doubts));
        let (state, reasons) = match word {
            Word::Return(why) => (ReplyState::Returned, vec![(*why).to_owned()]),
            _ if !wrong.is_empty() => (ReplyState::Returned, wrong),
            Word::Take(why) => {
                let reason = format!("已采用：{why}");
                (ReplyState::Reported, doubts.into_iter().chain([reason]).collect())
            }
            Word::None if !doubts.is_empty() => (ReplyState::Questioned, doubts),
            Word::None => (ReplyState::Reported, Vec::new()),
        };
        if reply.state == ReplyState::Reported && state == ReplyState::Returned && matches!(word, Word::None) {
            let why = reasons.join("；");
            let what = format!("这个单位已报，后来的这份不能计入（{why}），没有收下；确实要作废原来那份的，先退回再收");
            return Err(Error::WrongState(what));
        }
        let values = if state == ReplyState::Reported { drafts } else { Vec::new() };
        let count = values.len();
        let by = if matches!(word, Word::None) { Brings::Check } else { Brings::Office };
        self.store_reply(actor, round, reply, (state, by), &reasons, &answer.signed, file, values)?;
        Ok(Received { body: reply.body, state, reasons, values: count })
    }

    /// What a form says, and the values that it brings. Nothing is stored.
    pub(super) fn weigh(
        &self,
        round: &Round,
        reply: &Reply,
        table: &Table,
    ) -> Result<(Answer, Vec<(String, Draft)>), Error> {
        let before = self.before(round)?;
        let mut answer = self.understand(table, reply)?;
        let mut drafts = Vec::new();
        for at in &reply.indicators {
            let indicator = self.indicator_at(*at)?;
            if let Some(draft) = self.value(round, reply, *at, indicator, &before, &mut answer) {
                drafts.push((indicator.id.clone(), draft));
            }
        }
        for (who, name) in SIGNED.iter().zip(&answer.signed) {
            if name.is_empty() {
                answer.doubts.push(Said::form(format!("{who}没有签名")));
            }
        }
        Ok((answer, drafts))
    }

    /// What is said, with the names of the indicators.
    fn said(&self, all: Vec<Said>) -> Vec<String> {
        let named = |one: Said| match one.at.and_then(|at| self.pack.indicators.get(at)) {
            Some(indicator) => {
                let row = indicator.row.map(|row| format!("第{row}项 ")).unwrap_or_default();
                format!("{row}{}：{}", indicator.name, one.text)
            }
            None => one.text,
        };
        all.into_iter().map(named).collect()
    }

    /// The rows by indicator and the signatures, with everything that could not be understood.
    fn understand(&self, table: &Table, reply: &Reply) -> Result<Answer, Error> {
        let mut answer = Answer::default();
        for row in &table.rows {
            let mut line = Line::default();
            for (column, (header, kind)) in READ.iter().enumerate() {
                let Some(cell) = row.cell(column) else { continue };
                let (text, understood) = match cell {
                    Cell::Decimal(text) | Cell::Date(text) => (text.clone(), true),
                    Cell::Text(text) => (text.clone(), *kind == CellKind::Text),
                    other => (format!("{other:?}"), false),
                };
                if !understood && !text.is_empty() {
                    line.wrong.push(format!("{header}“{text}”不能识别"));
                }
                line.cells.insert(*header, text);
            }
            match self.indicator_of(&line) {
                Some(at) if reply.indicators.contains(&at) => {
                    answer.rows.insert(at, line);
                }
                Some(at) => {
                    let what = format!("“{}”不由本单位报送，请删去", self.indicator_at(at)?.name);
                    answer.wrong.push(Said::form(what));
                }
                None => read_signature(&mut answer.signed, &row.raw.iter().collect::<Vec<_>>().join(" ")),
            }
        }
        for (_, note) in &table.notes {
            read_signature(&mut answer.signed, note);
        }
        Ok(answer)
    }

    fn indicator_of(&self, line: &Line) -> Option<usize> {
        let list = self.pack.list("indicators")?;
        let item = list.find(line.get("指标名称")).or_else(|| list.find(&format!("第{}项", line.get("序号"))))?;
        self.pack.indicator_position(&item.id)
    }

    /// The value of one indicator as a draft; what is wrong or doubtful about it goes to the answer.
    fn value(
        &self,
        round: &Round,
        reply: &Reply,
        at: usize,
        indicator: &Indicator,
        before: &[Row],
        answer: &mut Answer,
    ) -> Option<Draft> {
        let mut wrong: Vec<String> = Vec::new();
        let mut doubts: Vec<String> = Vec::new();
        let draft = match answer.rows.get(&at) {
            None => {
                wrong.push("表中没有这一项".to_owned());
                None
            }
            Some(line) => {
                wrong.extend(line.wrong.iter().cloned());
                // A value of this very round is no earlier one, whatever day it was dated.
                let own = value_id(&round.id, &indicator.id);
                let earlier = last_value(before, at).filter(|number| number.reported_by != Some(own));
                let last = earlier.and_then(|number| number.value);
                let value = chosen(line, last, &mut wrong, &mut doubts);
                value.and_then(|value| {
                    doubts.extend(questions(line, indicator, value, last));
                    doubts.extend(other_day(line, round));
                    self.draft(round, reply, indicator, line, value, &answer.signed)
                })
            }
        };
        let checked = draft.filter(|_| wrong.is_empty()).and_then(|draft| {
            let kind = self.pack.collection.as_ref().and_then(|parts| self.pack.kinds.get(parts.value.kind))?;
            for problem in self.pack.check(kind, &draft, self.today()).problems {
                match problem.level {
                    Level::Refuse => wrong.push(problem.message),
                    // Who signed is asked once for the whole form.
                    Level::Warn if !SIGNED.iter().any(|who| problem.message.contains(who)) => {
                        doubts.push(problem.message)
                    }
                    Level::Warn => {}
                }
            }
            Some(draft)
        });
        let sound = wrong.is_empty();
        answer.wrong.extend(wrong.into_iter().map(|text| Said { at: Some(at), text }));
        answer.doubts.extend(doubts.into_iter().map(|text| Said { at: Some(at), text }));
        checked.filter(|_| sound)
    }

    fn draft(
        &self,
        round: &Round,
        reply: &Reply,
        indicator: &Indicator,
        line: &Line,
        value: Decimal,
        signed: &[String; 3],
    ) -> Option<Draft> {
        let parts = &self.pack.collection.as_ref()?.value;
        let kind = self.pack.kinds.get(parts.kind)?;
        let dated = match line.get("数据日期") {
            "" => day::date(round.as_of).to_string(),
            given => given.to_owned(),
        };
        let way = Some(line.get("填报方式")).filter(|way| !way.is_empty() && *way != NUMBER);
        let remark: Vec<&str> = way.into_iter().chain([line.get("说明")]).filter(|text| !text.is_empty()).collect();
        let mut draft = Draft::default();
        let texts = [
            (parts.indicator, indicator.id.as_str()),
            (parts.as_of, dated.as_str()),
            (parts.value, &value.normalize().to_string()),
            (parts.period, &round.period),
            (parts.body, self.pack.bodies.get(reply.body).map_or("", |body| body.id.as_str())),
            (parts.numerator, line.get("分子")),
            (parts.denominator, line.get("分母")),
            (parts.document, line.get("来源文件")),
            (parts.page, line.get("页码")),
            (parts.remark, &remark.join("；")),
        ];
        let signatures = parts.signed.iter().copied().zip(signed.iter().map(String::as_str));
        for (field, text) in texts.into_iter().chain(signatures) {
            fill(&mut draft, kind, field, text);
        }
        Some(draft)
    }

    /// The reply and its values in one change. A value or a reply that says what it said before gets no new version.
    #[expect(clippy::too_many_arguments, reason = "everything that a reply's record holds")]
    fn store_reply(
        &self,
        actor: &str,
        round: &Round,
        reply: &Reply,
        (state, by): (ReplyState, Brings),
        reasons: &[String],
        signed: &[String; 3],
        file: FileRef,
        values: Vec<(String, Draft)>,
    ) -> Result<(), Error> {
        let parts = self.collection()?;
        let kind = self.kind_at(parts.reply.kind)?;
        let unit = self.pack.bodies.get(reply.body).map_or("", |body| body.id.as_str());
        let same_file = reply.file.as_ref().is_some_and(|known| known.digest == file.digest);
        let received = reply.received.filter(|_| same_file).unwrap_or_else(|| self.today());
        let id = reply_id(&round.id, unit);
        let mut draft = self.reply_draft(round, unit)?;
        let (received, remark) = (day::date(received).to_string(), reasons.join("\n"));
        let texts = [(parts.reply.received, received.as_str()), (parts.reply.remark, remark.as_str())];
        let signatures = parts.reply.signed.iter().copied().zip(signed.iter().map(String::as_str));
        for (field, text) in texts.into_iter().chain(signatures) {
            fill(&mut draft, kind, field, text);
        }
        let file = if same_file { reply.file.clone().unwrap_or(file) } else { file };
        if let Some(field) = kind.fields.get(parts.reply.file) {
            draft.fields.insert(field.id.clone(), zhiheng_pack::Value::File(file).to_json());
        }
        // The scan comes by itself, before or after, and stays through a new version.
        let scan = self.live(kind, &id)?.and_then(|(_, record)| record.value(parts.reply.scan).map(|it| it.to_json()));
        if let (Some(scan), Some(field)) = (&scan, kind.fields.get(parts.reply.scan)) {
            draft.fields.insert(field.id.clone(), scan.clone());
        }
        let why = match by {
            Brings::Office => reasons.last().map_or("报送", String::as_str),
            Brings::Check => "报送",
        };
        let prepared = self.brought_to(id, draft, (state, by), why)?;
        let mut submissions = Vec::new();
        let value_kind = self.kind_at(parts.value.kind)?;
        if state == ReplyState::Returned {
            for indicator in reply.indicators.iter().filter_map(|at| self.pack.indicators.get(*at)) {
                let reason = format!("{TAKEN_BACK}：{}", reasons.join("；"));
                submissions.extend(self.take_back(value_kind, value_id(&round.id, &indicator.id), reason)?);
            }
        }
        if state == ReplyState::Reported {
            // What an earlier form of this round brought and this one does not (暂无数据) nobody stands for any more.
            let brought: Vec<&str> = values.iter().map(|(id, _)| id.as_str()).collect();
            for indicator in reply.indicators.iter().filter_map(|at| self.pack.indicators.get(*at)) {
                if !brought.contains(&indicator.id.as_str()) {
                    let id = value_id(&round.id, &indicator.id);
                    submissions.extend(self.take_back(value_kind, id, LEFT_OUT.to_owned())?);
                }
            }
        }
        for (indicator, mut draft) in values {
            if let (Some(scan), Some(field)) = (&scan, value_kind.fields.get(parts.value.scan)) {
                draft.fields.insert(field.id.clone(), scan.clone());
            }
            let id = value_id(&round.id, &indicator);
            let restored = self.put_back(value_kind, id, reply)?;
            let comes_back = restored.is_some();
            submissions.extend(restored);
            submissions.extend(self.change_of(value_kind, id, draft, "重新报送", comes_back)?);
        }
        self.commit(actor, prepared, &submissions)
    }

    /// The withdrawal of a value whose form was sent back: a number that nobody stands for any more counts nowhere.
    fn take_back(&self, kind: &zhiheng_pack::Kind, id: RecordId, reason: String) -> Result<Option<Submission>, Error> {
        let Some((row, _)) = self.live(kind, &id)? else { return Ok(None) };
        let reason = reason.chars().take(400).collect();
        let (kind, expected_version) = (kind.id.clone(), Some(row.version));
        Ok(Some(Submission { act: Act::Withdraw, kind, id: Some(id), expected_version, reason: Some(reason) }))
    }

    /// A value that went with a form that was sent back, or that a form left out, comes back with the next one that brings it.
    fn put_back(&self, kind: &zhiheng_pack::Kind, id: RecordId, reply: &Reply) -> Result<Option<Submission>, Error> {
        let stored = self.store.read()?.record(&self.pack.place, &kind.id, &id)?;
        let Some(row) = stored.filter(|row| !row.live) else { return Ok(None) };
        let versions = self.store.read()?.versions(&self.pack.place, &id)?;
        let reason = versions.iter().max_by_key(|version| version.version).and_then(|version| version.reason.clone());
        let with_form = reason.is_some_and(|reason| reason.starts_with(TAKEN_BACK) || reason == LEFT_OUT);
        let gone = (with_form || reply.state == ReplyState::Returned).then_some(row);
        let restored = |row: zhiheng_store::RecordRow| Submission {
            act: Act::Restore,
            kind: kind.id.clone(),
            id: Some(id),
            expected_version: Some(row.version),
            reason: Some("重新报送".to_owned()),
        };
        Ok(gone.map(restored))
    }

    /// As [`App::change`]; a value that [`App::put_back`] restores a moment before is corrected whatever it said.
    fn change_of(
        &self,
        kind: &zhiheng_pack::Kind,
        id: RecordId,
        draft: Draft,
        reason: &str,
        comes_back: bool,
    ) -> Result<Option<Submission>, Error> {
        if comes_back {
            let (kind, reason) = (kind.id.clone(), Some(reason.to_owned()));
            return Ok(Some(Submission {
                act: Act::Correct(draft),
                kind,
                id: Some(id),
                expected_version: None,
                reason,
            }));
        }
        self.change(kind, id, draft, reason)
    }

    /// A creation, a correction, or nothing where the record says the same already.
    fn change(
        &self,
        kind: &zhiheng_pack::Kind,
        id: RecordId,
        draft: Draft,
        reason: &str,
    ) -> Result<Option<Submission>, Error> {
        let stored = self.store.read()?.record(&self.pack.place, &kind.id, &id)?;
        let Some(row) = stored else {
            let act = Act::Create(draft);
            let submission =
                Submission { act, kind: kind.id.clone(), id: Some(id), expected_version: None, reason: None };
            return Ok(Some(submission));
        };
        if !row.live {
            let what = format!("{}的一条记录已被撤回，请先在登记中恢复，再收这份表", kind.name);
            return Err(Error::WrongState(what));
        }
        if read(kind, &row).is_some_and(|(record, _)| self.says_the_same(kind, &record, &draft)) {
            return Ok(None);
        }
        let act = Act::Correct(draft);
        let expected_version = Some(row.version);
        let reason = Some(reason.to_owned());
        Ok(Some(Submission { act, kind: kind.id.clone(), id: Some(id), expected_version, reason }))
    }
}

/// The value that a line reports, by its 填报方式.
fn chosen(line: &Line, last: Option<Decimal>, wrong: &mut Vec<String>, doubts: &mut Vec<String>) -> Option<Decimal> {
    let given: Option<Decimal> = line.get("本期值").parse().ok();
    match line.get("填报方式") {
        UNCHANGED => match (last, given) {
            (Some(last), given) if given.is_none_or(|given| given == last) => Some(last),
            (Some(last), _) => {
                wrong.push(format!("选了“{UNCHANGED}”，本期值却不同于上期值 {}", last.normalize()));
                None
            }
            (None, _) => {
                wrong.push(format!("没有上期值，不能选“{UNCHANGED}”"));
                None
            }
        },
        ZERO if given.is_none_or(|given| given.is_zero()) => Some(Decimal::ZERO),
        ZERO => {
            wrong.push(format!("选了“{ZERO}”，本期值却不是零"));
            None
        }
        ABSENT if line.get("说明").is_empty() => {
            wrong.push(format!("选了“{ABSENT}”，须在说明中写明原因"));
            None
        }
        ABSENT => {
            doubts.push(format!("{ABSENT}：{}", line.get("说明")));
            None
        }
        "" | NUMBER => {
            if given.is_none() && line.wrong.is_empty() {
                wrong.push(match line.get("本期值") {
                    "" => "没有填本期值".to_owned(),
                    text => format!("本期值“{text}”不是能计入的数，位数太多或者写法不对"),
                });
            }
            given
        }
        other => {
            wrong.push(format!("填报方式“{other}”不在下拉列表中"));
            None
        }
    }
}

/// What a careful reader would ask about a value.
fn questions(line: &Line, indicator: &Indicator, value: Decimal, last: Option<Decimal>) -> Vec<String> {
    let mut asked = Vec::new();
    if indicator.unit != "%" && value < Decimal::ZERO {
        asked.push(format!("{} 是负数", value.normalize()));
    }
    if indicator.decimals == 0 && !value.fract().is_zero() {
        asked.push(format!("{} 不是整数，而这一项按整数计", value.normalize()));
    }
    if indicator.unit == "%" && !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&value) {
        asked.push(format!("百分比 {} 不在 0 到 100 之间", value.normalize()));
    }
    if let Some(last) = last.filter(|last| !last.is_zero()) {
        // More than half up or down since last time: possible, and worth a call.
        let half = last.abs() / Decimal::TWO;
        if (value - last).abs() > half {
            asked.push(format!("较上期 {} 变动超过一半", last.normalize()));
        }
    }
    if indicator.unit == "%"
        && let (Ok(numerator), Ok(denominator)) =
            (line.get("分子").parse::<Decimal>(), line.get("分母").parse::<Decimal>())
        && let Some(rate) = (numerator * Decimal::ONE_HUNDRED).checked_div(denominator)
        && crate::board::round(rate, value.scale()) != value
    {
        let rate = crate::board::print(rate, value.scale());
        asked.push(format!("分子除以分母是 {rate}%，与本期值 {} 不符", value.normalize()));
    }
    asked
}

/// A value of another day than the round's: possible, and it would move another period.
fn other_day(line: &Line, round: &Round) -> Option<String> {
    let dated = day::parse(line.get("数据日期")).map(day::number)?;
    let (given, wanted) = (day::date(dated), day::date(round.as_of));
    (dated != round.as_of).then(|| format!("数据日期 {given} 不是本轮的数据截止日 {wanted}"))
}

/// Whether a file can only be a stamped scan of a form, by its ending.
pub fn is_scan(file_name: &str) -> bool {
    scan_type(file_name).is_some()
}

/// The media type of a file that can only be a scan.
pub(super) fn scan_type(file_name: &str) -> Option<&'static str> {
    let extension = file_name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match extension.as_str() {
        "pdf" => "application/pdf",
        "ofd" => "application/ofd",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        _ => return None,
    })
}

/// `填表人 甲` or `填表人：甲` among the lines below the table.
fn read_signature(signed: &mut [String; 3], line: &str) {
    for (who, slot) in SIGNED.iter().zip(signed.iter_mut()) {
        if let Some(rest) = line.trim().strip_prefix(who) {
            let name = rest.trim_matches([' ', '　', '：', ':', '\t']);
            if !name.is_empty() {
                name.clone_into(slot);
            }
        }
    }
}

/// Whether a code stands in a text as a word of its own, not as the beginning of a longer one.
fn has_word(text: &str, code: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(code).any(|(at, _)| text.get(at + code.len()..).is_some_and(ends))
}
