//! 对外发送: what leaves the house – a webhook for other systems, mail for people. Both are off until the system administrator names where to.
//!
//! What always holds:
//! - What a case brings about is written into the outbox in the transaction that brings it about ([`Deciding::tell`]); after it, [`App::fan_out`] makes
//!   of it what each listener gets; [`App::claim`] and [`App::attempted`] stand around every attempt. Nobody misses anything, some hear a thing twice: the
//!   key is the same both times.
//! - Nothing personal leaves: no title, no name, no text of a record. A number goes along only where the program itself gives such numbers.
//! - A secret is a file on the server; the database knows its path.

use serde::{Deserialize, Serialize};
use serde_json::json;
use zhiheng_pack::case::MomentSort;
use zhiheng_pack::procedure::RoleScope;
use zhiheng_pack::record::Record;
use zhiheng_pack::{Kind, Pack, Problem, Value, problem as codes};
use zhiheng_store::{Attempt, LISTENS, OutboxEntry, OutboxRow, OutboxState, RecordId};

use crate::accounts::{DAY, MINUTE};
use crate::mailing::Letter;
use crate::permit::Power;
use crate::submit::Deciding;
use crate::{Account, App, Error};

/// Where what happened waits to be told to whoever listens.
const EVENTS: &str = "event";
/// An attempt that has not come to an end by then is somebody else's to repeat. Longer than any attempt may take.
const LEASE: i64 = 3 * MINUTE;
/// So often something is tried; with these waits for about twelve hours.
pub const TRIES: i64 = 12;
const FIRST_WAIT: i64 = MINUTE / 2;
const LONGEST_WAIT: i64 = 240 * MINUTE;
/// What arrived is forgotten after so long; until then its key keeps it from being sent again.
const KEPT: i64 = 30 * DAY;
/// What is handed out in one go.
const TOGETHER: usize = 64;

type Entry = (&'static str, &'static str);

/// For an attempt of which nothing was heard again.
const INTERRUPTED: Entry = ("ZH3011", "程序在发送时中断，不知道对方收到没有，已试满次数。请核对后决定是否重发。");
/// For what was to go to somebody who no longer wants it.
const UNWANTED: Entry = ("ZH3012", "收件人已停用提醒或者改了地址，没有发送。");

fn said(entry: Entry) -> String {
    format!("{} {}", entry.0, entry.1)
}

/// How something travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// To another system, over HTTP.
    Webhook,
    /// To a person.
    Mail,
}

impl Channel {
    /// Both.
    pub const ALL: [Channel; 2] = [Channel::Webhook, Channel::Mail];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Webhook => "webhook",
            Channel::Mail => "mail",
        }
    }

    /// 推送、邮件
    pub fn word(self) -> &'static str {
        match self {
            Channel::Webhook => "推送",
            Channel::Mail => "邮件",
        }
    }
}

/// How the way to a mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: for a server on this machine.
    None,
    /// Asked for after the greeting (STARTTLS, RFC 3207), and nothing sent without it.
    StartTls,
    /// From the first byte (RFC 8314).
    Tls,
}

impl Security {
    /// All three.
    pub const ALL: [Security; 3] = [Security::Tls, Security::StartTls, Security::None];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Security::None => "none",
            Security::StartTls => "starttls",
            Security::Tls => "tls",
        }
    }

    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Security::Tls => "直接加密（通常 465 端口）",
            Security::StartTls => "STARTTLS（通常 587 端口）",
            Security::None => "不加密（只用于本机上的邮件服务）",
        }
    }
}

/// The server that takes our mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way is kept.
    pub security: Security,
    /// The user; empty where it asks for none.
    pub user: String,
    /// The address that mail comes from.
    pub sender: String,
}

/// Another system that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its address.
    pub url: String,
}

/// What leaves the house, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The mail server; none: no mail.
    pub mail: Option<MailServer>,
    /// The hour of the morning, at the place, at which people are told what is due.
    pub digest_hour: i64,
    /// The system that is told; none: none.
    pub hook: Option<Hook>,
}

/// The hours among which a county may choose.
pub const DIGEST_HOURS: std::ops::RangeInclusive<i64> = 6..=12;
const DIGEST_PRESET: i64 = 8;

impl Default for Outgoing {
    fn default() -> Outgoing {
        Outgoing { mail: None, digest_hour: DIGEST_PRESET, hook: None }
    }
}

impl Outgoing {
    fn of(&self, channel: Channel) -> bool {
        match channel {
            Channel::Webhook => self.hook.is_some(),
            Channel::Mail => self.mail.is_some(),
        }
    }

    /// Everything that is wrong, except with what only the network knows.
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |field: &str, what: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, field, what));
        if let Some(mail) = &self.mail {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            if !mail.host.chars().all(plain) || mail.host.len() > 200 {
                say("mail_host", "邮件服务器写域名或者 IP 地址，不带 http:// 和端口。");
            }
            if mail.port == 0 {
                say("mail_port", "端口是 1 到 65535 的整数，常用 465、587、25。");
            }
            if !is_address(&mail.sender) {
                say("mail_sender", "发件地址写成 name@example.gov.cn 的样子。");
            }
            let local = matches!(mail.host.as_str(), "127.0.0.1" | "localhost");
            if !mail.user.is_empty() && mail.security == Security::None && !local {
                say("mail_security", "不加密时不能带用户名和密码，否则密码在网络上可见。请选 STARTTLS 或直接加密。");
            }
        }
        if !DIGEST_HOURS.contains(&self.digest_hour) {
            say("digest_hour", "汇总时间在 6 时到 12 时之间。");
        }
        problems
    }
}

/// Whether a text is an address of mail in the plain form that every server takes; nothing in it can begin another line or another header.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    text.len() <= 120
        && !local.is_empty()
        && local.chars().all(plain)
        && domain.contains('.')
        && domain.chars().all(name)
        && !domain.split('.').any(str::is_empty)
}

/// What happened (事项).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// 新待办
    Task,
    /// 督办: a letter that urges arrived.
    Supervision,
    /// 即将到期
    DueSoon,
    /// 时限届满
    Lapsed,
    /// 超期催办: a rung of a ladder after the end.
    Overdue,
    /// 到期前催办: a rung before it.
    Escalated,
    /// 未能自动办理
    Stuck,
}

impl Occasion {
    /// The name in a webhook.
    pub fn name(self) -> &'static str {
        match self {
            Occasion::Task => "task",
            Occasion::Supervision => "supervision",
            Occasion::DueSoon => "due_soon",
            Occasion::Lapsed => "lapsed",
            Occasion::Overdue => "overdue",
            Occasion::Escalated => "escalated",
            Occasion::Stuck => "stuck",
        }
    }

    /// In words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Occasion::Task => "新待办",
            Occasion::Supervision => "督办",
            Occasion::DueSoon => "即将到期",
            Occasion::Lapsed | Occasion::Overdue => "超期",
            Occasion::Escalated => "催办",
            Occasion::Stuck => "未能自动办理",
        }
    }

    /// Whether it is told at once to those who asked for that: 超期和督办.
    pub(crate) fn is_urgent(self) -> bool {
        matches!(self, Occasion::Supervision | Occasion::Lapsed | Occasion::Overdue | Occasion::Escalated)
    }
}

/// What happened to a case, as it waits to be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) occasion: Occasion,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) case: String,
    pub(crate) number: Option<String>,
    pub(crate) procedure: String,
    pub(crate) state: String,
    pub(crate) clock: String,
    pub(crate) due_day: Option<i32>,
    pub(crate) due_at: Option<i64>,
    pub(crate) role: String,
    pub(crate) body: String,
}

/// Which time of a case, and when it ends.
pub(crate) struct Time<'a> {
    pub(crate) clock: &'a str,
    pub(crate) due_day: Option<i32>,
    pub(crate) due_at: Option<i64>,
}

impl Deciding<'_> {
    /// Writes down, for whoever listens, what happened to a case and whose it is to know.
    pub(crate) fn tell(
        &mut self,
        at: i64,
        occasion: Occasion,
        (kind, id, record): (&Kind, &RecordId, &Record),
        (role, body): (String, String),
        time: &Time<'_>,
    ) {
        let Some((case, _)) = self.pack.case_of(record) else { return };
        let county = self.pack.role(&role).is_some_and(|role| role.scope == RoleScope::County);
        let event = Event {
            occasion,
            at,
            kind: kind.id.clone(),
            case: id.to_string(),
            number: own_number(kind, record),
            procedure: case.procedure.clone(),
            state: case.state.clone(),
            clock: time.clock.to_owned(),
            due_day: time.due_day,
            due_at: time.due_at,
            role,
            body: if county { String::new() } else { body },
        };
        let nth = self.change.outbox.len();
        self.change.outbox.push(OutboxEntry {
            key: format!("{}.{id}.{at}.{nth}", occasion.name()),
            channel: EVENTS.to_owned(),
            address: id.to_string(),
            content: serde_json::to_string(&event).unwrap_or_default(),
            created_at: at,
        });
    }
}

/// Whether letters of a kind are drafted by ladders: a task in one is a matter of 督办.
pub(crate) fn urges(pack: &Pack, kind: &Kind) -> bool {
    let rungs = pack.procedures.iter().flat_map(|procedure| &procedure.clocks).flat_map(|clock| &clock.ladder);
    rungs.filter_map(|rung| rung.draft.as_ref()).any(|draft| draft.kind == kind.id)
}

/// The number of a case, where it is one that the program gives: what somebody typed instead may be a name.
fn own_number(kind: &Kind, record: &Record) -> Option<String> {
    let pattern = kind.fields.get(kind.key?)?.serial.as_ref()?;
    match record.value(kind.key?)? {
        Value::Text(text) if fits(pattern, text) => Some(text.clone()),
        _ => None,
    }
}

/// Whether a text is a running number of a pattern: `TS{yyyy}-{000}`.
fn fits(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (mut pattern, mut text) = (pattern, text);
    while let Some((before, rest)) = pattern.split_once('{') {
        let Some((wanted, after)) = rest.split_once('}') else { return false };
        let Some(left) = text.strip_prefix(before) else { return false };
        let count = if wanted == "yyyy" { digits(left).min(4) } else { digits(left) };
        let enough = if wanted == "yyyy" { count == 4 } else { count >= wanted.len() };
        let Some(left) = left.get(count..).filter(|_| enough) else { return false };
        (pattern, text) = (after, left);
    }
    pattern == text
}

/// What a moment of a clock is, to those who listen.
pub(crate) fn occasion_of(sort: MomentSort, late: bool) -> Occasion {
    match sort {
        MomentSort::Warn => Occasion::DueSoon,
        MomentSort::Lapse => Occasion::Lapsed,
        MomentSort::Fire | MomentSort::Silence => Occasion::Stuck,
        MomentSort::Rung(_) if late => Occasion::Overdue,
        MomentSort::Rung(_) => Occasion::Escalated,
    }
}

/// Something on its way: claimed, and to be settled.
#[derive(Debug, Clone)]
pub struct Parcel {
    seq: i64,
    attempt: i64,
    /// Its identity; the same at every attempt.
    pub key: String,
    /// The body of a webhook, or the letter as JSON.
    pub content: String,
    /// The address of a letter.
    pub to: String,
}

impl Parcel {
    /// Subject and text of a letter.
    pub fn letter(&self) -> Option<Letter> {
        serde_json::from_str(&self.content).ok()
    }
}

/// What waits and what was given up, for whoever administers the system.
#[derive(Debug, Clone, Default)]
pub struct Outstanding {
    /// Waiting, the newest first.
    pub waiting: Vec<OutboxRow>,
    /// Given up, the newest first.
    pub given_up: Vec<OutboxRow>,
}

impl App {
    /// What leaves the house, and how.
    pub fn outgoing(&self) -> Result<Outgoing, Error> {
        let mut reader = self.store.read()?;
        let mut setting = |name: &str| Ok::<_, Error>(reader.setting(&self.pack.place, name)?.unwrap_or_default());
        let mail = MailServer {
            host: setting("mail_host")?,
            port: setting("mail_port")?.parse().unwrap_or_default(),
            security: {
                let name = setting("mail_security")?;
                Security::ALL.into_iter().find(|one| one.name() == name).unwrap_or(Security::Tls)
            },
            user: setting("mail_user")?,
            sender: setting("mail_sender")?,
        };
        let hook = Hook { url: setting("webhook_url")? };
        Ok(Outgoing {
            mail: Some(mail).filter(|mail| !mail.host.is_empty()),
            digest_hour: setting("digest_hour")?.parse().unwrap_or(DIGEST_PRESET),
            hook: Some(hook).filter(|hook| !hook.url.is_empty()),
        })
    }

    /// Sets what leaves the house. What waits for a way that is closed by this is dropped: it must not all go out on the day on which it is opened again.
    pub fn set_outgoing(&self, actor: &Account, wanted: &Outgoing) -> Result<(), Error> {
        self.check_outgoing(actor, wanted)?;
        let was = self.outgoing()?;
        let (place, by, now, wanted) = (self.pack.place.clone(), actor.login.clone(), self.now(), wanted.clone());
        self.store.write(move |tx| {
            for (name, value) in settings_of(&wanted) {
                if tx.setting(&place, name)?.unwrap_or_default() != value {
                    tx.set_setting(&place, name, &value)?;
                    tx.log_operation(&place, &by, "修改设置", name, &value)?;
                }
            }
            for channel in Channel::ALL.into_iter().filter(|channel| was.of(*channel) && !wanted.of(*channel)) {
                tx.drop_outbox(&place, channel.name(), now)?;
            }
            let listens = wanted.mail.is_some() || wanted.hook.is_some();
            if !listens {
                tx.drop_outbox(&place, EVENTS, now)?;
            }
            tx.set_setting(&place, LISTENS, if listens { "on" } else { "off" })
        })?;
        Ok(())
    }

    /// Whether what leaves the house could be set so.
    pub fn check_outgoing(&self, actor: &Account, wanted: &Outgoing) -> Result<(), Error> {
        self.only(actor, Power::System)?;
        let problems = wanted.problems();
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// Makes of what happened what each listener gets. Answers how much happened; call again until it is nothing.
    pub fn fan_out(&self) -> Result<usize, Error> {
        let (place, now) = (&self.pack.place, self.now());
        let due = self.store.read()?.outbox_due(place, EVENTS, now, TOGETHER)?;
        if due.is_empty() {
            return Ok(0);
        }
        let outgoing = self.outgoing()?;
        let urgent = if outgoing.mail.is_some() { self.told_at_once()? } else { Vec::new() };
        let mut entries = Vec::new();
        for row in &due {
            let Ok(event) = serde_json::from_str::<Event>(&row.entry.content) else { continue };
            if outgoing.hook.is_some() {
                entries.push(self.pushed(&row.entry.key, &event));
            }
            if event.occasion.is_urgent() {
                entries.extend(self.urgent_letters(&event, &urgent)?);
            }
        }
        let (place, count) = (place.clone(), due.len());
        self.store.write(move |tx| {
            tx.add_outbox(&place, &entries)?;
            for row in &due {
                tx.settle_outbox(&place, row.seq, row.attempts, &Attempt::Delivered, now)?;
            }
            Ok(())
        })?;
        Ok(count)
    }

    /// What another system is told.
    fn pushed(&self, key: &str, event: &Event) -> OutboxEntry {
        let pack = &self.pack;
        let procedure = pack.procedures.iter().find(|it| it.id == event.procedure);
        let state = procedure.and_then(|it| it.state(&event.state)).map(|it| it.name.as_str());
        let clock = procedure.and_then(|it| it.clock(&event.clock)).map(|it| it.name.as_str());
        let content = json!({
            "id": key,
            "event": event.occasion.name(),
            "at": event.at,
            "place": pack.place,
            "kind": event.kind,
            "kind_name": pack.kind(&event.kind).map(|it| it.name.as_str()),
            "case": event.case,
            "number": event.number,
            "procedure": event.procedure,
            "state": event.state,
            "state_name": state,
            "clock": Some(event.clock.as_str()).filter(|it| !it.is_empty()),
            "clock_name": clock,
            "due_day": event.due_day.map(|day| zhiheng_pack::day::date(day).to_string()),
            "due_at": event.due_at,
            "body": Some(event.body.as_str()).filter(|it| !it.is_empty()),
            "body_name": pack.body(&event.body).map(|it| it.name.as_str()),
            "role": event.role,
        });
        OutboxEntry {
            key: format!("push.{key}"),
            channel: Channel::Webhook.name().to_owned(),
            address: event.case.clone(),
            content: content.to_string(),
            created_at: event.at,
        }
    }

    /// Claims the next thing that is due in a channel. What was tried often enough, or is not wanted any more, comes to its end here.
    pub fn claim(&self, channel: Channel) -> Result<Option<Parcel>, Error> {
        loop {
            let (place, now) = (self.pack.place.clone(), self.now());
            let due = self.store.read()?.outbox_due(&place, channel.name(), now, 1)?;
            let Some(next) = due.into_iter().next() else { return Ok(None) };
            let claimed = self.store.write(move |tx| tx.claim_outbox(&place, next.seq, now, now + LEASE))?;
            let Some(row) = claimed else { continue };
            let parcel = Parcel {
                seq: row.seq,
                attempt: row.attempts,
                key: row.entry.key,
                content: row.entry.content,
                to: String::new(),
            };
            if row.attempts > TRIES {
                self.end(&parcel, Attempt::GivenUp(said(INTERRUPTED)))?;
                continue;
            }
            if channel == Channel::Webhook {
                return Ok(Some(parcel));
            }
            match self.confirmed_address(&row.entry.address)? {
                Some(to) => return Ok(Some(Parcel { to, ..parcel })),
                None => self.end(&parcel, Attempt::Dropped(said(UNWANTED)))?,
            }
        }
    }

    /// Writes down what became of an attempt.
    pub fn attempted(&self, parcel: &Parcel, failed: Option<&str>) -> Result<(), Error> {
        let became = match failed {
            None => Attempt::Delivered,
            Some(why) if parcel.attempt >= TRIES => Attempt::GivenUp(why.to_owned()),
            Some(why) => Attempt::Again(self.now() + wait_after(parcel.attempt), why.to_owned()),
        };
        self.end(parcel, became)
    }

    fn end(&self, parcel: &Parcel, became: Attempt) -> Result<(), Error> {
        let (place, seq, attempt, now) = (self.pack.place.clone(), parcel.seq, parcel.attempt, self.now());
        self.store.write(move |tx| tx.settle_outbox(&place, seq, attempt, &became, now))?;
        Ok(())
    }

    /// Forgets what arrived long ago.
    pub fn sweep_outgoing(&self) -> Result<u64, Error> {
        let (place, before) = (self.pack.place.clone(), self.now() - KEPT);
        Ok(self.store.write(move |tx| tx.sweep_outbox(&place, before))?)
    }

    /// What waits and what was given up, the newest first.
    pub fn outstanding(&self, actor: &Account, limit: usize) -> Result<Outstanding, Error> {
        self.only(actor, Power::System)?;
        let mut reader = self.store.read()?;
        let mut of = |state| reader.outbox(&self.pack.place, state, i64::MAX, limit);
        Ok(Outstanding { waiting: of(OutboxState::Waiting)?, given_up: of(OutboxState::GivenUp)? })
    }

    /// Tries something that was given up once more, from the beginning.
    pub fn send_again(&self, actor: &Account, seq: i64) -> Result<(), Error> {
        self.only(actor, Power::System)?;
        let (place, by, now) = (self.pack.place.clone(), actor.login.clone(), self.now());
        let done = self.store.write(move |tx| {
            let done = tx.retry_outbox(&place, seq, now)?;
            if done {
                tx.log_operation(&place, &by, "重发", &seq.to_string(), "")?;
            }
            Ok(done)
        })?;
        if done {
            Ok(())
        } else {
            Err(Error::WrongState("这一件不在“没有送到”之列，可能已经重发".to_owned()))
        }
    }
}

/// How long to wait after so many failures.
fn wait_after(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    (FIRST_WAIT << doublings).min(LONGEST_WAIT)
}

fn settings_of(wanted: &Outgoing) -> Vec<(&'static str, String)> {
    let mail = wanted.mail.as_ref();
    let hook = wanted.hook.as_ref();
    let text = |value: Option<&String>| value.cloned().unwrap_or_default();
    vec![
        ("mail_host", text(mail.map(|it| &it.host))),
        ("mail_port", mail.map(|it| it.port.to_string()).unwrap_or_default()),
        ("mail_security", mail.map(|it| it.security.name().to_owned()).unwrap_or_default()),
        ("mail_user", text(mail.map(|it| &it.user))),
        ("mail_sender", text(mail.map(|it| &it.sender))),
        ("digest_hour", wanted.digest_hour.to_string()),
        ("webhook_url", text(hook.map(|it| &it.url))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_of_the_programs_own_fits_its_pattern() {
        for (text, own) in [
            ("TS2026-001", true),
            ("TS2026-12345", true),
            ("TS2026-01", false),
            ("TS26-001", false),
            ("TS2026-001王某", false),
            ("王某某的投诉", false),
            ("", false),
        ] {
            assert_eq!(fits("TS{yyyy}-{000}", text), own, "{text}");
        }
    }

    #[test]
    fn an_address_cannot_carry_anything_else() {
        for right in ["wang@example.gov.cn", "a.b-c_d+e@x.cn"] {
            assert!(is_address(right), "{right}");
        }
        for wrong in
            ["", "wang", "wang@", "@x.cn", "a@b", "a b@x.cn", "a@x.cn\r\nBcc: b@y.cn", "a@x..cn", "王@x.cn", "a@b@x.cn"]
        {
            assert!(!is_address(wrong), "{wrong}");
        }
    }

    #[test]
    fn waits_grow_to_half_a_day_in_all() {
        let waits: Vec<i64> = (1..TRIES).map(wait_after).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!((waits[0], waits[1], waits[10]), (MINUTE / 2, MINUTE, LONGEST_WAIT));
        let hours = waits.iter().sum::<i64>() / (60 * MINUTE);
        assert!((11..=13).contains(&hours), "{hours}");
    }
}
