//! A unit's own page of a round: what is asked of it with what it reported last, and the entering of its values. What is entered is written into the
//! unit's form, and the form is read, weighed and kept like one that came back as a file: there is one way in.

use zhiheng_pack::procedure::roles;
use zhiheng_pack::{Problem, Value, day, problem as codes};
use zhiheng_store::RecordId;

use super::form::{ABSENT, NUMBER, SIGNED, UNCHANGED, ZERO, last_value, shown};
use super::reply::{SPREADSHEET, Said, Word, scan_type};
use super::{Received, Reply, ReplyState, Round, chinese_date, value_id};
use crate::export::goal;
use crate::genuine::is_what_it_says;
use crate::{Account, App, Error, When};

/// 填报方式: a number, as before, none happened, not there.
pub const WAYS: [&str; 4] = [NUMBER, UNCHANGED, ZERO, ABSENT];

/// Characters of a name, of a document, of a remark.
const LENGTHS: [(usize, &str); 3] = [(40, "姓名"), (300, "来源文件"), (500, "说明")];

/// One value as it is entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnEntry {
    /// Id of the indicator.
    pub indicator: String,
    /// One of [`WAYS`].
    pub way: String,
    /// 本期值
    pub value: String,
    /// 分子
    pub numerator: String,
    /// 分母
    pub denominator: String,
    /// 来源文件
    pub document: String,
    /// 页码
    pub page: String,
    /// 说明
    pub remark: String,
}

/// What a unit sends in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnReport {
    /// Its values.
    pub entries: Vec<OwnEntry>,
    /// 填表人、审核人、分管领导
    pub signed: [String; 3],
    /// What is odd was looked at again and stands.
    pub confirmed: bool,
    /// The stamped scan: name and bytes.
    pub scan: Option<(String, Vec<u8>)>,
}

/// One indicator that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnItem {
    /// Position of the indicator.
    pub indicator: usize,
    /// 目标值
    pub goal: Option<String>,
    /// 上期值, with its day.
    pub last: Option<String>,
    /// What stands there now.
    pub entry: OwnEntry,
}

/// A unit's reply as its own page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnReply {
    /// The round.
    pub round: Round,
    /// The reply.
    pub reply: Reply,
    /// What is asked.
    pub items: Vec<OwnItem>,
    /// The reader may report: it is his unit's, and has not been taken.
    pub open: bool,
}

/// What became of what a unit sent in.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnOutcome {
    /// Taken, or waiting for the office.
    Received(Received),
    /// Odd, and not confirmed yet: of which indicator (none: of the form), and why. Nothing is stored.
    Doubtful(Vec<(Option<String>, String)>),
}

impl App {
    /// A reply, for its unit and for the office.
    pub fn own_reply(&self, account: &Account, id: &RecordId) -> Result<OwnReply, Error> {
        let (round, reply) = self.reply_of(account, id)?;
        let before = self.before(&round)?;
        let now = self.board(When { as_of: round.as_of, known_on: None })?.rows;
        let mut items = Vec::new();
        for at in &reply.indicators {
            let indicator = self.indicator_at(*at)?;
            let entry = match self.own_entry(&round, &indicator.id)? {
                Some(entry) => entry,
                // A value that was entered by itself is offered, so that it need not be typed again.
                None => {
                    let there = last_value(&now, *at).filter(|number| number.dated == Some(round.as_of));
                    let value = there.and_then(|number| number.value).map(|value| value.normalize().to_string());
                    let (indicator, way) = (indicator.id.clone(), NUMBER.to_owned());
                    OwnEntry { indicator, way, value: value.unwrap_or_default(), ..OwnEntry::default() }
                }
            };
            items.push(OwnItem {
                indicator: *at,
                goal: goal(indicator),
                last: last_value(&before, *at).map(|number| shown(number, indicator)),
                entry,
            });
        }
        let open = reply.state != ReplyState::Reported || reply.file.is_none();
        Ok(OwnReply { open, items, round, reply })
    }

    /// Takes what a unit entered on its page. All problems at once; what is odd is asked back first.
    pub fn report_own(&self, account: &Account, id: &RecordId, report: &OwnReport) -> Result<OwnOutcome, Error> {
        let (round, reply) = self.reply_of(account, id)?;
        if reply.state == ReplyState::Reported && reply.file.is_some() {
            return Err(Error::WrongState("这份报送表已经收下；要改的，请质量强县办退回后重报".to_owned()));
        }
        let mut problems = check_words(report);
        let before = self.before(&round)?;
        let form = self.form(&round, &reply, &before, Some(report))?;
        let table = self.read_form(&form.bytes, &form.name)?;
        let (answer, _) = self.weigh(&round, &reply, &table)?;
        let id_of = |said: &Said| said.at.and_then(|at| self.pack.indicators.get(at)).map(|it| it.id.clone());
        for said in &answer.wrong {
            let field = id_of(said).map_or_else(|| "entries".to_owned(), |id| format!("value_{id}"));
            problems.push(Problem::of_field(codes::CHECK_FAILED, &field, format!("{}。", said.text)));
        }
        let scan = match &report.scan {
            None => None,
            Some((name, bytes)) => match fitting_scan(name, bytes) {
                Ok(media_type) => Some((name, media_type, bytes)),
                Err(say) => {
                    problems.push(Problem::of_field(codes::CHECK_FAILED, "scan", say));
                    None
                }
            },
        };
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if !answer.doubts.is_empty() && !report.confirmed {
            let doubts = answer.doubts.iter().map(|said| (id_of(said), format!("{}。", said.text)));
            return Ok(OwnOutcome::Doubtful(doubts.collect()));
        }
        let name = form.name.replace(".xlsx", "（在线填报）.xlsx");
        let file = self.store_file(&account.login, &name, SPREADSHEET, &form.bytes)?;
        let received = self.take(&account.login, &round, &reply, &table, file, &Word::None)?;
        if let Some((name, media_type, bytes)) = scan {
            let (_, reply) = self.reply_of(account, id)?;
            self.attach_scan(&account.login, &round, &reply, name, media_type, bytes)?;
        }
        Ok(OwnOutcome::Received(received))
    }

    /// The form of one's own unit, to be filled in with a spreadsheet program and sent to the office.
    pub fn own_form(&self, account: &Account, id: &RecordId) -> Result<crate::ExportFile, Error> {
        let (round, reply) = self.reply_of(account, id)?;
        self.form(&round, &reply, &self.before(&round)?, None)
    }

    /// A reply with its round, as far as it is the account's to report: its unit's, or the office.
    fn reply_of(&self, account: &Account, id: &RecordId) -> Result<(Round, Reply), Error> {
        let missing = || Error::NotFound("这份报送表".to_owned());
        let parts = self.collection()?;
        let kind = self.kind_at(parts.reply.kind)?;
        let (row, record) = self.live(kind, id)?.ok_or_else(missing)?;
        let own = account.service.is_none() && account.holds(roles::OFFICER, row.body.as_deref());
        if !own {
            return Err(Error::NotPermitted);
        }
        let Some(Value::Reference { id: Some(round), .. }) = record.value(parts.reply.round) else {
            return Err(missing());
        };
        let view = self.round(&round.parse().map_err(|_| missing())?)?;
        let reply = view.replies.into_iter().find(|reply| reply.record == Some(*id)).ok_or_else(missing)?;
        Ok((view.round, reply))
    }

    /// What the value of a round says, as it was entered.
    fn own_entry(&self, round: &Round, indicator: &str) -> Result<Option<OwnEntry>, Error> {
        let parts = self.collection()?.value;
        let kind = self.kind_at(parts.kind)?;
        let stored = self.store.read()?.record(&self.pack.place, &kind.id, &value_id(&round.id, indicator))?;
        // One that went with a form that was sent back is what the unit puts right.
        let Some((record, _)) = stored.and_then(|row| crate::submit::read(kind, &row)) else { return Ok(None) };
        let text = |at: usize| super::text(&record, at);
        Ok(Some(OwnEntry {
            indicator: indicator.to_owned(),
            way: NUMBER.to_owned(),
            value: text(parts.value),
            numerator: text(parts.numerator),
            denominator: text(parts.denominator),
            document: text(parts.document),
            page: text(parts.page),
            remark: text(parts.remark),
        }))
    }

    /// A round's deadline in words, as its page says it.
    pub fn round_lead(&self, round: &Round) -> String {
        format!("数据截至{}，请于{}前报送。", chinese_date(round.as_of), chinese_date(round.due))
    }

    /// The day on which a round's values count.
    pub fn round_day(&self, round: &Round) -> String {
        day::date(round.as_of).to_string()
    }
}

fn fitting_scan(name: &str, bytes: &[u8]) -> Result<&'static str, String> {
    let media_type = scan_type(name).ok_or("盖章扫描件请用 pdf、ofd、jpg 或者 png。")?;
    is_what_it_says(name, bytes).map(|()| media_type)
}

fn check_words(report: &OwnReport) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |field: String, text: String| problems.push(Problem::of_field(codes::CHECK_FAILED, &field, text));
    let [names, documents, remarks] = LENGTHS;
    let long = |text: &str, (most, what): (usize, &str)| {
        (text.chars().count() > most).then(|| format!("{what}不超过 {most} 字。"))
    };
    for (at, (who, name)) in SIGNED.iter().zip(&report.signed).enumerate() {
        if name.is_empty() {
            say(format!("signed_{at}"), format!("请填写{who}的姓名。"));
        }
        if let Some(text) = long(name, names) {
            say(format!("signed_{at}"), text);
        }
    }
    for entry in &report.entries {
        if !WAYS.contains(&entry.way.as_str()) {
            say(format!("way_{}", entry.indicator), "请选择填报方式。".to_owned());
        }
        if [NUMBER, UNCHANGED, ZERO].contains(&entry.way.as_str()) && entry.document.is_empty() {
            say(format!("document_{}", entry.indicator), "请写明来源文件，否则无法核对。".to_owned());
        }
        for (field, text, most) in [
            ("document", &entry.document, documents),
            ("remark", &entry.remark, remarks),
            ("page", &entry.page, (20, "页码")),
        ] {
            if let Some(text) = long(text, most) {
                say(format!("{field}_{}", entry.indicator), text);
            }
        }
    }
    problems
}
