//! Documents: a draft with gaps, and one that was numbered.

use maud::Markup;
use zhiheng_pack::day;
use zhiheng_pack::document::{Paragraph, Piece, Rendered, Stand};

use super::office;
use crate::{
    components::{Link, action::Action, light::Tone, tag::Tag},
    pages::{DocumentPage, Numbering},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let draft = page();
    let mut numbered = page();
    numbered.paper.number = Some(vec![Piece::Text("示例县市监投受〔2026〕7号".into())]);
    numbered.state = Tag::new(Tone::Good, "已编号");
    numbered.mark = "演示数据".into();
    numbered.numbering = None;
    numbered.earlier = vec![Link::new("2026年第 3 号（记录第 2 版，2026年3月3日）", "#")];
    vec![("document", draft.render()), ("document-numbered", numbered.render())]
}

fn page() -> DocumentPage {
    let text = |words: &str| Piece::Text(words.into());
    let body = |line: Vec<Piece>| Paragraph { stand: Stand::Body, line };
    DocumentPage {
        shell: office("登记台账"),
        kind: "消费投诉".into(),
        kind_href: "/kinds/consumer_complaint".into(),
        record: "王某某投诉某超市".into(),
        record_href: "/kinds/consumer_complaint/1".into(),
        state: Tag::new(Tone::Warn, "拟稿，未编号"),
        facts: vec!["文书式样五".into(), "记录第 3 版".into()],
        paper: Rendered {
            title: "投诉受理决定书".into(),
            number: Some(vec![text("示例县市监投受〔2026〕"), Piece::Gap, text("号")]),
            basis: Some("文书式样五".into()),
            paragraphs: vec![
                Paragraph { stand: Stand::Address, line: vec![text("王某某：")] },
                body(vec![
                    text("你于2026年3月1日提出的投诉，涉及金额"),
                    Piece::Gap,
                    text("元，符合《市场监督管理投诉举报处理办法》规定，本机关决定予以受理。"),
                ]),
                body(vec![text("本机关将自受理之日起六十日内办结，办理情况可凭查询码查询。")]),
            ],
            copies: vec!["投诉人".into(), "被投诉人".into()],
            // 2026-03-05
            seal: Some((vec![text("县市场监管局")], day::date(20_517))),
        },
        mark: "拟稿　演示数据".into(),
        actions: vec![Action::open("下载 Word", "#")],
        numbering: Some(Numbering {
            action: "#".into(),
            version: 3,
            consequence: "编号后文号、日期和内容不再变化。请核对无误后再编。".into(),
        }),
        earlier: Vec::new(),
    }
}
