//! 登录: password, then the second factor where there is one; sessions with an idle and an absolute end; the account's own affairs.
//!
//! Every attempt is a line of the log of sign-ins, in the transaction that decides about it. Failures of either factor count together, so
//! that who has the password cannot try codes for ever.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use zhiheng_pack::{Problem, problem as codes};
use zhiheng_store::{AccountRow, InvitationRow, ProofRow, Purpose, RecordId, SessionRow};

use crate::accounts::{Account, MINUTE, fresh_proof, hash};
use crate::attempts::Wait;
use crate::{App, Error, totp};

/// How long the second factor may take after the password.
const TICKET: i64 = 5 * MINUTE;
/// A use of a session is written down at most this often: reading a page is no write.
const TOUCH: i64 = 5 * MINUTE;
/// Lines of the log in which a familiar address is looked for.
const FAMILIAR: usize = 2000;
/// Recovery codes handed out at a time.
const RECOVERY_CODES: usize = 10;

/// What became of an attempt, as the log keeps it, with the word on the page.
pub const OUTCOMES: [(&str, &str); 9] = [
    (IN, "登录"),
    (UNKNOWN, "没有这个用户名"),
    (WRONG, "口令不对"),
    (DISABLED, "账号已停用"),
    (LOCKED, "账号已锁定"),
    (ASKED, "口令正确，等待动态口令"),
    (WRONG_CODE, "动态口令不对"),
    (OUT, "退出"),
    (UNTIED, "统一身份没有对应账号"),
];
/// Said of a password that comes back too soon.
pub(crate) const USED_BEFORE: &str = "这是现在的或最近用过的口令，请换一个。";
/// Signed in.
pub(crate) const IN: &str = "in";
const UNKNOWN: &str = "unknown";
const WRONG: &str = "wrong";
const DISABLED: &str = "disabled";
const LOCKED: &str = "locked";
const ASKED: &str = "asked";
const WRONG_CODE: &str = "wrong_code";
const OUT: &str = "out";
pub(crate) const UNTIED: &str = "untied";

/// The hash of a password that nobody knows, with the parameters of the real ones.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A session's secret, told to the browser once.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(pub String);

/// What a right password leads to.
#[derive(Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// A session.
    Session(SessionToken),
    /// The second factor is to come: the secret of the ticket that it belongs to.
    SecondFactor(String),
}

impl SignedIn {
    /// The session, where there is one already.
    pub fn session(self) -> Option<SessionToken> {
        match self {
            SignedIn::Session(token) => Some(token),
            SignedIn::SecondFactor(_) => None,
        }
    }
}

/// A session of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Hash of its token, its name for ending it.
    pub key: [u8; 32],
    /// µs of UTC.
    pub since: i64,
    /// When it was last used, as far as that was written down.
    pub seen_at: i64,
    /// It is the one that asks.
    pub current: bool,
}

fn refused() -> Error {
    Error::Invalid(vec![Problem::of_field(
        codes::CHECK_FAILED,
        "login",
        "用户名或口令不对。请核对后重试；忘记口令请联系管理员。",
    )])
}

fn wrong_code() -> Error {
    let text = "动态口令不对或已用过。请等下一个口令出现后再试；手机不在身边可用恢复码。";
    Error::Invalid(vec![Problem::of_field(codes::CHECK_FAILED, "code", text)])
}

fn invalid(field: &str, text: impl AsRef<str>) -> Error {
    Error::Invalid(vec![Problem::of_field(codes::CHECK_FAILED, field, text)])
}

fn right(password: &str, stored: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), stored).is_ok()
}

impl App {
    /// Signs in by password. Failures in a row lock the account for a while.
    pub fn sign_in(&self, login: &str, password: &str, address: &str) -> Result<SignedIn, Error> {
        let login = login.trim();
        // What was typed where a login belongs may be a password: only its beginning is kept.
        let begun: String = login.chars().filter(|c| !c.is_control()).take(20).collect();
        // Asked before anybody knows whether there is such a name, and before a password costs time.
        let familiar = || self.came_in_before(login, address).unwrap_or(false);
        if let Some(wait) = self.attempts.wait(login, address, self.now(), familiar) {
            self.log_sign_in(&begun, LOCKED, address)?;
            return Err(self.told_to_wait(wait)?);
        }
        let row = self.store.read()?.account_by_login(&self.pack.place, login)?;
        // An unknown login costs as much time as a known one.
        let right = right(password, row.as_ref().map_or(DUMMY_HASH, |row| row.password_hash.as_str()));
        let Some(row) = row.filter(|row| right && row.disabled_at.is_none()) else {
            return self.refuse(login, &begun, address);
        };
        // Wrong codes lock the account itself: only who has the password gets so far.
        if row.locked_until.is_some_and(|until| until > self.now()) {
            self.log_sign_in(&row.login, LOCKED, address)?;
            return Err(self.locked()?);
        }
        self.attempts.came_in(login, address);
        self.admit(&row, address, "")
    }

    /// Counts what failed, and says the same to everybody: whether the name, the password or the account is wrong stands in the log only.
    fn refuse(&self, login: &str, begun: &str, address: &str) -> Result<SignedIn, Error> {
        let policy = self.policy()?;
        let until = self.now() + policy.lock_minutes * MINUTE;
        self.attempts.failed(login, address, self.now(), policy.failures, until);
        let row = self.store.read()?.account_by_login(&self.pack.place, login)?;
        let (name, outcome) = match &row {
            None => (begun, UNKNOWN),
            Some(row) if row.disabled_at.is_some() => (row.login.as_str(), DISABLED),
            Some(row) => (row.login.as_str(), WRONG),
        };
        self.log_sign_in(name, outcome, address)?;
        Err(refused())
    }

    /// Whether somebody came in with a name from an address, as far back as the log is looked at.
    fn came_in_before(&self, login: &str, address: &str) -> Result<bool, Error> {
        let lines = self.store.read()?.sign_ins(&self.pack.place, Some(login), i64::MIN, i64::MAX, FAMILIAR)?;
        Ok(lines.iter().any(|line| line.outcome == IN && line.address == address))
    }

    fn told_to_wait(&self, wait: Wait) -> Result<Error, Error> {
        Ok(match wait {
            Wait::Locked => self.locked()?,
            Wait::Address(minutes) => {
                Error::WrongState(format!("从这个网络登录失败的次数过多，请 {minutes} 分钟后再试；着急的请联系管理员"))
            }
            Wait::Slow => Error::WrongState("这个用户名正被反复试登，请半分钟后再试".to_owned()),
        })
    }

    /// Lets in whoever has proved the first factor.
    pub(crate) fn admit(&self, row: &AccountRow, address: &str, detail: &str) -> Result<SignedIn, Error> {
        if row.disabled_at.is_some() {
            self.count_failure(row, DISABLED, address)?;
            return Err(refused());
        }
        let proof = self.store.read()?.proof(&self.pack.place, &row.id)?;
        if !proof.is_some_and(|proof| proof.totp_on) {
            return Ok(SignedIn::Session(self.begin_session(row, address, detail)?));
        }
        let token = self.token();
        let ticket = InvitationRow {
            token_hash: hash(&token),
            purpose: Purpose::SecondFactor,
            role: row.role.clone(),
            body: None,
            name: None,
            account: Some(row.id),
            created_at: self.now(),
            expires_at: self.now() + TICKET,
            used_at: None,
        };
        let (place, login, address) = (self.pack.place.clone(), row.login.clone(), address.to_owned());
        self.store.write(move |tx| {
            tx.create_invitation(&place, &ticket)?;
            tx.log_sign_in(&place, &login, ASKED, "", &address).map(|_| ())
        })?;
        Ok(SignedIn::SecondFactor(token))
    }

    /// Signs in whom an identity provider has proved. The identity is known from before, or its login is that of an account: then it is
    /// tied to it, so that a login which is renamed at the provider, or given to another, leads nowhere else. No account is made.
    ///
    /// Where the three administrators are separate, a new tie waits for the system administrator: the security administrator names the provider, and
    /// could name one of his own. The three themselves come in by password alone, so that none of them comes in as another.
    pub fn sign_in_as(
        &self,
        issuer: &str,
        subject: &str,
        login: Option<&str>,
        address: &str,
    ) -> Result<SignedIn, Error> {
        let place = &self.pack.place;
        let mut reader = self.store.read()?;
        let known = reader.account_by_identity(place, issuer, subject)?;
        let row = match (known, login) {
            (Some(account), _) => reader.account(place, &account)?,
            (None, Some(login)) => {
                let row = reader.account_by_login(place, login)?;
                // An account belongs to one identity of a provider.
                match &row {
                    Some(row) if reader.has_identity(place, issuer, &row.id)? => None,
                    _ => row,
                }
            }
            (None, None) => None,
        };
        drop(reader);
        let Some(row) = row else {
            let told: String = login.unwrap_or(subject).chars().filter(|c| !c.is_control()).take(40).collect();
            self.log_sign_in(&told, UNTIED, address)?;
            return Err(Error::WrongState(
                "统一身份没有对应的账号，请向管理员申请账号，用户名与统一身份一致".to_owned(),
            ));
        };
        if row.locked_until.is_some_and(|until| until > self.now()) {
            self.log_sign_in(&row.login, LOCKED, address)?;
            return Err(self.locked()?);
        }
        self.tie(&row, issuer, subject, known.is_some())?;
        self.admit(&row, address, "统一身份")
    }

    /// Completes a sign-in by the code of the second factor, or by a recovery code.
    pub fn second_factor(&self, ticket: &str, code: &str, address: &str) -> Result<SessionToken, Error> {
        let over = || Error::WrongState("这次登录已超过五分钟，请重新登录".to_owned());
        let place = self.pack.place.clone();
        let mut reader = self.store.read()?;
        let link = reader.invitation(&place, &hash(ticket))?.filter(|link| {
            link.purpose == Purpose::SecondFactor && link.used_at.is_none() && link.expires_at > self.now()
        });
        let account = link.and_then(|link| link.account).ok_or_else(over)?;
        let row = reader.account(&place, &account)?.filter(|row| row.disabled_at.is_none()).ok_or_else(over)?;
        drop(reader);
        if row.locked_until.is_some_and(|until| until > self.now()) {
            self.log_sign_in(&row.login, LOCKED, address)?;
            return Err(self.locked()?);
        }
        let (by, ticket) = (row.login.clone(), hash(ticket));
        let (typed, recovery, now) = (code.to_owned(), hash(&plain_code(code)), self.now());
        // The step is written down in the transaction that looks at it: of two requests with one code, one is late.
        let done = self.store.write(move |tx| {
            let Some(proof) = tx.proof(&place, &account)? else { return Ok(None) };
            let step =
                proof.totp_secret.as_deref().and_then(|secret| totp::matching(secret, &typed, now, proof.totp_step));
            let how = match step {
                Some(totp_step) => {
                    tx.set_proof(&place, &ProofRow { totp_step, ..proof })?;
                    "动态口令"
                }
                None if tx.use_recovery_code(&place, &account, &recovery, now)? => {
                    tx.log_operation(&place, &by, "使用恢复码", &by, "")?;
                    "恢复码"
                }
                None => return Ok(None),
            };
            Ok(tx.use_invitation(&place, &ticket, now)?.map(|_| how))
        })?;
        match done {
            Some(how) => self.begin_session(&row, address, how),
            None => {
                self.count_failure(&row, WRONG_CODE, address)?;
                Err(wrong_code())
            }
        }
    }

    fn locked(&self) -> Result<Error, Error> {
        Ok(Error::WrongState(format!("连续输错次数过多，已锁定 {} 分钟，请稍后再试", self.policy()?.lock_minutes)))
    }

    fn begin_session(&self, row: &AccountRow, address: &str, detail: &str) -> Result<SessionToken, Error> {
        let token = self.token();
        let session = SessionRow {
            token_hash: hash(&token),
            account: row.id,
            created_at: self.now(),
            seen_at: self.now(),
            expires_at: self.now() + self.policy()?.idle_minutes * MINUTE,
        };
        let (place, login) = (self.pack.place.clone(), row.login.clone());
        let (address, detail) = (address.to_owned(), detail.to_owned());
        self.store.write(move |tx| {
            // Whoever comes in takes out what has expired.
            tx.sweep_sessions(&place, session.created_at)?;
            tx.create_session(&place, &session)?;
            tx.log_sign_in(&place, &login, IN, &detail, &address).map(|_| ())
        })?;
        Ok(SessionToken(token))
    }

    pub(crate) fn log_sign_in(&self, login: &str, outcome: &'static str, address: &str) -> Result<(), Error> {
        let (place, login, address) = (self.pack.place.clone(), login.to_owned(), address.to_owned());
        self.store.write(move |tx| tx.log_sign_in(&place, &login, outcome, "", &address).map(|_| ()))?;
        Ok(())
    }

    fn count_failure(&self, row: &AccountRow, outcome: &'static str, address: &str) -> Result<(), Error> {
        let policy = self.policy()?;
        let (place, id, login, address) = (self.pack.place.clone(), row.id, row.login.clone(), address.to_owned());
        let until = self.now() + policy.lock_minutes * MINUTE;
        self.store.write(move |tx| {
            // Counted in the transaction: attempts side by side are as many as attempts in a row.
            let failed = tx.count_failure(&place, &id, None)?;
            if failed >= policy.failures {
                tx.lock_account(&place, &id, until)?;
            }
            tx.log_sign_in(&place, &login, outcome, "", &address).map(|_| ())
        })?;
        Ok(())
    }

    /// The account of a session that has not ended.
    pub fn session(&self, token: &str) -> Result<Option<Account>, Error> {
        let now = self.now();
        let mut reader = self.store.read()?;
        let Some((session, row)) = reader.session(&self.pack.place, &hash(token))? else { return Ok(None) };
        let rules = self.rules(&mut reader)?;
        let (idle, absolute) = (rules.policy.idle_minutes * MINUTE, rules.policy.absolute_minutes * MINUTE);
        let over = session.expires_at <= now || session.created_at + absolute <= now || row.disabled_at.is_some();
        if over {
            return Ok(None);
        }
        let account = self.account_of(&mut reader, &row)?;
        drop(reader);
        if now - session.seen_at > TOUCH {
            let (place, token_hash) = (self.pack.place.clone(), session.token_hash);
            let expires = (now + idle).min(session.created_at + absolute);
            self.store.write(move |tx| tx.touch_session(&place, &token_hash, now, expires).map(|_| ()))?;
        }
        Ok(account)
    }

    /// Ends a session.
    pub fn sign_out(&self, actor: &Account, token: &str, address: &str) -> Result<(), Error> {
        let (place, token_hash) = (self.pack.place.clone(), hash(token));
        let (login, address) = (actor.login.clone(), address.to_owned());
        Ok(self.store.write(move |tx| {
            tx.end_session(&place, &token_hash)?;
            tx.log_sign_in(&place, &login, OUT, "", &address).map(|_| ())
        })?)
    }

    /// One's own sessions that have not ended, the latest used first. `token` is the one that asks.
    pub fn own_sessions(&self, actor: &Account, token: &str) -> Result<Vec<OwnSession>, Error> {
        let (now, current) = (self.now(), hash(token));
        let rows = self.store.read()?.sessions_of(&self.pack.place, &actor.id)?;
        let one = |row: SessionRow| OwnSession {
            key: row.token_hash,
            since: row.created_at,
            seen_at: row.seen_at,
            current: row.token_hash == current,
        };
        Ok(rows.into_iter().filter(|row| row.expires_at > now).map(one).collect())
    }

    /// Ends one of one's own sessions, on whatever device it is.
    pub fn end_own_session(&self, actor: &Account, key: &[u8; 32]) -> Result<(), Error> {
        let rows = self.store.read()?.sessions_of(&self.pack.place, &actor.id)?;
        if !rows.iter().any(|row| row.token_hash == *key) {
            return Err(Error::NotFound("这次登录，可能已经退出".to_owned()));
        }
        let (place, key, login) = (self.pack.place.clone(), *key, actor.login.clone());
        Ok(self.store.write(move |tx| {
            tx.end_session(&place, &key)?;
            tx.log_operation(&place, &login, "结束登录", &login, "").map(|_| ())
        })?)
    }

    /// Changes one's own password; every session ends. Answers a new one for whoever changed it.
    pub fn change_password(&self, actor: &Account, old: &str, new: &str, address: &str) -> Result<SessionToken, Error> {
        let row = self.stored_account(&actor.id)?;
        if row.locked_until.is_some_and(|until| until > self.now()) {
            return Err(self.locked()?);
        }
        if !right(old, &row.password_hash) {
            self.count_failure(&row, WRONG, address)?;
            return Err(invalid("old", "现在的口令不对，请再输一次。"));
        }
        let policy = self.policy()?;
        if let Some(complaint) = policy.complaint(&row.login, new) {
            return Err(invalid("password", complaint));
        }
        if self.was_used(&row, new)? {
            return Err(invalid("password", USED_BEFORE));
        }
        let (place, now, new_hash) = (self.pack.place.clone(), self.now(), self.hash_password(new)?);
        let stored = row.clone();
        self.store.write(move |tx| {
            tx.remember_password(&place, &stored.id, now, &stored.password_hash)?;
            tx.set_password(&place, &stored.id, &new_hash)?;
            let proof = tx.proof(&place, &stored.id)?.unwrap_or(fresh_proof(stored.id));
            tx.set_proof(&place, &ProofRow { password_at: now, ..proof })?;
            tx.log_operation(&place, &stored.login, "修改密码", &stored.login, "").map(|_| ())
        })?;
        self.begin_session(&row, address, "修改口令后")
    }

    /// Whether a password is an account's own one, or among the last that the policy remembers.
    pub(crate) fn was_used(&self, row: &AccountRow, password: &str) -> Result<bool, Error> {
        let history = self.policy()?.history;
        let mut before = self.store.read()?.earlier_passwords(&self.pack.place, &row.id, history)?;
        before.push(row.password_hash.clone());
        Ok(before.iter().any(|hash| right(password, hash)))
    }

    /// Begins the enrolment of a second factor: a new secret, as an app reads it, and as a person types it.
    pub fn begin_second_factor(&self, actor: &Account) -> Result<(String, String), Error> {
        if actor.second_factor {
            return Err(Error::WrongState("已经启用动态口令。更换手机的，请安全管理员重置".to_owned()));
        }
        let secret: [u8; 20] = self.random_bytes();
        let (place, id, now) = (self.pack.place.clone(), actor.id, self.now());
        let created = self.stored_account(&id)?.created_at;
        self.store.write(move |tx| {
            let proof = tx.proof(&place, &id)?.unwrap_or(ProofRow { password_at: created, ..fresh_proof(id) });
            tx.set_proof(
                &place,
                &ProofRow { totp_secret: Some(secret.to_vec()), totp_step: totp::step_of(now) - 2, ..proof },
            )
        })?;
        Ok((totp::address(&self.pack.place_name, &actor.login, &secret), totp::base32(&secret)))
    }

    /// Completes the enrolment by a code of the app. Answers the recovery codes, told once.
    pub fn confirm_second_factor(&self, actor: &Account, code: &str, address: &str) -> Result<Vec<String>, Error> {
        let row = self.stored_account(&actor.id)?;
        if row.locked_until.is_some_and(|until| until > self.now()) {
            return Err(self.locked()?);
        }
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| self.recovery_code()).collect();
        let hashes: Vec<[u8; 32]> = codes.iter().map(|code| hash(&plain_code(code))).collect();
        let (place, id, login) = (self.pack.place.clone(), actor.id, actor.login.clone());
        let (typed, now) = (code.to_owned(), self.now());
        let on = self.store.write(move |tx| {
            let Some(proof) = tx.proof(&place, &id)?.filter(|proof| !proof.totp_on) else { return Ok(false) };
            let secret = proof.totp_secret.clone().unwrap_or_default();
            let Some(totp_step) = totp::matching(&secret, &typed, now, proof.totp_step).filter(|_| !secret.is_empty())
            else {
                return Ok(false);
            };
            tx.set_proof(&place, &ProofRow { totp_on: true, totp_step, ..proof })?;
            tx.set_recovery_codes(&place, &id, &hashes)?;
            tx.log_operation(&place, &login, "启用动态口令", &login, "").map(|_| true)
        })?;
        if on {
            return Ok(codes);
        }
        self.count_failure(&row, WRONG_CODE, address)?;
        Err(wrong_code())
    }

    /// How many recovery codes are left.
    pub fn recovery_codes_left(&self, actor: &Account) -> Result<i64, Error> {
        Ok(self.store.read()?.recovery_codes_left(&self.pack.place, &actor.id)?)
    }

    /// Fifty bits that a person can copy: two groups of five letters and digits.
    fn recovery_code(&self) -> String {
        let letters = totp::base32(&self.random_bytes::<7>()).to_ascii_lowercase();
        let part = |from: usize| letters.chars().skip(from).take(5).collect::<String>();
        format!("{}-{}", part(0), part(5))
    }

    /// When each account last signed in, µs of UTC, by login.
    pub fn last_sign_ins(&self, actor: &Account) -> Result<std::collections::BTreeMap<String, i64>, Error> {
        self.only_managers(actor)?;
        let mut reader = self.store.read()?;
        let mut found = std::collections::BTreeMap::new();
        for row in reader.accounts(&self.pack.place)? {
            if let Some(at) = reader.last_sign_in(&self.pack.place, &row.login, IN)? {
                found.insert(row.login, at);
            }
        }
        Ok(found)
    }
}

fn plain_code(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether an id is that of the account which asks.
pub(crate) fn is_self(actor: &Account, id: &RecordId) -> bool {
    actor.id == *id
}
