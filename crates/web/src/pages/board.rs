//! 目标指标: the board. Anonymous readers see the plan's own content; staff see live values, lights and trends.

use maud::{Markup, html};

use super::home::HomeFact;
use crate::components::{
    Link,
    action::{Action, Csrf, Weight, action},
    empty::{Empty, empty},
    light::{Light, Tone, light, tone_shape},
    progress::{Part, Progress, progress, strip},
    query::{Query, query},
    section::heading,
    shell::{Crumb, Head, Paper, Shell, page_on},
    spark::{Spark, spark},
    table::or_dash,
};

/// Every target of the plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BoardPage {
    /// Around the page.
    pub shell: Shell,
    /// 2027 年质量强县指标.
    pub title: String,
    /// One sentence: which document, how many rows and targets of the text.
    pub lead: String,
    /// The document itself.
    pub plan: Option<Link>,
    /// Baseline year.
    pub baseline_year: String,
    /// Target year.
    pub target_year: String,
    /// Share of the time elapsed, 0 to 1.
    pub elapsed: f64,
    /// 78%.
    pub elapsed_text: String,
    /// 30 项表中指标, 9 项文中目标, 1 个已公开的数字: beside the elapsed time where there are no counters.
    pub facts: Vec<HomeFact>,
    /// Conditions: body, light; for staff also as-of and known-on.
    pub query: Query,
    /// What staff see beside the plan; absent for anonymous readers.
    pub live: Option<BoardLive>,
    /// Targets by category.
    pub groups: Vec<BoardGroup>,
}

/// The live side of the board.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BoardLive {
    /// 截至 2026年11月23日 14:06，共 184,302 条记录.
    pub as_of: String,
    /// Said when the board is not today's: 按 2026年6月30日 当时所知.
    pub looking_back: Option<String>,
    /// Counters of the lights, each a filter.
    pub counters: Vec<Counter>,
    /// Exports of what is shown.
    pub exports: Vec<Link>,
}

/// How many targets stand so.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counter {
    /// How many.
    pub count: u32,
    /// Their tone.
    pub tone: Tone,
    /// 正常、达标或已完成.
    pub words: String,
    /// The board with only these.
    pub href: String,
    /// The board shows only these now.
    pub current: bool,
}

/// A category of the plan's table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BoardGroup {
    /// 产业质量竞争力水平.
    pub name: String,
    /// Its targets.
    pub rows: Vec<BoardRow>,
}

/// One target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BoardRow {
    /// 序号; empty for a target of the text.
    pub no: String,
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Responsible bodies, joined by 、.
    pub bodies: String,
    /// Baseline with nothing if there is none.
    pub baseline: String,
    /// Target with its comparator (≥98.2).
    pub target: String,
    /// Unit.
    pub unit: String,
    /// The share of its own time elapsed, 0 to 1.
    pub elapsed: f64,
    /// 78%.
    pub elapsed_text: String,
    /// The approved published value, for anonymous readers.
    pub published: Option<PublishedCell>,
    /// For staff.
    pub live: Option<RowLive>,
}

/// A value that was approved for publication.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublishedCell {
    /// The value with its unit.
    pub value: String,
    /// 2025 年.
    pub period: String,
}

/// The live side of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct RowLive {
    /// The value; empty when there is none.
    pub value: String,
    /// n=1,243　区间 97.5–99.0, or 上级公布.
    pub detail: String,
    /// Progress or margin.
    pub progress: Progress,
    /// By year.
    pub trend: Spark,
    /// Its light.
    pub light: Light,
    /// Why there is no value or no light.
    pub reason: Option<String>,
}

impl BoardPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let lead = html! {
            (self.lead) @if let Some(plan) = &self.plan { a href=(plan.href) { (plan.label) } "。" }
        };
        page_on(
            Paper::Wide,
            &self.shell,
            Head {
                title: &self.title, crumbs: &[Crumb::to("首页", "/"), Crumb::here("目标指标")], ..Head::default()
            },
            html! {
                (heading(&self.title, html! {}, lead))
                (self.overview())
                (query(&self.query))
                @if self.groups.iter().all(|group| group.rows.is_empty()) { (self.nothing()) } @else { (self.table()) }
            },
        )
    }

    fn overview(&self) -> Markup {
        html! {
            section.overview aria-label="总览" {
                div.elapsed {
                    p.figure { strong { (self.elapsed_text) } span { "时间已过" } }
                    (progress(&Progress::Elapsed { share: self.elapsed, words: format!("时间已过 {}", self.elapsed_text) }))
                    p.soft { (self.baseline_year) " 年末至 " (self.target_year) " 年末" }
                }
                @if self.live.is_none() && !self.facts.is_empty() {
                    div.counters {
                        ul {
                            @for fact in &self.facts {
                                li { a.plain-fact href=(fact.href) { strong { (fact.count) } span { (fact.words) } } }
                            }
                        }
                    }
                }
                @if let Some(live) = &self.live {
                    div.counters {
                        (strip(&live.counters.iter().map(|counter| Part { count: counter.count, tone: counter.tone }).collect::<Vec<_>>()))
                        ul {
                            @for counter in &live.counters {
                                li { a class=(counter.tone.class()) href=(counter.href) aria-current=[counter.current.then_some("true")] {
                                    strong { (counter.count) } span { (tone_shape(counter.tone)) " " (counter.words) }
                                } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn nothing(&self) -> Markup {
        empty(
            &self.shell.csrf,
            &Empty {
                title: "没有符合条件的指标".into(),
                text: "换一个责任单位或状态试试。".into(),
                actions: vec![Action::open("显示全部指标", self.query.action.clone())],
            },
        )
    }

    fn table(&self) -> Markup {
        let columns = if self.live.is_some() { 8 } else { 6 };
        html! {
            div.table-head {
                h2 id="board-caption" { "指标一览" }
                @if let Some(live) = &self.live {
                    p.note { (live.as_of) @if let Some(back) = &live.looking_back { "　" strong { (back) } } }
                    @if !live.exports.is_empty() {
                        p.exports { @for link in &live.exports {
                            (action(&Csrf::default(), &Action::open(link.label.clone(), link.href.clone()).weight(Weight::Plain))) " "
                        } }
                    }
                }
            }
            div.scroll.flat role="region" aria-labelledby="board-caption" tabindex="0" {
                table.board.stacked.roomy[self.live.is_none()] role="table" aria-labelledby="board-caption" {
                    caption.quiet { "各项指标的基期、目标" @if self.live.is_some() { "、完成值、进度和状态" } @else { "、责任单位和已公开的数字" } }
                    thead role="rowgroup" { tr role="row" {
                        th.no role="columnheader" scope="col" { "序号" }
                        th role="columnheader" scope="col" { "指标" }
                        th.num role="columnheader" scope="col" { (self.baseline_year) " 年" }
                        @if self.live.is_some() { th.num role="columnheader" scope="col" { "完成值" } }
                        th.num role="columnheader" scope="col" { (self.target_year) " 年目标" }
                        @if self.live.is_some() {
                            th role="columnheader" scope="col" { "进度" span.soft { "（竖线为时间）" } }
                            th role="columnheader" scope="col" { "走势" }
                            th role="columnheader" scope="col" { "状态" }
                        } @else {
                            th role="columnheader" scope="col" { "时间已过" }
                            th.num role="columnheader" scope="col" { "已公开的数字" }
                        }
                    } }
                    @for group in self.groups.iter().filter(|group| !group.rows.is_empty()) {
                        tbody role="rowgroup" {
                            tr.group role="row" { th role="rowheader" scope="rowgroup" colspan=(columns) { (group.name) } }
                            @for row in &group.rows { (self.row(row)) }
                        }
                    }
                }
            }
        }
    }

    fn row(&self, row: &BoardRow) -> Markup {
        html! {
            tr role="row" {
                td.no role="cell" { @if row.no.is_empty() { span.soft { "文中" } } @else { (row.no) } }
                th.name role="rowheader" scope="row" {
                    a href=(row.href) { (row.name) } @if row.live.is_none() && !row.unit.is_empty() { span.soft.unit-of { "（" (row.unit) "）" } }
                    small { (row.bodies) }
                }
                td.num.base role="cell" data-label={ (self.baseline_year) " 年" } { (or_dash(&row.baseline)) }
                @if let Some(live) = &row.live {
                    td.num.value role="cell" data-label="完成值" {
                        strong { (or_dash(&live.value)) } " " span.unit { (row.unit) }
                        @if !live.detail.is_empty() { small { @for part in live.detail.split('　') { span.keep { (part) } " " } } }
                    }
                }
                td.num.goal role="cell" data-label={ (self.target_year) " 年目标" } { (or_dash(&row.target)) }
                @match &row.live {
                    Some(live) => {
                        td.way role="cell" data-label="进度" { (progress(&live.progress)) }
                        td.trend role="cell" data-label="走势" { (spark(&live.trend)) }
                        td.state role="cell" data-label="状态" {
                            (light(live.light)) @if let Some(reason) = &live.reason { small { (reason) } }
                        }
                    }
                    None => {
                        td.way role="cell" data-label="时间已过" {
                            (progress(&Progress::Elapsed { share: row.elapsed, words: format!("时间已过 {}", row.elapsed_text) })) span.soft { (row.elapsed_text) }
                        }
                        td.num.value role="cell" data-label="已公开的数字" {
                            @match &row.published {
                                Some(published) => { strong { (published.value) } small { (published.period) } }
                                None => { span.soft { "尚未公开" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
