//! 邮件提醒: everybody chooses whether, and where to. Off until somebody asks for it and shows, with a code, that the address is his own.
//!
//! A letter holds counts, days and links into the system. Mail is read on the way and lies about for years: names, titles and texts stay where a
//! sign-in stands before them (个人信息保护法 第九条、第五十一条).

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zhiheng_pack::{Problem, problem as codes};
use zhiheng_store::{MailChoiceRow, OutboxEntry, RecordId};

use crate::accounts::MINUTE;
use crate::outgoing::{Channel, Event, is_address};
use crate::work::Bin;
use crate::{Account, App, Error};

/// How long a code holds.
const CODE_LIFE: i64 = 30 * MINUTE;
/// Between two codes: nobody's mailbox is filled through us.
const BETWEEN_CODES: i64 = MINUTE;
/// Wrong codes before another one is needed.
const CODE_TRIES: i64 = 5;
/// A digest that could not be made in the morning is made up for until this hour.
const LATEST_HOUR: i64 = 18;
/// Days that a digest lists.
const DAYS_LISTED: usize = 7;
/// Lines of work that its list of days is counted from, for each role.
const LINES: usize = 500;
/// The setting that says for which day everybody was told.
const TOLD: &str = "digest_day";

const HOUR: i64 = 60 * MINUTE;

/// What somebody wants by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailMode {
    /// 不发
    #[default]
    None,
    /// 每个工作日早上汇总
    Morning,
    /// 汇总之外，超期和督办随时另发
    AtOnce,
}

impl MailMode {
    /// All of them.
    pub const ALL: [MailMode; 3] = [MailMode::None, MailMode::Morning, MailMode::AtOnce];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            MailMode::None => "none",
            MailMode::Morning => "morning",
            MailMode::AtOnce => "at_once",
        }
    }

    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            MailMode::None => "不发邮件",
            MailMode::Morning => "每个工作日早上发一封汇总",
            MailMode::AtOnce => "早上发汇总，遇超期、催办、督办再随时发",
        }
    }

    /// The mode of a name.
    pub fn of_name(name: &str) -> Option<MailMode> {
        MailMode::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// Somebody's choice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailChoice {
    /// What is wanted.
    pub mode: MailMode,
    /// The confirmed address.
    pub address: Option<String>,
    /// The address that waits for its code.
    pub asked: Option<String>,
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// 主题
    pub subject: String,
    /// 正文
    pub text: String,
}

impl Letter {
    fn entry(&self, key: String, account: &RecordId, at: i64) -> OutboxEntry {
        OutboxEntry {
            key,
            channel: Channel::Mail.name().to_owned(),
            address: account.to_string(),
            content: serde_json::to_string(self).unwrap_or_default(),
            created_at: at,
        }
    }
}

/// The letter with which the system administrator tries the mail server.
pub fn test_letter(place: &str) -> Letter {
    Letter {
        subject: format!("{place}质量强县系统：试发邮件"),
        text: "这是一封试发的邮件。收到它，说明邮件服务器的设置可以用。\n".to_owned(),
    }
}

/// Somebody who is told of what is urgent.
pub(crate) struct Told {
    account: RecordId,
    /// Roles and bodies through which it concerns him.
    owners: Vec<(String, String)>,
}

fn digest_of(account: &RecordId, address: &str, code: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [account.to_string().as_str(), address, code] {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.finalize().into()
}

fn fresh(account: RecordId) -> MailChoiceRow {
    MailChoiceRow {
        account,
        mode: MailMode::None.name().to_owned(),
        address: String::new(),
        confirmed_at: None,
        asked: String::new(),
        code_hash: None,
        code_until: None,
        tries: 0,
    }
}

impl App {
    /// What somebody wants by mail.
    pub fn mail_choice(&self, actor: &Account) -> Result<MailChoice, Error> {
        let row = self.store.read()?.mail_choice(&self.pack.place, &actor.id)?.unwrap_or_else(|| fresh(actor.id));
        Ok(MailChoice {
            mode: MailMode::of_name(&row.mode).unwrap_or_default(),
            address: row.confirmed_at.map(|_| row.address.clone()),
            asked: Some(row.asked).filter(|asked| !asked.is_empty()),
        })
    }

    /// Chooses. Where the address is a new one, answers the letter with the code that it has to be confirmed with; to be sent at once, and nowhere kept.
    pub fn choose_mail(&self, actor: &Account, mode: MailMode, address: &str) -> Result<Option<Letter>, Error> {
        if mode != MailMode::None && !is_address(address) {
            let what = "邮箱写成 name@example.gov.cn 的样子，只用英文字母、数字和 . - _ +。";
            return Err(Error::Invalid(vec![Problem::of_field(codes::CHECK_FAILED, "address", what)]));
        }
        let code = format!("{:08}", u64::from_be_bytes(self.random_bytes()) % 100_000_000);
        let (place, id, now) = (self.pack.place.clone(), actor.id, self.now());
        let (by, wanted, given) = (actor.login.clone(), address.to_owned(), code.clone());
        let asked = self.store.write(move |tx| {
            let was = tx.mail_choice(&place, &id)?.unwrap_or_else(|| fresh(id));
            let mut row = MailChoiceRow { mode: mode.name().to_owned(), ..was.clone() };
            let known = was.confirmed_at.is_some() && was.address == wanted;
            let mut asked = Some(false);
            if mode == MailMode::None {
                // What is not used is not kept; only when the last code was sent is, so that it stays one a minute.
                row = MailChoiceRow { code_until: was.code_until, ..fresh(id) };
            } else if known {
                (row.asked, row.code_hash) = (String::new(), None);
            } else if was.code_until.is_some_and(|until| until - CODE_LIFE + BETWEEN_CODES > now) {
                return Ok(None);
            } else {
                row.asked.clone_from(&wanted);
                row.code_hash = Some(digest_of(&id, &wanted, &given));
                (row.code_until, row.tries) = (Some(now + CODE_LIFE), 0);
                asked = Some(true);
            }
            tx.set_mail_choice(&place, &row)?;
            tx.log_operation(&place, &by, "选定邮件提醒", &by, mode.word())?;
            Ok(asked)
        })?;
        match asked {
            None => Err(Error::WrongState("验证码刚发过，请一分钟后再要".to_owned())),
            Some(false) => Ok(None),
            Some(true) => Ok(Some(Letter {
                subject: format!("{}质量强县系统：邮箱验证码", self.pack.place_name),
                text: format!(
                    "验证码：{code}\n\n请在“我的账号 → 邮件提醒”里填入，30 分钟内有效。\n如果不是您本人要的，不必理会，不会再有邮件发来。\n"
                ),
            })),
        }
    }

    /// Confirms an address with the code that was sent there.
    pub fn confirm_mail(&self, actor: &Account, code: &str) -> Result<(), Error> {
        let (place, id, now) = (self.pack.place.clone(), actor.id, self.now());
        let code: String = code.chars().filter(char::is_ascii_digit).collect();
        let right = self.store.write(move |tx| {
            let Some(row) = tx.mail_choice(&place, &id)?.filter(|row| !row.asked.is_empty()) else { return Ok(false) };
            let holds = row.tries < CODE_TRIES && row.code_until.is_some_and(|until| now < until);
            if !holds || row.code_hash != Some(digest_of(&id, &row.asked, &code)) {
                tx.set_mail_choice(&place, &MailChoiceRow { tries: row.tries + 1, ..row })?;
                return Ok(false);
            }
            let row = MailChoiceRow {
                address: row.asked,
                confirmed_at: Some(now),
                asked: String::new(),
                code_hash: None,
                tries: 0,
                ..row
            };
            tx.set_mail_choice(&place, &row)?;
            Ok(true)
        })?;
        if right {
            return Ok(());
        }
        let what = "验证码不对，或者已过期、已错满五次。请核对最近一封邮件，或者重新要一个。";
        Err(Error::Invalid(vec![Problem::of_field(codes::CHECK_FAILED, "code", what)]))
    }

    /// Where an account may be written to now.
    pub(crate) fn confirmed_address(&self, account: &str) -> Result<Option<String>, Error> {
        let Ok(id) = account.parse::<RecordId>() else { return Ok(None) };
        let mut reader = self.store.read()?;
        let choice = reader.mail_choice(&self.pack.place, &id)?;
        let enabled = reader.account(&self.pack.place, &id)?.is_some_and(|row| row.disabled_at.is_none());
        let wanted = choice.filter(|row| enabled && row.confirmed_at.is_some() && row.mode != MailMode::None.name());
        Ok(wanted.map(|row| row.address))
    }

    /// Everybody who gets mail in one of these modes. Who only owes a new password is told all the same how much waits.
    fn mailed(&self, modes: &[MailMode]) -> Result<Vec<Account>, Error> {
        let mut reader = self.store.read()?;
        let mut found = Vec::new();
        for row in reader.mail_choices(&self.pack.place)? {
            let wanted = MailMode::of_name(&row.mode).is_some_and(|mode| modes.contains(&mode));
            if row.confirmed_at.is_none() || !wanted {
                continue;
            }
            let Some(of) = reader.account(&self.pack.place, &row.account)? else { continue };
            let account = self.account_of(&mut reader, &of)?.map(|account| Account { must: None, ..account });
            found.extend(account.filter(Account::acts));
        }
        Ok(found)
    }

    /// Everybody who is told of what is urgent.
    pub(crate) fn told_at_once(&self) -> Result<Vec<Told>, Error> {
        let accounts = self.mailed(&[MailMode::AtOnce])?;
        let one = |account: &Account| Ok(Told { account: account.id, owners: self.all_addresses(account)? });
        accounts.iter().map(one).collect()
    }

    /// The letters that something urgent brings about: one a person, case, time and day.
    pub(crate) fn urgent_letters(&self, event: &Event, told: &[Told]) -> Result<Vec<OutboxEntry>, Error> {
        let owner = (event.role.clone(), event.body.clone());
        let concerned: Vec<&RecordId> =
            told.iter().filter(|one| one.owners.contains(&owner)).map(|one| &one.account).collect();
        if concerned.is_empty() {
            return Ok(Vec::new());
        }
        let pack = &self.pack;
        let kind = pack.kind(&event.kind).map_or("", |kind| kind.name.as_str());
        let procedure = pack.procedures.iter().find(|it| it.id == event.procedure);
        let clock = procedure.and_then(|it| it.clock(&event.clock)).map_or("", |it| it.name.as_str());
        let word = event.occasion.word();
        let mut text = format!("{kind}有一件{word}，请登录系统办理。\n\n");
        if let Some(number) = &event.number {
            let _ = writeln!(text, "编号：{number}");
        }
        if !clock.is_empty() {
            let _ = writeln!(text, "时限：{clock}");
        }
        if let Some(due) = event.due_day {
            let _ = writeln!(text, "期限：{}", words(due));
        }
        let base = self.base()?;
        if !base.is_empty() {
            let _ = writeln!(text, "打开：{base}/kinds/{}/{}", event.kind, event.case);
        }
        text.push_str(&ending(&base));
        let letter = Letter { subject: format!("{}质量强县：{kind}{word}", pack.place_name), text };
        let day = pack.day_of(event.at);
        let key = |id: &RecordId| format!("{}.{id}.{}.{}.{day}", word_key(event), event.case, event.clock);
        Ok(concerned.into_iter().map(|id| letter.entry(key(id), id, event.at)).collect())
    }

    /// Tells everybody who wants it, once a working day, how much there is to do. Answers how many letters that makes; nothing before the hour, after the
    /// day, or a second time.
    pub fn send_morning(&self) -> Result<usize, Error> {
        let outgoing = self.outgoing()?;
        let (now, today) = (self.now(), self.today());
        let begin = i64::from(today) * 24 * HOUR - self.pack.utc_offset_hours * HOUR;
        let open = (begin + outgoing.digest_hour * HOUR..begin + LATEST_HOUR * HOUR).contains(&now);
        if outgoing.mail.is_none() || !open || !self.pack.calendar.is_working(today) {
            return Ok(0);
        }
        let day = today.to_string();
        if self.setting(TOLD)?.as_deref() == Some(day.as_str()) {
            return Ok(0);
        }
        let base = self.base()?;
        let mut entries = Vec::new();
        for account in self.mailed(&[MailMode::Morning, MailMode::AtOnce])? {
            if let Some(letter) = self.digest(&account, &base)? {
                entries.push(letter.entry(format!("digest.{}.{day}", account.id), &account.id, now));
            }
        }
        let (place, count) = (self.pack.place.clone(), entries.len());
        self.store.write(move |tx| {
            tx.add_outbox(&place, &entries)?;
            tx.set_setting(&place, TOLD, &day)
        })?;
        Ok(count)
    }

    /// How much there is to do; nothing where there is nothing.
    fn digest(&self, account: &Account, base: &str) -> Result<Option<Letter>, Error> {
        let counts = self.work_counts(account)?;
        if counts.open == 0 && counts.unread == 0 {
            return Ok(None);
        }
        let number = |count: i64| if count >= 1000 { "1000 以上".to_owned() } else { count.to_string() };
        let (today, place) = (self.today(), &self.pack.place_name);
        let mut text = format!("{}，您在{place}质量强县系统中：\n\n", words(today));
        for (word, count, unit) in [
            ("超期", counts.overdue, "件"),
            ("三个工作日内到期", counts.soon, "件"),
            ("待办共", counts.open, "件"),
            ("未读消息", counts.unread, "条"),
        ] {
            let _ = writeln!(text, "  {word} {} {unit}", number(count));
        }
        let days = self.due_days(account)?;
        if !days.is_empty() {
            text.push_str("\n到期日：\n");
            for (day, count) in days.into_iter().take(DAYS_LISTED) {
                let late = if day < today { "（已过）" } else { "" };
                let _ = writeln!(text, "  {}{late} {count} 件", words(day));
            }
        }
        if !base.is_empty() {
            let _ = write!(text, "\n打开工作台：{base}/work\n");
        }
        text.push_str(&ending(base));
        let subject = format!("{place}质量强县：超期 {} 件，待办 {} 件", number(counts.overdue), number(counts.open));
        Ok(Some(Letter { subject, text }))
    }

    /// How many lines of work end on which day, the earliest first.
    fn due_days(&self, account: &Account) -> Result<BTreeMap<i32, usize>, Error> {
        let mut days: BTreeMap<i32, std::collections::BTreeSet<(RecordId, String, i64)>> = BTreeMap::new();
        for row in self.owed(account, Bin::Open, LINES)? {
            if let Some(day) = row.due_day {
                days.entry(day).or_default().insert((row.record, row.clock, row.run));
            }
        }
        Ok(days.into_iter().map(|(day, rows)| (day, rows.len())).collect())
    }

    /// The address of the system in a letter; empty where the settings name none.
    fn base(&self) -> Result<String, Error> {
        Ok(self.setting("public_address")?.unwrap_or_default())
    }
}

fn word_key(event: &Event) -> &'static str {
    if event.occasion == crate::outgoing::Occasion::Supervision { "supervision" } else { "urgent" }
}

fn words(day: i32) -> String {
    let date = zhiheng_pack::day::date(day);
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

fn ending(base: &str) -> String {
    let own = if base.is_empty() { String::new() } else { format!("：{base}/me/mail") };
    format!("\n邮件里不写案件内容，请登录系统查看。不想再收，在“我的账号 → 邮件提醒”里停用{own}\n")
}
