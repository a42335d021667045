//! 示例县的页面: every page with invented data, for tests and for the gallery. Nothing here is real.

mod board;
mod citizen;
mod documents;
mod import;
mod indicator;
mod plan;
mod publications;
mod records;
mod rounds;
mod search;
mod system;
mod work;
mod year;

use maud::{Markup, html};

use crate::components::{
    self, Link,
    action::Csrf,
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, MenuEntry, MenuGroup, Notice, Reader, Shell, page},
};

/// A rendered page and its name.
#[derive(Debug, Clone)]
pub struct PageSample {
    /// Name of the file in the gallery.
    pub name: &'static str,
    /// The whole document.
    pub markup: Markup,
}

/// Every page, each in the cases that look different.
pub fn pages() -> Vec<PageSample> {
    let mut pages: Vec<PageSample> = [
        board::samples(),
        indicator::samples(),
        records::samples(),
        documents::samples(),
        import::samples(),
        plan::samples(),
        publications::samples(),
        year::samples(),
        rounds::samples(),
        search::samples(),
        citizen::samples(),
        system::samples(),
        work::samples(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, markup)| PageSample { name, markup })
    .collect();
    pages.push(PageSample { name: "components", markup: all_components() });
    pages
}

fn all_components() -> Markup {
    let shell = public("关于");
    page(
        &shell,
        Head { title: "构件", crumbs: &[Crumb::to("首页", "/"), Crumb::here("构件")], ..Head::default() },
        html! {
            (heading("构件", html! {}, html! { "页面由这些部分组成。" }))
            @for sample in components::samples() {
                (card(&format!("{}：{}", sample.component, sample.case), sample.markup))
            }
        },
    )
}

const RUNNER: &str = "示例县质量强县工作办公室";

fn entry(label: &str, href: &str, current: &str) -> MenuEntry {
    MenuEntry { link: Link::new(label, href), badge: None, current: label == current }
}

/// The shell of an anonymous reader; `current` is the menu entry shown as open.
fn public(current: &str) -> Shell {
    Shell {
        language: Default::default(),
        place: "示例县".into(),
        program: "质量强县".into(),
        notice: Notice::Demonstration,
        reader: Reader::Public,
        menu: vec![MenuGroup {
            title: String::new(),
            entries: [("目标指标", "/board"), ("方案原文", "/plan"), ("关于", "/about")]
                .map(|(label, href)| entry(label, href, current))
                .into(),
        }],
        here: "/board".into(),
        searched: String::new(),
        elder: false,
        runner: RUNNER.into(),
        open_work: None,
        flash: None,
        csrf: Csrf("7f3kq0xh2m9cwtra".into()),
    }
}

/// The shell of somebody signed in.
fn office(current: &str) -> Shell {
    let group = |title: &str, entries: &[(&str, &str)]| MenuGroup {
        title: title.into(),
        entries: entries.iter().map(|(label, href)| entry(label, href, current)).collect(),
    };
    Shell {
        reader: Reader::Staff { name: "王某某".into(), body: "县市场监管局".into() },
        menu: vec![
            group("", &[("工作台", "/work"), ("目标指标", "/board"), ("方案原文", "/plan"), ("登记台账", "/kinds")]),
            group(
                "常用台账",
                &[
                    ("食品抽检样品", "/kinds/food_sample"),
                    ("荣誉与称号", "/kinds/honour"),
                    ("上报数值", "/kinds/reported_value"),
                ],
            ),
            group("系统", &[("账号", "/accounts"), ("设置", "/settings")]),
        ],
        open_work: Some("3".into()),
        ..public(current)
    }
}

/// As installed for the county itself, before anything was reported.
fn real(current: &str) -> Shell {
    Shell {
        place: "示例县".into(),
        notice: Notice::Words("依据公开文件整理，非政府网站".into()),
        runner: String::new(),
        ..public(current)
    }
}

fn links(list: &[(&str, &str)]) -> Vec<Link> {
    list.iter().map(|(label, href)| Link::new(*label, *href)).collect()
}

/// 78%: from 2022-12-31 to 2027-12-31, seen on 2026-11-23.
const ELAPSED: f64 = 0.779;
const ELAPSED_TEXT: &str = "78%";

fn tone_of(done: f64) -> Tone {
    if done >= ELAPSED {
        Tone::Good
    } else if done >= 0.9 * ELAPSED {
        Tone::Warn
    } else {
        Tone::Bad
    }
}
