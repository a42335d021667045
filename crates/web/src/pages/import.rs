//! 导入: a spreadsheet as it comes. First the file, then what was read from it with everything that is wrong at once, then
//! what was taken.

use maud::{Markup, html};

use super::record_form::Hidden;
use crate::components::{
    Link,
    action::{Action, Encoding, Weight, actions, hidden, post_form, submit, submit_as},
    errors::{Wrong, error_summary, wrongs},
    field::{Choice, Control, Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    table::{Cell, Column, Row, Table, or_dash, table},
};

/// Choosing the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportPage {
    /// Around the page.
    pub shell: Shell,
    /// 食品抽检样品.
    pub kind: String,
    /// The list of the kind.
    pub kind_href: String,
    /// Where the form goes.
    pub action: String,
    /// Accepted extensions (`.xlsx,.xls,.csv`).
    pub accept: String,
    /// Largest size in words.
    pub max: String,
    /// Fields that the import knows, with the headings it recognises.
    pub known: Vec<(String, String)>,
    /// An empty template of ours.
    pub template: Option<Link>,
    /// Why the file was refused.
    pub refused: Option<String>,
    /// Latest imports (when, file, result).
    pub latest: Vec<Vec<Cell>>,
}

fn crumbs(kind: &str, href: &str, here: &str) -> [Crumb; 3] {
    [Crumb::to("登记台账", "/kinds"), Crumb::to(kind, href), Crumb::here(here)]
}

impl ImportPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = format!("导入{}", self.kind);
        let upload = Field {
            error: self.refused.clone(),
            ..Field::new(
                "file",
                "表格文件",
                Control::File { accept: self.accept.clone(), max: self.max.clone(), current: None },
            )
            .required()
            .hint("公布的是什么样就传什么样：标题行、合并单元格、GB18030 编码都可以")
        };
        page(
            &self.shell,
            Head {
                title: &title,
                crumbs: &crumbs(&self.kind, &self.kind_href, "导入"),
                refused: self.refused.is_some(),
                narrow: false,
            },
            html! {
                (heading(&title, html! {}, html! { "先读出来核对，确认之后才保存。同一个文件导入两次，不会重复。" }))
                (error_summary(&wrongs([&upload])))
                div.columns {
                    div.primary {
                        (post_form(&self.shell.csrf, &self.action, "form card", Encoding::Multipart, html! {
                            div.fields { (field(&upload)) }
                            div.actions { (submit("读取并核对", Weight::Primary)) " " a.button href=(self.kind_href) { "取消" } }
                        }))
                        @if !self.latest.is_empty() {
                            (table(&Table {
                                id: "latest".into(),
                                caption: "最近的导入".into(),
                                columns: vec![Column::text("时间"), Column::header("文件"), Column::text("导入人"), Column::text("结果")],
                                rows: self.latest.iter().cloned().map(Row::new).collect(),
                                ..Table::default()
                            }))
                        }
                    }
                    div.rail {
                        (card("认得的列", html! {
                            p.small { "列的先后不限，列名写法不同也认得。" }
                            dl.summary { @for (name, headings) in &self.known { div { dt { (name) } dd.soft { (headings) } } } }
                            @if let Some(template) = &self.template { p { a href=(template.href) { (template.label) } } }
                        }))
                    }
                }
            },
        )
    }
}

/// What was read from a file, before anything is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportPreviewPage {
    /// Around the page.
    pub shell: Shell,
    /// 食品抽检样品.
    pub kind: String,
    /// The list of the kind.
    pub kind_href: String,
    /// Where the form goes.
    pub action: String,
    /// Values that travel unseen: the stored file's digest, idempotency key.
    pub hidden: Vec<Hidden>,
    /// Name of the file.
    pub file: String,
    /// 表头在第 3 行，UTF-8，312 行.
    pub reading: String,
    /// Columns and the fields they were taken for.
    pub columns: Vec<ImportColumn>,
    /// 名单性质, for announcements; none for other kinds.
    pub scope: Option<ImportScope>,
    /// Fields that the file has no column for: one value for all of its rows.
    pub fill: Vec<Field>,
    /// Counts.
    pub counts: Vec<ImportCount>,
    /// Rows with another content under a known number, offered one by one.
    pub corrections: Vec<ImportCorrection>,
    /// Everything wrong.
    pub problems: Vec<ImportProblem>,
    /// More problems than are shown here.
    pub problems_left_out: u64,
    /// The workbook of the bad rows.
    pub error_workbook: Option<Link>,
    /// Near-duplicates and other remarks.
    pub remarks: Vec<String>,
    /// Some rows are good.
    pub can_import: bool,
    /// What of this form was not accepted.
    pub refused: Vec<Wrong>,
}

/// A column of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportColumn {
    /// Name of its control in the form.
    pub control: String,
    /// B.
    pub letter: String,
    /// As the file writes it.
    pub header: String,
    /// A value of it.
    pub example: String,
    /// Fields to choose from; an empty value is «不导入».
    pub fields: Vec<Choice>,
}

/// What a list contains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportScope {
    /// 合格名单, 不合格名单, 混合.
    pub options: Vec<Choice>,
    /// Number of batches tested, as typed; for failing lists.
    pub tested: String,
    /// What is wrong with the choice.
    pub error: Option<String>,
    /// What is wrong with the number.
    pub tested_error: Option<String>,
}

/// 新增 295 行.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportCount {
    /// 新增.
    pub name: String,
    /// 295.
    pub count: String,
    /// Tone of the number.
    pub tone: Tone,
}

/// A row that would correct a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportCorrection {
    /// Sent when ticked.
    pub value: String,
    /// 第 18 行.
    pub row: String,
    /// The record it would correct.
    pub record: Link,
    /// Field, before, after.
    pub changes: Vec<(String, String, String)>,
    /// Ticked now.
    pub chosen: bool,
}

/// One thing wrong in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportProblem {
    /// Row of the file.
    pub row: String,
    /// Column of the file.
    pub column: String,
    /// The value as the file writes it.
    pub value: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl ImportPreviewPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = format!("核对：{}", self.file);
        page(
            &self.shell,
            Head {
                title: &title,
                crumbs: &crumbs(&self.kind, &self.kind_href, "导入"),
                refused: !self.refused.is_empty(),
                narrow: false,
            },
            html! {
                (heading(&title, html! {}, html! { "还没有保存。" (self.reading) }))
                (error_summary(&self.refused))
                (self.counts())
                @for text in &self.remarks { (remark(&Flash { tone: Tone::Warn, text: text.clone(), link: None })) }
                (post_form(&self.shell.csrf, &self.action, "form", Encoding::Plain, html! {
                    @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                    (self.scope())
                    (self.fill())
                    (self.problems())
                    (self.corrections())
                    (self.columns())
                    (self.decision())
                }))
            },
        )
    }

    fn counts(&self) -> Markup {
        html! {
            ul.tally {
                @for one in &self.counts { li class=(one.tone.class()) { strong { (one.count) } " " span { (one.name) } } }
            }
        }
    }

    fn scope(&self) -> Markup {
        html! {
            @if let Some(scope) = &self.scope {
                section.card {
                    h2 { "这份名单里有什么" }
                    div.fields {
                        (field(&Field {
                            error: scope.error.clone(),
                            ..Field::new("scope", "名单性质", Control::Choice { options: scope.options.clone() })
                                .required()
                                .hint("只列不合格产品的名单，没有检验批次数就不能算合格率")
                        }))
                        (field(&Field {
                            error: scope.tested_error.clone(),
                            ..Field::new("tested", "本次检验批次", Control::Integer { value: scope.tested.clone(), unit: Some("批".into()) })
                                .hint("只在不合格名单时填写；公布文件写明的检验批次，没有写明就空着")
                        }))
                    }
                }
            }
        }
    }

    fn fill(&self) -> Markup {
        html! {
            @if !self.fill.is_empty() {
                section.card {
                    h2 { "文件里没有的内容" }
                    p.hint { "填写后用于全部行；空着就不填，缺日期的行会列入未计入。" }
                    div.fields { @for one in &self.fill { (field(one)) } }
                    p.actions { (submit_as("填入后重新核对", Weight::Plain, "do", "remap")) }
                }
            }
        }
    }

    fn problems(&self) -> Markup {
        let rows = self
            .problems
            .iter()
            .map(|one| {
                Row::new(vec![
                    Cell::Text(one.row.clone()),
                    Cell::Text(one.column.clone()),
                    Cell::Text(one.value.clone()),
                    Cell::Text(one.message.clone()),
                    Cell::Text(one.remedy.clone()),
                ])
            })
            .collect();
        html! {
            @if !self.problems.is_empty() {
                (table(&Table {
                    id: "problems".into(),
                    caption: "有错误的行".into(),
                    note: Some(if self.problems_left_out > 0 {
                        format!("另有 {} 处未列出，全部在下载的表里", self.problems_left_out)
                    } else {
                        "全部列出".to_owned()
                    }),
                    columns: vec![Column::number("行"), Column::header("列"), Column::text("值"), Column::text("错误"), Column::text("怎么办")],
                    rows,
                    stacked: true,
                    ..Table::default()
                }))
                @if let Some(link) = &self.error_workbook { p.actions { a.button href=(link.href) { (link.label) } } }
            }
        }
    }

    fn corrections(&self) -> Markup {
        html! {
            @if !self.corrections.is_empty() {
                fieldset.card.corrections {
                    legend { "编号相同、内容不同的行（" (self.corrections.len()) "）" }
                    p.hint { "勾选的行作为更正保存，原来的内容留在修改历史里；不勾选的不动。" }
                    div data-tick-all="correct" {}
                    ul {
                        @for (at, one) in self.corrections.iter().enumerate() {
                            li {
                                label.option for={ "correct-" (at) } {
                                    input id={ "correct-" (at) } type="checkbox" name="correct" value=(one.value) checked[one.chosen];
                                    span { (one.row) " 更正" }
                                }
                                " " a href=(one.record.href) { (one.record.label) }
                                ul.changes { @for (name, old, new) in &one.changes { li {
                                    span.soft { (name) "　" } del { (or_dash(old)) } " → " ins { (or_dash(new)) }
                                } } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn columns(&self) -> Markup {
        html! {
            details.card.fold open[self.columns.iter().all(|column| !column.fields.iter().any(|field| field.chosen && !field.value.is_empty()))] {
                summary { h2 { "列的对应（" (self.columns.len()) " 列）" } }
                div.scroll role="region" aria-labelledby="columns-caption" tabindex="0" {
                    table.stacked {
                        caption.quiet id="columns-caption" { "文件的列对应到哪个字段" }
                        thead { tr { th scope="col" { "列" } th scope="col" { "表头" } th scope="col" { "例" } th scope="col" { "对应字段" } } }
                        tbody {
                            @for column in &self.columns {
                                tr {
                                    td data-label="列" { (column.letter) }
                                    th scope="row" data-label="表头" { (or_dash(&column.header)) }
                                    td data-label="例" { (or_dash(&column.example)) }
                                    td data-label="对应字段" {
                                        select name=(column.control) aria-label={ "列 " (column.letter) " 对应字段" } {
                                            @for choice in &column.fields { option value=(choice.value) selected[choice.chosen] { (choice.label) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                p.actions { (submit_as("按新的对应重新读取", Weight::Plain, "do", "remap")) }
            }
        }
    }

    fn decision(&self) -> Markup {
        let good = if self.problems.is_empty() { "导入" } else { "只导入正确的行" };
        html! {
            div.actions.sticky {
                @if self.can_import { (submit_as(good, Weight::Primary, "do", "import")) " " }
                (submit_as("全部不导入", Weight::Plain, "do", "discard"))
            }
        }
    }
}

/// What was taken from a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportResultPage {
    /// Around the page.
    pub shell: Shell,
    /// 食品抽检样品.
    pub kind: String,
    /// The list of the kind.
    pub kind_href: String,
    /// Name of the file.
    pub file: String,
    /// 已导入 295 行.
    pub title: String,
    /// Counts.
    pub counts: Vec<ImportCount>,
    /// Indicators that moved.
    pub moved: Vec<Moved>,
    /// What does not count, and why.
    pub remarks: Vec<String>,
    /// The workbook of the bad rows.
    pub error_workbook: Option<Link>,
    /// Ways on.
    pub actions: Vec<Action>,
}

/// A number before and after the import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// 食品抽检合格率 2026 年.
    pub link: Link,
    /// Before; empty is none.
    pub old: String,
    /// After.
    pub new: String,
}

impl ImportResultPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: &self.title, crumbs: &crumbs(&self.kind, &self.kind_href, "导入结果"), ..Head::default()
            },
            html! {
                (heading(&self.title, html! {}, html! { (self.file) }))
                ul.tally { @for one in &self.counts { li class=(one.tone.class()) { strong { (one.count) } " " span { (one.name) } } } }
                @for text in &self.remarks { (remark(&Flash { tone: Tone::Neutral, text: text.clone(), link: None })) }
                @if self.moved.is_empty() {
                    p.soft { "没有指标因此变动。" }
                } @else {
                    (table(&Table {
                        id: "moved".into(),
                        caption: "因此变动的指标".into(),
                        columns: vec![Column::header("指标"), Column::number("导入前"), Column::number("导入后")],
                        rows: self.moved.iter().map(|one| Row::new(vec![
                            Cell::Link(one.link.clone()), Cell::Text(one.old.clone()), Cell::Text(one.new.clone()),
                        ])).collect(),
                        ..Table::default()
                    }))
                }
                @if let Some(link) = &self.error_workbook { p { a href=(link.href) { (link.label) } } }
                (actions(&self.shell.csrf, &self.actions))
            },
        )
    }
}
