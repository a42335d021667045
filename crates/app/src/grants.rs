//! 授权与代办: roles given and withdrawn by the security administrator, accounts let in, second factors reset; and who acts for whom.
//!
//! Nobody changes anything of his own rights. A grant and a delegation end and stay, so that it can be told later who was allowed what.

use zhiheng_pack::procedure::{RoleScope, roles};
use zhiheng_pack::{Problem, problem as codes};
use zhiheng_store::{AccountRow, DelegationRow, GrantRow, ProofRow, Reader, RecordId};

use crate::accounts::{Account, Role, fresh_proof, separate_when_complete};
use crate::permit::{EXPORT, Power};
use crate::signing::is_self;
use crate::{App, Error};

/// A grant as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Role id, or [`EXPORT`].
    pub role: String,
    /// For which body; none: for the county.
    pub body: Option<String>,
    /// First day.
    pub since: i32,
    /// Last day; none: until it is withdrawn.
    pub until: Option<i32>,
}

/// A person in a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Account.
    pub id: RecordId,
    /// 姓名
    pub name: String,
}

/// A delegation with the people's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// When it was recorded; its name for ending it.
    pub key: i64,
    /// Who acts.
    pub to: String,
    /// First day.
    pub since: i32,
    /// Last day.
    pub until: i32,
    /// Ended early.
    pub ended: bool,
}

const OWN: &str = "不能给自己授权或变更自己的权限，请由另一位安全管理员办理";

impl App {
    /// Roles that can be granted: id, name, and whether for a body or for the county (none: either).
    pub fn grantable(&self) -> Vec<(String, String, Option<RoleScope>)> {
        let not_held = [roles::OFFICE, roles::SYSTEM, roles::CITIZEN];
        let own = self.pack.roles.iter().filter(|role| !not_held.contains(&role.id.as_str()));
        let mut found: Vec<_> = own.map(|role| (role.id.clone(), role.name.clone(), Some(role.scope))).collect();
        found.push((EXPORT.to_owned(), "数据导出".to_owned(), None));
        found
    }

    /// Grants a role.
    pub fn grant(&self, actor: &Account, account: &RecordId, grant: &Grant) -> Result<(), Error> {
        let row = self.for_security(actor, account)?;
        let mut problems = Vec::new();
        let mut say = |field: &str, text: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, field, text));
        if ![Role::Bureau, Role::Office].iter().any(|role| row.role == role.name()) {
            say("role", "岗位授予办理业务的账号：三员不办理业务。");
        }
        let known = self.grantable().into_iter().find(|(id, ..)| *id == grant.role);
        match known.map(|(.., scope)| scope) {
            None => say("role", "请选择岗位。"),
            Some(Some(RoleScope::County)) if grant.body.is_some() => say("body", "这个岗位面向全县，不选单位。"),
            Some(Some(RoleScope::Body)) if grant.body.is_none() => say("body", "这个岗位按单位授予，请选择单位。"),
            Some(_) => {}
        }
        if grant.body.as_deref().is_some_and(|body| self.pack.body(body).is_none()) {
            say("body", "没有这个单位，请从列表中选择。");
        }
        if grant.until.is_some_and(|until| until < grant.since) {
            say("until", "截止日期不能早于开始日期。");
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let stored = GrantRow {
            account: row.id,
            recorded_at: 0,
            role: grant.role.clone(),
            body: grant.body.clone(),
            since: grant.since,
            until: grant.until,
            granted_by: actor.login.clone(),
            ended_at: None,
        };
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        let detail = format!("{} {}", stored.role, stored.body.as_deref().unwrap_or("全县"));
        Ok(self.store.write(move |tx| {
            tx.grant(&place, &stored)?;
            tx.log_operation(&place, &by, "授予岗位", &row.login, &detail).map(|_| ())
        })?)
    }

    /// Withdraws a grant.
    pub fn withdraw_grant(&self, actor: &Account, account: &RecordId, key: i64) -> Result<(), Error> {
        let row = self.for_security(actor, account)?;
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        let ended = self.store.write(move |tx| {
            let ended = tx.end_grant(&place, &row.id, key)?;
            if let Some(grant) = &ended {
                let detail = format!("{} {}", grant.role, grant.body.as_deref().unwrap_or("全县"));
                tx.log_operation(&place, &by, "收回岗位", &row.login, &detail)?;
            }
            Ok(ended.is_some())
        })?;
        if ended { Ok(()) } else { Err(Error::NotFound("这项授权，可能已经收回".to_owned())) }
    }

    /// Grants of an account, withdrawn ones too, oldest first.
    pub fn grants(&self, actor: &Account, account: &RecordId) -> Result<Vec<GrantRow>, Error> {
        self.only_managers(actor)?;
        Ok(self.store.read()?.grants_of(&self.pack.place, account)?)
    }

    /// Lets an account in: a new one, or one whose password was set by a link.
    pub fn let_in(&self, actor: &Account, account: &RecordId) -> Result<(), Error> {
        let row = self.for_security(actor, account)?;
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        Ok(self.store.write(move |tx| {
            let proof =
                tx.proof(&place, &row.id)?.unwrap_or(ProofRow { password_at: row.created_at, ..fresh_proof(row.id) });
            tx.set_proof(&place, &ProofRow { active: true, ..proof })?;
            tx.log_operation(&place, &by, "批准启用", &row.login, &row.role).map(|_| ())
        })?)
    }

    /// Changes what an account is, and to which body it belongs. It is signed out. Once the three administrators are separate, none of them becomes
    /// anything else and nobody else becomes one of them.
    pub fn set_role(&self, actor: &Account, account: &RecordId, role: Role, body: Option<&str>) -> Result<(), Error> {
        let row = self.for_security(actor, account)?;
        self.fits(role, body)?;
        // Whoever administers today and handles cases tomorrow would meet his own doings in the logs, and could come by both in two steps.
        let of_three = |name: &str| Role::ADMINISTRATORS.iter().any(|one| one.name() == name);
        if row.role != role.name() && (of_three(&row.role) || of_three(role.name())) && actor.separate {
            return Err(Error::WrongState(
                "三员账号的角色不能变更，其他账号也不能变更为三员：请由系统管理员另建账号，旧账号停用".to_owned(),
            ));
        }
        let (place, by, body) = (self.pack.place.clone(), actor.login.clone(), body.map(str::to_owned));
        Ok(self.store.write(move |tx| {
            tx.set_account_role(&place, &row.id, role.name(), body.as_deref())?;
            let detail = format!("{} → {} {}", row.role, role.name(), body.as_deref().unwrap_or_default());
            tx.log_operation(&place, &by, "变更角色", &row.login, &detail)?;
            separate_when_complete(tx, &place, &by)
        })?)
    }

    /// Takes the second factor off an account, whose owner lost it; he is signed out and enrols anew.
    pub fn reset_second_factor(&self, actor: &Account, account: &RecordId) -> Result<(), Error> {
        let row = self.for_security(actor, account)?;
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        Ok(self.store.write(move |tx| {
            if let Some(proof) = tx.proof(&place, &row.id)? {
                tx.set_proof(&place, &ProofRow { totp_secret: None, totp_on: false, ..proof })?;
            }
            tx.set_recovery_codes(&place, &row.id, &[])?;
            tx.end_sessions(&place, &row.id)?;
            tx.log_operation(&place, &by, "重置双因素", &row.login, "").map(|_| ())
        })?)
    }

    /// The account on which the security administrator acts: never his own.
    fn for_security(&self, actor: &Account, account: &RecordId) -> Result<zhiheng_store::AccountRow, Error> {
        self.only(actor, Power::Security)?;
        if is_self(actor, account) {
            return Err(Error::WrongState(OWN.to_owned()));
        }
        self.stored_account(account)
    }

    /// Who may act for somebody: the others of the same unit.
    pub fn possible_deputies(&self, actor: &Account) -> Result<Vec<Person>, Error> {
        let rows = self.store.read()?.accounts(&self.pack.place)?;
        let fits = |row: &&zhiheng_store::AccountRow| {
            row.id != actor.id
                && row.disabled_at.is_none()
                && row.role == actor.role.name()
                && row.body == actor.body
                && matches!(actor.role, Role::Office | Role::Bureau)
        };
        Ok(rows.iter().filter(fits).map(|row| Person { id: row.id, name: row.name.clone() }).collect())
    }

    /// 我不在时由…代办: hands one's roles to another of the same unit for some days.
    pub fn delegate(&self, actor: &Account, to: &RecordId, since: i32, until: i32) -> Result<(), Error> {
        let deputy = self.possible_deputies(actor)?.into_iter().find(|person| person.id == *to);
        let mut problems = Vec::new();
        let mut say = |field: &str, text: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, field, text));
        if deputy.is_none() {
            say("deputy", "请从本单位的其他账号中选择代办人。");
        }
        if until < since {
            say("until", "截止日期不能早于开始日期。");
        }
        if since < self.today() {
            say("since", "开始日期不能早于今天：已经办过的事不能事后说成代办。");
        }
        let most = self.pack.delegation_days;
        if until.saturating_sub(since) >= most {
            say("until", &format!("一次代办最多 {most} 天；更长的，换岗请用轮岗交接，还要代办的到期再委托。"));
        }
        if let Some(deputy) = &deputy
            && let Some((field, text)) = self.chained(actor, deputy, (since, until))?
        {
            say(field, &text);
        }
        let Some(deputy) = deputy.filter(|_| actor.acts() && problems.is_empty()) else {
            return Err(if problems.is_empty() { Error::NotPermitted } else { Error::Invalid(problems) });
        };
        let row = DelegationRow { from: actor.id, recorded_at: 0, to: deputy.id, since, until, ended_at: None };
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        Ok(self.store.write(move |tx| {
            tx.delegate(&place, &row)?;
            tx.log_operation(&place, &by, "委托代办", &deputy.name, "").map(|_| ())
        })?)
    }

    /// Why a delegation would be one link of a chain: nobody acts for somebody who acts for a third, or who is away himself.
    fn chained(
        &self,
        actor: &Account,
        deputy: &Person,
        days: (i32, i32),
    ) -> Result<Option<(&'static str, String)>, Error> {
        let mut reader = self.store.read()?;
        let meets = |row: &DelegationRow| row.ended_at.is_none() && row.since <= days.1 && days.0 <= row.until;
        let theirs = reader.delegations_from(&self.pack.place, &deputy.id)?;
        if theirs.iter().any(meets) {
            let why = format!("这些天{}已委托别人代办，不能再代办您的，请另选一人。", deputy.name);
            return Ok(Some(("deputy", why)));
        }
        for colleague in self.possible_deputies(actor)? {
            let rows = reader.delegations_from(&self.pack.place, &colleague.id)?;
            if rows.iter().any(|row| row.to == actor.id && meets(row)) {
                let why = format!(
                    "这些天您在代{}办理，代办不能转托：请{}先另行委托，再委托您自己的。",
                    colleague.name, colleague.name
                );
                return Ok(Some(("deputy", why)));
            }
        }
        Ok(None)
    }

    /// Ends a delegation of one's own early.
    pub fn end_delegation(&self, actor: &Account, key: i64) -> Result<(), Error> {
        let (place, from, by) = (self.pack.place.clone(), actor.id, actor.login.clone());
        let ended = self.store.write(move |tx| {
            let ended = tx.end_delegation(&place, &from, key)?;
            if ended {
                tx.log_operation(&place, &by, "结束代办", "", "")?;
            }
            Ok(ended)
        })?;
        if ended { Ok(()) } else { Err(Error::NotFound("这项代办，可能已经结束".to_owned())) }
    }

    /// One's own delegations, newest first.
    pub fn delegations(&self, actor: &Account) -> Result<Vec<Delegation>, Error> {
        let mut reader = self.store.read()?;
        let rows = reader.delegations_from(&self.pack.place, &actor.id)?;
        let mut found = Vec::new();
        for row in rows {
            let to = reader.account(&self.pack.place, &row.to)?.map(|account| account.name).unwrap_or_default();
            let ended = row.ended_at.is_some();
            found.push(Delegation { key: row.recorded_at, to, since: row.since, until: row.until, ended });
        }
        Ok(found)
    }

    /// Accounts for whom somebody acts as deputy today: their tasks are his.
    pub fn deputises_for(&self, actor: &Account) -> Result<Vec<RecordId>, Error> {
        let mut reader = self.store.read()?;
        Ok(self.absent(&mut reader, actor)?.into_iter().map(|row| row.id).collect())
    }

    /// The same, as they are stored.
    pub(crate) fn absent(&self, reader: &mut Reader<'_>, actor: &Account) -> Result<Vec<AccountRow>, Error> {
        let mut found = Vec::new();
        for row in reader.delegations_to(&self.pack.place, &actor.id, self.today())? {
            let absent = reader.account(&self.pack.place, &row.from)?;
            let same =
                |one: &AccountRow| one.body == actor.body && one.role == actor.role.name() && one.disabled_at.is_none();
            found.extend(absent.filter(same));
        }
        Ok(found)
    }
}
