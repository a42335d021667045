//! Rules about words: terms, owners, dates, vague quantities.

use super::{Case, plain};
use crate::document::{Finding, Item, Quote};
use crate::flow::Flow;
use crate::page::Span;
use crate::{script, tense, words};

/// 解释了而正文没有用到的名词.
pub(crate) fn unused_term(case: &Case, out: &mut Vec<Finding>) {
    if case.body.is_empty() || case.document.terms.len() > 500 {
        return;
    }
    let rows: String = case.document.indicators.iter().map(|row| plain(&row.name) + "\n").collect();
    let body = format!("{}\n{rows}", case.body);
    for term in &case.document.terms {
        let name = plain(&term.term);
        let quoted = quoted_core(&term.term).map(|core| plain(&core));
        // 公共服务质量满意度调查 is used where 公共服务质量满意度 is.
        let shorter: String = name.chars().take(name.chars().count().saturating_sub(2)).collect();
        let used = body.contains(&name)
            || shorter.chars().count() >= 6 && !name.ends_with("制度") && body.contains(&shorter)
            || quoted.is_some_and(|core| core.chars().count() >= 3 && body.contains(&core));
        if !used {
            out.push(Finding {
                code: "unused_term",
                message: format!(
                    "名词解释第{}条“{}”在正文和表格中没有出现。请删去，或在正文中使用同一说法。",
                    term.no, term.term
                ),
                quotes: vec![case.page.quote(Span::new(term.start, term.end))],
            });
        }
    }
}

/// What a term has in quotation marks: “2+2+X”.
fn quoted_core(term: &str) -> Option<String> {
    let folded: Vec<char> = term.chars().map(script::fold).collect();
    let open = folded.iter().position(|c| *c == '“')?;
    let close = folded.iter().position(|c| *c == '”').filter(|close| *close > open)?;
    Some(folded.iter().take(close).skip(open + 1).collect())
}

/// A list of more places helps nobody.
const MOST_QUOTES: usize = 1000;

/// Items that ask somebody to do something: not aims, principles or the plan's own safeguards.
fn measures<'a>(case: &'a Case) -> Vec<&'a Item> {
    #[rustfmt::skip]
    const FRAME: &[&str] = &[
        "总体要求", "总体思路", "指导思想", "基本原则", "目标", "保障", "组织实施", "组织领导", "实施步骤",
        "发展基础", "形势", "背景", "附则", "工作要求", "重大意义", "现状", "范围",
    ];
    const AIMS: &[&str] = &["目标", "原则", "思想", "意义", "思路", "范围", "现状", "形势", "基础"];
    let document = case.document;
    let numbered = document.headings.iter().any(|h| h.label.starts_with('第'));
    if numbered {
        // Chapters of an outline are no measures.
        return Vec::new();
    }
    let fold = |title: &str| title.chars().map(script::fold).collect::<String>();
    let framed = |title: Option<&str>| title.map(fold).is_some_and(|t| FRAME.iter().any(|word| t.contains(word)));
    let part_title =
        |no: Option<u32>| document.parts.iter().take(100).find(|p| Some(p.no) == no).and_then(|p| p.title.as_deref());
    let items = document.items.iter();
    let aim = |title: Option<&str>| title.map(fold).is_some_and(|t| AIMS.iter().any(|word| t.ends_with(word)));
    items.filter(|item| !framed(part_title(item.part)) && !aim(item.title.as_deref())).collect()
}

fn titles(case: &Case, items: &[&Item]) -> Vec<Quote> {
    let headings = &case.document.headings;
    let head =
        |item: &&Item| headings.binary_search_by_key(&item.start, |h| h.start).ok().and_then(|at| headings.get(at));
    let heads = items.iter().take(MOST_QUOTES).filter_map(head);
    heads.map(|head| case.page.quote(Span::new(head.start, head.end.max(head.start + 1)))).collect()
}

/// 没有责任单位的措施.
pub(crate) fn measures_without_owner(case: &Case, out: &mut Vec<Finding>) {
    if !case.document.task_table.is_empty() {
        return;
    }
    let measures = measures(case);
    let open: Vec<&Item> = measures.iter().copied().filter(|item| item.bodies.is_empty()).collect();
    if open.is_empty() || measures.len() < 2 {
        return;
    }
    let which = if open.len() == measures.len() {
        "全部".to_owned()
    } else {
        format!("{}项中的{}项", measures.len(), open.len())
    };
    out.push(Finding {
        code: "measures_without_owner",
        message: format!("{which}措施没有写责任单位，无法分办。请逐项写明牵头单位和配合单位。"),
        quotes: titles(case, &open),
    });
}

/// 没有时限的措施.
pub(crate) fn measures_without_date(case: &Case, out: &mut Vec<Finding>) {
    if case.document.task_table.iter().any(|task| task.due.is_some()) {
        return;
    }
    let measures = measures(case);
    let open: Vec<&Item> = measures.iter().copied().filter(|item| !dated(case, item)).collect();
    if open.is_empty() || measures.len() < 2 {
        return;
    }
    let which = if open.len() == measures.len() {
        "全部".to_owned()
    } else {
        format!("{}项中的{}项", measures.len(), open.len())
    };
    out.push(Finding {
        code: "measures_without_date",
        message: format!("{which}措施没有写完成时间，无法督办。请逐项写明时限或年度安排。"),
        quotes: titles(case, &open),
    });
}

fn dated(case: &Case, item: &Item) -> bool {
    let text = case.page.folded(Span::new(item.start, item.end));
    let year = text.windows(5).any(|w| matches!(w, [digits @ .., '年'] if digits.iter().all(char::is_ascii_digit)));
    let often = ["每年", "每季度", "每月", "年内", "年底前"];
    let text: String = text.iter().filter(|c| **c != ' ').collect();
    year || often.iter().any(|word| text.contains(word)) || {
        let assignments = &case.document.assignments;
        let from = assignments.partition_point(|a| a.start < item.start);
        assignments.iter().skip(from).take_while(|a| a.start < item.end).any(|a| a.due.is_some())
    }
}

/// 含糊的数量: 培育一批, 建设若干.
pub(crate) fn vague_quantity(case: &Case, out: &mut Vec<Finding>) {
    const VAGUE: &[&str] = &["一大批", "一批", "若干", "数以万计", "数以千计", "一系列"];
    for item in &case.document.items {
        let past = item.title.as_deref().is_some_and(tense::is_past_heading);
        if past || item.end - item.start > 20_000 || out.len() > 2000 {
            continue;
        }
        let flow = Flow::new(case.page, Span::new(item.start, item.end));
        let mut at = 0;
        while at < flow.len() {
            let Some(word) = flow.any_at(at, VAGUE) else {
                at += 1;
                continue;
            };
            let end = at + word.chars().count();
            let verb = words::verb_before(&flow, at.saturating_sub(8), at);
            // 遴选一批、培育一批 is a manner of speaking about a procedure.
            let listed = matches!(flow.at(end), '、' | ',');
            if let Some((verb, _)) = verb.filter(|_| word != "一系列" && !listed) {
                let stop =
                    (end..flow.len().min(end + 60)).find(|i| matches!(flow.at(*i), ',' | '。' | ';')).unwrap_or(end);
                let start = at - verb.chars().count();
                let quote = case.page.quote(flow.place(Span::new(start, stop)));
                out.push(Finding {
                    code: "vague_quantity",
                    message: format!("“{verb}{word}”没有写数量，完成与否无从判断。请写明数量，或写明认定办法。"),
                    quotes: vec![quote],
                });
            }
            at = end;
        }
    }
}
