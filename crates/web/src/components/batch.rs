//! 勾选后的操作: what can be done with the rows that are ticked. A GET form of its own: the boxes of the table belong to it by name, every
//! button leads to a page or a file, and nothing changes before that page is sent.

use maud::{Markup, html};

use super::{Sample, action::hidden};

/// The form that ticked rows belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The conditions of the list: what is meant when nothing is ticked.
    pub keep: Vec<(String, String)>,
    /// Verb and address.
    pub actions: Vec<(String, String)>,
    /// Steps that ticked cases take together (批量办理).
    pub steps: Vec<BatchStep>,
    /// What happens when nothing is ticked.
    pub note: String,
}

/// A step that cases of the list can take together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchStep {
    /// `complaint.accept`.
    pub value: String,
    /// 受理（3 件可办）.
    pub label: String,
}

/// Where the steps of several cases begin.
pub const TOGETHER: &str = "/work/batch";

/// The choice of a step, for a form that already holds the boxes.
pub fn steps(steps: &[BatchStep]) -> Markup {
    html! {
        @if !steps.is_empty() {
            span.together {
                label for="batch-step" { "勾选的一起办" }
                select id="batch-step" name="step" {
                    @for step in steps { option value=(step.value) { (step.label) } }
                }
                button.button type="submit" formaction=(TOGETHER) { "批量办理" }
            }
        }
    }
}

/// The id by which boxes outside the form belong to it.
pub const BATCH_FORM: &str = "batch";
/// The name of every box.
pub const BATCH_NAME: &str = "id";

/// Renders the form; nothing when there is nothing to do.
pub fn batch(batch: &Batch) -> Markup {
    let Some((_, first)) = batch.actions.first() else { return html! {} };
    html! {
        form.batch id=(BATCH_FORM) method="get" action=(first) aria-label="勾选后的操作" {
            @for (name, value) in &batch.keep { (hidden(name, value)) }
            span.soft { "勾选后：" }
            span data-tick-all=(BATCH_NAME) {}
            @for (label, address) in &batch.actions { button.button type="submit" formaction=(address) { (label) } " " }
            (steps(&batch.steps))
            @if !batch.note.is_empty() { small { (batch.note) } }
        }
    }
}

/// Three things to do.
pub fn samples() -> Vec<Sample> {
    let actions = [
        ("打印台账", "/kinds/a/print"),
        ("导出勾选的记录", "/kinds/a/chosen.xlsx"),
        ("下载附件", "/kinds/a/files.zip"),
    ];
    let form = Batch {
        keep: vec![("from".into(), "2026-01-01".into())],
        actions: actions.map(|(label, address)| (label.to_owned(), address.to_owned())).into(),
        steps: vec![
            BatchStep { value: "complaint.accept".into(), label: "受理（3 件可办）".into() },
            BatchStep { value: "complaint.@assign".into(), label: "转办（5 件可办）".into() },
        ],
        note: "没有勾选时，打印台账印当前筛选结果。".into(),
    };
    vec![Sample::new("batch", "勾选后的操作", batch(&form))]
}
