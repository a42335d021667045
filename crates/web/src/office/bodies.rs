//! 单位与联络员: the members of the leading group, the bodies as a tree, who answers for each, and the indicators that it leads (牵头) or assists with (配合):
//! the plan's table names the leading body first. Members, contacts and villages are records; where nobody is recorded for a body, the pack's contact stands.

use axum::extract::State;
use zhiheng_app::{Account, Directory, Role};
use zhiheng_pack::pack::{Body, BodyLevel};
use zhiheng_pack::{Indicator, Kind, Pack};

use crate::components::{
    Link,
    table::{Cell, Column, Row, Table},
};
use crate::extract::{Staff, Visit};
use crate::frame::shell;
use crate::pages::{BodiesPage, TreeNode};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::date;

/// So many villages of a town are named; of more, the number.
const NAMED: usize = 3;

/// `GET /bodies`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(account): Staff) -> Answer {
    let reader = account.clone();
    let directory = server.run(move |app| app.directory(&reader)).await?;
    let app = server.app();
    let shown = Shown { pack: &app.pack, account: &account, directory: &directory, today: app.today() };
    let page = BodiesPage {
        shell: shell(&server, &visit),
        ways: shown.ways(&visit),
        members: shown.members(),
        tree: shown.under(None),
        tables: shown.tables(),
    };
    Ok(page_of(page.render()))
}

/// The bodies as one reader sees them today.
struct Shown<'a> {
    pack: &'a Pack,
    account: &'a Account,
    directory: &'a Directory,
    today: i32,
}

impl Shown<'_> {
    fn kind(&self, position: Option<usize>) -> Option<&Kind> {
        self.pack.kinds.get(position?)
    }

    /// What the reader may add: the office everything, a body who answers for it.
    fn ways(&self, visit: &Visit) -> Vec<Link> {
        let parts = self.pack.directory;
        let (member, contact) = (parts.member.map(|it| it.kind), parts.contact.map(|it| it.kind));
        let village = self.kind(parts.village.map(|it| it.kind));
        let may = |kind: &&Kind| visit.may_write_kind(kind);
        let new = |label: &str, kind: &Kind| Link::new(label, format!("/kinds/{}/new", kind.id));
        let own = if self.account.role == Role::Office { "登记联络员" } else { "登记本单位联络员" };
        let mut ways = Vec::new();
        ways.extend(self.kind(member).filter(may).map(|kind| new("登记领导小组成员", kind)));
        ways.extend(self.kind(contact).filter(may).map(|kind| new(own, kind)));
        let import = |kind: &Kind| Link::new("导入村（社区）", format!("/kinds/{}/import", kind.id));
        ways.extend(village.filter(|kind| visit.is_office() && visit.may_import(kind)).map(import));
        ways
    }

    fn members(&self) -> Option<Table> {
        self.pack.directory.member?;
        let row = |member: &zhiheng_app::Member| {
            let (kind, id) = &member.record;
            let body = member.body.as_deref().and_then(|body| self.pack.body(body));
            Row::new(vec![
                Cell::Link(Link::new(member.name.clone(), format!("/kinds/{kind}/{id}"))),
                Cell::Text(member.position.clone()),
                Cell::Text(member.duty.clone()),
                Cell::Text(body.map(|body| body.name.clone()).unwrap_or_default()),
                Cell::Text(member.since.map(|day| format!("{}起", date(day))).unwrap_or_default()),
            ])
        };
        Some(Table {
            id: "members".into(),
            caption: "领导小组成员".into(),
            note: Some(format!("{} 人", self.directory.members.len())),
            columns: vec![
                Column::header("姓名"),
                Column::text("小组职务"),
                Column::text("职务"),
                Column::text("单位"),
                Column::text("任期"),
            ],
            rows: self.directory.members.iter().map(row).collect(),
            stacked: true,
            empty: Some("还没有登记。由质量强县办按印发的名单登记。".into()),
            ..Table::default()
        })
    }

    /// The bodies in being under one, or of the root.
    fn under(&self, parent: Option<&str>) -> Vec<TreeNode> {
        let is_root = |body: &&Body| match (body.parent.as_deref(), parent) {
            (Some(above), Some(parent)) => above == parent,
            // Whose parent is not there stands at the root: it is lost nowhere.
            (Some(above), None) => self.pack.body(above).is_none_or(|above| !above.is_on(self.today)),
            (None, parent) => parent.is_none(),
        };
        let all = self.pack.bodies.iter().filter(|body| body.is_on(self.today)).filter(is_root);
        let node = |body: &Body| TreeNode {
            name: body.name.clone(),
            note: if body.level == BodyLevel::Station { self.areas(body) } else { String::new() },
            under: self.under(Some(&body.id)),
        };
        all.map(node).collect()
    }

    fn areas(&self, body: &Body) -> String {
        let areas = body.areas.iter().filter_map(|area| self.pack.area(area));
        areas.map(|area| area.name.as_str()).collect::<Vec<_>>().join("、")
    }

    /// A table a level, 领导小组 first.
    fn tables(&self) -> Vec<Table> {
        let of_level = |(_, word, level): &(&str, &str, BodyLevel)| {
            let of_level = |body: &&Body| body.level == *level && body.is_on(self.today);
            let bodies: Vec<&Body> = self.pack.bodies.iter().filter(of_level).collect();
            (!bodies.is_empty()).then(|| self.table(word, &bodies))
        };
        BodyLevel::NAMES.iter().filter_map(of_level).collect()
    }

    fn table(&self, level: &str, bodies: &[&Body]) -> Table {
        let row = |body: &&Body| {
            let parent = body.parent.as_deref().and_then(|parent| self.pack.body(parent));
            let under = parent.map(|parent| parent.name.clone()).into_iter();
            let under: Vec<String> = under
                .chain(Some(self.areas(body)).filter(|areas| !areas.is_empty()))
                .chain(self.villages(body))
                .collect();
            let (contact, phone) = self.contact(body);
            Row::new(vec![
                Cell::Noted(body.name.clone(), under.join("；")),
                Cell::Noted(contact, phone),
                Cell::Links(indicators(self.pack, body, Part::Leads)),
                Cell::Links(indicators(self.pack, body, Part::Assists)),
            ])
        };
        Table {
            id: format!("level-{}", bodies.first().map_or("", |body| body.id.as_str())),
            caption: level.to_owned(),
            note: Some(format!("{} 个", bodies.len())),
            columns: vec![
                Column::header("单位"),
                Column::text("联络员"),
                Column::text("牵头的指标"),
                Column::text("配合的指标"),
            ],
            rows: bodies.iter().map(row).collect(),
            stacked: true,
            ..Table::default()
        }
    }

    /// How many villages lie in a town.
    fn villages(&self, body: &Body) -> Option<String> {
        let names: Vec<&String> =
            body.areas.iter().filter_map(|area| self.directory.villages.get(area)).flatten().collect();
        let named: Vec<&str> = names.iter().take(NAMED).map(|name| name.as_str()).collect();
        let more = if names.len() > NAMED { "等" } else { "" };
        (!names.is_empty()).then(|| format!("{}{more} {} 个村（社区）", named.join("、"), names.len()))
    }

    fn contact(&self, body: &Body) -> (String, String) {
        let Some(lines) = self.directory.contacts.get(&body.id) else {
            return match &body.contact {
                Some(contact) => (contact.name.clone(), contact.phone.clone().unwrap_or_default()),
                None => (String::new(), String::new()),
            };
        };
        let named = |it: &zhiheng_app::ContactLine| match it.duty.is_empty() {
            true => it.name.clone(),
            false => format!("{}（{}）", it.name, it.duty),
        };
        let phones = lines.iter().flat_map(|it| [&it.phone, &it.mobile]).filter(|phone| !phone.is_empty());
        let phones: Vec<&str> = phones.map(String::as_str).collect();
        (lines.iter().map(named).collect::<Vec<_>>().join("、"), phones.join("、"))
    }
}

/// A body's part in an indicator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Leads,
    Assists,
}

fn indicators(pack: &Pack, body: &Body, part: Part) -> Vec<Link> {
    let has = |indicator: &&Indicator| {
        let at = indicator.bodies.iter().position(|at| pack.bodies.get(*at).is_some_and(|one| one.id == body.id));
        match part {
            Part::Leads => at == Some(0),
            Part::Assists => at.is_some_and(|at| at > 0),
        }
    };
    // Definitions that were given up are the same indicator under an earlier name.
    let shown = pack.indicators.iter().filter(|one| !one.helper && one.version_of.is_none());
    shown.filter(has).map(|one| Link::new(&one.name, format!("/indicators/{}", one.id))).collect()
}
