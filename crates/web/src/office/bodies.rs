//! 单位与联络员: the bodies of the pack as a tree, who answers for them, and the indicators that each leads (牵头) or assists with (配合):
//! the plan's table names the leading body first.

use axum::extract::State;
use zhiheng_pack::pack::{Body, BodyLevel};
use zhiheng_pack::{Indicator, Pack};

use crate::components::{
    Link,
    table::{Cell, Column, Row, Table},
};
use crate::extract::{Staff, Visit};
use crate::frame::shell;
use crate::pages::BodiesPage;
use crate::problem::{Answer, show as page_of};
use crate::server::Server;

/// `GET /bodies`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, _staff: Staff) -> Answer {
    let app = server.app();
    let tables = tables(&app.pack, app.today());
    Ok(page_of(BodiesPage { shell: shell(&server, &visit), tables }.render()))
}

/// A table a level, 领导小组 first.
fn tables(pack: &Pack, today: i32) -> Vec<Table> {
    let of_level = |(_, word, level): &(&str, &str, BodyLevel)| {
        let bodies: Vec<&Body> = pack.bodies.iter().filter(|body| body.level == *level && body.is_on(today)).collect();
        (!bodies.is_empty()).then(|| table(pack, word, &bodies))
    };
    BodyLevel::NAMES.iter().filter_map(of_level).collect()
}

fn table(pack: &Pack, level: &str, bodies: &[&Body]) -> Table {
    let row = |body: &&Body| {
        let parent = body.parent.as_deref().and_then(|parent| pack.body(parent)).map(|parent| parent.name.clone());
        let areas: Vec<&str> =
            body.areas.iter().filter_map(|area| pack.area(area)).map(|area| area.name.as_str()).collect();
        let under: Vec<String> = parent.into_iter().chain((!areas.is_empty()).then(|| areas.join("、"))).collect();
        let (contact, phone) = match &body.contact {
            Some(contact) => (contact.name.clone(), contact.phone.clone().unwrap_or_default()),
            None => (String::new(), String::new()),
        };
        Row::new(vec![
            Cell::Noted(body.name.clone(), under.join("；")),
            Cell::Noted(contact, phone),
            Cell::Links(indicators(pack, body, Part::Leads)),
            Cell::Links(indicators(pack, body, Part::Assists)),
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
