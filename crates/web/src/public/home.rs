//! 首页: the first minute: what this is, the plan at a glance, and two clear ways on.

use axum::extract::State;
use zhiheng_app::PublicWanted;
use zhiheng_pack::Pack;

use super::{numbers, publications};
use crate::components::{
    Link,
    action::{Action, Weight},
};
use crate::extract::Visit;
use crate::frame::shell;
use crate::pages::{HomeFact, HomeGroup, HomePage};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::share;

/// So much of what was published last stands on the first page.
const LATEST: usize = 5;

/// `GET /`
pub(crate) async fn show(State(server): State<Server>, visit: Visit) -> Answer {
    if let Some(account) = visit.account.as_ref().filter(|account| server.app().is_of_town(account)) {
        return crate::office::town::show(&server, &visit, account).await;
    }
    let wanted = PublicWanted { limit: LATEST, ..PublicWanted::default() };
    let (measures, published) =
        server.run(move |app| Ok((app.plan()?.document.items.len(), app.public_page(&wanted)?.items))).await?;
    let page = page(&server.app().pack, &visit, server.demo_address(), measures, server.app().today());
    let published = publications::latest(&published);
    Ok(page_of(HomePage { shell: shell(&server, &visit), published, ..page }.render()))
}

/// Fills the page.
pub(crate) fn page(pack: &Pack, visit: &Visit, demo: Option<&str>, measures: usize, today: i32) -> HomePage {
    let targets: Vec<_> = pack.indicators.iter().filter(|indicator| indicator.is_of_plan()).collect();
    let rows = targets.iter().filter(|indicator| indicator.row.is_some()).count();
    let responsible = pack.bodies.iter().filter(|body| body.role == zhiheng_pack::pack::BodyRole::Responsible).count();
    let fact = |count: usize, words: &str, href: &str| HomeFact {
        count: count.to_string(),
        words: words.to_owned(),
        href: href.to_owned(),
    };
    let elapsed = numbers::plan_elapsed(pack, today);
    let (mut ways, ways_note) = ways(visit, demo);
    if visit.open_work.is_some() {
        for way in &mut ways {
            way.weight = Weight::Plain;
        }
        ways.insert(0, Action::open("工作台", "/work").weight(Weight::Primary));
    }
    HomePage {
        title: format!("{}质量强县建设", pack.place_name),
        lead: format!(
            "《{}》的每一项目标：基期、目标、责任单位和时间进度。导入台账后，数字由记录当场算出，并能一直点到每一条记录。",
            pack.title
        ),
        ways,
        ways_note,
        facts: [
            fact(rows, "项指标", "/board"),
            fact(targets.len() - rows, "项文中目标", "/board"),
            fact(measures, "条措施", "/plan"),
            fact(responsible, "个责任单位", "/board"),
        ]
        .into_iter()
        .filter(|fact| fact.count != "0")
        .collect(),
        elapsed,
        elapsed_text: format!("时间已过 {}：{} 年末至 {} 年末", share(elapsed), pack.baseline_year, pack.target_year),
        groups: groups(pack),
        ..HomePage::default()
    }
}

/// Two clear ways on.
fn ways(visit: &Visit, demo: Option<&str>) -> (Vec<Action>, String) {
    if visit.account.is_some() {
        let ways =
            vec![Action::open("目标指标", "/board").weight(Weight::Primary), Action::open("导入和登记", "/kinds")];
        return (ways, String::new());
    }
    if visit.demo {
        let ways = vec![
            Action::open("看运行中的指标", "/board").weight(Weight::Primary),
            Action::open("看登记台账", "/kinds"),
        ];
        return (ways, "示例县的页面不登录也能看；录入和导入需要账号。".to_owned());
    }
    let mut ways = vec![Action::open("登录导入", "/login?next=/kinds").weight(Weight::Primary)];
    let note = match demo {
        Some(address) => {
            ways.push(Action::open("打开示例县", address));
            "示例县是虚构的，数据齐全，用来看系统运行起来的样子。"
        }
        None => "想先看运行起来的样子，可在另一个窗口运行 zhiheng serve --demo，打开示例县（虚构）。",
    };
    (ways, note.to_owned())
}

fn groups(pack: &Pack) -> Vec<HomeGroup> {
    let group = |(at, group): (usize, &zhiheng_pack::pack::Group)| {
        let of_group = pack.indicators.iter().filter(|indicator| indicator.is_of_plan() && indicator.group == Some(at));
        let target = |indicator: &zhiheng_pack::Indicator| {
            let (from, to) = (numbers::baseline(indicator), numbers::target(indicator));
            let way = if from.is_empty() { to } else { format!("{from} → {to}") };
            let unit = &indicator.unit;
            (
                Link::new(&indicator.name, format!("/indicators/{}", indicator.id)),
                if unit.is_empty() { way } else { format!("{way} {unit}") },
            )
        };
        HomeGroup { link: Link::new(&group.name, "/board"), targets: of_group.map(target).collect() }
    };
    let all = pack.groups.iter().enumerate().map(group);
    all.filter(|group: &HomeGroup| !group.targets.is_empty()).collect()
}
