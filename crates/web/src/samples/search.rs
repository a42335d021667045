//! Search: plan and records, a public reader's, and nothing found.

use maud::Markup;

use super::{office, public};
use crate::{
    components::{Link, action::Action, flash::Flash, light::Tone, shell::Shell},
    pages::{Marked, SearchGroup, SearchHit, SearchPage},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let page = found();
    let open = SearchPage {
        shell: Shell { searched: "脆李".into(), ..public("") },
        remarks: vec![Flash {
            tone: Tone::Neutral,
            text: "这里检索的是方案本身的内容。登记台账里的记录，登录后可以一并检索。".into(),
            link: Some(Link::new("登录", "#")),
        }],
        groups: page.groups.iter().take(2).cloned().collect(),
        next: None,
        ..page.clone()
    };
    let nothing = SearchPage {
        shell: Shell { searched: "榴莲".into(), ..office("") },
        text: "榴莲".into(),
        nothing: Some(SearchPage::empty(
            "没有找到“榴莲”".into(),
            "少输几个字，或者换一个说法；几个词用空格隔开，每个词都要出现。",
            vec![Action::open("看目标指标", "/board"), Action::open("看方案原文", "/plan")],
        )),
        ..SearchPage::default()
    };
    vec![("search", page.render()), ("search-public", open.render()), ("search-nothing", nothing.render())]
}

fn pieces(text: &str) -> Vec<Marked> {
    let mut found = Vec::new();
    for (at, part) in text.split("脆李").enumerate() {
        if at > 0 {
            found.push(Marked::Word("脆李".into()));
        }
        found.push(Marked::Plain(part.to_owned()));
    }
    found
}

fn found() -> SearchPage {
    let hit = |title: &str, href: &str, tag: &str, snippet: &str, facts: &[&str]| SearchHit {
        title: pieces(title),
        href: (!href.is_empty()).then(|| href.to_owned()),
        tag: tag.into(),
        snippet: if snippet.is_empty() { Vec::new() } else { pieces(snippet) },
        facts: facts.iter().map(|fact| (*fact).to_owned()).collect(),
    };
    let group = |name: &str, note: &str, hits: Vec<SearchHit>| SearchGroup {
        name: name.into(),
        note: note.into(),
        narrow: Vec::new(),
        hits,
    };
    let records = vec![
        hit("脆李果脯 示例县青石超市", "#", "食品抽检样品", "", &["县市场监管局", "2026年11月3日"]),
        hit("示例脆李 2026-06-30", "#", "品牌价值", "", &["县农业农村委", "2026年6月30日"]),
        hit(
            "鲜桃 青石果业合作社",
            "#",
            "食用农产品抽检样品",
            "检验项目：脆李等水果的农药残留",
            &["县农业农村委", "2026年5月9日"],
        ),
    ];
    SearchPage {
        shell: Shell { searched: "脆李".into(), ..office("") },
        text: "脆李".into(),
        groups: vec![
            group(
                "指标",
                "1 处",
                vec![hit("示例脆李区域公用品牌价值", "#", "第 9 项", "评价机构发布的脆李品牌价值", &["县农业农村委"])],
            ),
            group("方案原文", "1 处", vec![hit("…做强示例脆李等特色产业，建设脆李标准化示范基地…", "#", "", "", &[])]),
            SearchGroup {
                narrow: vec![Link::new("食品抽检样品", "#"), Link::new("品牌价值", "#")],
                ..group("记录", "最近登记或更正的在前", records)
            },
        ],
        next: Some("#".into()),
        ..SearchPage::default()
    }
}
