//! 登记台账: every kind of record, how many it holds, and how old its last import is.

use std::collections::BTreeMap;

use axum::extract::State;
use zhiheng_pack::kind::Mode;
use zhiheng_pack::{Kind, Pack};
use zhiheng_store::KindCount;

use crate::components::Link;
use crate::extract::Visit;
use crate::frame::shell;
use crate::pages::{KindGroup, KindLine, KindsPage};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::count;

const DAY: i64 = 86_400_000_000;

/// `GET /kinds`
pub(crate) async fn show(State(server): State<Server>, visit: Visit) -> Answer {
    let (counts, imports) = server.run(|app| Ok((app.kind_counts()?, app.last_imports()?))).await?;
    let page = page(&server.app().pack, &visit, &counts, &imports, server.app().now());
    Ok(page_of(KindsPage { shell: shell(&server, &visit), ..page }.render()))
}

/// Fills the page. A bureau sees how many only where all of them are its own.
pub(crate) fn page(
    pack: &Pack,
    visit: &Visit,
    counts: &[KindCount],
    imports: &BTreeMap<String, i64>,
    now: i64,
) -> KindsPage {
    let line = |kind: &Kind| {
        let whole = kind.body.as_deref().filter(|_| kind.body_field.is_none());
        let all = visit.scope(kind).is_none_or(|own| own.holds(whole, None));
        let live = counts.iter().find(|count| count.kind == kind.id).map_or(0, |count| count.live);
        let address = format!("/kinds/{}", kind.id);
        let mut actions = Vec::new();
        if visit.may_import(kind) {
            actions.push(Link::new("导入", format!("{address}/import")));
        }
        if visit.may_write_kind(kind) {
            actions.push(Link::new("新增", format!("{address}/new")));
        }
        KindLine {
            link: Link::new(&kind.name, address),
            about: kind.about.clone(),
            mode: mode(kind).to_owned(),
            count: if all { count(live) } else { String::new() },
            freshness: imports.get(&kind.id).map(|at| freshness(*at, now)),
            actions,
        }
    };
    let mut groups: Vec<KindGroup> = Vec::new();
    for kind in &pack.kinds {
        match groups.iter_mut().find(|group| group.name == kind.group) {
            Some(group) => group.kinds.push(line(kind)),
            None => groups.push(KindGroup { name: kind.group.clone(), kinds: vec![line(kind)] }),
        }
    }
    KindsPage {
        lead: format!("{} 种台账。已有的表格直接导入，不必重新录入。", pack.kinds.len()),
        groups,
        ..KindsPage::default()
    }
}

/// 台账 or 办理.
pub(crate) fn mode(kind: &Kind) -> &'static str {
    match kind.mode {
        Mode::Register => "台账",
        Mode::Handle => "办理",
    }
}

/// 最近一次导入在 3 天前.
pub(crate) fn freshness(at: i64, now: i64) -> String {
    match (now - at).div_euclid(DAY) {
        days if days <= 0 => "最近一次导入在今天".to_owned(),
        days => format!("最近一次导入在 {days} 天前"),
    }
}
