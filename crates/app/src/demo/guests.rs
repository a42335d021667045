//! 示例县的账号: one for each of a few posts, so that whoever looks at the demonstration can work in it. They are made in the demonstration's own database,
//! of which the mark and the pack both say that it is one, and their password is drawn anew at every start: there is no other place where they exist.

use zhiheng_store::{AccountRow, GrantRow, ProofRow};

use super::DemoMark;
use crate::accounts::fresh_proof;
use crate::{App, Error, Role, hex};

/// The setting that shows them on the page of signing in; it holds nothing that is secret anywhere else.
const SETTING: &str = "demo_guests";

/// Whom one can be.
struct Post {
    login: &'static str,
    name: &'static str,
    role: Role,
    body: Option<&'static str>,
    grants: &'static [&'static str],
}

const fn post(login: &'static str, name: &'static str, body: &'static str, grants: &'static [&'static str]) -> Post {
    Post { login, name, role: Role::Bureau, body: Some(body), grants }
}

const POSTS: [Post; 5] = [
    Post { login: "office", name: "示例·质量强县办", role: Role::Office, body: None, grants: &[] },
    post("jxw", "示例·县经济信息委经办", "jxw", &[]),
    post("qingshi", "示例·青石镇经办", "qingshi", &["town"]),
    post("desk", "示例·投诉受理岗", "scjg", &["desk", "mediator"]),
    post("head", "示例·市场监管局负责人", "scjg", &["head"]),
];

/// Somebody whom one can be in the demonstration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DemoGuest {
    /// 登录名
    pub login: String,
    /// Who it is.
    pub name: String,
    /// 口令, of this start only.
    pub password: String,
}

impl App {
    /// Makes the accounts of the demonstration, with a new password. Refused wherever this is not the demonstration.
    pub fn let_guests_in(&self) -> Result<Vec<DemoGuest>, Error> {
        if !self.pack.demo || !matches!(self.demo_mark()?, DemoMark::Complete { .. }) {
            return Err(Error::WrongState("示例账号只能建在示例县里".to_owned()));
        }
        let password = format!("Shili-{}", hex(&self.random_bytes::<4>()));
        let hash = self.hash_password(&password)?;
        let (now, today) = (self.now(), self.today());
        let mut guests = Vec::new();
        let mut rows = Vec::new();
        for Post { login, name, role, body, grants } in POSTS {
            let (login, name) = (login.to_owned(), name.to_owned());
            guests.push(DemoGuest { login: login.clone(), name: name.clone(), password: password.clone() });
            let row = AccountRow {
                id: self.new_id(),
                login,
                name,
                role: role.name().to_owned(),
                body: body.map(str::to_owned),
                password_hash: hash.clone(),
                created_at: now,
                disabled_at: None,
                failed_count: 0,
                locked_until: None,
            };
            rows.push((row, grants));
        }
        let shown = serde_json::to_string(&guests).map_err(|error| Error::Internal(error.to_string()))?;
        let place = self.pack.place.clone();
        let there = self.store.read()?.accounts(&place)?;
        self.store.write(move |tx| {
            for (row, posts) in &rows {
                let known = there.iter().find(|known| known.login == row.login).map(|known| known.id);
                match known {
                    Some(id) => {
                        tx.set_password(&place, &id, &row.password_hash)?;
                    }
                    None => {
                        tx.create_account(&place, row)?;
                        for post in *posts {
                            let grant = GrantRow {
                                account: row.id,
                                recorded_at: 0,
                                role: (*post).to_owned(),
                                body: row.body.clone(),
                                since: today,
                                until: None,
                                granted_by: row.login.clone(),
                                ended_at: None,
                            };
                            tx.grant(&place, &grant)?;
                        }
                    }
                }
                let id = known.unwrap_or(row.id);
                let proof = tx.proof(&place, &id)?.unwrap_or(fresh_proof(id));
                tx.set_proof(&place, &ProofRow { active: true, password_at: now, ..proof })?;
            }
            tx.set_setting(&place, SETTING, &shown)
        })?;
        Ok(guests)
    }

    /// Nobody is let in as a guest: whom an earlier start had let in has a password now that nobody knows, and the page of signing in names nobody.
    pub fn keep_guests_out(&self) -> Result<(), Error> {
        let guests = self.demo_guests()?;
        if guests.is_empty() {
            return Ok(());
        }
        let hash = self.hash_password(&hex(&self.random_bytes::<16>()))?;
        let place = self.pack.place.clone();
        let there = self.store.read()?.accounts(&place)?;
        Ok(self.store.write(move |tx| {
            for known in there.iter().filter(|known| guests.iter().any(|guest| guest.login == known.login)) {
                tx.set_password(&place, &known.id, &hash)?;
            }
            tx.set_setting(&place, SETTING, "")
        })?)
    }

    /// The accounts of the demonstration, for its page of signing in; nobody anywhere else.
    pub fn demo_guests(&self) -> Result<Vec<DemoGuest>, Error> {
        if !self.pack.demo {
            return Ok(Vec::new());
        }
        let text = self.setting(SETTING)?.unwrap_or_default();
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}
