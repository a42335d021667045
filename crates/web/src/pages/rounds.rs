//! 报送: the rounds, and one round with every unit's reply.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{CSRF_FIELD, Csrf, Encoding, Weight, post_form, submit, submit_as},
    errors::{error_summary, wrongs},
    field::{Field, field},
    flash::{Flash, remark},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    table::{Cell, Column, Row, Table, table},
    tag::{Tag, tag},
};

/// The form in which several replies are settled at once.
const TOGETHER: &str = "together";
/// The units that are ticked for it.
pub const CHOSEN: &str = "body";

/// All rounds, and the form of a new one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoundsPage {
    /// Around the page.
    pub shell: Shell,
    /// Rounds: name, period, day of the data, due day, progress.
    pub rounds: Vec<Vec<Cell>>,
    /// Fields of a new round.
    pub fields: Vec<Field>,
    /// Where it goes.
    pub action: String,
}

impl RoundsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(&self.fields);
        page(
            &self.shell,
            Head {
                title: "报送",
                crumbs: &[Crumb::to("首页", "/"), Crumb::here("报送")],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading("报送", html! {}, html! { "发起一轮报送：有账号的单位在工作台看到待办，在页面上填报；没有账号的填表报回，不必登录。" }))
                (error_summary(&wrong))
                (table(&Table {
                    id: "rounds".into(),
                    caption: "各轮报送".into(),
                    columns: vec![
                        Column::header("名称"),
                        Column::text("所属时期"),
                        Column::text("数据截止日"),
                        Column::text("报送期限"),
                        Column::text("已报"),
                    ],
                    rows: self.rounds.iter().cloned().map(Row::new).collect(),
                    stacked: true,
                    empty: Some("还没有发起过报送。".into()),
                    ..Table::default()
                }))
                (card("发起一轮报送", post_form(&self.shell.csrf, &self.action, "form", Encoding::Plain, html! {
                    div.fields { @for one in &self.fields { (field(one)) } }
                    div.actions { (submit("发起报送", Weight::Primary)) }
                })))
            },
        )
    }
}

/// One round.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundPage {
    /// Around the page.
    pub shell: Shell,
    /// 2026年第三季度指标报送.
    pub name: String,
    /// 数据截至…，请于…前报回。
    pub lead: String,
    /// 已报 3 · 有疑问 1 · 退回 1 · 未报 9.
    pub counts: Vec<Tag>,
    /// Forms as one file, the notice.
    pub downloads: Vec<Link>,
    /// Where the notice is drafted as a letter of its own.
    pub notice: Option<String>,
    /// Units.
    pub units: Vec<RoundUnit>,
    /// 理由 of what is settled for several units at once.
    pub together: Field,
    /// Where it goes.
    pub together_action: String,
    /// The field for returned files.
    pub upload: Field,
    /// Where they go.
    pub action: String,
    /// Files that were not taken, and why.
    pub refused: Vec<(String, String)>,
    /// 催报 text.
    pub urge: Field,
    /// 新的期限 and why.
    pub due: Vec<Field>,
    /// Where it goes.
    pub due_action: String,
    /// Why the round is called off.
    pub cancel: Field,
    /// Where it goes.
    pub cancel_action: String,
}

/// A unit of a round.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundUnit {
    /// 县科技局.
    pub name: String,
    /// Its form, its returned file, its letter.
    pub links: Vec<Link>,
    /// Where its letter is drafted.
    pub letter: Option<String>,
    /// Indicators asked of it.
    pub asked: Vec<Link>,
    /// 未报, 已报, 有疑问, 退回.
    pub state: Tag,
    /// When it came, who signed.
    pub received: String,
    /// Questions or reasons.
    pub reasons: Vec<String>,
    /// Where the office settles a question.
    pub settle: Option<Settle>,
}

/// The form in which a reply is taken or sent back.
#[derive(Debug, Clone, PartialEq)]
pub struct Settle {
    /// Id of the unit.
    pub body: String,
    /// Where it goes.
    pub action: String,
    /// The field of the reason.
    pub opinion: Field,
    /// A question is open: it can be taken.
    pub questioned: bool,
}

impl RoundPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs([&self.upload, &self.cancel].into_iter().chain(&self.due));
        page(
            &self.shell,
            Head {
                title: &self.name,
                crumbs: &[Crumb::to("报送", "/rounds"), Crumb::here(&self.name)],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading(&self.name, html! { @for one in &self.counts { (tag(one)) " " } }, html! { (self.lead) }))
                (error_summary(&wrong))
                @if !self.refused.is_empty() {
                    section.card {
                        h2 { "没有收下的文件" }
                        @for (file, why) in &self.refused {
                            (remark(&Flash { tone: crate::components::light::Tone::Bad, text: format!("{file}：{why}"), link: None }))
                        }
                    }
                }
                div.actions {
                    @for one in &self.downloads { a.button href=(one.href) { (one.label) } " " }
                    @if let Some(action) = &self.notice {
                        (post_form(&self.shell.csrf, action, "inline", Encoding::Plain, submit("起草通报", Weight::Plain)))
                    }
                }
                (self.table())
                (self.together())
                div.columns {
                    div.primary {
                        (card("收报送表", post_form(&self.shell.csrf, &self.action, "form", Encoding::Multipart, html! {
                            div.fields { (field(&self.upload)) }
                            div.actions { (submit("收下并核对", Weight::Primary)) }
                        })))
                    }
                    div.rail {
                        (card("催报", html! { div.fields.one { (field(&self.urge)) } }))
                        (card("改报送期限", post_form(&self.shell.csrf, &self.due_action, "form", Encoding::Plain, html! {
                            div.fields.one { @for one in &self.due { (field(one)) } }
                            div.actions { (submit("改期限", Weight::Plain)) }
                        })))
                        (card("撤销这一轮", post_form(&self.shell.csrf, &self.cancel_action, "form", Encoding::Plain, html! {
                            p { "各单位没有报的不再报，待办随之撤销；已收下的数保留，不要的先退回。" }
                            div.fields.one { (field(&self.cancel)) }
                            div.actions { (submit("撤销", Weight::Danger)) }
                        })))
                    }
                }
            },
        )
    }

    /// What is ticked in the table, taken or sent back in one go. The boxes stand in the table and belong to this form.
    fn together(&self) -> Markup {
        let settled = self.units.iter().filter_map(|unit| unit.settle.as_ref());
        if settled.count() < 2 {
            return html! {};
        }
        card(
            "勾选的一并办理",
            html! {
                form.form id=(TOGETHER) method="post" action=(self.together_action) novalidate {
                    input type="hidden" name=(CSRF_FIELD) value=(self.shell.csrf.0);
                    div.fields.one { (field(&self.together)) }
                    div.actions {
                        (submit_as("采用勾选的", Weight::Plain, "decision", "take")) " "
                        (submit_as("退回勾选的", Weight::Danger, "decision", "return"))
                    }
                }
            },
        )
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll role="region" aria-labelledby="units-caption" tabindex="0" {
                table.stacked id="units" {
                    caption id="units-caption" { span.title { "各单位报送情况" } }
                    thead { tr {
                        @for label in ["单位", "报送指标", "状态", "收到", "疑问和退回原因", "办理"] { th scope="col" { (label) } }
                    } }
                    @let boxes = self.units.iter().filter(|unit| unit.settle.is_some()).count() > 1;
                    tbody { @for unit in &self.units { (row(&self.shell.csrf, unit, boxes)) } }
                }
            }
        }
    }
}

fn row(csrf: &Csrf, unit: &RoundUnit, boxes: bool) -> Markup {
    html! {
        tr {
            th scope="row" data-label="单位" {
                @if let Some(settle) = unit.settle.as_ref().filter(|_| boxes) {
                    label.inline {
                        input type="checkbox" form=(TOGETHER) name=(CHOSEN) value=(settle.body);
                        " " (unit.name)
                    }
                } @else { (unit.name) }
            }
            td data-label="报送指标" { span.links { @for one in &unit.asked { a href=(one.href) { (one.label) } " " } } }
            td data-label="状态" { (tag(&unit.state)) }
            td data-label="收到" { @if unit.received.is_empty() { "—" } @else { (unit.received) } }
            td data-label="疑问和退回原因" {
                @if unit.reasons.is_empty() { "—" } @else { ul.plain { @for one in &unit.reasons { li { (one) } } } }
            }
            td data-label="办理" {
                span.links { @for one in &unit.links { a href=(one.href) { (one.label) span.sr { (unit.name) } } " " } }
                @if let Some(action) = &unit.letter {
                    (post_form(csrf, action, "inline", Encoding::Plain, html! {
                        (submit("起草提示函", Weight::Plain)) span.sr { (unit.name) }
                    }))
                }
                @if let Some(settle) = &unit.settle {
                    details {
                        summary { @if settle.questioned { "采用或退回" } @else { "退回重报" } span.sr { (unit.name) } }
                        (post_form(csrf, &settle.action, "form", Encoding::Plain, html! {
                            div.fields.one { (field(&settle.opinion)) }
                            div.actions {
                                @if settle.questioned { (submit_as("采用", Weight::Primary, "decision", "take")) " " }
                                (submit_as("退回", Weight::Danger, "decision", "return"))
                            }
                        }))
                    }
                }
            }
        }
    }
}
