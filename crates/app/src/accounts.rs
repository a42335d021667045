//! Accounts: the first by a one-time link, further ones by invitation, passwords by argon2id, sessions with an idle and an absolute end.
//!
//! A token is 32 random bytes, told once; the database keeps its SHA-256 only. A wrong login and a wrong password are told apart nowhere.

use std::collections::BTreeMap;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zhiheng_pack::procedure::roles;
use zhiheng_pack::{Problem, problem as codes};
use zhiheng_store::{AccountRow, InvitationRow, Purpose, RecordId, SessionRow};

use crate::{App, Error, hex};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// The operation log's word for a sign-in.
const SIGNED_IN: &str = "登录";
/// A session ends after this long without use, and after this long in any case.
const IDLE: i64 = 2 * HOUR;
const ABSOLUTE: i64 = 12 * HOUR;
/// A use is written down at most this often: reading a page is no write.
const TOUCH: i64 = 5 * MINUTE;
/// Failures in a row before a lock, and how long it lasts.
const FAILURES: i64 = 5;
const LOCK: i64 = 15 * MINUTE;
/// How long a link may be used.
const LINK: i64 = 72 * HOUR;
/// Shortest password in characters (GB/T 39786-2021 leaves it to the profile; NIST SP 800-63B asks for eight, we for ten).
const PASSWORD_MIN: usize = 10;
const PASSWORD_MAX: usize = 128;

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 质量强县办: everything of the county.
    Office,
    /// A bureau: its own records and what is its to report.
    Bureau,
}

impl Role {
    /// Both roles.
    pub const ALL: [Role; 2] = [Role::Office, Role::Bureau];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Office => "office",
            Role::Bureau => "bureau",
        }
    }

    /// The word on the page.
    pub fn word(self) -> &'static str {
        match self {
            Role::Office => "质量强县办",
            Role::Bureau => "责任单位",
        }
    }

    /// The role of a stored name.
    pub fn of_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// An account as pages and permissions see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Identity.
    pub id: RecordId,
    /// 登录名
    pub login: String,
    /// 姓名
    pub name: String,
    /// Role.
    pub role: Role,
    /// 所属单位
    pub body: Option<String>,
    /// May no longer sign in.
    pub disabled: bool,
    /// Attempts are refused for now.
    pub locked: bool,
}

impl Account {
    fn of(row: &AccountRow, now: i64) -> Option<Account> {
        Some(Account {
            id: row.id,
            login: row.login.clone(),
            name: row.name.clone(),
            role: Role::of_name(&row.role)?,
            body: row.body.clone(),
            disabled: row.disabled_at.is_some(),
            locked: row.locked_until.is_some_and(|until| until > now),
        })
    }

    /// Whether the account may write records that belong to a body: the office all, a bureau its own.
    pub fn may_write(&self, body: Option<&str>) -> bool {
        match self.role {
            Role::Office => true,
            Role::Bureau => body.is_some() && self.body.as_deref() == body,
        }
    }

    /// Whether the account holds a role on cases of a body.
    pub fn holds(&self, role: &str, body: Option<&str>) -> bool {
        match self.role {
            Role::Office => !matches!(role, roles::SYSTEM | roles::CITIZEN),
            Role::Bureau => role == roles::OFFICER && self.body.is_some() && self.body.as_deref() == body,
        }
    }

    /// The roles whose work this account sees, each with its body; `None` sees everybody's.
    pub fn owners(&self) -> Option<Vec<(String, String)>> {
        match self.role {
            Role::Office => None,
            Role::Bureau => Some(self.body.iter().map(|body| (roles::OFFICER.to_owned(), body.clone())).collect()),
        }
    }

    /// The body that lists are narrowed to; `None` sees the whole county.
    pub fn sees_only(&self) -> Option<&str> {
        match self.role {
            Role::Office => None,
            // A bureau without a body sees nothing rather than everything.
            Role::Bureau => Some(self.body.as_deref().unwrap_or("")),
        }
    }
}

/// A session's secret, told to the browser once.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(pub String);

/// What a one-time link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// First account, further account or new password.
    pub purpose: Purpose,
    /// Role of the account.
    pub role: Role,
    /// Body of the account.
    pub body: Option<String>,
    /// Name to suggest.
    pub name: Option<String>,
    /// Login, where the link renews a password.
    pub login: Option<String>,
}

impl App {
    /// The one-time secret that creates the first account; `None` once there is an account. An earlier unused one ends.
    pub fn first_link(&self) -> Result<Option<String>, Error> {
        if !self.store.read()?.accounts(&self.pack.place)?.is_empty() {
            return Ok(None);
        }
        let token = self.token();
        let invitation = self.invitation_row(&token, Purpose::First, Role::Office, None, None, None);
        let place = self.pack.place.clone();
        self.store.write(move |tx| {
            tx.revoke_invitations(&place, Purpose::First)?;
            tx.create_invitation(&place, &invitation)
        })?;
        Ok(Some(token))
    }

    /// Invites a further account. Answers the secret of its link.
    pub fn invite(&self, actor: &Account, role: Role, body: Option<&str>, name: &str) -> Result<String, Error> {
        self.only_office(actor)?;
        if let Some(body) = body.filter(|body| self.pack.body(body).is_none()) {
            return Err(Error::NotFound(format!("单位 {body}")));
        }
        if role == Role::Bureau && body.is_none() {
            return Err(Error::Invalid(vec![Problem::of_field(codes::REQUIRED, "body", "所属单位")]));
        }
        let token = self.token();
        let row =
            self.invitation_row(&token, Purpose::Invite, role, body, Some(name).filter(|name| !name.is_empty()), None);
        self.create_link(actor, row, "邀请账号", name)?;
        Ok(token)
    }

    /// A link that sets a new password for an account.
    pub fn reset(&self, actor: &Account, account: &RecordId) -> Result<String, Error> {
        self.only_office(actor)?;
        let of = self
            .store
            .read()?
            .account(&self.pack.place, account)?
            .ok_or_else(|| Error::NotFound("这个账号".to_owned()))?;
        let role = Role::of_name(&of.role).ok_or_else(|| Error::Corrupt(format!("账号 {}", of.login)))?;
        let token = self.token();
        let row = self.invitation_row(&token, Purpose::Reset, role, of.body.as_deref(), Some(&of.name), Some(*account));
        self.create_link(actor, row, "重置密码", &of.login)?;
        Ok(token)
    }

    fn create_link(&self, actor: &Account, row: InvitationRow, verb: &'static str, object: &str) -> Result<(), Error> {
        let (place, login, object) = (self.pack.place.clone(), actor.login.clone(), object.to_owned());
        self.store.write(move |tx| {
            tx.create_invitation(&place, &row)?;
            tx.log_operation(&place, &login, verb, &object, "").map(|_| ())
        })?;
        Ok(())
    }

    fn invitation_row(
        &self,
        token: &str,
        purpose: Purpose,
        role: Role,
        body: Option<&str>,
        name: Option<&str>,
        account: Option<RecordId>,
    ) -> InvitationRow {
        InvitationRow {
            token_hash: hash(token),
            purpose,
            role: role.name().to_owned(),
            body: body.map(str::to_owned),
            name: name.map(str::to_owned),
            account,
            created_at: self.now(),
            expires_at: self.now() + LINK,
            used_at: None,
        }
    }

    /// What an unused link is for.
    pub fn invited(&self, token: &str) -> Result<Invited, Error> {
        let mut reader = self.store.read()?;
        let row = reader.invitation(&self.pack.place, &hash(token))?;
        let row = row.filter(|row| row.used_at.is_none() && row.expires_at > self.now());
        let row = row.ok_or_else(|| Error::WrongState("这个链接已用过或已过期，请向质量强县办另要一个".to_owned()))?;
        let login = match row.account {
            Some(account) => reader.account(&self.pack.place, &account)?.map(|account| account.login),
            None => None,
        };
        let role = Role::of_name(&row.role).ok_or_else(|| Error::Corrupt("邀请".to_owned()))?;
        Ok(Invited { purpose: row.purpose, role, body: row.body, name: row.name, login })
    }

    /// Uses a link: creates the account, or sets the new password. Signs in.
    pub fn accept(&self, token: &str, login: &str, name: &str, password: &str) -> Result<SessionToken, Error> {
        let invited = self.invited(token)?;
        let login = invited.login.clone().unwrap_or_else(|| login.trim().to_owned());
        let name = if invited.purpose == Purpose::Reset {
            invited.name.clone().unwrap_or_default()
        } else {
            name.trim().to_owned()
        };
        let problems = check_credentials(&login, &name, password);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if invited.purpose != Purpose::Reset && self.store.read()?.account_by_login(&self.pack.place, &login)?.is_some()
        {
            return Err(Error::Invalid(vec![Problem::of_field(
                codes::CHECK_FAILED,
                "login",
                "这个登录名已有人使用，请换一个。",
            )]));
        }
        let row = AccountRow {
            id: self.new_id(),
            login: login.clone(),
            name,
            role: invited.role.name().to_owned(),
            body: invited.body.clone(),
            password_hash: self.hash_password(password)?,
            created_at: self.now(),
            disabled_at: None,
            failed_count: 0,
            locked_until: None,
        };
        self.redeem(token, row)?;
        self.sign_in(&login, password)
    }

    /// The link is used and the account changed in one transaction: a link cannot be used twice, whatever races.
    fn redeem(&self, token: &str, row: AccountRow) -> Result<(), Error> {
        let (place, token_hash, now) = (self.pack.place.clone(), hash(token), self.now());
        let used = self.store.write(move |tx| {
            let Some(link) = tx.use_invitation(&place, &token_hash, now)? else { return Ok(false) };
            match link.account {
                Some(account) => {
                    tx.set_password(&place, &account, &row.password_hash)?;
                }
                None if link.purpose == Purpose::First && tx.account_count(&place)? > 0 => return Ok(false),
                None => tx.create_account(&place, &row)?,
            }
            tx.log_operation(&place, &row.login, "设置密码", &row.login, "").map(|_| true)
        })?;
        if used {
            Ok(())
        } else {
            Err(Error::WrongState("这个链接已用过或已过期，请向质量强县办另要一个".to_owned()))
        }
    }

    /// Signs in. Five failures in a row lock the account for a quarter of an hour.
    pub fn sign_in(&self, login: &str, password: &str) -> Result<SessionToken, Error> {
        let refused = || {
            Error::Invalid(vec![Problem::of_field(
                codes::CHECK_FAILED,
                "login",
                "登录名或密码不对。请核对后重试；忘记密码请联系质量强县办。",
            )])
        };
        let row = self.store.read()?.account_by_login(&self.pack.place, login.trim())?;
        // An unknown login costs as much time as a known one.
        let stored = row.as_ref().map_or(DUMMY_HASH, |row| row.password_hash.as_str());
        let right = Argon2::default().verify_password(password.as_bytes(), stored).is_ok();
        let Some(row) = row else { return Err(refused()) };
        if row.locked_until.is_some_and(|until| until > self.now()) {
            return Err(Error::WrongState("连续输错次数过多，账号已锁定 15 分钟，请稍后再试".to_owned()));
        }
        if !right || row.disabled_at.is_some() {
            self.count_failure(&row)?;
            return Err(refused());
        }
        let token = self.token();
        let session = SessionRow {
            token_hash: hash(&token),
            account: row.id,
            created_at: self.now(),
            seen_at: self.now(),
            expires_at: self.now() + IDLE,
        };
        let (place, login) = (self.pack.place.clone(), row.login);
        self.store.write(move |tx| {
            // Whoever comes in takes out what has expired.
            tx.sweep_sessions(&place, session.created_at)?;
            tx.create_session(&place, &session)?;
            tx.log_operation(&place, &login, SIGNED_IN, &login, "").map(|_| ())
        })?;
        Ok(SessionToken(token))
    }

    fn count_failure(&self, row: &AccountRow) -> Result<(), Error> {
        let until = (row.failed_count + 1 >= FAILURES).then(|| self.now() + LOCK);
        let (place, id, login) = (self.pack.place.clone(), row.id, row.login.clone());
        self.store.write(move |tx| {
            tx.count_failure(&place, &id, until)?;
            tx.log_operation(&place, &login, "登录失败", &login, "").map(|_| ())
        })?;
        Ok(())
    }

    /// The account of a session that has not ended.
    pub fn session(&self, token: &str) -> Result<Option<Account>, Error> {
        let now = self.now();
        let Some((session, row)) = self.store.read()?.session(&self.pack.place, &hash(token))? else { return Ok(None) };
        let over = session.expires_at <= now || session.created_at + ABSOLUTE <= now || row.disabled_at.is_some();
        if over {
            return Ok(None);
        }
        if now - session.seen_at > TOUCH {
            let (place, token_hash) = (self.pack.place.clone(), session.token_hash);
            let expires = (now + IDLE).min(session.created_at + ABSOLUTE);
            self.store.write(move |tx| tx.touch_session(&place, &token_hash, now, expires).map(|_| ()))?;
        }
        Ok(Account::of(&row, now))
    }

    /// Ends a session.
    pub fn sign_out(&self, token: &str) -> Result<(), Error> {
        let (place, token_hash) = (self.pack.place.clone(), hash(token));
        Ok(self.store.write(move |tx| tx.end_session(&place, &token_hash))?)
    }

    /// Every account.
    pub fn accounts(&self, actor: &Account) -> Result<Vec<Account>, Error> {
        self.only_office(actor)?;
        let rows = self.store.read()?.accounts(&self.pack.place)?;
        Ok(rows.iter().filter_map(|row| Account::of(row, self.now())).collect())
    }

    /// The name behind each login, for histories.
    pub fn people(&self) -> Result<BTreeMap<String, String>, Error> {
        let rows = self.store.read()?.accounts(&self.pack.place)?;
        Ok(rows.into_iter().map(|row| (row.login, row.name)).collect())
    }

    /// When each login last signed in, µs of UTC.
    pub fn last_sign_ins(&self, actor: &Account) -> Result<BTreeMap<String, i64>, Error> {
        self.only_office(actor)?;
        Ok(self.store.read()?.last_operations(&self.pack.place, SIGNED_IN)?.into_iter().collect())
    }

    /// Withdraws a one-time link before it is used.
    pub fn withdraw_invitation(&self, actor: &Account, token_hash: &[u8; 32]) -> Result<(), Error> {
        self.only_office(actor)?;
        let (place, by, token_hash) = (self.pack.place.clone(), actor.login.clone(), *token_hash);
        let found = self.store.write(move |tx| {
            let found = tx.withdraw_invitation(&place, &token_hash)?;
            if found {
                tx.log_operation(&place, &by, "撤回一次性链接", "", "")?;
            }
            Ok(found)
        })?;
        if found { Ok(()) } else { Err(Error::NotFound("这个一次性链接，可能已经用过".to_owned())) }
    }

    /// Links that were made and neither used nor ended.
    pub fn open_invitations(&self, actor: &Account) -> Result<Vec<InvitationRow>, Error> {
        self.only_office(actor)?;
        let rows = self.store.read()?.invitations(&self.pack.place)?;
        let now = self.now();
        Ok(rows.into_iter().filter(|row| row.used_at.is_none() && row.expires_at > now).collect())
    }

    /// Disables or enables an account; a disabled one is signed out at once. Nobody can lock the last office account out.
    pub fn set_disabled(&self, actor: &Account, id: &RecordId, disabled: bool) -> Result<(), Error> {
        self.only_office(actor)?;
        if disabled && actor.id == *id {
            return Err(Error::WrongState("不能停用自己的账号，请由另一位质量强县办人员办理".to_owned()));
        }
        let mut row =
            self.store.read()?.account(&self.pack.place, id)?.ok_or_else(|| Error::NotFound("这个账号".to_owned()))?;
        row.disabled_at = disabled.then(|| self.now());
        row.failed_count = 0;
        row.locked_until = None;
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        self.store.write(move |tx| {
            tx.update_account(&place, &row)?;
            if disabled {
                tx.end_sessions(&place, &row.id)?;
            }
            tx.log_operation(&place, &by, if disabled { "停用账号" } else { "启用账号" }, &row.login, "").map(|_| ())
        })?;
        Ok(())
    }

    /// A setting of the county.
    pub fn setting(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.store.read()?.setting(&self.pack.place, name)?)
    }

    /// Sets a setting of the county.
    pub fn set_setting(&self, actor: &Account, name: &str, value: &str) -> Result<(), Error> {
        self.only_office(actor)?;
        let (place, by, name, value) =
            (self.pack.place.clone(), actor.login.clone(), name.to_owned(), value.to_owned());
        self.store.write(move |tx| {
            tx.set_setting(&place, &name, &value)?;
            tx.log_operation(&place, &by, "修改设置", &name, &value).map(|_| ())
        })?;
        Ok(())
    }

    pub(crate) fn only_office(&self, actor: &Account) -> Result<(), Error> {
        if actor.role == Role::Office { Ok(()) } else { Err(Error::NotPermitted) }
    }

    fn token(&self) -> String {
        hex(&self.random_bytes::<32>())
    }

    fn hash_password(&self, password: &str) -> Result<String, Error> {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
        let salt: [u8; 16] = self.random_bytes();
        let hash = argon.hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(format!("argon2: {error}")))
    }
}

/// The hash of a password that nobody knows, with the parameters of the real ones.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn check_credentials(login: &str, name: &str, password: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |field: &str, what: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, field, what));
    let length = login.chars().count();
    if !(2..=40).contains(&length) || login.chars().any(|c| c.is_whitespace() || c.is_control()) {
        say("login", "登录名用 2 到 40 个字，中间不留空格。");
    }
    if name.is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
        say("name", "请填写姓名，最多 40 个字。");
    }
    let length = password.chars().count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        say("password", "密码至少 10 个字符，最多 128 个。可以用一句话。");
    } else if password == login || password.chars().all(|c| password.starts_with(c)) {
        say("password", "密码太容易猜到，请换一个。");
    }
    problems
}
