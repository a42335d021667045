//! 方案原文: the document itself, each measure and target linked to its numbers. Findings about the document are for staff;
//! the county's ruling on one is public.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Encoding, Weight, post_form, submit},
    field::{Choice, Control, Field, field},
    light::{Light, Tone, light},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Table, table},
    tag::{Tag, tag},
};

/// The plan as published.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanPage {
    /// Around the page.
    pub shell: Shell,
    /// 质量强县建设实施方案.
    pub title: String,
    /// Issuer, number, date.
    pub source: String,
    /// 30 项指标 · 9 项文中目标 · 30 条措施.
    pub counts: String,
    /// Headings.
    pub outline: Vec<OutlineEntry>,
    /// The document.
    pub blocks: Vec<PlanBlock>,
    /// Findings, for staff; rulings among them for everybody.
    pub findings: Vec<Finding>,
    /// Files of the document.
    pub downloads: Vec<Link>,
    /// 年度任务, for staff.
    pub tasks: Option<Link>,
}

/// A heading of the outline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutlineEntry {
    /// 1 to 3.
    pub level: u8,
    /// Its words.
    pub text: String,
    /// Id of the block.
    pub id: String,
}

/// A piece of the document.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanBlock {
    /// A heading.
    Heading {
        /// Its id.
        id: String,
        /// 1 to 3.
        level: u8,
        /// Its words.
        text: String,
    },
    /// A paragraph with what is linked beside it.
    Paragraph {
        /// Its id.
        id: String,
        /// Its text in pieces.
        pieces: Vec<PlanPiece>,
        /// Indicators beside it.
        notes: Vec<PlanNote>,
    },
    /// A table of an annex.
    Table(Table),
}

/// Text, or a marked part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanPiece {
    /// Plain text.
    Text(String),
    /// A target: its words, and the indicator.
    Target(Link),
    /// A measure: its opening words, and its page or its indicators.
    Measure(Link),
    /// Words that a finding quotes.
    Found(Link),
}

/// An indicator beside a paragraph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanNote {
    /// 第 16 项 食品抽检合格率.
    pub link: Link,
    /// Its light, for staff.
    pub light: Option<Light>,
}

/// Something in the document that contradicts itself or is missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finding {
    /// Id on the page.
    pub id: String,
    /// Name of the rule.
    pub rule: String,
    /// What it is about.
    pub message: String,
    /// The places, side by side.
    pub quotes: Vec<FindingQuote>,
    /// The county's ruling.
    pub ruling: Option<Ruling>,
    /// The form for a ruling, for those who may rule.
    pub form: Option<RulingForm>,
}

/// A quoted place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingQuote {
    /// 附件1 第 3 项.
    pub place: String,
    /// The words.
    pub text: String,
    /// Id of the block.
    pub href: String,
}

/// What the county decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ruling {
    /// 县质量强县办，2026年3月1日.
    pub by: String,
    /// The words of the ruling.
    pub text: String,
    /// The document it rests on.
    pub basis: String,
}

/// A form for a ruling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RulingForm {
    /// Where it goes.
    pub action: String,
    /// Prefix of its controls' ids, unique on the page; the form sends `decision`, `text` and `basis`.
    pub prefix: String,
    /// The words of the ruling, as typed.
    pub text: String,
    /// The document it rests on, as typed.
    pub basis: String,
    /// Kinds of ruling.
    pub options: Vec<Choice>,
    /// What is wrong.
    pub error: Option<String>,
}

/// So many quotes of a finding are seen without unfolding.
const QUOTES: usize = 6;

fn quotes(list: &[FindingQuote]) -> Markup {
    html! {
        div.quotes {
            @for quote in list {
                figure {
                    blockquote { p { (quote.text) } }
                    figcaption.small { (quote.place) " " a href=(quote.href) { "看原文" span.sr { "：" (quote.place) } } }
                }
            }
        }
    }
}

impl PlanPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [Crumb::to("首页", "/"), Crumb::here("方案原文")];
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&self.title, html! { @if let Some(link) = &self.tasks { a.button href=(link.href) { (link.label) } } }, html! { (self.source) span.dot { "·" } (self.counts) }))
                div.plan {
                    (self.outline())
                    div.paper {
                        @for block in &self.blocks { (self.block(block)) }
                        @if !self.downloads.is_empty() { p.links { @for link in &self.downloads { a href=(link.href) { (link.label) } " " } } }
                    }
                }
                (self.findings())
            },
        )
    }

    fn outline(&self) -> Markup {
        html! {
            nav.outline aria-label="目录" {
                details open {
                    summary { "目录" }
                    ul {
                        @for entry in &self.outline { li class={ "l" (entry.level) } { a href={ "#" (entry.id) } { (entry.text) } } }
                        @if !self.findings.is_empty() { li.l1 { a href="#findings" { "文本核对（" (self.findings.len()) "）" } } }
                    }
                }
            }
        }
    }

    fn findings(&self) -> Markup {
        html! {
            @if !self.findings.is_empty() {
                section.findings id="findings" {
                    h2 { "文本核对" }
                    p.soft { "方案内部不一致或缺少要素的地方，供县里明确口径；未明确的不对外公开。" }
                    @for one in &self.findings { (self.finding(one)) }
                }
            }
        }
    }

    fn finding(&self, one: &Finding) -> Markup {
        let state =
            if one.ruling.is_some() { Tag::new(Tone::Good, "已明确") } else { Tag::new(Tone::Warn, "待明确") };
        html! {
            article.card.finding id=(one.id) {
                div.finding-head { h3 { (one.message) } (tag(&state)) }
                p.small { "规则：" (one.rule) }
                (quotes(one.quotes.get(..QUOTES).unwrap_or(&one.quotes)))
                @if let Some(rest) = one.quotes.get(QUOTES..).filter(|rest| !rest.is_empty()) {
                    details { summary { "其余 " (rest.len()) " 处" } (quotes(rest)) }
                }
                @if let Some(ruling) = &one.ruling {
                    div.ruling {
                        p { strong { "口径说明：" } (ruling.text) }
                        p.small { (ruling.by) @if !ruling.basis.is_empty() { "　依据：" (ruling.basis) } }
                    }
                }
                @if let Some(form) = &one.form { (self.ruling_form(form)) }
            }
        }
    }

    fn ruling_form(&self, form: &RulingForm) -> Markup {
        let named = |name: &str, label: &str, control: Control| Field {
            name: Some(name.to_owned()),
            ..Field::new(format!("{}-{name}", form.prefix), label, control)
        };
        let text = |value: &str| Control::Text { value: value.to_owned(), max_len: Some(120), autocomplete: None };
        let passage = Control::Passage { value: form.text.clone(), max_len: Some(500), rows: 3 };
        html! {
            details open[form.error.is_some()] {
                summary { "记录县里的口径" }
                (post_form(&self.shell.csrf, &form.action, "form", Encoding::Plain, html! {
                    div.fields {
                        (field(&named("decision", "怎么办", Control::Choice { options: form.options.clone() }).required()))
                        (field(&Field { error: form.error.clone(), ..named("text", "口径说明", passage).required() }))
                        (field(&named("basis", "依据文件", text(&form.basis))))
                    }
                    div.actions { (submit("保存口径", Weight::Primary)) }
                }))
            }
        }
    }

    fn block(&self, block: &PlanBlock) -> Markup {
        html! {
            @match block {
                PlanBlock::Heading { id, level, text } => {
                    @match level {
                        0 | 1 => { h2 id=(id) { (text) } }
                        2 => { h3 id=(id) { (text) } }
                        _ => { h4 id=(id) { (text) } }
                    }
                }
                PlanBlock::Paragraph { id, pieces, notes } => {
                    div.para.noted[!notes.is_empty()] {
                        p id=(id) { @for piece in pieces { (self.piece(piece)) } }
                        @if !notes.is_empty() {
                            ul.notes { @for note in notes { li {
                                a href=(note.link.href) { (note.link.label) } @if let Some(one) = note.light { " " (light(one)) }
                            } } }
                        }
                    }
                }
                PlanBlock::Table(one) => { (table(one)) }
            }
        }
    }

    fn piece(&self, piece: &PlanPiece) -> Markup {
        html! {
            @match piece {
                PlanPiece::Text(text) => { (text) }
                PlanPiece::Target(link) => { a.target href=(link.href) { (link.label) } }
                PlanPiece::Measure(link) => { a.measure href=(link.href) { (link.label) } }
                // A finding is for staff: where it is not listed, its words are words.
                PlanPiece::Found(link) => {
                    @if self.findings.iter().any(|one| link.href.strip_prefix('#') == Some(&one.id)) {
                        a.found href=(link.href) { (link.label) }
                    } @else { (link.label) }
                }
            }
        }
    }
}
