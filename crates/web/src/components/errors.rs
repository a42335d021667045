//! 错误汇总: at the top of a form that was refused, with the focus, each line a link to its field, in the field's own
//! words.

use maud::{Markup, html};

use zhiheng_pack::procedure::Language;

use super::{Sample, field::Field};

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Id of the field; empty when it concerns the whole form.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// The errors of a form's fields, in order.
pub fn wrongs<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Vec<Wrong> {
    fields
        .into_iter()
        .filter_map(|field| {
            field.error.as_ref().map(|error| (error, field.language.say("：", " – "))).map(|(error, dash)| Wrong {
                field: field.id.clone(),
                message: format!("{}{dash}{error}", field.label),
            })
        })
        .collect()
}

/// Renders the summary; nothing when nothing is wrong.
pub fn error_summary(wrongs: &[Wrong]) -> Markup {
    error_summary_in(Language::Chinese, wrongs)
}

/// The same in the language of its page.
pub fn error_summary_in(language: Language, wrongs: &[Wrong]) -> Markup {
    html! {
        @if !wrongs.is_empty() {
            div.error-summary id="errors" role="alert" tabindex="-1" autofocus {
                h2 { (language.say("有 ", "Please change ")) (wrongs.len()) (language.say(" 处需要修改", if wrongs.len() == 1 { " answer" } else { " answers" })) }
                ul {
                    @for wrong in wrongs {
                        li { @if wrong.field.is_empty() { (wrong.message) } @else { a href={ "#" (wrong.field) } { (wrong.message) } } }
                    }
                }
            }
        }
    }
}

/// Two errors.
pub fn samples() -> Vec<Sample> {
    let wrongs = [
        Wrong { field: "f_date".into(), message: "抽样日期：没有 2026 年 13 月".into() },
        Wrong { field: String::new(), message: "这条记录刚被他人更正，请核对后重新提交".into() },
    ];
    vec![Sample::new("errors", "两处", error_summary(&wrongs))]
}
