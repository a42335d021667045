//! 方案原文: the document itself, every target linked to its indicator. Findings about it are for staff; a county's ruling is public.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use zhiheng_app::{Board, Error, PlanView, RuledFinding, When};
use zhiheng_gongwen::Document;
use zhiheng_pack::{Indicator, Pack};

use super::numbers;
use crate::components::{
    Link,
    action::Action,
    field::Choice,
    flash::Flash,
    light::{Light, Tone},
    table::{Cell, Column, Row, Table},
};
use crate::extract::{FormBody, Office, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{Finding, FindingQuote, OutlineEntry, PlanBlock, PlanNote, PlanPage, PlanPiece, Ruling, RulingForm};
use crate::problem::{Answer, Failure, see, show as page_of};
use crate::server::Server;
use crate::words::date;

/// `GET /plan`
pub(crate) async fn show(State(server): State<Server>, visit: Visit) -> Answer {
    let when = When { as_of: server.app().today(), known_on: None };
    let live = visit.sees_live();
    let (view, board) = server.run(move |app| Ok((app.plan()?, live.then(|| app.board(when)).transpose()?))).await?;
    let mut page = page(&server.app().pack, &view, board.as_ref(), visit.account.is_some(), visit.is_office());
    if visit.account.as_ref().is_some_and(zhiheng_app::Account::acts) && server.app().has_yearly() {
        let tasks = crate::office::year::notes(&server, &visit).await?;
        page.tasks = Some(Link::new("年度任务", "/plan/tasks"));
        with_tasks(&mut page, &server.app().pack.document, tasks);
    }
    Ok(page_of(PlanPage { shell: shell(&server, &visit), ..page }.render()))
}

/// The line of the page on which a place of the document stands.
pub(crate) fn line_at(document: &str, at: usize) -> String {
    let mut start = 0;
    for line in document.split('\n') {
        let next = start + line.chars().count() + 1;
        if at < next {
            return format!("#l{start}");
        }
        start = next;
    }
    String::new()
}

/// Each measure is told how its tasks stand, beside its first paragraph.
fn with_tasks(page: &mut PlanPage, document: &str, tasks: Vec<(usize, PlanNote)>) {
    for (at, note) in tasks {
        let line = line_at(document, at);
        let own = |block: &&mut PlanBlock| match block {
            PlanBlock::Paragraph { id, .. } => line.strip_prefix('#') == Some(id.as_str()),
            _ => false,
        };
        if let Some(PlanBlock::Paragraph { notes, .. }) = page.blocks.iter_mut().find(own) {
            notes.push(note);
        }
    }
}

/// `GET /plan.txt`
pub(crate) async fn text(State(server): State<Server>) -> Answer {
    let text = server.app().pack.document.clone();
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// `POST /plan/findings/KEY`
pub(crate) async fn rule(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path(key): Path<String>,
    form: FormBody,
) -> Answer {
    let decision = DECISIONS.iter().find(|(name, _)| *name == form.get("decision")).map(|(_, word)| *word);
    let (text, basis) = (form.get("text").to_owned(), form.get("basis").to_owned());
    let way = Action::open("回到方案原文", format!("/plan#{}", anchor(&key)));
    let Some(decision) = decision.filter(|_| !text.is_empty()) else {
        let error = Error::WrongState("口径没有保存：请选择怎么办，并填写口径说明".to_owned());
        return Err(Failure::from(error).way(way));
    };
    let basis = if basis.is_empty() { basis } else { format!("（依据：{basis}）") };
    let words = format!("{decision}：{text}{basis}");
    let today = server.app().today();
    let place = format!("/plan#{}", anchor(&key));
    server.run(move |app| app.rule(&actor, &key, &words, today)).await?;
    let flash = Flash { tone: Tone::Good, text: "口径已保存，并对外公开。".to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see(&place))
}

const DECISIONS: [(&str, &str); 3] = [("keep", "按原文"), ("define", "另定口径"), ("ask", "请示上级")];

/// Names of the rules by which a document is held against itself.
const RULE_WORDS: [(&str, &str); 21] = [
    ("baseline_equals_target", "基期等于目标"),
    ("boundary_differs", "口径边界不一"),
    ("composite_rows_overlap", "合成项重叠"),
    ("measures_without_date", "措施没有时限"),
    ("measures_without_owner", "措施没有责任单位"),
    ("multiple_not_reached", "倍数与数值不符"),
    ("no_baseline", "没有基期"),
    ("no_unit", "没有单位"),
    ("nothing_to_read", "没有可读的内容"),
    ("parts_of_row_overlap", "同一项内部重叠"),
    ("row_without_target", "表中有、正文没有"),
    ("stock_or_increment", "存量还是增量"),
    ("subset_exceeds_whole", "部分大于整体"),
    ("target_without_row", "正文有、表中没有"),
    ("target_worse_than_baseline", "目标不如基期"),
    ("text_values_differ", "正文前后数值不一"),
    ("two_names", "一事两名"),
    ("unit_differs", "文表单位不一"),
    ("unused_term", "术语未用"),
    ("vague_quantity", "数量含糊"),
    ("value_differs", "文表数值不一"),
];

/// A finding that quotes more places than this is about the whole document: its words are not marked one by one.
const MARKED: usize = 6;

fn anchor(key: &str) -> String {
    format!("finding-{key}")
}

/// Fills the page. `staff` sees every finding, the office may rule; others see the rulings.
pub(crate) fn page(pack: &Pack, view: &PlanView, board: Option<&Board>, staff: bool, office: bool) -> PlanPage {
    let document = &view.document;
    let findings: Vec<&RuledFinding> =
        view.findings.iter().filter(|finding| staff || finding.ruling.is_some()).collect();
    let laid = Laying::new(pack, view, board, &findings).lay();
    let issued = pack.issued_on.map(|day| format!(" {}印发", date(zhiheng_pack::day::number(day))));
    let targets = pack.indicators.iter().filter(|indicator| indicator.is_of_plan());
    let (rows, of_text): (Vec<_>, Vec<_>) = targets.partition(|indicator| indicator.row.is_some());
    PlanPage {
        title: pack.title.clone(),
        source: format!("{}{}", pack.issuer.clone().unwrap_or_default(), issued.unwrap_or_default()),
        counts: format!("{} 项指标，{} 项文中目标，{} 条措施", rows.len(), of_text.len(), document.items.len()),
        outline: laid.outline,
        findings: findings.iter().map(|one| finding(document, one, &laid.lines, office)).collect(),
        blocks: laid.blocks,
        downloads: vec![Link::new("方案原文（文本）", "/plan.txt")],
        ..PlanPage::default()
    }
}

fn finding(document: &Document, one: &RuledFinding, lines: &[(usize, String)], office: bool) -> Finding {
    let quote = |quote: &zhiheng_gongwen::Quote| FindingQuote {
        place: place(document, quote.start),
        text: quote.text.clone(),
        href: format!("#{}", block_at(lines, quote.start)),
    };
    Finding {
        id: anchor(&one.key),
        rule: rule_word(one.finding.code).to_owned(),
        message: one.finding.message.clone(),
        quotes: one.finding.quotes.iter().map(quote).collect(),
        ruling: one.ruling.as_ref().map(|ruling| Ruling {
            by: format!("{}，{}", ruling.decided_by, date(ruling.decided_on)),
            text: ruling.text.clone(),
            basis: String::new(),
        }),
        form: (office && one.ruling.is_none()).then(|| RulingForm {
            action: format!("/plan/findings/{}", one.key),
            prefix: anchor(&one.key),
            options: DECISIONS.map(|(name, word)| Choice::new(name, word)).into(),
            ..RulingForm::default()
        }),
    }
}

fn rule_word(code: &str) -> &str {
    RULE_WORDS.iter().find(|(known, _)| *known == code).map_or(code, |(_, word)| word)
}

/// The row or the heading at which a quote stands.
fn place(document: &Document, at: usize) -> String {
    if let Some(row) = document.indicators.iter().find(|row| (row.start..row.end).contains(&at)) {
        return format!("分解表第 {} 项", row.no);
    }
    let above = document.headings.iter().rev().find(|heading| heading.start < at && heading.level <= 2);
    above.map_or_else(
        || "正文".to_owned(),
        |heading| format!("{}{}", heading.label, heading.title.clone().unwrap_or_default()),
    )
}

fn block_at(lines: &[(usize, String)], at: usize) -> &str {
    lines.iter().rev().find(|(start, _)| *start <= at).map_or("main", |(_, id)| id.as_str())
}

/// A heading that runs on is cut at its sentence.
fn outlined(text: &str) -> String {
    text.split('。').next().unwrap_or(text).chars().take(30).collect()
}

struct Laid {
    blocks: Vec<PlanBlock>,
    outline: Vec<OutlineEntry>,
    /// Where each block begins, and its id.
    lines: Vec<(usize, String)>,
}

impl Laid {
    /// The headers of the table stand in the text as lines of their own: the table says them again.
    fn drop_headers(&mut self) {
        let header = |block: &PlanBlock| match block {
            PlanBlock::Paragraph { pieces, notes, .. } if notes.is_empty() => match pieces.as_slice() {
                [PlanPiece::Text(text)] => {
                    let text = text.trim();
                    text.chars().count() <= HEADER && !text.starts_with("附件") && !text.ends_with(['。', '：'])
                }
                _ => false,
            },
            _ => false,
        };
        while self.blocks.last().is_some_and(header) {
            self.blocks.pop();
            self.lines.pop();
        }
    }
}

/// Greatest length of a table's header that stands on a line of its own.
const HEADER: usize = 6;

/// A marked stretch of the text.
struct Mark {
    start: usize,
    end: usize,
    href: String,
    target: Option<usize>,
}

struct Laying<'a> {
    pack: &'a Pack,
    document: &'a Document,
    board: Option<&'a Board>,
    marks: Vec<Mark>,
    /// Where the table of indicators begins and ends.
    table: Option<(usize, usize)>,
}

impl<'a> Laying<'a> {
    fn new(pack: &'a Pack, view: &'a PlanView, board: Option<&'a Board>, findings: &[&RuledFinding]) -> Laying<'a> {
        let document = &view.document;
        let rows = &document.indicators;
        let first = rows.iter().map(|row| row.start).min();
        let table = first.zip(rows.iter().map(|row| row.end).max());
        let inside = |at: usize| table.is_some_and(|(start, end)| (start..end).contains(&at));
        let mut marks: Vec<Mark> = document
            .targets
            .iter()
            .zip(&view.answered)
            .filter_map(|(target, at)| {
                let indicator = pack.indicators.get((*at)?)?;
                let href = format!("/indicators/{}", indicator.id);
                (!inside(target.start)).then_some(Mark { start: target.start, end: target.end, href, target: *at })
            })
            .collect();
        for one in findings.iter().filter(|one| one.finding.quotes.len() <= MARKED) {
            let quotes = one.finding.quotes.iter().filter(|quote| !inside(quote.start));
            let href = format!("#{}", anchor(&one.key));
            marks.extend(quotes.map(|quote| Mark {
                start: quote.start,
                end: quote.end,
                href: href.clone(),
                target: None,
            }));
        }
        // A target comes before a finding that quotes the same words; what overlaps an earlier mark is left out.
        marks.sort_by_key(|mark| (mark.start, mark.target.is_none(), mark.end));
        let mut end = 0;
        marks.retain(|mark| {
            let free = mark.start >= end && mark.end > mark.start;
            if free {
                end = mark.end;
            }
            free
        });
        Laying { pack, document, board, marks, table }
    }

    fn lay(&self) -> Laid {
        let mut laid = Laid { blocks: Vec::new(), outline: Vec::new(), lines: Vec::new() };
        let mut anchored = BTreeSet::new();
        let mut at = 0;
        let mut table_done = false;
        for line in self.pack.document.split('\n') {
            let start = at;
            at += line.chars().count() + 1;
            let text: Vec<char> = line.chars().collect();
            if self.table.is_some_and(|(first, last)| start < last && at > first) {
                if !table_done {
                    table_done = true;
                    laid.drop_headers();
                    laid.lines.push((start, "annex-table".to_owned()));
                    laid.blocks.push(PlanBlock::Table(self.rows()));
                }
                continue;
            }
            if line.trim().is_empty() {
                continue;
            }
            let id = format!("l{start}");
            laid.lines.push((start, id.clone()));
            let heading = self.document.headings.iter().find(|heading| (start..at).contains(&heading.start));
            match heading.filter(|heading| heading.level <= 2 && line.trim().chars().count() <= 60) {
                Some(heading) => {
                    let level = u8::try_from(heading.level).unwrap_or(3);
                    let text = line.trim().to_owned();
                    laid.outline.push(OutlineEntry { level, text: outlined(&text), id: id.clone() });
                    laid.blocks.push(PlanBlock::Heading { id, level, text });
                }
                None => laid.blocks.push(self.paragraph(id, &text, start, &mut anchored)),
            }
        }
        laid
    }

    fn paragraph(&self, id: String, text: &[char], start: usize, anchored: &mut BTreeSet<usize>) -> PlanBlock {
        let end = start + text.len();
        let part = |from: usize, to: usize| -> String {
            text.get(from.saturating_sub(start)..to.saturating_sub(start).min(text.len()))
                .unwrap_or_default()
                .iter()
                .collect()
        };
        let mut pieces = Vec::new();
        let mut notes: Vec<PlanNote> = Vec::new();
        let mut at = start;
        for mark in self.marks.iter().filter(|mark| mark.start >= start && mark.start < end) {
            let (from, to) = (mark.start, mark.end.min(end));
            pieces.push(PlanPiece::Text(part(at, from)));
            let link = Link::new(part(from, to), mark.href.clone());
            pieces.push(if mark.target.is_some() { PlanPiece::Target(link) } else { PlanPiece::Found(link) });
            at = to;
            let noted = mark.target.filter(|target| anchored.insert(*target));
            notes.extend(noted.and_then(|target| self.note(target)));
        }
        pieces.push(PlanPiece::Text(part(at, end)));
        pieces.retain(|piece| !matches!(piece, PlanPiece::Text(text) if text.is_empty()));
        PlanBlock::Paragraph { id, pieces, notes }
    }

    fn note(&self, at: usize) -> Option<PlanNote> {
        let indicator = self.pack.indicators.get(at)?;
        let label = format!("{} {}", numbers::position(indicator), indicator.name);
        Some(PlanNote { link: Link::new(label, format!("/indicators/{}", indicator.id)), light: self.light(indicator) })
    }

    fn light(&self, indicator: &Indicator) -> Option<Light> {
        let board = self.board?;
        let row = board
            .rows
            .iter()
            .find(|row| board.pack.indicators.get(row.indicator).is_some_and(|known| known.id == indicator.id))?;
        Some(numbers::light_of(row.verdict.light))
    }

    /// The table of the annex, each row linked to its indicator.
    fn rows(&self) -> Table {
        let row = |row: &zhiheng_gongwen::Indicator| {
            let unit =
                row.unit.as_ref().filter(|unit| !unit.is_empty()).map(|unit| format!("（{unit}）")).unwrap_or_default();
            let label = format!("{}{unit}", row.name);
            let known = self.pack.indicators.iter().find(|one| one.row.map(u32::from) == Some(row.no));
            let name = match known {
                Some(indicator) => Cell::Link(Link::new(label, format!("/indicators/{}", indicator.id))),
                None => Cell::Text(label),
            };
            let mut cells = vec![
                Cell::Text(row.no.to_string()),
                Cell::Text(row.category.clone().unwrap_or_default()),
                name,
                Cell::Text(row.baseline.raw.clone()),
                Cell::Text(row.target.raw.clone()),
                Cell::Text(row.bodies.join("、")),
            ];
            if self.board.is_some() {
                cells.push(known.and_then(|one| self.light(one)).map_or(Cell::Text(String::new()), Cell::Light));
            }
            Row::new(cells)
        };
        let mut columns = vec![
            Column::number("序号"),
            Column::text("类别"),
            Column::header("指标要求"),
            Column::number(format!("{}年", self.pack.baseline_year)),
            Column::number(format!("{}年", self.pack.target_year)),
            Column::text("责任单位"),
        ];
        if self.board.is_some() {
            columns.push(Column::text("状态"));
        }
        Table {
            id: "annex-table".into(),
            caption: "重点指标任务分解表".into(),
            columns,
            rows: self.document.indicators.iter().map(row).collect(),
            ..Table::default()
        }
    }
}
