//! 乡镇的首页: at most five things, the most urgent first, each with its end and what it rests on. No town is compared with another.

use zhiheng_app::{Account, TakenStep, TownHome, TownTask};
use zhiheng_pack::Pack;

use super::course::{Left, left};
use super::forms::{KEY, VERSION};
use super::steps::{BACK, HOME};
use crate::components::{Link, light::Tone, tag::Tag};
use crate::extract::Visit;
use crate::frame::shell;
use crate::pages::{Hidden, OneTap, TownHomePage, TownItem};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::date;

pub(crate) async fn show(server: &Server, visit: &Visit, account: &Account) -> Answer {
    let own = account.clone();
    let home = server.run(move |app| app.town_home(&own)).await?;
    let app = server.app();
    let key = || server.chance::<16>();
    let page = page(&app.pack, &home, (app.today(), app.now()), &key);
    Ok(page_of(TownHomePage { shell: shell(server, visit), title: visit.body_name(&app.pack), ..page }.render()))
}

/// Fills the page.
fn page(pack: &Pack, home: &TownHome, (today, now): (i32, i64), key: &dyn Fn() -> String) -> TownHomePage {
    let more = match (home.more, home.uncounted) {
        (0, _) => None,
        (more, uncounted) => {
            let plus = if uncounted { "以上" } else { "" };
            Some(Link::new(format!("还有 {more} 件{plus}，看全部"), "/work"))
        }
    };
    TownHomePage {
        items: home.tasks.iter().map(|task| item(pack, task, (today, now), key)).collect(),
        more,
        taken: home.taken.iter().map(|taken| (taken.label.clone(), taken.step.clone(), undo(taken, key))).collect(),
        ..TownHomePage::default()
    }
}

fn hidden(version: i64, key: String) -> Vec<Hidden> {
    let one = |name: &str, value: String| Hidden { name: name.to_owned(), value };
    vec![one(KEY, key), one(VERSION, version.to_string()), one(BACK, HOME.to_owned())]
}

fn item(pack: &Pack, task: &TownTask, (today, now): (i32, i64), key: &dyn Fn() -> String) -> TownItem {
    let line = &task.item.task;
    let here = format!("/kinds/{}/{}", line.kind, line.record);
    let duty = line.sort == "duty";
    let (taps, forms): (Vec<_>, Vec<_>) = task.item.offers.steps.iter().partition(|offer| offer.one_tap);
    let tap = |offer: &zhiheng_app::Offer| OneTap {
        label: offer.name.clone(),
        action: format!("{here}/steps/{}", offer.step),
        hidden: hidden(task.version, key()),
    };
    let photo = |step: &str| {
        let kind = pack.kind(&line.kind)?;
        let mut steps = kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)?.step(step));
        let step = steps.next()?;
        let asked = step.ask.iter().chain(&step.require).filter_map(|at| kind.fields.get(*at));
        asked.into_iter().any(|field| field.kind == zhiheng_pack::Type::File).then_some(())
    };
    let form = |offer: &&zhiheng_app::Offer| {
        let word = if photo(&offer.step).is_some() { "，可拍照" } else { "" };
        Link::new(format!("{}{word}", offer.name), format!("{here}/steps/{}", offer.step))
    };
    TownItem {
        what: Link::new(task.item.label.clone(), here.clone()),
        kind: task.item.kind.clone(),
        due: line.due_day.map(|day| date(day) + "前").unwrap_or_default(),
        left: match (line.paused, line.due_day, line.due_at) {
            (true, ..) => Some(Tag::new(Tone::Neutral, "暂停中")),
            (false, Some(day), Some(at)) => Some(match pack.day_of(at) == day {
                true => left(Left::Time(at - now), duty),
                false => left(Left::Days(day - today), duty),
            }),
            _ => None,
        },
        basis: task.basis.iter().map(|(name, text)| format!("{name}：{text}")).collect(),
        taps: taps.into_iter().map(tap).collect(),
        forms: forms.iter().map(form).collect(),
    }
}

fn undo(taken: &TakenStep, key: &dyn Fn() -> String) -> OneTap {
    OneTap {
        label: "撤回".to_owned(),
        action: format!("/kinds/{}/{}/steps/{}", taken.kind, taken.id, taken.undo),
        hidden: hidden(taken.version, key()),
    }
}
