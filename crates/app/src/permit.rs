//! 权限: who may do what, in one place. Pure: an [`Account`] carries everything that its rights follow from, and every page, list, export
//! and step of a procedure asks here.
//!
//! What always holds:
//! - An administrator (三员) touches no record, and none of the three holds a power of another.
//! - To see is not to take out: [`Verb::Export`] is a right of its own.
//! - Who is not let in yet ([`Account::acts`]) may do nothing.

use zhiheng_pack::access::Party;
use zhiheng_pack::pack::BodyLevel;
use zhiheng_pack::procedure::roles;
use zhiheng_pack::{Kind, Pack, Record, Sight};
pub use zhiheng_store::Scope;
use zhiheng_store::Sent;

use crate::accounts::{Account, Role, Service};

/// The right to take records out of the system (数据导出); granted for a body, or for the county.
pub const EXPORT: &str = "export";

/// What somebody wants to do with records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb<'a> {
    /// 查看
    See,
    /// 新增
    Create,
    /// 更正、恢复
    Correct,
    /// 撤销
    Withdraw,
    /// 批量导入: every row of the file.
    Import,
    /// 导出
    Export,
    /// A step of a procedure, by the role that may take it.
    Step(&'a str),
}

/// What an administrator administers (三员分立).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Power {
    /// 系统管理: accounts, links, settings of the installation.
    System,
    /// 安全管理: roles, second factors, the policy of passwords.
    Security,
    /// 审计管理: the logs and the matrix of permissions.
    Audit,
}

impl Power {
    /// All three.
    pub const ALL: [Power; 3] = [Power::System, Power::Security, Power::Audit];
}

/// A role that somebody holds today, by a grant or as a deputy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Role id, or [`EXPORT`].
    pub role: String,
    /// Bodies on whose cases: the one of the grant and those under it; none: the whole county.
    pub bodies: Option<Vec<String>>,
    /// The person for whom it is held as a deputy (代办).
    pub instead_of: Option<Absent>,
}

/// Somebody who is away, and in whose place another acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Login.
    pub login: String,
    /// 姓名
    pub name: String,
}

impl Held {
    fn covers(&self, body: Option<&str>) -> bool {
        let within = |bodies: &Vec<String>| body.is_some_and(|body| bodies.iter().any(|own| own == body));
        self.bodies.as_ref().is_none_or(within)
    }
}

/// Whether an account may do something with records of a kind that belong to a body and lie in an area. What was sent to somebody is read
/// besides ([`is_sent_to`]); nothing else follows from it.
pub fn may(actor: &Account, verb: Verb<'_>, kind: &Kind, owner: Option<&str>, area: Option<&str>) -> bool {
    match verb {
        Verb::See => sees(actor, kind, owner, area),
        // 已公布的由公开的环节写入: nobody enters, corrects or takes back what the public was told.
        Verb::Create | Verb::Correct | Verb::Withdraw | Verb::Import if kind.sealed => false,
        // Whoever writes a record reads it: nobody enters what he may not see.
        Verb::Create | Verb::Correct | Verb::Withdraw => {
            writes(actor, kind, owner, area) && sees(actor, kind, owner, area)
        }
        // A file is taken as a whole: only where every row belongs to the body of the kind.
        Verb::Import => {
            let all = kind.body.as_deref();
            is_office(actor) && sees(actor, kind, owner, area)
                || kind.body_field.is_none() && writes(actor, kind, all, None) && sees(actor, kind, all, None)
        }
        Verb::Export => sees(actor, kind, owner, area) && exports(actor, owner),
        Verb::Step(role) => actor.holds(role, owner),
    }
}

fn is_office(actor: &Account) -> bool {
    actor.acts() && actor.role == Role::Office
}

fn is_body(actor: &Account) -> bool {
    actor.acts() && actor.role == Role::Bureau
}

/// Whether an account reads the records of a kind that belong to a body and lie in an area: the office all but the confidential ones, a body its
/// own, holders of a role those of the bodies for which they hold it – each as far as the kind is read by that role –, and what the pack shows
/// to those who serve an area.
fn sees(actor: &Account, kind: &Kind, owner: Option<&str>, area: Option<&str>) -> bool {
    if is_office(actor) {
        return !kind.is_confidential() || kind.access.readers.iter().any(|role| actor.holds(role, owner));
    }
    if !is_body(actor) {
        return false;
    }
    let own = owner.is_some_and(|owner| actor.has_own(owner)) && kind.is_read_by(roles::OFFICER);
    let held = || actor.readers(kind).any(|held| held.covers(owner));
    own || held() || serves(actor, kind, owner, area)
}

/// 辖区: the pack says that bodies of this level see what lies in their areas. A 派出机构 acts for the body above it: it sees that body's, nobody
/// else's. Where the kind is confidential, the role is wanted here as everywhere.
fn serves(actor: &Account, kind: &Kind, owner: Option<&str>, area: Option<&str>) -> bool {
    let among = |known: &[String], one: Option<&str>| one.is_some_and(|one| known.iter().any(|own| own == one));
    let level = actor.level.filter(|level| kind.access.by_area.contains(level));
    let whose = level.is_some_and(|level| level != BodyLevel::Station || among(&actor.above, owner));
    let trusted = || !kind.is_confidential() || actor.readers(kind).any(|held| held.covers(actor.body.as_deref()));
    whose && among(&actor.areas, area) && trusted()
}

/// Whether a record was sent to the account's own body (主送、抄送、参加单位、协办): it reads it, or the part that [`shown_to`] names.
pub fn is_sent_to(actor: &Account, kind: &Kind, record: &Record) -> bool {
    parties(actor, kind, record).next().is_some()
}

fn parties<'k>(actor: &Account, kind: &'k Kind, record: &Record) -> impl Iterator<Item = &'k Party> {
    let own: &[String] = if is_body(actor) && actor.service.is_none() { &actor.own } else { &[] };
    kind.access.parties.iter().filter(move |party| party.is_open(record) && party.names(record, own))
}

/// The fields of a record that somebody reads to whom it was only sent; `None`: all of them.
pub fn shown_to(actor: &Account, kind: &Kind, record: &Record) -> Option<Vec<usize>> {
    let mut fields = Vec::new();
    for party in parties(actor, kind, record) {
        if party.shows.is_empty() {
            return None;
        }
        fields.extend(party.shows.iter().copied());
    }
    Some(fields)
}

/// Whether a document of a record is among those that went to the account's body.
pub fn document_went_to(actor: &Account, kind: &Kind, record: &Record, document: &str) -> bool {
    parties(actor, kind, record).any(|party| party.documents.iter().any(|sent| sent == document))
}

/// Whether an account reads a personal field of a body's record as it is; everybody else who may open the record sees it masked. It follows from
/// the roles that the pack names, and from nothing else: not from seeing the record, not from leading the county.
pub fn reads(actor: &Account, kind: &Kind, field: usize, owner: Option<&str>) -> bool {
    if !kind.fields.get(field).is_some_and(|field| field.personal) {
        return true;
    }
    match &actor.service {
        Some(service) => service.personal.contains(&kind.id),
        None => kind.readers_of(field).into_iter().any(|role| actor.holds(role, owner)),
    }
}

/// A body writes what is its own or belongs to a body under it. A 派出机构 writes, for the body above it, what lies in its areas.
fn writes(actor: &Account, kind: &Kind, owner: Option<&str>, area: Option<&str>) -> bool {
    if is_office(actor) {
        return true;
    }
    let Some(owner) = owner.filter(|_| is_body(actor)) else { return false };
    let station = actor.level == Some(BodyLevel::Station);
    actor.has_own(owner)
        || station && serves(actor, kind, Some(owner), area)
        || actor.held.iter().any(|held| held.role == roles::OFFICER && held.covers(Some(owner)))
}

fn exports(actor: &Account, owner: Option<&str>) -> bool {
    is_office(actor) || actor.held.iter().any(|held| held.role == EXPORT && held.covers(owner))
}

impl Account {
    /// An account of the office that nobody signs in with: for commands run on the machine itself, and for tests.
    pub fn of_office(login: &str) -> Account {
        Account {
            id: zhiheng_store::RecordId([0; 16]),
            login: login.to_owned(),
            name: login.to_owned(),
            role: Role::Office,
            body: None,
            disabled: false,
            locked: false,
            active: true,
            must: None,
            second_factor: false,
            own: Vec::new(),
            above: Vec::new(),
            areas: Vec::new(),
            held: Vec::new(),
            reserved: Vec::new(),
            filled: Vec::new(),
            separate: false,
            level: None,
            service: None,
            stands_for: Vec::new(),
        }
    }

    /// In whose place this account does something (代办): of a case that is assigned to somebody absent, his; else of the person through whom alone it
    /// holds the role that this takes.
    pub(crate) fn instead_of(&self, roles: &[String], body: Option<&str>, assignee: Option<&str>) -> Option<&Absent> {
        let assigned = assignee.and_then(|login| self.stands_for.iter().find(|absent| absent.login == login));
        if assigned.is_some() || self.stands_for.is_empty() {
            return assigned;
        }
        let held = self.held.iter().filter(|held| held.instead_of.is_none()).cloned().collect();
        let own = Account { held, ..self.clone() };
        if roles.iter().any(|role| own.holds(role, body)) {
            return None;
        }
        let through = |held: &&Held| held.instead_of.is_some() && roles.contains(&held.role) && held.covers(body);
        self.held.iter().find(through).and_then(|held| held.instead_of.as_ref())
    }

    /// Whether the account is let in: activated, and owing neither a new password nor a second factor.
    pub fn acts(&self) -> bool {
        self.active && !self.disabled && self.must.is_none()
    }

    /// What becomes of a field of a body's record before this account: what it does not read it knows to be there.
    pub fn sight(&self, kind: &Kind, field: usize, owner: Option<&str>) -> Sight {
        if reads(self, kind, field, owner) { Sight::Shown } else { Sight::Masked }
    }

    /// A record's title as this account reads it.
    pub(crate) fn title(&self, pack: &Pack, kind: &Kind, record: &Record) -> String {
        let owner = pack.envelope(kind, record).body;
        pack.title_by(kind, record, |index| self.sight(kind, index, owner.as_deref()))
    }

    /// Whether a body is the account's own, or under it.
    fn has_own(&self, body: &str) -> bool {
        self.own.iter().any(|own| own == body)
    }

    /// Whether the account holds a role on cases of a body, by what it is, by a grant, or as a deputy.
    pub fn holds(&self, role: &str, body: Option<&str>) -> bool {
        if !self.acts() || matches!(role, roles::SYSTEM | roles::CITIZEN) || roles::TAKEN.contains(&role) {
            return false;
        }
        match self.role {
            Role::Office => {
                matches!(role, roles::OFFICE | roles::OFFICER)
                    || self.held.iter().any(|held| held.role == role && held.covers(body))
                    || self.stands_in(role, body)
            }
            Role::Bureau => {
                role == roles::OFFICER && body.is_some_and(|body| self.has_own(body))
                    || role != roles::OFFICE && self.held.iter().any(|held| held.role == role && held.covers(body))
            }
            Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => false,
        }
    }

    /// Whether the office stands in for a role (顶岗): one that somebody must be granted is never its own, another is until it is granted.
    fn stands_in(&self, role: &str, body: Option<&str>) -> bool {
        !self.reserved.iter().any(|reserved| reserved == role)
            && !self.filled.iter().any(|filled| filled.role == role && (body.is_none() || filled.covers(body)))
    }

    /// Whether nobody holds a role that has to be granted, as far as an account of the office can tell.
    pub fn is_vacant(&self, role: &str, body: Option<&str>) -> bool {
        self.acts()
            && self.role == Role::Office
            && self.reserved.iter().any(|reserved| reserved == role)
            && !self.filled.iter().any(|filled| filled.role == role && filled.covers(body))
    }

    /// The roles whose work this account sees, each with the bodies on whose cases it holds it, or all of them; `None` sees everybody's work.
    pub fn owners(&self) -> Option<Vec<(String, Option<Vec<String>>)>> {
        if is_office(self) {
            return None;
        }
        if !self.acts() || self.role != Role::Bureau {
            return Some(Vec::new());
        }
        let own = (roles::OFFICER.to_owned(), Some(self.own.clone()));
        let held = self.held.iter().filter(|held| held.role != EXPORT && held.role != roles::OFFICE);
        Some(std::iter::once(own).chain(held.map(|held| (held.role.clone(), held.bodies.clone()))).collect())
    }

    /// What of its roles reads a kind.
    fn readers<'a>(&'a self, kind: &'a Kind) -> impl Iterator<Item = &'a Held> {
        self.held.iter().filter(|held| held.role != EXPORT && kind.is_read_by(&held.role))
    }

    /// What lists of a kind are narrowed to; `None` sees the whole county. The same answer as [`may`] and [`is_sent_to`], as part of a query.
    pub fn scope(&self, kind: &Kind) -> Option<Scope> {
        if is_office(self) {
            let all = !kind.is_confidential() || kind.access.readers.iter().any(|role| self.holds(role, None));
            if all {
                return None;
            }
            let of = |held: &&Held| kind.access.readers.contains(&held.role);
            return narrowed(self.held.iter().filter(of), Scope::default());
        }
        if !is_body(self) {
            return Some(Scope::default());
        }
        let mut scope = Scope::default();
        if kind.is_read_by(roles::OFFICER) {
            scope.bodies.clone_from(&self.own);
        }
        let level = self.level.filter(|level| kind.access.by_area.contains(level));
        let trusted = !kind.is_confidential() || self.readers(kind).any(|held| held.covers(self.body.as_deref()));
        if let Some(level) = level.filter(|_| trusted) {
            scope.areas.clone_from(&self.areas);
            scope.of = (level == BodyLevel::Station).then(|| self.above.clone());
        }
        let field = |at: &usize| kind.fields.get(*at).map(|field| field.id.clone());
        for party in kind.access.parties.iter().filter(|_| self.service.is_none() && !self.own.is_empty()) {
            let fields: Vec<String> = party.fields.iter().filter_map(field).collect();
            if scope.sent.iter().all(|sent| sent.fields != fields) {
                scope.sent.push(Sent { fields, to: self.own.clone(), after: party.after.as_ref().and_then(field) });
            }
        }
        narrowed(self.readers(kind), scope)
    }

    /// What of a kind may be taken out; `None`: the whole county. Nothing where the account has no right to export.
    pub fn export_scope(&self, kind: &Kind) -> Option<Scope> {
        let seen = self.scope(kind);
        if is_office(self) {
            return seen;
        }
        let rights = self.held.iter().filter(|held| held.role == EXPORT && self.acts());
        let mut bodies = Vec::new();
        for right in rights {
            match &right.bodies {
                None => return seen.map(|seen| Scope { sent: Vec::new(), ..seen }),
                Some(of) => bodies.extend(of.iter().cloned()),
            }
        }
        bodies.retain(|body| seen.as_ref().is_none_or(|seen| seen.bodies.contains(body)));
        Some(Scope { bodies, ..Scope::default() })
    }

    /// Whether the account may take out anything of a kind.
    pub fn exports(&self, kind: &Kind) -> bool {
        self.export_scope(kind).is_none_or(|scope| !scope.is_empty())
    }

    /// Whether the account may write records of a kind at all.
    pub fn writes_kind(&self, kind: &Kind) -> bool {
        let owner = kind.body.as_deref();
        let by_area = |area: &String| may(self, Verb::Create, kind, owner, Some(area));
        let own = |body: &String| may(self, Verb::Create, kind, Some(body), None);
        may(self, Verb::Create, kind, owner, None)
            || kind.body_field.is_some() && self.own.iter().any(own)
            || kind.area.is_some() && self.areas.iter().any(by_area)
    }

    /// Whether the account holds a power of administration.
    pub fn has(&self, power: Power) -> bool {
        self.acts()
            && match self.role {
                Role::Office => !self.separate,
                Role::Bureau => false,
                Role::SystemAdmin => power == Power::System,
                Role::SecurityAdmin => power == Power::Security,
                Role::AuditAdmin => power == Power::Audit,
            }
    }
}

/// A scope with the bodies for which roles are held; none, where one is held for the county: who decides for the county has to see what he
/// decides on.
fn narrowed<'a>(held: impl Iterator<Item = &'a Held>, mut scope: Scope) -> Option<Scope> {
    for held in held {
        for body in held.bodies.as_ref()? {
            if !scope.bodies.contains(body) {
                scope.bodies.push(body.clone());
            }
        }
    }
    Some(scope)
}

/// A line of the matrix of permissions: what somebody may do with records of a kind, each verb for records of his own body, for those in his area
/// that belong to another, for those that were sent to his body, and for any other; and what he reads of personal fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixLine {
    /// Who.
    pub who: String,
    /// Position of the kind.
    pub kind: usize,
    /// Each of [`MATRIX_VERBS`], for each of [`MATRIX_OF`].
    pub cells: Vec<[bool; MATRIX_OF.len()]>,
    /// Personal fields that are read as they are, of his own body's records and of another's, each as often as the kind has such fields.
    pub personal: Vec<[bool; 2]>,
}

impl MatrixLine {
    /// How many answers it holds.
    #[expect(clippy::len_without_is_empty, reason = "no line is empty")]
    pub fn len(&self) -> usize {
        self.cells.len() * MATRIX_OF.len() + self.personal.len() * 2
    }
}

/// Whose records.
pub const MATRIX_OF: [&str; 4] = ["本单位", "辖区", "送达", "其他"];

/// The verbs of the matrix, with their words.
pub const MATRIX_VERBS: [(Verb<'static>, &str); 8] = [
    (Verb::See, "查看"),
    (Verb::Create, "新增"),
    (Verb::Correct, "更正"),
    (Verb::Withdraw, "撤销"),
    (Verb::Import, "导入"),
    (Verb::Export, "导出"),
    (Verb::Step(roles::OFFICER), "办理"),
    (Verb::Step(roles::HEAD), "签批"),
];

/// Another body than any of the pack.
const ANOTHER: &str = "another";
/// The unit of a body in the matrix, where the kind names none.
const SOME_BODY: &str = "some";
const HOME: &str = "home";
const ABROAD: &str = "abroad";

/// The matrix of permissions: role × kind × verb × owner. Computed by the same functions that decide everywhere else.
pub fn matrix(pack: &Pack) -> Vec<MatrixLine> {
    let mut lines = Vec::new();
    for (at, kind) in pack.kinds.iter().enumerate() {
        let whose = kind.body.as_deref().unwrap_or(SOME_BODY);
        for (who, account) in everybody(pack, whose) {
            let own = account.own.first().map_or(whose, String::as_str);
            let sent = was_sent(kind, &account);
            let cell = |verb: Verb<'_>| {
                // What lies in an area belongs, for a 派出机构, to the body above it; a town finds there what is anybody's.
                let area =
                    may(&account, verb, kind, Some(if account.above.is_empty() { ANOTHER } else { whose }), Some(HOME));
                let other = match verb {
                    // A file is judged by the body of its kind: for the one who belongs to another, by that.
                    Verb::Import if account.service.is_none() => {
                        let stranger = Account { own: vec![ANOTHER.to_owned()], ..account.clone() };
                        may(&stranger, verb, kind, Some(whose), None)
                    }
                    _ => may(&account, verb, kind, Some(ANOTHER), Some(ABROAD)),
                };
                [may(&account, verb, kind, Some(own), Some(ABROAD)), area, verb == Verb::See && sent, other]
            };
            let personal = (0..kind.fields.len()).filter(|at| kind.fields.get(*at).is_some_and(|field| field.personal));
            let read = |field: usize| [Some(own), Some(ANOTHER)].map(|of| reads(&account, kind, field, of));
            lines.push(MatrixLine {
                who,
                kind: at,
                cells: MATRIX_VERBS.iter().map(|(verb, _)| cell(*verb)).collect(),
                personal: personal.map(read).collect(),
            });
        }
    }
    lines
}

/// Who holds each role of a pack on cases of his own body and of another's: one line for each sort of account, and one for somebody to whom the role is
/// granted. The office is asked twice: in a county in which nothing is granted, and in one in which everything is.
pub fn role_matrix(pack: &Pack) -> Vec<(String, String, bool, bool)> {
    let mut lines = Vec::new();
    for role in &pack.roles {
        let granted = |bodies: Option<Vec<String>>| Held { role: role.id.clone(), bodies, instead_of: None };
        let to_body = (role.scope == zhiheng_pack::procedure::RoleScope::Body).then(|| vec![SOME_BODY.to_owned()]);
        let mut people = everybody(pack, SOME_BODY);
        people.retain(|(_, account)| account.held.is_empty() || account.service.is_some());
        let Some((_, office)) = people.first().cloned() else { continue };
        let own =
            Account { role: Role::Bureau, reserved: Vec::new(), own: vec![SOME_BODY.to_owned()], ..office.clone() };
        people.remove(0);
        people.insert(0, ("质量强县办（没有授予）".to_owned(), office.clone()));
        people.insert(
            1,
            ("质量强县办（都已授予）".to_owned(), Account { filled: vec![granted(None)], ..office.clone() }),
        );
        people.insert(
            2,
            ("质量强县办（授予了他）".to_owned(), Account { held: vec![granted(to_body.clone())], ..office }),
        );
        people.insert(3, ("单位（授予了他）".to_owned(), Account { held: vec![granted(to_body)], ..own }));
        let holds =
            |account: &Account| (account.holds(&role.id, Some(SOME_BODY)), account.holds(&role.id, Some(ANOTHER)));
        lines.extend(
            people.iter().map(|(who, account)| (role.id.clone(), who.clone(), holds(account).0, holds(account).1)),
        );
    }
    lines
}

/// Whether an account reads a record of another body that names its own in every field by which records are sent.
fn was_sent(kind: &Kind, account: &Account) -> bool {
    let Some(own) = account.own.first() else { return false };
    let mut fields = serde_json::Map::new();
    for party in &kind.access.parties {
        for field in party.fields.iter().filter_map(|at| kind.fields.get(*at)) {
            let named = match field.kind {
                zhiheng_pack::Type::Choices => serde_json::json!([own]),
                _ => serde_json::json!(own),
            };
            fields.insert(field.id.clone(), named);
        }
        fields.extend(
            party.after.and_then(|at| kind.fields.get(at)).map(|field| (field.id.clone(), "2026-01-05".into())),
        );
    }
    let record = Record::from_canonical(kind, &serde_json::Value::Object(fields).to_string());
    record.is_some_and(|record| is_sent_to(account, kind, &record))
}

/// One of each sort of account, the body's being `own`.
fn everybody(pack: &Pack, own: &str) -> Vec<(String, Account)> {
    let account = |role: Role| Account { role, separate: true, ..Account::of_office("") };
    let of = |own: &str| Account { body: Some(own.to_owned()), own: vec![own.to_owned()], ..account(Role::Bureau) };
    let with = |role: &str, bodies: Option<Vec<String>>| Account {
        held: vec![Held { role: role.to_owned(), bodies, instead_of: None }],
        level: Some(BodyLevel::Bureau),
        ..of(own)
    };
    let own_only = || Some(vec![own.to_owned()]);
    let station = || Account {
        above: vec![own.to_owned()],
        areas: vec![HOME.to_owned()],
        level: Some(BodyLevel::Station),
        ..of("station")
    };
    let town = Account { areas: vec![HOME.to_owned()], level: Some(BodyLevel::Town), ..of("town") };
    let posts = || pack.roles.iter().filter(|role| roles::BUILT_IN.iter().all(|(built_in, ..)| *built_in != role.id));
    let service = |bodies: Vec<String>| {
        let held = |role: &zhiheng_pack::procedure::Role| Held {
            role: role.id.clone(),
            bodies: Some(bodies.clone()),
            instead_of: None,
        };
        let held = pack.roles.iter().filter(|role| !role.person && role.id != roles::OFFICER).map(held).collect();
        let body = (bodies.len() == 1).then(|| own.to_owned());
        Account { body, own: bodies.clone(), held, service: Some(Service::default()), ..account(Role::Bureau) }
    };
    // Nothing is granted in it: the posts that have to be granted are nobody's, and the office reads nothing by them.
    let reserved = pack.roles.iter().filter(|role| role.by_grant).map(|role| role.id.clone()).collect();
    let mut all = vec![
        ("质量强县办".to_owned(), Account { reserved, ..account(Role::Office) }),
        ("单位".to_owned(), of(own)),
        ("单位负责人".to_owned(), with(roles::HEAD, own_only())),
        ("单位（可导出）".to_owned(), with(EXPORT, own_only())),
    ];
    all.extend(posts().map(|role| (role.name.clone(), with(&role.id, own_only()))));
    all.push(("派出机构".to_owned(), station()));
    all.extend(posts().filter(|role| matches!(role.id.as_str(), "desk" | "inspector")).map(|role| {
        let held = Held { role: role.id.clone(), bodies: Some(vec!["station".to_owned()]), instead_of: None };
        (format!("派出机构{}", role.name), Account { held: vec![held], ..station() })
    }));
    all.extend([
        ("乡镇".to_owned(), town),
        ("县政府（上级）".to_owned(), of("government")),
        ("分管领导".to_owned(), with(roles::LEADER, None)),
        ("接口（本单位）".to_owned(), service(vec![own.to_owned()])),
        ("接口（全县）".to_owned(), service(vec![own.to_owned(), ANOTHER.to_owned()])),
        ("未启用的账号".to_owned(), Account { active: false, ..account(Role::Office) }),
        ("系统管理员".to_owned(), account(Role::SystemAdmin)),
        ("安全管理员".to_owned(), account(Role::SecurityAdmin)),
        ("审计管理员".to_owned(), account(Role::AuditAdmin)),
    ]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordId;

    fn account(role: Role, own: &[&str]) -> Account {
        Account {
            id: RecordId([1; 16]),
            login: "a".to_owned(),
            name: "甲".to_owned(),
            role,
            body: own.first().map(|body| (*body).to_owned()),
            disabled: false,
            locked: false,
            active: true,
            must: None,
            second_factor: false,
            own: own.iter().map(|body| (*body).to_owned()).collect(),
            above: Vec::new(),
            areas: Vec::new(),
            held: Vec::new(),
            reserved: Vec::new(),
            filled: Vec::new(),
            separate: false,
            level: None,
            service: None,
            stands_for: Vec::new(),
        }
    }

    fn held(role: &str, bodies: Option<&[&str]>) -> Held {
        let bodies = bodies.map(|bodies| bodies.iter().map(|body| (*body).to_owned()).collect());
        Held { role: role.to_owned(), bodies, instead_of: None }
    }

    #[test]
    fn no_administrator_holds_a_power_of_another_or_a_role() {
        for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
            let one = account(role, &[]);
            assert_eq!(Power::ALL.iter().filter(|power| one.has(**power)).count(), 1, "{role:?}");
            assert!(!one.holds(roles::OFFICE, None));
            let granted = Account { held: vec![held(roles::LEADER, None)], ..one };
            assert!(!granted.holds(roles::LEADER, None), "a grant gives an administrator nothing");
        }
    }

    #[test]
    fn the_office_loses_the_three_powers_when_they_are_separate() {
        let office = account(Role::Office, &[]);
        assert!(Power::ALL.iter().all(|power| office.has(*power)));
        let separate = Account { separate: true, ..office };
        assert!(!Power::ALL.iter().any(|power| separate.has(*power)) && separate.holds("desk", Some("kjj")));
    }

    #[test]
    fn a_body_acts_for_itself_and_for_those_under_it_and_a_grant_gives_the_rest() {
        let mut one = account(Role::Bureau, &["scjg", "s1"]);
        assert!(one.holds(roles::OFFICER, Some("s1")) && !one.holds(roles::OFFICER, Some("kjj")));
        assert!(!one.holds(roles::HEAD, Some("scjg")));
        one.held = vec![held(roles::HEAD, Some(&["scjg"])), held(roles::OFFICE, None)];
        assert!(one.holds(roles::HEAD, Some("scjg")) && !one.holds(roles::HEAD, Some("kjj")));
        assert!(!one.holds(roles::OFFICE, None), "the office's role is not to be had by a grant");
    }

    #[test]
    fn who_owes_a_second_factor_or_is_not_let_in_may_nothing() {
        let office = account(Role::Office, &[]);
        for shut in [
            Account { active: false, ..office.clone() },
            Account { must: Some(crate::Must::SecondFactor), ..office.clone() },
            Account { disabled: true, ..office },
        ] {
            assert!(!shut.holds(roles::OFFICER, Some("scjg")));
            assert!(!Power::ALL.iter().any(|power| shut.has(*power)));
        }
    }
}
