//! Lists, records and their forms, with every field type.

use maud::Markup;

use super::{links, office};
use crate::{
    components::{
        Link,
        action::{Action, Weight},
        batch::Batch,
        field::{Choice, Control, Field},
        flash::Flash,
        light::Tone,
        pager::Pager,
        query::Query,
        raised::{Raised, RaisedLine},
        shell::Shell,
        summary::Line,
        table::{Cell, Column, Row, Table},
        tabs::Tab,
        tag::Tag,
    },
    pages::{
        AskedGroup, AskedLine, Attachment, CellRecordsPage, Change, Clock, Computation, CountLine, CountedIn,
        CourseEvent, FieldChange, FormSection, Handling, Hidden, KindGroup, KindLine, KindListPage, KindsPage, ListRow,
        RecordFormPage, RecordPage, RecordSection, RecordStatePage, RegisterPage, StepPage,
    },
};

const LIST: &str = "/kinds/food_sample";

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let nothing = KindListPage { rows: Vec::new(), filtered: false, scan_limit: None, total: "0".into(), ..list() };
    let none_match = KindListPage { filtered: true, ..nothing.clone() };
    let empty_cell = CellRecordsPage { table: Table::default(), ..cell() };
    vec![
        ("kinds", kinds().render()),
        ("list", list().render()),
        ("list-empty", nothing.render()),
        ("list-none-match", none_match.render()),
        ("register", register().render()),
        ("record", record().render()),
        (
            "record-plain",
            RecordPage {
                clocks: Vec::new(),
                counted_in: Vec::new(),
                attachments: Vec::new(),
                documents: Vec::new(),
                ..record()
            }
            .render(),
        ),
        ("record-case", case().render()),
        ("step", step(false).render()),
        ("step-refused", step(true).render()),
        ("record-form", form(false).render()),
        ("record-form-refused", form(true).render()),
        ("record-withdraw", withdraw().render()),
        ("cell-records", cell().render()),
        ("cell-records-empty", empty_cell.render()),
    ]
}

fn sample_row(no: &str, name: &str, party: &str, area: &str, day: &str, failed: bool) -> Vec<Cell> {
    vec![
        Cell::Link(Link::new(no, "/records/01J9Z")),
        Cell::Text(name.into()),
        Cell::Text(party.into()),
        Cell::Text(area.into()),
        Cell::Text(day.into()),
        Cell::Tag(if failed { Tag::new(Tone::Bad, "不合格") } else { Tag::new(Tone::Good, "合格") }),
    ]
}

fn columns() -> Vec<Column> {
    vec![
        Column::header("抽样单编号"),
        Column::text("样品名称"),
        Column::text("被抽样单位"),
        Column::text("抽样地点"),
        Column::text("抽样日期"),
        Column::text("最终结论"),
    ]
}

fn rows() -> Vec<Vec<Cell>> {
    vec![
        sample_row("示例-2026-0417", "鲜鸡蛋", "甲街道某生鲜超市", "甲街道", "2026-10-12", false),
        sample_row("示例-2026-0416", "高粱酒（50%vol）", "白溪镇某酒坊", "白溪镇", "2026-10-11", false),
        sample_row("示例-2026-0412", "菜籽油（散装）", "青石镇某粮油经营部", "青石镇", "2026-10-09", true),
        sample_row("示例-2026-0409", "手工挂面", "乙街道某面坊", "乙街道", "2026-10-09", false),
        sample_row(
            "示例-2026-0408",
            "脆李（2.5 kg 装，特级，产自丙乡丁村三号地块，礼盒）",
            "某果业专业合作社",
            "丙乡",
            "2026-10-08",
            false,
        ),
    ]
}

fn list() -> KindListPage {
    let area = |id: &str, label: &str, options: &[&str]| {
        Field::new(id, label, Control::Area { options: options.iter().map(|one| Choice::new(*one, *one)).collect() })
    };
    let text = |id: &str, label: &str| {
        Field::new(id, label, Control::Text { value: String::new(), max_len: None, autocomplete: None })
    };
    KindListPage {
        shell: office("食品抽检样品"),
        kind: "食品抽检样品".into(),
        group: "抽检与抽查".into(),
        about: "国家、市、县食品安全抽检的一个批次。".into(),
        mode: "台账".into(),
        freshness: Some("最近一次导入 2026年11月20日，距今 3 天".into()),
        total: "1000+".into(),
        query: Query {
            action: LIST.into(),
            fields: vec![
                area("verdict", "最终结论", &["合格", "不合格", "未出结论"]),
                area("area", "抽样地点", &["甲街道", "乙街道", "青石镇", "白溪镇", "丙乡"]),
                Field::new("from", "抽样日期自", Control::Date { value: "2026-01-01".into() }),
                Field::new("to", "至", Control::Date { value: String::new() }),
                area("task_type", "任务类型", &["监督抽检", "评价性抽检", "风险监测"]),
                text("sample_no", "抽样单编号"),
            ],
            ..Query::default()
        },
        toolbar: vec![
            Action::open("新增", "/kinds/food_sample/new").weight(Weight::Primary),
            Action::open("导入", "/kinds/food_sample/import"),
            Action::open("导出当前筛选结果（共 1,243 条）", "/kinds/food_sample.xlsx"),
        ],
        batch: Batch {
            keep: vec![("from".into(), "2026-01-01".into())],
            actions: [
                ("打印台账", "print"),
                ("导出勾选的记录", "chosen.xlsx"),
                ("下载附件", "files.zip"),
                ("批量撤销", "withdraw"),
            ]
            .map(|(label, path)| (label.to_owned(), format!("{LIST}/{path}")))
            .into(),
            steps: Vec::new(),
            note: "没有勾选时，“打印台账”印当前筛选结果。".into(),
        },
        columns: columns(),
        first: 51,
        rows: rows()
            .into_iter()
            .enumerate()
            .map(|(at, cells)| ListRow { id: format!("01J9Z{at}"), cells, withdrawn: at == 3 })
            .collect(),
        scan_limit: Some("这一组条件没有索引，只查了最近 20,000 条记录。请缩小日期范围后再查。".into()),
        pager: Pager {
            total: "1000+".into(),
            previous: Some("/kinds/food_sample?before=x".into()),
            next: Some("/kinds/food_sample?after=x".into()),
            shown: Some("51–55".into()),
        },
        filtered: true,
    }
}

fn register() -> RegisterPage {
    let words = |cell: Cell| match cell {
        Cell::Link(link) => Cell::Text(link.label),
        Cell::Tag(tag) => Cell::Text(tag.word),
        other => other,
    };
    RegisterPage {
        shell: office("食品抽检样品"),
        title: "示例县食品抽检样品台账".into(),
        kind: "食品抽检样品".into(),
        kind_href: LIST.into(),
        extent: "共 5 条（抽样地点：青石镇）".into(),
        columns: columns(),
        rows: rows().into_iter().map(|cells| cells.into_iter().map(words).collect()).collect(),
        cut: None,
        made_by: "王某某".into(),
        made_on: "2026年11月23日".into(),
    }
}

fn record() -> RecordPage {
    let clock = |name: &str, tone: Tone, word: &str, text: &str, how: Option<&str>| Clock {
        name: name.into(),
        verdict: Tag::new(tone, word),
        text: text.into(),
        notes: Vec::new(),
        how: how
            .into_iter()
            .map(|why: &str| CountLine { when: "2026年10月9日".into(), why: why.into(), counted: true })
            .collect(),
        actions: Vec::new(),
        raised: Vec::new(),
    };
    RecordPage {
        raised: Raised { lines: Vec::new(), actions: vec![Action::open("开整改", "/kinds/rectification/new")] },
        duplicates: Default::default(),
        asked: Vec::new(),
        shell: Shell {
            flash: Some(Flash {
                tone: Tone::Good,
                text: "已更正，食品抽检合格率 2026 年的数字随之更新。".into(),
                link: Some(Link::new("查看指标", "/indicators/food_pass_rate")),
            }),
            ..office("食品抽检样品")
        },
        kind: "食品抽检样品".into(),
        kind_href: LIST.into(),
        number: "示例-2026-0412".into(),
        title: "菜籽油（散装）".into(),
        state: Some(Tag::new(Tone::Bad, "核查处置中")),
        facts: vec!["青石镇某粮油经营部".into(), "2026年10月9日抽样".into(), "不合格：黄曲霉毒素 B₁".into()],
        sections: vec![
            RecordSection {
                title: "抽样与检验".into(),
                lines: vec![
                    Line::text("抽样单编号", "示例-2026-0412"),
                    Line::text("任务类型", "监督抽检"),
                    Line::new("被抽样单位", Cell::Link(Link::new("青石镇某粮油经营部", "/records/01J9A"))),
                    Line::text("抽样地点", "青石镇"),
                    Line::text("抽样日期", "2026年10月9日"),
                    Line::text("报告日期", "2026年10月30日"),
                    Line::new("检验机构", Cell::Link(Link::new("某检测技术公司", "/records/01J9B"))).note("CMA 有效"),
                    Line::text("商标", ""),
                    Line::text("最终结论", "不合格"),
                    Line::text("是否复检", "否"),
                    Line::text("不合格项目", "黄曲霉毒素 B₁　检验结果 14.2 μg/kg　标准值 ≤10 μg/kg").wide(),
                ],
            },
            RecordSection {
                title: "来源".into(),
                lines: vec![
                    Line::text("来源系统", "国家食品安全抽样检验信息系统"),
                    Line::text("来源编号", "DC26500000001"),
                    Line::text("导入时间", "2026年11月20日"),
                    Line::text("完整度", "18 项中已填 15 项"),
                ],
            },
        ],
        clocks: vec![
            clock(
                "送样",
                Tone::Good,
                "按时",
                "5 个工作日，到 10月15日，实际 10月13日",
                Some(
                    "10月9日（当日不计）→ 10月10日（周六，国庆调休补班，计入）第 1 日 → 10月11日（周日，不计）→ 10月12日 第 2 日 … 10月15日 第 5 日。",
                ),
            ),
            clock("复检申请期（企业权利）", Tone::Neutral, "已过", "7 个工作日，自 11月3日送达，到 11月12日", None),
            clock(
                "核查处置",
                Tone::Warn,
                "还有 66 天",
                "90 日，自 10月30日收到不合格结论，到 2027年1月28日；依据条款待核实",
                None,
            ),
            clock("结果公开", Tone::Warn, "还有 4 个工作日", "20 个工作日，自 10月30日出具结论，到 11月27日", None),
        ],
        handling: None,
        course: Vec::new(),
        counted_in: vec![
            CountedIn {
                link: Link::new("第 16 项 食品抽检合格率 2026 年", "/indicators/food_pass_rate"),
                note: "分母 +1".into(),
            },
            CountedIn { link: Link::new("青石镇 2026 年", "/indicators/food_pass_rate"), note: "分母 +1".into() },
        ],
        documents: vec![Link::new("责令整改通知书", "#")],
        attachments: vec![
            Attachment { link: Link::new("检验报告.pdf", "/files/1"), note: "214 KB，2026年10月30日".into() },
            Attachment { link: Link::new("封样照片 3 张", "/files/2"), note: "1.8 MB".into() },
        ],
        history: vec![
            Change {
                version: "第 2 版".into(),
                act: "更正".into(),
                when: "2026年11月4日 09:12".into(),
                who: "县市场监管局 王某某".into(),
                why: "检验报告到达，补录结论".into(),
                fields: vec![
                    FieldChange { name: "最终结论".into(), old: String::new(), new: "不合格".into() },
                    FieldChange { name: "报告日期".into(), old: "2026-10-20".into(), new: "2026-10-30".into() },
                ],
            },
            Change {
                version: "第 1 版".into(),
                act: "导入".into(),
                when: "2026年10月14日 16:40".into(),
                who: "县市场监管局 王某某".into(),
                why: "2026 年第 10 期抽检信息.xlsx 第 18 行".into(),
                fields: Vec::new(),
            },
        ],
        actions: vec![
            Action::open("更正", "/records/01J9Z/correct").weight(Weight::Primary),
            Action::open("打印", "/records/01J9Z?print=true"),
            Action::send("恢复", "/records/01J9Z/restore"),
            Action::open("撤销", "/records/01J9Z/withdraw").weight(Weight::Danger),
        ],
    }
}

/// A complaint before its decision.
fn case() -> RecordPage {
    let event = |act: &str, state: &str, when: &str, who: &str| CourseEvent {
        act: act.into(),
        state: state.into(),
        when: when.into(),
        who: who.into(),
        ..CourseEvent::default()
    };
    let line = |when: &str, why: &str, counted: bool| CountLine { when: when.into(), why: why.into(), counted };
    RecordPage {
        shell: office("登记台账"),
        kind: "投诉".into(),
        kind_href: "/kinds/complaint".into(),
        number: "示例-2026-00012".into(),
        title: "示例-2026-00012 缺斤短两".into(),
        state: Some(Tag::new(Tone::Neutral, "待受理")),
        handling: Some(Handling {
            steps: vec![
                Action::open("受理", "/records/01J9C/steps/accept").weight(Weight::Primary),
                Action::open("不予受理", "/records/01J9C/steps/refuse"),
            ],
            blocked: vec!["“签发”须由另一人办理：前一环节是您自己办的。".into()],
            advice: vec![Flash {
                tone: Tone::Warn,
                text: "提示：被投诉人在本县登记，属于本机关管辖（投诉举报处理办法第十二条）".into(),
                link: None,
            }],
            others: vec![Action::open("交办", "/records/01J9C/acts/assign")],
            assignee: "李某某".into(),
            ..Handling::default()
        }),
        clocks: vec![Clock {
            name: "受理决定".into(),
            verdict: Tag::new(Tone::Warn, "还有 2 天"),
            text: "7个工作日，自 2026年11月17日 起算，到 2026年11月26日".into(),
            notes: vec!["依据：投诉举报处理办法第十四条".into(), "未核实：这个期限还没有对照原文核对。".into()],
            how: vec![
                line("2026年11月17日", "起算的当日，不计（民法典第二百零一条）", false),
                line("2026年11月18日至2026年11月20日", "第1至3个工作日", true),
                line("2026年11月21日", "星期六，休息日，不计", false),
                line("2026年11月22日", "星期日，休息日，不计", false),
                line("2026年11月23日至2026年11月26日", "第4至7个工作日", true),
            ],
            raised: vec![RaisedLine {
                link: Link::new("整改事项 ZG20260002", "/kinds/rectification/01J9D"),
                state: Some(Tag::new(Tone::Warn, "整改中")),
                note: String::new(),
            }],
            actions: vec![Action::open("暂停计时", "/records/01J9C/acts/pause?clock=decide")],
        }],
        asked: vec![AskedGroup {
            title: "协办：3 家，已回 1".into(),
            lines: vec![
                AskedLine {
                    body: "县交通局".into(),
                    tag: Some(Tag::new(Tone::Good, "已办理")),
                    words: "已核实，船期调整没有提前公告，责成公司致歉并退还讲解费。".into(),
                    note: "2026年11月19日 10:05　赵某某".into(),
                    actions: Vec::new(),
                },
                AskedLine {
                    body: "县文化旅游委".into(),
                    tag: Some(Tag::new(Tone::Warn, "还有 1 天")),
                    note: "2026年11月24日前答复".into(),
                    actions: vec![Action::open("收回协办：县文化旅游委", "/records/01J9C/acts/unask?clock=assist.wlw")],
                    ..AskedLine::default()
                },
                AskedLine {
                    body: "县商务委".into(),
                    tag: Some(Tag::new(Tone::Neutral, "已收回")),
                    words: "不涉及".into(),
                    note: "2026年11月18日 15:20　王某某".into(),
                    actions: Vec::new(),
                },
            ],
        }],
        course: vec![
            CourseEvent {
                reason: "涉及两个单位".into(),
                note: "已电话告知".into(),
                opened: vec![Link::new("协办件：协办缺斤短两（协办中）", "/records/01J9D")],
                ..event("转办", "待受理", "2026年11月18日 09:12", "王某某")
            },
            event("登记", "待受理", "2026年11月17日 16:40", "王某某"),
        ],
        counted_in: Vec::new(),
        attachments: Vec::new(),
        ..record()
    }
}

fn step(refused: bool) -> StepPage {
    let grounds = ["不属于本机关职责", "超过三年", "已由仲裁机构受理"];
    let options = grounds.map(|name| Choice::new(name, name)).into();
    let mut reason = Field::new("reason", "不予受理的理由", Control::Choice { options }).required();
    reason.error = refused.then(|| "请选择一项".into());
    StepPage {
        shell: office("登记台账"),
        title: "不予受理：示例-2026-00012 缺斤短两".into(),
        kind: "投诉".into(),
        kind_href: "/kinds/complaint".into(),
        label: "示例-2026-00012 缺斤短两".into(),
        hint: "告知投诉人不予受理的理由和救济途径。".into(),
        lines: vec![Line::text("现在", "待受理"), Line::text("办理后", "不予受理")],
        remarks: vec![Flash {
            tone: Tone::Warn,
            text: "办理后“受理决定”停止计时，2026年11月26日到期（还有 2 天）。".into(),
            link: None,
        }],
        action: "/records/01J9C/steps/refuse".into(),
        submit: "不予受理".into(),
        cancel: "/records/01J9C".into(),
        hidden: vec![Hidden { name: "request_key".into(), value: "01J9ZK".into() }],
        fields: vec![
            reason,
            Field::new("note", "说明", Control::Passage { value: String::new(), max_len: Some(500), rows: 2 }),
        ],
        problems: Vec::new(),
    }
}

fn form(refused: bool) -> RecordFormPage {
    let text = |value: &str| Control::Text { value: value.into(), max_len: Some(60), autocomplete: None };
    let options = |labels: &[&str], chosen: &str| {
        labels.iter().map(|label| Choice::new(*label, *label).chosen(*label == chosen)).collect::<Vec<_>>()
    };
    let mut day = Field::new("sampled_on", "抽样日期", Control::Date { value: "2026-10-09".into() }).required();
    let mut received = Field::new("received_on", "收样日期", Control::Date { value: "2026-10-13".into() });
    let mut problems = Vec::new();
    if refused {
        day.control = Control::Date { value: "2026-13-09".into() };
        day.error = Some("没有 2026 年 13 月，请按 2026-03-01 的写法填写".into());
        received.error = Some("收样日期不能早于抽样日期".into());
        problems.push("这条记录刚被他人更正为第 3 版，请核对后重新保存".into());
    }
    RecordFormPage {
        shell: office("食品抽检样品"),
        title: "更正：菜籽油（散装）".into(),
        kind: "食品抽检样品".into(),
        kind_href: LIST.into(),
        about: "国家、市、县食品安全抽检的一个批次。".into(),
        action: "/records/01J9Z/correct".into(),
        submit: "保存更正".into(),
        cancel: "/records/01J9Z".into(),
        hidden: vec![
            Hidden { name: "idempotency_key".into(), value: "01J9ZK".into() },
            Hidden { name: "expected_version".into(), value: "2".into() },
        ],
        reason: Some(
            Field::new("reason", "为什么更正", text("")).required().hint("写进修改历史，如：检验报告到达，补录结论"),
        ),
        sections: vec![
            FormSection {
                title: "抽样".into(),
                fields: vec![
                    Field::new("sample_no", "抽样单编号", text("示例-2026-0412")),
                    Field::new(
                        "task_type",
                        "任务类型",
                        Control::Choice {
                            options: options(&["监督抽检", "评价性抽检", "风险监测"], "监督抽检")
                        },
                    )
                    .required(),
                    Field::new("sample_name", "样品名称", text("菜籽油（散装）")).required(),
                    Field::new(
                        "sampled_party",
                        "被抽样单位",
                        Control::Reference {
                            value: "青石镇某粮油经营部".into(),
                            resolved: Some(Link::new("青石镇某粮油经营部", "/records/01J9A")),
                            options: Vec::new(),
                            offers: Vec::new(),
                        },
                    ),
                    Field::new(
                        "area",
                        "抽样地点",
                        Control::Area {
                            options: options(&["甲街道", "乙街道", "青石镇", "白溪镇", "丙乡"], "青石镇")
                        },
                    ),
                    day,
                    received,
                ],
            },
            FormSection {
                title: "检验".into(),
                fields: vec![
                    Field::new(
                        "verdict",
                        "最终结论",
                        Control::Choice { options: options(&["合格", "不合格"], "不合格") },
                    )
                    .hint("有复检的，以复检结论为准"),
                    Field::new("retested", "是否复检", Control::YesNo { value: Some(false) }),
                    Field::new(
                        "failing_items",
                        "不合格项目",
                        Control::Passage {
                            value: "黄曲霉毒素 B₁║14.2 μg/kg║≤10 μg/kg".into(),
                            max_len: Some(2000),
                            rows: 3,
                        },
                    )
                    .hint("一行一项：项目║检验结果║标准值"),
                    Field::new(
                        "report",
                        "检验报告",
                        Control::File {
                            accept: ".pdf,.jpg,.png".into(),
                            max: "10 MB".into(),
                            current: Some(Link::new("检验报告.pdf", "/files/1")),
                        },
                    ),
                ],
            },
        ],
        problems,
    }
}

fn withdraw() -> RecordStatePage {
    RecordStatePage {
        shell: office("食品抽检样品"),
        title: "撤销：菜籽油（散装）".into(),
        kind: "食品抽检样品".into(),
        kind_href: LIST.into(),
        consequence: "撤销后不再计入任何指标，记录和修改历史仍可查看，可以恢复。".into(),
        lines: vec![
            Line::text("抽样单编号", "示例-2026-0412"),
            Line::text("现计入", "食品抽检合格率 2026 年（分母 +1）"),
        ],
        action: "/records/01J9Z/withdraw".into(),
        submit: "撤销".into(),
        danger: true,
        cancel: "/records/01J9Z".into(),
        hidden: vec![Hidden { name: "expected_version".into(), value: "2".into() }],
        reason: Some(
            Field::new(
                "reason",
                "为什么撤销",
                Control::Text { value: String::new(), max_len: Some(120), autocomplete: None },
            )
            .required()
            .error("请写明原因，如：重复登记"),
        ),
        problems: Vec::new(),
    }
}

fn cell() -> CellRecordsPage {
    let tab = |label: &str, count: &str, current: bool| Tab {
        label: label.into(),
        count: Some(count.into()),
        href: "/indicators/food_pass_rate/records".into(),
        current,
    };
    CellRecordsPage {
        shell: office("目标指标"),
        indicator: "食品抽检合格率".into(),
        indicator_href: "/indicators/food_pass_rate".into(),
        cell: "2026 年 · 青石镇".into(),
        computation: Some(Computation {
            sum: "94 ÷ 96 × 100 = 97.9%".into(),
            note: "截至 2026年11月23日 14:06，口径第 2 版；下面的记录就是这个数字的全部来源".into(),
        }),
        parts: vec![tab("分母", "96", true), tab("分子", "94", false), tab("未计入", "3", false)],
        about: "检验批次：已有最终结论的监督抽检。".into(),
        exports: vec![Action::open("导出当前筛选结果（共 96 条）", "/x.xlsx"), Action::open("打印", "/x?print=true")],
        table: Table {
            id: "cell-records".into(),
            caption: "明细".into(),
            quiet_caption: true,
            columns: columns(),
            rows: rows().into_iter().map(Row::new).collect(),
            stacked: true,
            ..Table::default()
        },
        pager: Pager {
            total: "96".into(),
            next: Some("/x?after=y".into()),
            shown: Some("1–50".into()),
            ..Pager::default()
        },
    }
}

fn kinds() -> KindsPage {
    let kind = |name: &str, about: &str, mode: &str, count: &str, fresh: Option<&str>| KindLine {
        link: Link::new(name, LIST),
        about: about.into(),
        mode: mode.into(),
        count: count.into(),
        freshness: fresh.map(Into::into),
        actions: links(&[("导入", "/kinds/food_sample/import"), ("新增", "/kinds/food_sample/new")]),
    };
    KindsPage {
        shell: office("登记台账"),
        lead: "每一个指标的数字都从这里的记录算出来。".into(),
        groups: vec![
            KindGroup {
                name: "抽检与抽查".into(),
                kinds: vec![
                    kind(
                        "食品抽检样品",
                        "国家、市、县食品安全抽检的一个批次。",
                        "台账",
                        "1000+",
                        Some("最近导入 3 天前"),
                    ),
                    kind(
                        "农产品例行监测",
                        "农业农村部门例行监测的一个样品，结果经授权才公开。",
                        "台账",
                        "612",
                        Some("最近导入 41 天前"),
                    ),
                    kind("药品抽检", "流通领域药品抽检的一个批次。", "台账", "187", None),
                    kind("产品质量监督抽查", "工业产品和消费品监督抽查的一个批次。", "台账", "324", None),
                ],
            },
            KindGroup {
                name: "主体与荣誉".into(),
                kinds: vec![
                    kind("市场主体", "登记在册的企业、个体工商户和合作社。", "台账", "1000+", Some("最近导入 12 天前")),
                    kind("荣誉与称号", "有有效期的认定、称号、等级。", "办理", "86", None),
                ],
            },
        ],
    }
}
