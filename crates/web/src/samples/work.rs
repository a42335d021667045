//! The workbench: what is owed, messages, several cases together, and the calendar.

use maud::Markup;

use super::office;
use crate::{
    components::{
        Link,
        batch::BatchStep,
        field::{Choice, Control, Field},
        light::Tone,
        summary::Line,
        tabs::Tab,
        tag::Tag,
    },
    pages::{
        BatchCase, BatchPage, BatchResultPage, CalendarDay, Feed, HandOverPage, HandedOverPage, Hidden, HoldersPage,
        MessageLine, OneTap, PhrasesPage, TownHomePage, TownItem, WorkCalendarPage, WorkLine, WorkPage,
    },
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![
        ("work", work().render()),
        ("work-empty", WorkPage { lines: Vec::new(), steps: Vec::new(), ..work() }.render()),
        ("work-messages", messages().render()),
        ("work-batch", batch().render()),
        ("work-batch-result", result().render()),
        ("town-home", town_home().render()),
        ("phrases", phrases().render()),
        ("work-calendar", calendar().render()),
        ("handover-people", holders().render()),
        ("handover", hand_over().render()),
        ("handover-nobody", HandOverPage { fields: Vec::new(), ..hand_over() }.render()),
        ("handover-result", handed_over().render()),
    ]
}

fn line(label: &str, state: &str, left: Tag) -> WorkLine {
    WorkLine {
        urgent: (state == "待受理").then(|| Tag::new(Tone::Bad, "今日离开 15:00")),
        value: Some("complaint.01J9C".into()),
        case: Link::new(label, "/kinds/complaint/01J9C"),
        kind: "投诉".into(),
        what: "受理决定".into(),
        state: state.into(),
        owner: "县市场监管局 经办人".into(),
        due: "2026年11月26日".into(),
        left: Some(left),
        raised: Vec::new(),
        raises: vec![Link::new("开整改", "/kinds/rectification/new?raise=rectify_clock")],
    }
}

fn work() -> WorkPage {
    let tab = |label: &str, count: &str, current: bool| Tab {
        label: label.into(),
        count: (!count.is_empty()).then(|| count.into()),
        href: "/work".into(),
        current,
    };
    let mut paused = line("示例-2026-00009 霉变花生", "检验检测中", Tag::new(Tone::Neutral, "暂停中"));
    paused.value = None;
    WorkPage {
        shell: office("工作台"),
        tabs: vec![
            tab("待办", "3", true),
            tab("即将到期", "1", false),
            tab("超期", "1", false),
            tab("已办", "", false),
            tab("消息", "2", false),
        ],
        tab: "待办".into(),
        ways: vec![Link::new("日历", "/work/calendar")],
        lines: vec![
            line("示例-2026-00007 退款", "待受理", Tag::new(Tone::Bad, "已超期 2 天")),
            line("示例-2026-00012 缺斤短两", "待受理", Tag::new(Tone::Warn, "还有 3 天")),
            paused,
        ],
        steps: vec![BatchStep { value: "complaint.accept".into(), label: "投诉：受理（2 件可办）".into() }],
        empty: "没有待办。".into(),
        next: Some("/work?after=x".into()),
        ..WorkPage::default()
    }
}

fn messages() -> WorkPage {
    let message = |id: &str, title: &str, text: &str, unread: bool| MessageLine {
        id: id.into(),
        title: Link::new(title, "/kinds/complaint/01J9C"),
        text: text.into(),
        when: "2026年11月23日 09:00".into(),
        unread,
    };
    let text = "1. 县市场监管局的投诉「退款」，受理决定应于 2026-11-20 前办理，已超期。";
    WorkPage {
        tab: "消息".into(),
        messages: Some(vec![
            message(
                "a",
                "受理决定已超期：投诉「退款」",
                "受理决定应于 2026-11-20 前办理，已超期，请查明原因并督促办理。",
                true,
            ),
            message("b", "新待办：投诉「缺斤短两」", "新待办：投诉「缺斤短两」，受理决定：2026-11-26前。", false),
        ]),
        copy: Some(Field::new(
            "all-messages",
            "消息清单",
            Control::Passage { value: text.into(), max_len: None, rows: 3 },
        )),
        ..work()
    }
}

fn batch() -> BatchPage {
    let note = Control::Passage { value: String::new(), max_len: Some(500), rows: 2 };
    let case = |label: &str, state: &str, why: &str| BatchCase {
        case: Link::new(label, "/kinds/complaint/01J9A"),
        state: state.into(),
        why: why.into(),
    };
    BatchPage {
        shell: office("工作台"),
        step: "受理".into(),
        back: Link::new("消费投诉", "/kinds/complaint"),
        cases: vec![
            case("示例-2026-00007 退款", "待受理", ""),
            case("示例-2026-00012 缺斤短两", "处理中", "现在是“处理中”，不能办理“受理”。"),
        ],
        hidden: vec![Hidden { name: "step".into(), value: "complaint.accept".into() }],
        fields: vec![Field {
            phrases: vec![
                ("我的".into(), vec!["请所在市场监管所先行调解。".into()]),
                ("通用".into(), vec!["同意。".into(), "已阅。".into()]),
            ],
            ..Field::new("note", "说明", note)
        }],
        problems: Vec::new(),
    }
}

fn result() -> BatchResultPage {
    let case = |label: &str, state: &str, why: &str| BatchCase {
        case: Link::new(label, "/kinds/complaint/01J9A"),
        state: state.into(),
        why: why.into(),
    };
    BatchResultPage {
        shell: office("工作台"),
        step: "受理".into(),
        back: Link::new("消费投诉", "/kinds/complaint"),
        results: vec![
            case("示例-2026-00007 退款", "待受理", ""),
            case("示例-2026-00012 缺斤短两", "处理中", "现在是“处理中”，不能办理“受理”。"),
        ],
        remarks: vec!["没有存为常用意见：常用意见最多存 30 条，请先删去不用的。".into()],
    }
}

fn town_home() -> TownHomePage {
    let tap = |label: &str, step: &str| OneTap {
        label: label.into(),
        action: format!("/kinds/town_task/01J9A/steps/{step}"),
        hidden: vec![Hidden { name: "back".into(), value: "/".into() }],
    };
    let item = |what: &str, tone: Tone, left: &str, basis: &str| TownItem {
        what: Link::new(what, "/kinds/town_task/01J9A"),
        kind: "乡镇任务".into(),
        due: "2026年11月30日前".into(),
        left: Some(Tag::new(tone, left)),
        basis: vec![basis.into()],
        taps: vec![tap("本期无变化", "no_change")],
        forms: vec![Link::new("反馈，可拍照", "/kinds/town_task/01J9A/steps/report"), Link::new("提出异议", "#")],
    };
    TownHomePage {
        shell: office("首页"),
        title: "青石镇".into(),
        items: vec![
            item(
                "核对辖区内烧结砖企业生产状态",
                Tone::Bad,
                "已超期 2 天",
                "履行职责事项清单条目：配合履行职责事项 第42项 落后产能摸底",
            ),
            item("报送农贸市场电子秤更换情况", Tone::Warn, "还有 3 天", "准入审批：示例县委编办〔2026〕7号"),
        ],
        more: Some(Link::new("还有 3 件，看全部", "/work")),
        taken: vec![("核对电梯使用单位名单".into(), "本期无变化".into(), tap("撤回", "take_back"))],
    }
}

fn phrases() -> PhrasesPage {
    let control = Control::Text { value: String::new(), max_len: Some(200), autocomplete: None };
    PhrasesPage {
        shell: office("我的账号"),
        phrases: vec!["请所在市场监管所先行调解。".into(), "数据已与台账核对。".into()],
        common: vec!["同意。".into(), "已阅。".into()],
        field: Field::new("phrase", "新的常用意见", control).required(),
        full: None,
    }
}

fn calendar() -> WorkCalendarPage {
    let day = |day: i8, word: &str, off: bool, ends: &[&str]| {
        Some(CalendarDay {
            day,
            word: word.into(),
            off,
            today: day == 23,
            ends: ends.iter().map(|label| Link::new(*label, "/kinds/complaint/01J9C")).collect(),
        })
    };
    WorkCalendarPage {
        shell: office("工作台"),
        month: "2026年11月".into(),
        before: "2026-10".into(),
        after: "2026-12".into(),
        weeks: vec![
            vec![
                day(23, "", false, &[]),
                day(24, "", false, &[]),
                day(25, "", false, &[]),
                day(26, "", false, &["受理决定：示例-2026-00012 缺斤短两", "另有 2 件"]),
                day(27, "", false, &[]),
                day(28, "休", true, &[]),
                day(29, "休", true, &[]),
            ],
            vec![day(30, "", false, &[]), None, None, None, None, None, None],
        ],
        more: None,
        feed: Feed { on: true, address: Some("https://zl.example.gov.cn/work/calendar.ics?token=7f3kq0xh2m9c".into()) },
    }
}

fn holders() -> HoldersPage {
    let person = Link::new("李某某", "/work/handover/01J9A");
    HoldersPage { shell: office("工作台"), holders: vec![(person, "县市场监管局".into(), "3 项".into())] }
}

fn hand_over() -> HandOverPage {
    let reason = Control::Passage { value: String::new(), max_len: Some(200), rows: 2 };
    let to = Control::Area { options: vec![Choice::new("01J9B", "王某某")] };
    HandOverPage {
        shell: office("工作台"),
        from: "李某某".into(),
        count: 3,
        kinds: vec![Line::text("投诉", "2 件"), Line::text("督办单", "1 件")],
        something: true,
        action: "/work/handover/01J9A".into(),
        fields: vec![
            Field::new("to", "接手人", to).required(),
            Field {
                error: Some("请写明移交原因，例如“轮岗”。".into()),
                ..Field::new("reason", "移交原因", reason).required()
            },
        ],
    }
}

fn handed_over() -> HandedOverPage {
    HandedOverPage {
        shell: office("工作台"),
        from: "李某某".into(),
        posts: vec!["投诉受理岗（县市场监管局）".into()],
        messages: 2,
        cases: vec![
            (Link::new("（不在您的查看范围）", ""), "督办单".into(), "您没有交办这件事的权限。".into()),
            (Link::new("示例-2026-00007 退款", "/kinds/complaint/01J9A"), "投诉".into(), String::new()),
        ],
    }
}
