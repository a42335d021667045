//! 指标页: one number, how it came about, and the ways to its records.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Action, actions},
    chart::{Chart, chart},
    flash::{Flash, remark},
    light::{Light, Tone, light, light_saying},
    raised::{Raised, raised},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
    table::{Cell, Column, Row, Table, or_dash, table},
    tag::{Tag, tag},
};

/// One indicator.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IndicatorPage {
    /// Around the page.
    pub shell: Shell,
    /// Its category (产品质量水平).
    pub group: String,
    /// 第 16 项, or 文中目标.
    pub position: String,
    /// 食品抽检合格率.
    pub name: String,
    /// Responsible bodies, joined by 、.
    pub bodies: String,
    /// 按年，按抽样日期归属.
    pub basis: String,
    /// Unit.
    pub unit: String,
    /// 2022 年 98.
    pub baseline: String,
    /// 2027 年 ≥98.2.
    pub target: String,
    /// 时间已过 78%.
    pub elapsed: String,
    /// Live values, for staff.
    pub live: Option<IndicatorLive>,
    /// Approved publications and their corrections, newest first.
    pub published: Vec<Published>,
    /// Published numbers by their day, broken where the formula changes.
    pub published_chart: Option<Chart>,
    /// Where the plan says so.
    pub quote: Option<Quote>,
    /// What is counted, and how.
    pub definition: Definition,
    /// 督办整改 opened from it, for staff.
    pub raised: Raised,
    /// 查看明细, 下载底稿.
    pub actions: Vec<Action>,
}

/// The live side of an indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorLive {
    /// The value; empty when there is none.
    pub value: String,
    /// Its light.
    pub light: Light,
    /// 考核口径：达标.
    pub verdict: String,
    /// 98.4 ≥ 98.2（2027 年目标）.
    pub comparison: String,
    /// 截至 2026年11月23日 14:06.
    pub as_of: String,
    /// Why there is no value or no light.
    pub reason: Option<String>,
    /// Numerator and denominator, or the count, each a way to its records.
    pub quantities: Vec<Quantity>,
    /// 另有 17 批未出结论未计入.
    pub remainder: Option<String>,
    /// The smaller line: interval, whether this sample can decide, what kind of sample it is.
    pub hint: Option<String>,
    /// The reported value beside the computed one, and the difference.
    pub reported: Option<String>,
    /// By year.
    pub chart: Option<Chart>,
    /// By township, by body, by month: any breakdown that makes sense here.
    pub breakdowns: Vec<Table>,
    /// What does not count, and why.
    pub uncounted: Vec<Uncounted>,
}

/// A counted quantity that opens down to its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quantity {
    /// 分子.
    pub name: String,
    /// 1,223 合格批次.
    pub link: Link,
}

/// Records that do not count for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uncounted {
    /// The reason.
    pub reason: String,
    /// How many, as a way to them.
    pub count: Link,
}

/// A published value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// 2025 年报.
    pub period: String,
    /// 98.2%.
    pub value: String,
    /// 2026年1月20日经批准公布.
    pub note: String,
    /// The value after correction, and why.
    pub corrected: Option<(String, String)>,
    /// How to check it.
    pub check: Option<Link>,
    /// Its formula is another than that of the number published after it: not one series.
    pub break_note: Option<String>,
    /// For staff: what is computed now, and the way to restate.
    pub difference: Option<(String, Option<Link>)>,
}

/// A sentence of the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quote {
    /// Before the target.
    pub before: String,
    /// The target itself.
    pub target: String,
    /// After it.
    pub after: String,
    /// 一、总体要求（二）主要目标；附件1 第 16 项.
    pub place: String,
    /// The place in the plan page.
    pub href: String,
}

/// What is counted, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definition {
    /// 第 2 版.
    pub version: String,
    /// 2025年1月1日起.
    pub since: String,
    /// In plain words.
    pub text: String,
    /// 分子.
    pub numerator: String,
    /// 分母.
    pub denominator: String,
    /// How it is computed.
    pub method: String,
    /// 容易出错的地方.
    pub traps: Vec<String>,
    /// Somebody has verified it.
    pub verified: bool,
    /// Who reports it, how often, on what document.
    pub reporting: Option<String>,
    /// The county's ruling, or that it is pending and why.
    pub ruling: Option<String>,
    /// Earlier versions.
    pub versions: Vec<VersionNote>,
}

/// An earlier version of a definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionNote {
    /// 第 1 版.
    pub version: String,
    /// 2022年1月1日至2024年12月31日.
    pub span: String,
    /// What was different.
    pub note: String,
}

impl IndicatorPage {
    /// 产品质量水平 第 16 项; a group that says already what its indicators are says it once.
    fn place(&self) -> String {
        if self.group.contains(&self.position) {
            self.group.clone()
        } else {
            format!("{} {}", self.group, self.position)
        }
    }

    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [Crumb::to("目标指标", "/board"), Crumb::here(self.place())];
        let lead = html! {
            "责任单位：" (or_dash(&self.bodies))
            @if !self.basis.is_empty() { span.dot { "·" } (self.basis) }
        };
        page(
            &self.shell,
            Head { title: &self.name, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&self.name, html! {}, lead))
                div.columns {
                    @match &self.live {
                        Some(live) => {
                            div.primary { (self.live(live)) }
                            div.rail { (self.buttons()) (raised(&self.shell.csrf, &self.raised)) (self.quote()) (definition(&self.definition)) (self.published()) }
                        }
                        None => {
                            div.primary { (self.plan_only()) @if let Some(one) = &self.published_chart { section.card { (chart(one)) } } (self.quote()) (self.published()) }
                            div.rail { (self.buttons()) (definition(&self.definition)) }
                        }
                    }
                }
            },
        )
    }

    fn buttons(&self) -> Markup {
        actions(&self.shell.csrf, &self.actions)
    }

    fn quote(&self) -> Markup {
        html! { @if let Some(quote) = &self.quote { (quote_card(quote)) } }
    }

    /// What anybody may see: the latest approved publication, or the plan's own target.
    fn plan_only(&self) -> Markup {
        html! {
            section.card.hero aria-label="目标" {
                @match self.published.first() {
                    Some(one) => {
                        @match &one.corrected {
                            Some((value, why)) => {
                                p.big { strong { (value) } }
                                p { (one.period) "，原公布 " del { (one.value) } "（" (one.note) "），更正：" (why) "。" }
                            }
                            None => { p.big { strong { (one.value) } } p { (one.period) "，" (one.note) "。" } }
                        }
                    }
                    None => {
                        p.big { strong { (self.target) } }
                        p.soft { "还没有经批准公开的完成值。" }
                    }
                }
                (summary(&self.goal_lines()))
            }
        }
    }

    fn goal_lines(&self) -> Vec<Line> {
        vec![
            Line::text("基期", self.baseline.clone()),
            Line::text("目标", self.target.clone()),
            Line::text("时间", self.elapsed.clone()),
        ]
    }

    fn live(&self, live: &IndicatorLive) -> Markup {
        html! {
            section.card.hero aria-label="完成值" {
                p.big {
                    strong { (or_dash(&live.value)) }
                    @if !live.value.is_empty() { span.unit { (self.unit) } }
                    @if live.verdict.is_empty() { (light(live.light)) } @else { (light_saying(live.light, &live.verdict)) }
                    span.soft { (live.comparison) }
                }
                @if !live.quantities.is_empty() {
                    p.quantities {
                        @for (at, one) in live.quantities.iter().enumerate() {
                            @if at > 0 { " ÷ " }
                            (one.name) " " a href=(one.link.href) { (one.link.label) }
                        }
                        @if let Some(remainder) = &live.remainder { "，" (remainder) } "。"
                    }
                }
                @if let Some(reason) = &live.reason { p.reason { (reason) } }
                @if let Some(reported) = &live.reported { p { "上报值与计算值：" (reported) } }
                @if let Some(hint) = &live.hint { p.hint-line { "统计提示：" (hint) } }
                p.facts { span { "基期 " (or_dash(&self.baseline)) } span { "目标 " (self.target) } span { (self.elapsed) } span { (live.as_of) } }
                @if let Some(one) = &live.chart { (chart(one)) }
            }
            @for one in &live.breakdowns { (table(one)) }
            (uncounted(&live.uncounted))
        }
    }

    fn published(&self) -> Markup {
        card(
            "公布值与更正",
            html! {
                @if self.published.is_empty() { p.soft { "还没有公布过数字。" } }
                @for one in &self.published {
                    dl.summary {
                        div { dt { (one.period) } dd { (one.value) " " span.soft { "（" (one.note) "）" } } }
                        @if let Some((value, why)) = &one.corrected { div { dt { "更正后" } dd { (value) " " span.soft { (why) } } } }
                    }
                    @if let Some(note) = &one.break_note { p.small { strong { (note) } } }
                    @if let Some((now, way)) = &one.difference {
                        p.reason { (now) @if let Some(link) = way { " " a href=(link.href) { (link.label) } } }
                    }
                    @if let Some(link) = &one.check { p.small { a href=(link.href) { (link.label) } } }
                }
            },
        )
    }
}

fn quote_card(quote: &Quote) -> Markup {
    card(
        "来自方案",
        html! {
            blockquote { p { (quote.before) strong { (quote.target) } (quote.after) } }
            p.small { (quote.place) " " a href=(quote.href) { "看原文" } }
        },
    )
}

fn definition(definition: &Definition) -> Markup {
    let named = [
        ("含义", &definition.text),
        ("分子", &definition.numerator),
        ("分母", &definition.denominator),
        ("方法", &definition.method),
        ("生效", &definition.since),
    ];
    let mut lines: Vec<Line> = named
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| Line::text(name, text.clone()))
        .collect();
    if let Some(reporting) = &definition.reporting {
        lines.push(Line::text("上报", reporting.clone()));
    }
    let (tone, word) =
        if definition.verified { (Tone::Good, "口径已核实") } else { (Tone::Warn, "口径未经核实") };
    let title = format!("口径 {}", definition.version);
    card(
        title.trim(),
        html! {
            p { (tag(&Tag::new(tone, word))) }
            @if let Some(ruling) = &definition.ruling { (remark(&Flash { tone: Tone::Warn, text: ruling.clone(), link: None })) }
            (summary(&lines))
            @if !definition.traps.is_empty() {
                details { summary { "容易出错的地方（" (definition.traps.len()) "）" } ul.plain { @for trap in &definition.traps { li { (trap) } } } }
            }
            @if !definition.versions.is_empty() {
                details id="versions" {
                    summary { "历史版本（" (definition.versions.len()) "）" }
                    ul.plain { @for one in &definition.versions { li { strong { (one.version) } " " (one.span) @if !one.note.is_empty() { "：" (one.note) } } } }
                }
            }
        },
    )
}

fn uncounted(list: &[Uncounted]) -> Markup {
    let rows =
        list.iter().map(|one| Row::new(vec![Cell::Text(one.reason.clone()), Cell::Link(one.count.clone())])).collect();
    html! {
        @if !list.is_empty() {
            (table(&Table {
                id: "uncounted".into(),
                caption: "未计入".into(),
                note: Some("有记录而不计入本指标的，逐项说明原因".into()),
                columns: vec![Column::header("原因"), Column::number("条数")],
                rows,
                ..Table::default()
            }))
        }
    }
}
