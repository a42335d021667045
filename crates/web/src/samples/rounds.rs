//! Rounds of reports: none yet, and one with a unit in every state.

use maud::Markup;

use super::office;
use crate::{
    components::{
        Link,
        field::{Choice, Control, Field},
        light::Tone,
        summary::Line,
        table::Cell,
        tag::Tag,
    },
    pages::{OwnReplyItem, OwnReplyPage, RoundPage, RoundUnit, RoundsPage, Settle},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let text = |value: &str| Control::Text { value: value.into(), max_len: Some(60), autocomplete: None };
    let fields = vec![
        Field::new("name", "名称", text("2026年第三季度指标报送")).required(),
        Field::new("as_of", "数据截止日", Control::Date { value: "2026-09-30".into() }).required(),
        Field::new(
            "indicators",
            "报送指标",
            Control::Choices {
                options: vec![Choice::new("a", "第21项 新开工装配式建筑面积占比（县住房城乡建委）")]
            },
        )
        .required()
        .error("请至少选择一个指标。"),
    ];
    let line = vec![
        Cell::Link(Link::new("2026年第二季度指标报送", "#")),
        Cell::Text("2026年第二季度".into()),
        Cell::Text("2026年6月30日".into()),
        Cell::Text("2026年7月20日".into()),
        Cell::Text("9 / 9".into()),
    ];
    let rounds = RoundsPage { shell: office("报送"), rounds: vec![line], fields, action: "/rounds".into() };
    vec![("rounds", rounds.render()), ("round", round().render()), ("own_reply", own_reply().render())]
}

fn reason() -> Control {
    Control::Text { value: String::new(), max_len: Some(200), autocomplete: None }
}

/// A unit's own page: one value sent back, what is odd to be looked at again.
fn own_reply() -> OwnReplyPage {
    let text = |value: &str| Control::Text { value: value.into(), max_len: Some(300), autocomplete: None };
    let decimal = |value: &str| Control::Decimal { value: value.into(), unit: Some("%".into()) };
    let ways = ["填数", "本期无变化", "零报告", "暂无数据"];
    let options = ways.iter().map(|way| Choice::new(*way, *way).chosen(*way == "填数")).collect();
    let fields = vec![
        Field::new("way_a", "填报方式", Control::Choice { options }).required().hint("“零报告”即本期为零"),
        Field::new("value_a", "本期值", decimal("三成")).error("本期值“三成”不能识别。"),
        Field::new("document_a", "来源文件", text("统计报表")),
    ];
    OwnReplyPage {
        shell: office("报送"),
        name: "2026年第三季度指标报送".into(),
        lead: "县住房城乡建委：数据截至2026年9月30日，请于2026年10月20日前报送。".into(),
        state: Some(Tag::new(Tone::Bad, "退回")),
        reasons: vec!["第21项：没有填本期值".into()],
        ways: vec![Link::new("下载填报表（Excel）", "#")],
        items: vec![OwnReplyItem {
            title: "第21项 新开工装配式建筑面积占比".into(),
            href: "#".into(),
            facts: vec![Line::text("上期值", "30.2（2026-06-30）"), Line::text("口径", "……").wide()],
            fields,
        }],
        fields: vec![
            Field::new("signed_0", "填表人", text("甲")).required(),
            Field::new(
                "scan",
                "盖章扫描件",
                Control::File { accept: ".pdf".into(), max: "32 MB".into(), current: None },
            ),
        ],
        action: Some("#".into()),
        problems: Vec::new(),
        doubts: vec!["第22项 城镇新建绿色建筑占比：较上期 98 变动超过一半。".into()],
    }
}

fn round() -> RoundPage {
    let unit = |name: &str, id: &str, tone: Tone, state: &str, reasons: &[&str], settle: Option<bool>| RoundUnit {
        name: name.into(),
        links: vec![Link::new("填报表", "#"), Link::new("提示函（拟稿）", "#")],
        letter: (state != "已报").then(|| "#".into()),
        asked: vec![Link::new("第21项", "#"), Link::new("第22项", "#")],
        state: Tag::new(tone, state),
        received: if state == "未报" { String::new() } else { "2026-10-18 甲、乙、丙".into() },
        reasons: reasons.iter().map(|text| (*text).to_owned()).collect(),
        settle: settle.map(|questioned| Settle {
            body: id.into(),
            action: "#".into(),
            opinion: Field {
                name: Some("opinion".into()),
                ..Field::new(
                    format!("opinion_{id}"),
                    "理由",
                    Control::Text { value: String::new(), max_len: Some(200), autocomplete: None },
                )
            }
            .required(),
            questioned,
        }),
    };
    RoundPage {
        shell: office("报送"),
        name: "2026年第三季度指标报送".into(),
        lead: "数据截至2026年9月30日，请各单位于2026年10月20日前报回。".into(),
        counts: vec![Tag::new(Tone::Good, "已报 1"), Tag::new(Tone::Neutral, "未报 1")],
        downloads: vec![Link::new("下载全部填报表", "#"), Link::new("下载通报（拟稿）", "#")],
        notice: Some("#".into()),
        units: vec![
            unit("县住房城乡建委", "zjw", Tone::Good, "已报", &[], Some(false)),
            unit("县科技局", "kjj", Tone::Warn, "有疑问", &["第1项 高新技术企业：较上期 8 变动超过一半"], Some(true)),
            unit(
                "县农业农村委",
                "nync",
                Tone::Bad,
                "退回",
                &["第7项：没有填本期值", "第17项：本期值“九成”不能识别"],
                None,
            ),
            unit("县经济信息委", "jxw", Tone::Neutral, "未报", &[], None),
        ],
        together: Field {
            name: Some("opinion".into()),
            ..Field::new(
                "opinion_together",
                "理由",
                Control::Text { value: String::new(), max_len: Some(200), autocomplete: None },
            )
        }
        .required(),
        together_action: "#".into(),
        upload: Field::new("files", "报回的文件", Control::Files { accept: ".xlsx,.xls".into(), max: "64 MB".into() })
            .required()
            .hint("可以一次选多个"),
        action: "#".into(),
        refused: vec![("照片.pdf".into(), "认不出是哪个单位的扫描件，请在文件名里写上单位名称或者表号".into())],
        urge: Field::new("urge", "催报文字", Control::Passage { value: "【催报】……".into(), max_len: None, rows: 7 }),
        due: vec![
            Field::new("due", "新的报送期限", Control::Date { value: "2026-10-30".into() }).required(),
            Field::new("due_reason", "理由", reason()).required().error("请写明理由。"),
        ],
        due_action: "#".into(),
        cancel: Field::new("cancel_reason", "理由", reason()).required(),
        cancel_action: "#".into(),
    }
}
