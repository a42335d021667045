//! Accounts: the first by a one-time link, further ones by invitation, passwords by argon2id.
//!
//! What always holds:
//! - A token is 32 random bytes, told once; the database keeps its SHA-256 only. A wrong login and a wrong password are told apart nowhere.
//! - A county may run with one account of the office, which then holds the powers of the three administrators (三员). From the day on which
//!   somebody is named for each of the three they are separate, and stay so: the office loses the powers, no link alone gives an account
//!   any right, and nobody changes anything of his own rights.
//! - Nothing removes an account: it is disabled, and its name stays in the logs.

use std::collections::BTreeMap;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zhiheng_pack::pack::BodyLevel;
use zhiheng_pack::procedure::roles;
use zhiheng_pack::{Problem, problem as codes};
use zhiheng_store::{AccountRow, GrantRow, InvitationRow, ProofRow, Purpose, Reader, RecordId, StoreError, Tx};

use crate::permit::{Absent, EXPORT, Held, Power};
use crate::policy::{Profile, SecondFactor, profile};
use crate::signing::{SignedIn, USED_BEFORE};
use crate::{App, Error, hex};

const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
/// How long a link may be used.
const LINK: i64 = 72 * HOUR;
/// The setting that says that the three administrators are separate.
pub(crate) const ADMINISTRATORS: &str = "administrators";
pub(crate) const SEPARATE: &str = "separate";
/// What is said of a link that opens nothing.
const LINK_OVER: &str = "这个链接已用过或已过期，请向管理员另要一个";

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 质量强县办: everything of the county.
    Office,
    /// A body: its own records and what is its to report.
    Bureau,
    /// 系统管理员
    SystemAdmin,
    /// 安全管理员
    SecurityAdmin,
    /// 审计管理员
    AuditAdmin,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] = [Role::Office, Role::Bureau, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
    /// The three administrators.
    pub const ADMINISTRATORS: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Office => "office",
            Role::Bureau => "bureau",
            Role::SystemAdmin => "system_admin",
            Role::SecurityAdmin => "security_admin",
            Role::AuditAdmin => "audit_admin",
        }
    }

    /// The word on the page.
    pub fn word(self) -> &'static str {
        match self {
            Role::Office => "质量强县办",
            Role::Bureau => "责任单位",
            Role::SystemAdmin => "系统管理员",
            Role::SecurityAdmin => "安全管理员",
            Role::AuditAdmin => "审计管理员",
        }
    }

    /// The role of a stored name.
    pub fn of_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What an account owes before it may do anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    /// The password is older than the policy allows.
    Password,
    /// The policy wants a second factor.
    SecondFactor,
}

/// An account as pages and permissions see it. Everything that its rights follow from is in it ([`crate::permit`]).
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
    /// Let in by the security administrator, or made while there was none.
    pub active: bool,
    /// What it owes first.
    pub must: Option<Must>,
    /// A second factor is asked for.
    pub second_factor: bool,
    /// Its body and those under it, as far as they are in being.
    pub own: Vec<String>,
    /// Bodies above its own.
    pub above: Vec<String>,
    /// Areas that its bodies serve.
    pub areas: Vec<String>,
    /// Roles that it holds today.
    pub held: Vec<Held>,
    /// Of an account of the office: roles that it never stands in for.
    pub reserved: Vec<String>,
    /// Of an account of the office: roles that somebody holds by a grant today, for which it no longer stands in.
    pub filled: Vec<Held>,
    /// The three administrators are separate.
    pub separate: bool,
    /// What its body is: 派出机构, 乡镇街道 …
    pub level: Option<BodyLevel>,
    /// It is no person but a service (接口).
    pub service: Option<Service>,
    /// Those in whose place it acts today (代办).
    pub stands_for: Vec<Absent>,
}

/// What a service may besides what its body may: nothing that wants a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// Kinds whose personal fields it reads as they are.
    pub personal: Vec<String>,
}

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

/// What the rights of every account depend on.
pub(crate) struct Rules {
    pub(crate) policy: &'static Profile,
    separate: bool,
    now: i64,
    today: i32,
    /// Roles that somebody in use holds by a grant today.
    filled: Vec<Held>,
}

impl App {
    pub(crate) fn rules(&self, reader: &mut Reader<'_>) -> Result<Rules, Error> {
        let place = &self.pack.place;
        Ok(Rules {
            policy: profile(reader.setting(place, "password_policy")?.as_deref()),
            separate: reader.setting(place, ADMINISTRATORS)?.as_deref() == Some(SEPARATE),
            now: self.now(),
            today: self.today(),
            filled: Vec::new(),
        })
    }

    /// The rules with the roles for which the office does not stand in today, because somebody who is in use holds them.
    fn rules_of_office(&self, reader: &mut Reader<'_>) -> Result<Rules, Error> {
        let filled = self.filled_now(reader)?;
        Ok(Rules { filled, ..self.rules(reader)? })
    }

    /// The roles that somebody in use holds by a grant today.
    pub(crate) fn filled_now(&self, reader: &mut Reader<'_>) -> Result<Vec<Held>, Error> {
        let mut grants = reader.grants(&self.pack.place)?;
        grants.retain(|grant| grant.role != EXPORT);
        if grants.is_empty() {
            return Ok(Vec::new());
        }
        let rules = self.rules(reader)?;
        let out_of_use = |row: &AccountRow| row.disabled_at.is_some();
        let gone: Vec<RecordId> =
            reader.accounts(&self.pack.place)?.into_iter().filter(out_of_use).map(|row| row.id).collect();
        grants.retain(|grant| !gone.contains(&grant.account));
        Ok(self.held(&grants, &rules, None))
    }

    /// Whether the three administrators are separate.
    pub fn administrators_are_separate(&self) -> Result<bool, Error> {
        Ok(self.setting(ADMINISTRATORS)?.as_deref() == Some(SEPARATE))
    }

    /// An account with everything that its rights follow from.
    pub(crate) fn account_of(&self, reader: &mut Reader<'_>, row: &AccountRow) -> Result<Option<Account>, Error> {
        let place = &self.pack.place;
        let office = row.role == Role::Office.name();
        let rules = if office { self.rules_of_office(reader)? } else { self.rules(reader)? };
        let proof = reader.proof(place, &row.id)?;
        let mut held = self.held(&reader.grants_of(place, &row.id)?, &rules, None);
        let mut stands_for = Vec::new();
        for one in reader.delegations_to(place, &row.id, rules.today)? {
            let Some(absent) = reader.account(place, &one.from)? else { continue };
            // A deputy acts within the unit: what it was when the delegation was given need not be what it is.
            if absent.body == row.body && absent.role == row.role && absent.disabled_at.is_none() {
                let person = Absent { login: absent.login.clone(), name: absent.name.clone() };
                held.extend(self.held(&reader.grants_of(place, &absent.id)?, &rules, Some(&person)));
                stands_for.push(person);
            }
        }
        let account = self.account_with(row, proof.as_ref(), held, &rules);
        Ok(account.map(|account| Account { stands_for, ..account }))
    }

    fn held(&self, grants: &[GrantRow], rules: &Rules, instead_of: Option<&Absent>) -> Vec<Held> {
        let holds = |grant: &&GrantRow| {
            grant.ended_at.is_none()
                && grant.since <= rules.today
                && grant.until.is_none_or(|until| rules.today <= until)
        };
        let one = |grant: &GrantRow| Held {
            role: grant.role.clone(),
            bodies: grant.body.as_deref().map(|body| self.in_being(body, rules.today)),
            instead_of: instead_of.cloned(),
        };
        grants.iter().filter(holds).map(one).collect()
    }

    fn in_being(&self, body: &str, today: i32) -> Vec<String> {
        let under = self.pack.bodies_within(body);
        under.into_iter().filter(|body| body.is_on(today)).map(|body| body.id.clone()).collect()
    }

    fn account_with(
        &self,
        row: &AccountRow,
        proof: Option<&ProofRow>,
        held: Vec<Held>,
        rules: &Rules,
    ) -> Option<Account> {
        let body = row.body.as_deref();
        let own = body.map(|body| self.in_being(body, rules.today)).unwrap_or_default();
        let mut areas: Vec<String> =
            own.iter().filter_map(|body| self.pack.body(body)).flat_map(|body| body.areas.clone()).collect();
        areas.dedup();
        let above = body.filter(|_| !own.is_empty()).map(|body| self.pack.bodies_above(body)).unwrap_or_default();
        // A 派出机构 acts for the body above it, not for the government above that.
        let acts_for = |above: &&zhiheng_pack::Body| {
            self.pack.bodies_within(&above.id).iter().any(|within| Some(within.id.as_str()) == body)
        };
        let second_factor = proof.is_some_and(|proof| proof.totp_on);
        let set = proof.map_or(row.created_at, |proof| proof.password_at);
        let stale = rules.policy.change_days.is_some_and(|days| set + days * DAY <= rules.now);
        let must = match rules.policy.second_factor {
            _ if stale => Some(Must::Password),
            SecondFactor::Everybody if !second_factor => Some(Must::SecondFactor),
            _ => None,
        };
        let office = row.role == Role::Office.name();
        let reserved = self.pack.roles.iter().filter(|role| role.by_grant);
        Some(Account {
            id: row.id,
            login: row.login.clone(),
            name: row.name.clone(),
            role: Role::of_name(&row.role)?,
            body: row.body.clone(),
            disabled: row.disabled_at.is_some(),
            locked: row.locked_until.is_some_and(|until| until > rules.now),
            active: proof.is_none_or(|proof| proof.active),
            must,
            second_factor,
            own,
            above: above.into_iter().filter(acts_for).map(|body| body.id.clone()).collect(),
            areas,
            held,
            reserved: if office { reserved.map(|role| role.id.clone()).collect() } else { Vec::new() },
            filled: if office { rules.filled.clone() } else { Vec::new() },
            separate: rules.separate,
            level: body.and_then(|body| self.pack.body(body)).map(|body| body.level),
            service: None,
            stands_for: Vec::new(),
        })
    }

    /// A service as an account: it owes nothing that only people can do, and administers nothing.
    /// It holds the roles of its bodies that need no person, so that it may take their steps where it was granted to.
    pub(crate) fn service_account(
        &self,
        reader: &mut Reader<'_>,
        row: &AccountRow,
        service: Service,
        takes_out: bool,
    ) -> Result<Option<Account>, Error> {
        let rules = self.rules_of_office(reader)?;
        let Some(account) = self.account_with(row, None, Vec::new(), &rules) else { return Ok(None) };
        let every = self.pack.bodies.iter().filter(|body| body.is_on(rules.today)).map(|body| body.id.clone());
        let own = if row.body.is_some() { account.own } else { every.collect() };
        let held = |role: &str| Held { role: role.to_owned(), bodies: Some(own.clone()), instead_of: None };
        let roles = self.pack.roles.iter().filter(|role| !role.person && role.id != roles::OFFICER);
        let held = roles.map(|role| held(&role.id)).chain(takes_out.then(|| held(EXPORT))).collect();
        let (active, must, separate, service) = (true, None, true, Some(service));
        Ok(Some(Account { active, must, separate, service, own, held, ..account }))
    }

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
        self.only(actor, Power::System)?;
        self.fits(role, body)?;
        let token = self.token();
        let row =
            self.invitation_row(&token, Purpose::Invite, role, body, Some(name).filter(|name| !name.is_empty()), None);
        self.create_link(actor, row, "邀请账号", name, role.word())?;
        Ok(token)
    }

    pub(crate) fn fits(&self, role: Role, body: Option<&str>) -> Result<(), Error> {
        if let Some(body) = body.filter(|body| self.pack.body(body).is_none()) {
            return Err(Error::NotFound(format!("单位 {body}")));
        }
        if role == Role::Bureau && body.is_none() {
            return Err(Error::Invalid(vec![Problem::of_field(codes::REQUIRED, "body", "所属单位")]));
        }
        Ok(())
    }

    /// A link that sets a new password for an account.
    pub fn reset(&self, actor: &Account, account: &RecordId) -> Result<String, Error> {
        self.only(actor, Power::System)?;
        let of = self.stored_account(account)?;
        // A new password shuts the account until it is let in: who resets the last of a kind leaves nobody who could.
        if actor.separate && self.is_last_administrator(&of)? {
            let word = role_word(&of.role);
            return Err(Error::WrongState(format!(
                "{word}只剩这一个账号，不能由他人重设口令：请先另外设立一个{word}，或者在服务器上用命令恢复"
            )));
        }
        let role = Role::of_name(&of.role).ok_or_else(|| Error::Corrupt(format!("账号 {}", of.login)))?;
        let token = self.token();
        let row = self.invitation_row(&token, Purpose::Reset, role, of.body.as_deref(), Some(&of.name), Some(*account));
        self.create_link(actor, row, "重置密码", &of.login, "")?;
        Ok(token)
    }

    pub(crate) fn stored_account(&self, id: &RecordId) -> Result<AccountRow, Error> {
        self.store.read()?.account(&self.pack.place, id)?.ok_or_else(|| Error::NotFound("这个账号".to_owned()))
    }

    /// Lets an account in again from the server itself, when no administrator is left who could: for the command line. Answers the
    /// secret of a link that sets a new password.
    pub fn rescue(&self, login: &str) -> Result<String, Error> {
        let row = self.store.read()?.account_by_login(&self.pack.place, login)?;
        let row = row.ok_or_else(|| Error::NotFound(format!("账号 {login}")))?;
        let role = Role::of_name(&row.role).ok_or_else(|| Error::Corrupt(format!("账号 {login}")))?;
        let token = self.token();
        let (body, name) = (row.body.as_deref(), Some(row.name.as_str()));
        let link = self.invitation_row(&token, Purpose::Rescue, role, body, name, Some(row.id));
        let place = self.pack.place.clone();
        self.store.write(move |tx| {
            let proof =
                tx.proof(&place, &row.id)?.unwrap_or(ProofRow { password_at: row.created_at, ..fresh_proof(row.id) });
            tx.set_proof(&place, &ProofRow { active: true, totp_secret: None, totp_on: false, ..proof })?;
            tx.set_recovery_codes(&place, &row.id, &[])?;
            let free = AccountRow { disabled_at: None, failed_count: 0, locked_until: None, ..row.clone() };
            tx.update_account(&place, &free)?;
            tx.end_sessions(&place, &row.id)?;
            tx.create_invitation(&place, &link)?;
            tx.log_operation(&place, "system", "在服务器上启用账号", &row.login, "").map(|_| ())
        })?;
        Ok(token)
    }

    fn create_link(
        &self,
        actor: &Account,
        row: InvitationRow,
        verb: &'static str,
        object: &str,
        detail: &'static str,
    ) -> Result<(), Error> {
        let (place, login, object) = (self.pack.place.clone(), actor.login.clone(), object.to_owned());
        self.store.write(move |tx| {
            tx.create_invitation(&place, &row)?;
            tx.log_operation(&place, &login, verb, &object, detail).map(|_| ())
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
        let usable = |row: &InvitationRow| {
            row.used_at.is_none() && row.expires_at > self.now() && row.purpose != Purpose::SecondFactor
        };
        let row = row.filter(usable).ok_or_else(|| Error::WrongState(LINK_OVER.to_owned()))?;
        let login = match row.account {
            Some(account) => reader.account(&self.pack.place, &account)?.map(|account| account.login),
            None => None,
        };
        let role = Role::of_name(&row.role).ok_or_else(|| Error::Corrupt("邀请".to_owned()))?;
        Ok(Invited { purpose: row.purpose, role, body: row.body, name: row.name, login })
    }

    /// Uses a link: creates the account, or sets the new password. Signs in.
    pub fn accept(
        &self,
        token: &str,
        login: &str,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<SignedIn, Error> {
        let invited = self.invited(token)?;
        let login = invited.login.clone().unwrap_or_else(|| login.trim().to_owned());
        let renews = matches!(invited.purpose, Purpose::Reset | Purpose::Rescue);
        let name = if renews { invited.name.clone().unwrap_or_default() } else { name.trim().to_owned() };
        let mut problems = check_credentials(self.policy()?, &login, &name, password);
        let known = if renews { self.store.read()?.account_by_login(&self.pack.place, &login)? } else { None };
        if let Some(known) = &known
            && self.was_used(known, password)?
        {
            problems.push(Problem::of_field(codes::CHECK_FAILED, "password", USED_BEFORE));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if !renews && self.store.read()?.account_by_login(&self.pack.place, &login)?.is_some() {
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
        self.sign_in(&login, password, address)
    }

    /// The link is used and the account changed in one transaction: a link cannot be used twice, whatever races.
    fn redeem(&self, token: &str, row: AccountRow) -> Result<(), Error> {
        let (place, token_hash, now) = (self.pack.place.clone(), hash(token), self.now());
        let used = self.store.write(move |tx| {
            let Some(link) = tx.use_invitation(&place, &token_hash, now)? else { return Ok(false) };
            // Where the three are separate, whoever made the link could use it himself: no link alone lets anybody in.
            let active = link.purpose == Purpose::Rescue || !are_separate(tx, &place)?;
            let id = match link.account {
                Some(account) => {
                    if let Some(known) = tx.account(&place, &account)? {
                        tx.remember_password(&place, &account, now, &known.password_hash)?;
                    }
                    tx.set_password(&place, &account, &row.password_hash)?;
                    account
                }
                None if link.purpose == Purpose::First && tx.account_count(&place)? > 0 => return Ok(false),
                None => {
                    tx.create_account(&place, &row)?;
                    row.id
                }
            };
            let proof = tx.proof(&place, &id)?.unwrap_or(fresh_proof(id));
            tx.set_proof(&place, &ProofRow { active, password_at: now, ..proof })?;
            tx.log_operation(&place, &row.login, "设置密码", &row.login, "")?;
            separate_when_complete(tx, &place, &row.login).map(|()| true)
        })?;
        if used { Ok(()) } else { Err(Error::WrongState(LINK_OVER.to_owned())) }
    }

    /// Every account.
    pub fn accounts(&self, actor: &Account) -> Result<Vec<Account>, Error> {
        self.only_managers(actor)?;
        let mut reader = self.store.read()?;
        let rules = self.rules_of_office(&mut reader)?;
        let rows = reader.accounts(&self.pack.place)?;
        let proofs = reader.proofs(&self.pack.place)?;
        let grants = reader.grants(&self.pack.place)?;
        let one = |row: &AccountRow| {
            let own: Vec<GrantRow> = grants.iter().filter(|grant| grant.account == row.id).cloned().collect();
            let proof = proofs.iter().find(|proof| proof.account == row.id);
            self.account_with(row, proof, self.held(&own, &rules, None), &rules)
        };
        Ok(rows.iter().filter_map(one).collect())
    }

    /// The name behind each login, for histories.
    pub fn people(&self) -> Result<BTreeMap<String, String>, Error> {
        let rows = self.store.read()?.accounts(&self.pack.place)?;
        let mut people: BTreeMap<String, String> = rows.into_iter().map(|row| (row.login, row.name)).collect();
        people.extend(self.service_names()?);
        Ok(people)
    }

    /// 长期没有登录的账号: names of those in use whom nobody has seen for as long as the policy says, counted from the last time they signed in, else from
    /// the day on which they were made.
    pub fn dormant(&self, actor: &Account) -> Result<Vec<String>, Error> {
        let (seen, since) = (self.last_sign_ins(actor)?, self.now() - self.policy()?.dormant_days * DAY);
        let rows = self.store.read()?.accounts(&self.pack.place)?;
        let last = |row: &AccountRow| seen.get(&row.login).copied().unwrap_or(row.created_at);
        let dormant = |row: &AccountRow| row.disabled_at.is_none() && last(row) <= since;
        Ok(rows.into_iter().filter(dormant).map(|row| row.name).collect())
    }

    /// Withdraws a one-time link before it is used.
    pub fn withdraw_invitation(&self, actor: &Account, token_hash: &[u8; 32]) -> Result<(), Error> {
        self.only(actor, Power::System)?;
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
        self.only_managers(actor)?;
        let rows = self.store.read()?.invitations(&self.pack.place)?;
        let now = self.now();
        let open =
            |row: &InvitationRow| row.used_at.is_none() && row.expires_at > now && row.purpose != Purpose::SecondFactor;
        Ok(rows.into_iter().filter(open).collect())
    }

    /// Disables or enables an account; a disabled one is signed out at once. Nobody can disable himself, nor the last administrator of
    /// his kind.
    pub fn set_disabled(&self, actor: &Account, id: &RecordId, disabled: bool) -> Result<(), Error> {
        self.only(actor, Power::System)?;
        if disabled && actor.id == *id {
            return Err(Error::WrongState("不能停用自己的账号，请由另一位管理员办理".to_owned()));
        }
        let mut row = self.stored_account(id)?;
        if disabled && actor.separate && self.is_last_administrator(&row)? {
            return Err(Error::WrongState(format!("{}只剩这一个账号，请先另外设立一个", role_word(&row.role))));
        }
        self.attempts.forget(&row.login);
        row.disabled_at = disabled.then(|| self.now());
        row.failed_count = 0;
        row.locked_until = None;
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        self.store.write(move |tx| {
            tx.update_account(&place, &row)?;
            if disabled {
                tx.end_sessions(&place, &row.id)?;
            } else if are_separate(tx, &place)? {
                // It comes back with its posts only when the security administrator lets it in, like every other.
                let known = tx.proof(&place, &row.id)?;
                let proof = known.unwrap_or(ProofRow { password_at: row.created_at, ..fresh_proof(row.id) });
                tx.set_proof(&place, &ProofRow { active: false, ..proof })?;
            }
            tx.log_operation(&place, &by, if disabled { "停用账号" } else { "启用账号" }, &row.login, "").map(|_| ())
        })?;
        Ok(())
    }

    pub(crate) fn is_last_administrator(&self, row: &AccountRow) -> Result<bool, Error> {
        if !Role::ADMINISTRATORS.iter().any(|role| role.name() == row.role) {
            return Ok(false);
        }
        let mut reader = self.store.read()?;
        let proofs = reader.proofs(&self.pack.place)?;
        let active = |id: &RecordId| proofs.iter().find(|proof| proof.account == *id).is_none_or(|proof| proof.active);
        let rows = reader.accounts(&self.pack.place)?;
        let mut others = rows.iter().filter(|other| other.id != row.id && other.role == row.role);
        Ok(!others.any(|other| other.disabled_at.is_none() && active(&other.id)))
    }

    /// A setting of the county.
    pub fn setting(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.store.read()?.setting(&self.pack.place, name)?)
    }

    /// Sets a setting of the installation. What decides about permissions is not set here.
    pub fn set_setting(&self, actor: &Account, name: &str, value: &str) -> Result<(), Error> {
        // Who proves identities decides who comes in as whom.
        let power = if name.starts_with("openid_") { Power::Security } else { Power::System };
        self.only(actor, power)?;
        if matches!(name, ADMINISTRATORS | "password_policy") || name.starts_with(crate::tying::WAITS) {
            return Err(Error::NotPermitted);
        }
        let (place, by, name, value) =
            (self.pack.place.clone(), actor.login.clone(), name.to_owned(), value.to_owned());
        self.store.write(move |tx| {
            tx.set_setting(&place, &name, &value)?;
            tx.log_operation(&place, &by, "修改设置", &name, &value).map(|_| ())
        })?;
        Ok(())
    }

    pub(crate) fn only_office(&self, actor: &Account) -> Result<(), Error> {
        if actor.acts() && actor.role == Role::Office { Ok(()) } else { Err(Error::NotPermitted) }
    }

    pub(crate) fn only(&self, actor: &Account, power: Power) -> Result<(), Error> {
        if actor.has(power) { Ok(()) } else { Err(Error::NotPermitted) }
    }

    /// Who looks after accounts: the one creates them, the other gives them their rights.
    pub(crate) fn only_managers(&self, actor: &Account) -> Result<(), Error> {
        if actor.has(Power::System) || actor.has(Power::Security) { Ok(()) } else { Err(Error::NotPermitted) }
    }

    pub(crate) fn token(&self) -> String {
        hex(&self.random_bytes::<32>())
    }

    pub(crate) fn hash_password(&self, password: &str) -> Result<String, Error> {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
        let salt: [u8; 16] = self.random_bytes();
        let hash = argon.hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(format!("argon2: {error}")))
    }
}

/// Whether the three administrators are separate, inside a write.
pub(crate) fn are_separate(tx: &mut Tx<'_>, place: &str) -> Result<bool, StoreError> {
    Ok(tx.setting(place, ADMINISTRATORS)?.as_deref() == Some(SEPARATE))
}

/// From the moment on which each of the three has an account that is let in, they are separate.
pub(crate) fn separate_when_complete(tx: &mut Tx<'_>, place: &str, by: &str) -> Result<(), StoreError> {
    if are_separate(tx, place)? {
        return Ok(());
    }
    for role in Role::ADMINISTRATORS {
        if tx.accounts_in_role(place, role.name())? == 0 {
            return Ok(());
        }
    }
    tx.set_setting(place, ADMINISTRATORS, SEPARATE)?;
    tx.log_operation(place, by, "三员分立", "", "质量强县办不再兼任三员").map(|_| ())
}

/// The proof of an account that has none yet.
pub(crate) fn fresh_proof(account: RecordId) -> ProofRow {
    ProofRow { account, active: true, totp_secret: None, totp_on: false, totp_step: 0, password_at: 0 }
}

pub(crate) fn role_word(name: &str) -> &'static str {
    Role::of_name(name).map_or("", Role::word)
}

pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn check_credentials(policy: &Profile, login: &str, name: &str, password: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |field: &str, what: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, field, what));
    let length = login.chars().count();
    if !(2..=40).contains(&length) || login.chars().any(|c| c.is_whitespace() || c.is_control()) {
        say("login", "登录名用 2 到 40 个字，中间不留空格。");
    }
    if name.is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
        say("name", "请填写姓名，最多 40 个字。");
    }
    if let Some(complaint) = policy.complaint(login, password) {
        say("password", &complaint);
    }
    problems
}
