//! Tokens of the JSON API (接口令牌). A personal token acts as its account and can never do more; a service token stands for itself, within
//! a body or the county. Both do only what their grants name.
//!
//! What always holds: a token is 32 random bytes, told once; the database keeps its SHA-256. It ends by itself, by its owner, by whoever
//! administers accounts, and with the account behind it. A service names the kinds it touches, is let in by a second person once the three
//! administrators are separate, takes no step that wants a person, and reads personal fields masked unless it was granted them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use zhiheng_pack::{Problem, problem as codes};
use zhiheng_store::{AccountRow, RecordId, TokenRow};

use crate::accounts::{ADMINISTRATORS, Role, SEPARATE, hash};
use crate::{Account, App, Error, Power, Service};

/// Before the random part, so that a token that leaked is recognised.
const PREFIX: &str = "zh_";
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// A use is written down at most this often: reading is no write.
const TOUCH: i64 = 5 * MINUTE;
/// No token lives longer without being made anew.
const LONGEST_DAYS: i64 = 365;
/// Longest name in characters.
const NAME: usize = 60;
/// Every kind.
const ANY: &str = "*";

/// What a token may do with the records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// 查看
    Read,
    /// 新增、更正、撤销、恢复
    Write,
    /// 办理
    Step,
    /// 导出: lists beyond their first page.
    Export,
    /// 查看个人信息: of a service, which reads them masked otherwise.
    Personal,
}

impl Right {
    /// All of them.
    pub const ALL: [Right; 5] = [Right::Read, Right::Write, Right::Step, Right::Export, Right::Personal];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Right::Read => "read",
            Right::Write => "write",
            Right::Step => "step",
            Right::Export => "export",
            Right::Personal => "personal",
        }
    }

    /// The word on the page.
    pub fn word(self) -> &'static str {
        match self {
            Right::Read => "查看",
            Right::Write => "登记",
            Right::Step => "办理",
            Right::Export => "导出",
            Right::Personal => "查看个人信息",
        }
    }
}

/// Rights by kind; `*` is every kind. What is not named is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(BTreeMap<String, BTreeSet<Right>>);

impl Grants {
    /// The same rights on every kind.
    pub fn on_all(rights: impl IntoIterator<Item = Right>) -> Grants {
        Grants(BTreeMap::from([(ANY.to_owned(), rights.into_iter().collect())]))
    }

    /// The same rights on some kinds.
    pub fn on(kinds: impl IntoIterator<Item = String>, rights: impl IntoIterator<Item = Right>) -> Grants {
        let rights: BTreeSet<Right> = rights.into_iter().collect();
        Grants(kinds.into_iter().map(|kind| (kind, rights.clone())).collect())
    }

    /// Whether a right on a kind is among them.
    pub fn allow(&self, kind: &str, right: Right) -> bool {
        [ANY, kind].iter().any(|of| self.0.get(*of).is_some_and(|rights| rights.contains(&right)))
    }

    /// Whether a right on any kind is among them.
    pub fn allow_any(&self, right: Right) -> bool {
        self.0.values().any(|rights| rights.contains(&right))
    }

    /// Kind → rights, in order; `None` is every kind.
    pub fn each(&self) -> impl Iterator<Item = (Option<&str>, &BTreeSet<Right>)> {
        self.0.iter().map(|(kind, rights)| (Some(kind.as_str()).filter(|kind| *kind != ANY), rights))
    }

    fn is_empty(&self) -> bool {
        self.0.values().all(BTreeSet::is_empty)
    }

    /// Those that name their kinds.
    fn named(mut self) -> Grants {
        self.0.remove(ANY);
        self
    }

    fn kinds_with(&self, right: Right) -> Vec<String> {
        let has = |(_, rights): &(&String, &BTreeSet<Right>)| rights.contains(&right);
        self.0.iter().filter(has).map(|(kind, _)| kind.clone()).collect()
    }
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReachOf {
    /// Of the account that makes it.
    Own,
    /// A service's: of a body, or of the whole county.
    Service(Option<String>),
}

/// A token that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenWanted {
    /// What it is for.
    pub name: String,
    /// Whose.
    pub of: ReachOf,
    /// What it may do.
    pub grants: Grants,
    /// Days that it holds.
    pub days: i64,
}

/// A token as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Identity.
    pub id: RecordId,
    /// What it is for.
    pub name: String,
    /// Login of its account; none for a service.
    pub account: Option<String>,
    /// The body of a service; none: the county.
    pub body: Option<String>,
    /// What it may do.
    pub grants: Grants,
    /// µs of UTC.
    pub created_at: i64,
    /// µs of UTC.
    pub expires_at: Option<i64>,
    /// µs of UTC, to five minutes.
    pub used_at: Option<i64>,
    /// µs of UTC.
    pub revoked_at: Option<i64>,
    /// It is a service's and waits for a second person.
    pub waits: bool,
}

/// Who shows a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The token.
    pub token: RecordId,
    /// The account behind it; of a service token, one made of the token itself.
    pub account: Account,
    /// What the token may do of what the account may.
    pub grants: Grants,
}

impl App {
    /// Makes a token. Answers it, once.
    pub fn create_token(&self, actor: &Account, wanted: &TokenWanted) -> Result<String, Error> {
        if matches!(wanted.of, ReachOf::Service(_)) {
            self.only(actor, Power::System)?;
        }
        let problems = self.check_token(wanted);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let token = format!("{PREFIX}{}", self.token());
        let grants = serde_json::to_string(&wanted.grants).map_err(|error| Error::Internal(error.to_string()))?;
        let (account, body) = match &wanted.of {
            ReachOf::Own => (Some(actor.id), None),
            ReachOf::Service(body) => (None, body.clone()),
        };
        let row = TokenRow {
            id: self.new_id(),
            token_hash: hash(&token),
            name: wanted.name.trim().to_owned(),
            account,
            body,
            grants,
            created_at: self.now(),
            created_by: actor.login.clone(),
            expires_at: Some(self.now() + wanted.days * DAY),
            used_at: None,
            revoked_at: None,
            approved_at: None,
            approved_by: None,
        };
        let (place, login) = (self.pack.place.clone(), actor.login.clone());
        self.store.write(move |tx| {
            tx.create_api_token(&place, &row)?;
            tx.log_operation(&place, &login, "建立接口令牌", &row.name, &row.grants).map(|_| ())
        })?;
        Ok(token)
    }

    fn check_token(&self, wanted: &TokenWanted) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |field: &str, what: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, field, what));
        let name = wanted.name.trim();
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            say("name", "请写明这个令牌给谁用，不超过 60 个字。");
        }
        if !(1..=LONGEST_DAYS).contains(&wanted.days) {
            say("days", "有效期在 1 到 365 天之间。");
        }
        let known = |kind: Option<&str>| kind.is_none_or(|kind| self.pack.kind(kind).is_some());
        if wanted.grants.is_empty() || !wanted.grants.each().all(|(kind, _)| known(kind)) {
            say("rights", "请至少选择一项权限和一个登记种类。");
        }
        if matches!(wanted.of, ReachOf::Service(_)) && wanted.grants.each().any(|(kind, _)| kind.is_none()) {
            say("kinds", "服务的令牌要逐项选明登记种类，不能是全部种类。");
        }
        if let ReachOf::Service(Some(body)) = &wanted.of
            && self.pack.body(body).is_none()
        {
            say("body", "请从列表中选择单位。");
        }
        problems
    }

    /// The tokens that an account sees: its own; whoever administers accounts, everybody's; whoever lets accounts in, those of services.
    pub fn tokens(&self, actor: &Account) -> Result<Vec<Token>, Error> {
        let mut reader = self.store.read()?;
        let logins: BTreeMap<RecordId, String> =
            reader.accounts(&self.pack.place)?.into_iter().map(|row| (row.id, row.login)).collect();
        let (all, services) = (actor.has(Power::System), actor.has(Power::Security));
        let separate = reader.setting(&self.pack.place, ADMINISTRATORS)?.as_deref() == Some(SEPARATE);
        let rows = reader.api_tokens(&self.pack.place)?.into_iter();
        let sees = |row: &TokenRow| all || row.account == Some(actor.id) || services && row.account.is_none();
        let rows = rows.filter(sees);
        let one = |row: TokenRow| Token {
            id: row.id,
            waits: separate && !was_let_in(&row),
            name: row.name,
            account: row.account.map(|id| logins.get(&id).cloned().unwrap_or_default()),
            body: row.body,
            grants: serde_json::from_str(&row.grants).unwrap_or_default(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
            revoked_at: row.revoked_at,
        };
        Ok(rows.map(one).collect())
    }

    /// Lets in a service's token: the security administrator, who is not who made it. Until then it opens nothing.
    pub fn approve_token(&self, actor: &Account, id: &RecordId) -> Result<(), Error> {
        self.only(actor, Power::Security)?;
        let known = self.tokens(actor)?.into_iter().find(|token| token.id == *id && token.account.is_none());
        let token = known.ok_or_else(|| Error::NotFound("这个令牌".to_owned()))?;
        let made_by = self.store.read()?.api_tokens(&self.pack.place)?.into_iter().find(|row| row.id == *id);
        if made_by.is_some_and(|row| row.created_by == actor.login) && actor.separate {
            return Err(Error::WrongState("服务的令牌须由另一人批准：这个令牌是您自己建的".to_owned()));
        }
        let (place, login, id, now) = (self.pack.place.clone(), actor.login.clone(), token.id, self.now());
        let done = self.store.write(move |tx| {
            let done = tx.approve_api_token(&place, &id, now, &login)?;
            if done {
                tx.log_operation(&place, &login, "批准接口令牌", &token.name, "")?;
            }
            Ok(done)
        })?;
        if done { Ok(()) } else { Err(Error::WrongState("这个令牌已经批准或者撤销".to_owned())) }
    }

    /// Revokes a token that an account sees.
    pub fn revoke_token(&self, actor: &Account, id: &RecordId) -> Result<(), Error> {
        let known = self.tokens(actor)?.into_iter().find(|token| token.id == *id);
        let token = known.ok_or_else(|| Error::NotFound("这个令牌".to_owned()))?;
        let (place, login, id, now) = (self.pack.place.clone(), actor.login.clone(), token.id, self.now());
        let ended = self.store.write(move |tx| {
            let ended = tx.revoke_api_token(&place, &id, now)?;
            if ended {
                tx.log_operation(&place, &login, "撤销接口令牌", &token.name, "")?;
            }
            Ok(ended)
        })?;
        if ended { Ok(()) } else { Err(Error::WrongState("这个令牌已经撤销".to_owned())) }
    }

    /// Who shows a token that holds.
    pub fn bearer(&self, token: &str) -> Result<Option<Bearer>, Error> {
        let now = self.now();
        let mut reader = self.store.read()?;
        let Some(row) = reader.api_token(&self.pack.place, &hash(token))? else { return Ok(None) };
        if row.revoked_at.is_some() || row.expires_at.is_some_and(|at| at <= now) {
            return Ok(None);
        }
        let grants: Grants =
            serde_json::from_str(&row.grants).map_err(|error| Error::Corrupt(format!("令牌 {}：{error}", row.id)))?;
        let separate = reader.setting(&self.pack.place, ADMINISTRATORS)?.as_deref() == Some(SEPARATE);
        let (account, grants) = match &row.account {
            Some(id) => match reader.account(&self.pack.place, id)? {
                Some(account) => (self.account_of(&mut reader, &account)?, grants),
                None => (None, grants),
            },
            None if separate && !was_let_in(&row) => (None, grants),
            None => {
                let grants = grants.named();
                let service = Service { personal: grants.kinds_with(Right::Personal) };
                let takes_out = grants.allow_any(Right::Export);
                (self.service_account(&mut reader, &service_row(&row), service, takes_out)?, grants)
            }
        };
        drop(reader);
        // Who is not let in on the pages is not let in here.
        let Some(account) = account.filter(Account::acts) else { return Ok(None) };
        if row.used_at.is_none_or(|used| now - used > TOUCH) {
            let (place, id) = (self.pack.place.clone(), row.id);
            self.store.write(move |tx| tx.touch_api_token(&place, &id, now))?;
        }
        Ok(Some(Bearer { token: row.id, account, grants }))
    }

    /// The names of services behind their logins, for histories.
    pub(crate) fn service_names(&self) -> Result<Vec<(String, String)>, Error> {
        let rows = self.store.read()?.api_tokens(&self.pack.place)?;
        let services = rows.into_iter().filter(|row| row.account.is_none());
        Ok(services.map(|row| (service_login(&row.id), format!("接口：{}", row.name))).collect())
    }
}

/// Longer than a login of a person may be: nobody is mistaken for a service.
fn service_login(id: &RecordId) -> String {
    format!("api-service:{id}")
}

/// Whether another than who made it has let a service's token in.
fn was_let_in(row: &TokenRow) -> bool {
    row.account.is_some() || row.approved_by.as_ref().is_some_and(|by| *by != row.created_by)
}

/// A service as an account: what a bureau is, of its body or of every body; never what the office is.
fn service_row(row: &TokenRow) -> AccountRow {
    let role = Role::Bureau;
    AccountRow {
        id: row.id,
        login: service_login(&row.id),
        name: row.name.clone(),
        role: role.name().to_owned(),
        body: row.body.clone(),
        password_hash: String::new(),
        created_at: row.created_at,
        disabled_at: None,
        failed_count: 0,
        locked_until: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_granted_is_refused() {
        let grants = Grants::on(["complaint".to_owned()], [Right::Read, Right::Step]);
        assert!(grants.allow("complaint", Right::Step) && !grants.allow("complaint", Right::Write));
        assert!(!grants.allow("food_sample", Right::Read));
        let all = Grants::on_all([Right::Read]);
        assert!(all.allow("food_sample", Right::Read) && !all.allow_any(Right::Write));
        assert!(!Grants::default().allow("*", Right::Read));
    }

    #[test]
    fn grants_are_stored_as_json_and_read_back() {
        let grants = Grants::on(["complaint".to_owned()], [Right::Read, Right::Write, Right::Step]);
        let text = serde_json::to_string(&grants).unwrap();
        assert_eq!(text, r#"{"complaint":["read","write","step"]}"#);
        assert_eq!(serde_json::from_str::<Grants>(&text).unwrap(), grants);
    }
}
