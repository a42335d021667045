//! Targets in running text (目标): each quantity of each sentence is asked what it bounds, by when, and whether
//! it is a target at all. A sentence is read clause by clause; a year, a verb and a subject may come from the
//! words before.

use crate::QUOTE_LIMIT;
use crate::dates::plan_year;
use crate::document::{Quote, Target};
use crate::flow::Flow;
use crate::name::Name;
use crate::outline::{Outline, Para, Zone};
use crate::page::{Page, Span};
use crate::quantity::{self, Quantity, Year};
use crate::reading::{Draft, Outcome, Reading};
use crate::subject;
use crate::tense::{self, Tense};
use crate::words;

/// A sentence longer than this is read in pieces; nobody writes one.
const LONGEST_SENTENCE: usize = 2000;
/// A subject does not lie further from its number.
pub(crate) const LONGEST_SUBJECT: usize = 110;
/// More targets than any plan has: a list beyond it is no plan but noise.
const MOST: usize = 20_000;
/// So with what could not be placed.
const MOST_UNPLACED: usize = 2_000;

/// All targets of the running text, and what looks like one and could not be placed.
pub(crate) fn targets(page: &Page, outline: &Outline) -> (Vec<Target>, Vec<Quote>) {
    let mut reader = Reader {
        page,
        outline,
        targets: Vec::new(),
        unplaced: Vec::new(),
        year: None,
        years: Vec::new(),
        clause_years: Vec::new(),
    };
    let mut heading = None;
    // Years of lead-ins under the headings above: they hold below 主要目标 as well.
    let mut above: Vec<(Option<usize>, i32)> = Vec::new();
    for para in outline.paras.iter().filter(|p| matches!(p.zone, Zone::Body | Zone::Front)) {
        if para.heading != heading {
            above.extend(reader.year.map(|year| (heading, year)));
            heading = para.heading;
            let path = outline.path(heading);
            above.retain(|(at, _)| at.is_some_and(|at| path.contains(&at)));
            let title = |at: &usize| outline.headings.get(*at).and_then(|h| h.title.as_deref());
            let aims = path.iter().filter_map(title).any(tense::is_target_heading);
            reader.year = above.last().map(|(_, year)| *year).filter(|_| aims);
            reader.years.clear();
        }
        reader.paragraph(para);
        if reader.targets.len() >= MOST {
            break;
        }
    }
    (reader.targets, reader.unplaced)
}

struct Reader<'a> {
    page: &'a Page,
    outline: &'a Outline,
    targets: Vec<Target>,
    unplaced: Vec<Quote>,
    /// The year of a lead-in (到2027年，) that holds for what follows.
    year: Option<i32>,
    /// All years of that lead-in (到2022年和2030年，), which 分别 distributes.
    years: Vec<i32>,
    /// Years printed in the clause being read.
    clause_years: Vec<Year>,
}

/// What a paragraph's headings say of it.
struct Context {
    path: Vec<String>,
    heading: Option<usize>,
    item: Option<u32>,
    /// The year of the plan or of the heading.
    plan_year: Option<i32>,
    targets_heading: bool,
    /// A fragment without any heading has to show its tense itself.
    fragment: bool,
}

/// What a sentence carries from clause to clause.
#[derive(Default)]
pub(crate) struct Carried {
    /// Subject of the last target, for 其中 and for clauses without one.
    pub(crate) subject: Option<Name>,
    /// Unit of the last target.
    pub(crate) unit: String,
    /// The verb that a list shares, and whether it is one of making.
    pub(crate) verb: Option<(String, bool)>,
    /// Years of a lead-in that 分别 distributes.
    pub(crate) years: Vec<i32>,
    /// 2026年， without 到: holds for the sentence only.
    pub(crate) bare_year: Option<i32>,
    pub(crate) spans_years: bool,
    pub(crate) past: bool,
    pub(crate) future: bool,
}

impl Reader<'_> {
    fn paragraph(&mut self, para: &Para) {
        let figures =
            |c: &char| c.is_ascii_digit() || matches!(c, '翻' | '倍' | '零' | '半' | '百' | '两' | '一'..='十');
        if !self.page.folded(para.span).iter().any(figures) {
            return;
        }
        let path = self.outline.path(para.heading);
        let heads: Vec<_> = path.iter().filter_map(|at| self.outline.headings.get(*at)).collect();
        let titles: Vec<&str> = heads.iter().filter_map(|h| h.title.as_deref()).collect();
        if titles.iter().any(|title| tense::is_past_heading(title)) {
            return;
        }
        let heading_year = titles.iter().rev().find_map(|title| plan_year(title).or_else(|| year_in(title)));
        let context = Context {
            path: heads.iter().map(|h| format!("{}{}", h.label, h.title.as_deref().unwrap_or(""))).collect(),
            heading: heads.last().map(|h| h.start),
            item: para.heading.and_then(|_| self.outline.item(para.span.start)),
            plan_year: heading_year.or(self.outline.plan_year),
            targets_heading: titles.iter().any(|title| tense::is_target_heading(title)),
            fragment: self.outline.headings.is_empty(),
        };
        let sentences = self.sentences(para.span);
        let mut flow = Flow::default();
        let mut tenses = Vec::with_capacity(sentences.len());
        for sentence in &sentences {
            flow.fill(self.page, *sentence);
            tenses.push(tense_of(&flow));
        }
        let whole = tenses.iter().copied().fold(Tense::default(), Tense::and);
        let bullet = self.page.at(para.span.start) == '-';
        if !(bullet || context.targets_heading || context.fragment) {
            self.year = None;
        }
        let mut subject = None;
        for (sentence, tense) in sentences.iter().zip(tenses) {
            let accounts = tense.past || whole.past || (tense.maybe_past || whole.maybe_past) && !tense.bounded;
            let neutral = !tense.future && !whole.future && self.year.is_none() && !context.targets_heading;
            let past = tense.past && !tense.future || neutral && context.fragment && accounts || neutral && tense.past;
            if !past {
                flow.fill(self.page, *sentence);
                subject = self.sentence(&flow, &context, tense, subject);
            }
            if self.targets.len() >= MOST {
                return;
            }
        }
        if !(bullet || context.targets_heading || context.fragment) {
            self.year = None;
        }
    }

    /// Sentences of a paragraph, cut where nobody ended one.
    fn sentences(&self, span: Span) -> Vec<Span> {
        let mut out = Vec::new();
        let mut start = span.start;
        let chars = self.page.folded(span);
        for (i, &c) in chars.iter().enumerate() {
            let at = span.start + i;
            let next = chars.get(i + 1).copied().unwrap_or('\0');
            let before = i.checked_sub(1).and_then(|b| chars.get(b)).copied().unwrap_or('\0');
            let stop = match c {
                '。' | ';' | '!' | '?' => true,
                '.' => !next.is_ascii_alphanumeric() && !before.is_ascii_alphanumeric() || before == '%',
                _ => at + 1 - start >= LONGEST_SENTENCE,
            };
            if stop {
                out.push(Span::new(start, at + 1));
                start = at + 1;
            }
        }
        if start < span.end {
            out.push(Span::new(start, span.end));
        }
        out
    }

    fn sentence(&mut self, flow: &Flow, context: &Context, tense: Tense, subject: Option<Name>) -> Option<Name> {
        let all = Span::new(0, flow.len());
        let masked = mask(flow);
        let found = quantity::find(flow, all, &masked);
        let years = if self.year.is_some() { self.years.clone() } else { Vec::new() };
        let mut carried =
            Carried { subject, past: tense.past && !tense.future, future: tense.future, years, ..Carried::default() };
        if found.quantities.is_empty() && found.years.is_empty() && !flow.has_any(all, &["五”", "五时期"]) {
            return carried.subject;
        }
        // A bare year over plain figures is an account: 2023年，…完成…亿元.
        let bounded = found.quantities.iter().any(|q| q.suffix.is_some());
        let mut years_left = found.years.iter().copied().peekable();
        let mut quantities_left = found.quantities.iter().peekable();
        for clause in clauses(flow, &masked) {
            let years: Vec<Year> = std::iter::from_fn(|| years_left.next_if(|y| y.span.start < clause.end)).collect();
            self.lead_in(flow, clause, &years, &mut carried);
            self.clause_years = years;
            let quantities: Vec<&Quantity> =
                std::iter::from_fn(|| quantities_left.next_if(|q| q.span.start < clause.end)).collect();
            let account = context.fragment
                && carried.bare_year.is_some()
                && !carried.spans_years
                && !bounded
                && !tense.future
                && !flow.has_any(all, &["达到", "建成", "初步"]);
            if carried.past || account {
                continue;
            }
            self.clause(flow, clause, &quantities, context, &mut carried);
        }
        if !tense.past || tense.future {
            self.in_brackets(flow, &masked, context, &carried);
        }
        carried.subject
    }

    /// （其中蔬菜达到98.5%以上）: a bracket that sets a bound of its own. What a bracket explains, counts or tells of another year is
    /// no target.
    fn in_brackets(&mut self, flow: &Flow, masked: &[bool], context: &Context, carried: &Carried) {
        let open = |at: &usize| flow.at(*at) == '(' && masked.get(*at).copied().unwrap_or(false);
        for at in (0..flow.len()).filter(open) {
            let Some(end) = (at + 1..flow.len()).find(|i| flow.at(*i) == ')') else { continue };
            let inner = Span::new(at + 1, end);
            let bound = ["达到", "不低于", "不少于", "不超过", "控制在", "保持在", "稳定在"];
            if !flow.has_any(inner, &bound) || flow.has_any(inner, &["责任单位", "牵头", "配合", "单位:"]) {
                continue;
            }
            let found = quantity::find(flow, inner, &[]);
            // （年产值不低于5亿元）says which firms are meant; a share, or a part of what stands before, is aimed at.
            let shares = found.quantities.iter().all(|q| q.unit.starts_with('%'));
            if !found.years.is_empty() || !shares && !flow.starts(inner.start, "其中") {
                continue;
            }
            let starts =
                std::iter::once(inner.start).chain((inner.start..end).filter(|i| matches!(flow.at(*i), ',' | ';')));
            let starts: Vec<usize> = starts.collect();
            self.clause_years = Vec::new();
            for (n, from) in starts.iter().enumerate() {
                let to = starts.get(n + 1).copied().unwrap_or(end);
                let clause = Span::new(from + usize::from(n > 0), to);
                let inside = |q: &&Quantity| q.span.start >= clause.start && q.span.start < clause.end;
                let quantities: Vec<&Quantity> = found.quantities.iter().filter(inside).collect();
                if !quantities.is_empty() && flow.has_any(clause, &bound) {
                    let mut own = Carried { future: carried.future, ..Carried::default() };
                    self.clause(flow, clause, &quantities, context, &mut own);
                }
            }
        }
    }

    /// 到2027年, 2026年底前, “十四五”末: the year of what follows; 截至2023年底: an account follows.
    fn lead_in(&mut self, flow: &Flow, clause: Span, years: &[Year], carried: &mut Carried) {
        let mut named: Vec<i32> = Vec::new();
        for year in years {
            let at = year.span.start;
            let before = |word: &str| flow.ends(clause.start, at, word);
            if before("截至") || before("截止") || before("截止到") || before("截至到") {
                carried.past = true;
                continue;
            }
            if !is_term(flow, clause, year) {
                continue;
            }
            if before("年到") || before("年至") {
                // 2021年到2025年 is a period; 从2020年到2023年 tells what happened in it.
                if flow.has_any(Span::new(clause.start, at), &["从", "自"]) {
                    carried.past |= !carried.future;
                } else {
                    carried.bare_year = Some(year.year);
                    carried.spans_years = true;
                }
                continue;
            }
            let joined = !named.is_empty() && flow.any_before(clause.start, at, &["、", "和", "与", "及"]).is_some();
            // 2027年具体目标是: holds for what follows as 到2027年 does.
            let aim = flow
                .any_at(year.span.end, &["具体", "主要", "预期", "总体", "的", "发展"])
                .map_or(0, |w| w.chars().count());
            let aims = at <= clause.start + 2 && flow.any_at(year.span.end + aim, &["目标", "指标"]).is_some();
            if before("到") || before("至") || joined || aims {
                named.push(year.year);
                carried.past = false;
            } else if at <= clause.start + 16 {
                carried.bare_year = Some(year.year);
                // 2025-2027年 is a programme; a single year may be an account.
                carried.spans_years = flow.at(at.wrapping_sub(1)) == '-';
            }
        }
        if let Some(last) = named.last() {
            self.year = Some(*last);
            carried.bare_year = None;
            self.years.clone_from(&named);
            carried.years = named;
        }
        let period = (clause.start..clause.end.min(clause.start + 8)).find_map(|at| {
            let quoted = usize::from(flow.at(at.wrapping_sub(1)) == '“');
            let compared = matches!(flow.at(at.wrapping_sub(1 + quoted)), '比' | '较' | '于');
            subject::plan_period(flow, at).filter(|_| !compared)
        });
        if let Some(year) = period.filter(|_| years.is_empty()) {
            carried.bare_year = Some(year);
            carried.spans_years = true;
        }
    }

    fn clause(
        &mut self,
        flow: &Flow,
        clause: Span,
        quantities: &[&Quantity],
        context: &Context,
        carried: &mut Carried,
    ) {
        let mut floor = clause.start;
        // 支持营业收入5亿元以上、研发投入占比不低于3%的企业: the bounds say which firms are meant.
        let mut at = if describes(flow, clause, quantities) { quantities.len() } else { 0 };
        while let Some(first) = quantities.get(at) {
            // 50家年产值超100亿元的企业: the second figure stands inside what the first counts.
            if first.span.start < floor {
                at += 1;
                continue;
            }
            let count = group(flow, quantities, at);
            let members: Vec<&Quantity> = quantities.iter().skip(at).take(count).copied().collect();
            let from = floor.max(first.span.start.saturating_sub(LONGEST_SUBJECT));
            let next = quantities.get(at + count).map(|q| q.span.start);
            let read = Reading { flow, clause, from, next, led: context.targets_heading || carried.future }
                .read(&members, carried);
            match read {
                Outcome::Targets { drafts, end, quote_start } => {
                    let local = own_year(flow, clause, &self.clause_years, from, first.span.start);
                    let year = local.or(carried.bare_year).or(self.year).or(context.plan_year);
                    let spread = carried.years.len() == members.len()
                        && members.len() > 1
                        && drafts.iter().all(|d| d.same_subject);
                    let years = carried.years.clone();
                    for (n, draft) in drafts.into_iter().enumerate() {
                        let year = if spread { years.get(n).copied() } else { year };
                        carried.subject = Some(draft.base.clone());
                        carried.unit.clone_from(&draft.unit);
                        self.push(flow, Span::new(quote_start, end), draft, year, context);
                    }
                    floor = end;
                }
                Outcome::Unplaced => {
                    let quote = flow.place(Span::new(from, first.span.end));
                    if self.unplaced.len() < MOST_UNPLACED {
                        self.unplaced.push(self.page.quote(quote));
                    }
                }
                Outcome::Nothing => {}
            }
            at += count;
        }
        // 其中 looks back to the last subject, a verb holds only for its own list: 建成一批A，若干B，50个以上C.
        if quantities.is_empty() {
            let verb = words::verb_at(flow, subject::front(flow, clause.start, clause.end, false).start);
            let listed = flow.any_at(clause.start, &["一批", "若干"]).is_some();
            carried.verb = match verb {
                Some((verb, making)) if flow.has_any(clause, &["一批", "若干"]) => Some((verb.to_owned(), making)),
                _ => carried.verb.take().filter(|_| listed),
            };
        }
    }

    fn push(&mut self, flow: &Flow, span: Span, draft: Draft, year: Option<i32>, context: &Context) {
        let subject = draft.subject.text();
        let mut place = flow.place(span);
        if place.len() > QUOTE_LIMIT {
            place.start = place.end - QUOTE_LIMIT;
        }
        let place = self.page.trim(place);
        self.targets.push(Target {
            subject,
            op: draft.op,
            value: draft.value,
            unit: draft.unit,
            year,
            quote: self.page.text(place),
            start: place.start,
            end: place.end,
            item: context.item,
            row: None,
            path: context.path.clone(),
            heading: context.heading,
            verb: draft.verb,
            part_of_previous: draft.among,
        });
    }
}

/// Whether the figures of a clause only tell whom a measure is for.
fn describes(flow: &Flow, clause: Span, quantities: &[&Quantity]) -> bool {
    const FOR: &[&str] = &["支持", "鼓励", "引导", "对", "允许", "优先支持", "重点支持", "向"];
    let Some(last) = quantities.last() else { return false };
    let bounded = quantities.iter().all(|q| q.suffix.is_some() || q.unit.starts_with('%') || q.unit.ends_with('元'));
    bounded && flow.any_at(clause.start, FOR).is_some() && flow.at(last.span.end) == '的'
}

/// The year printed right before a quantity: 2027年达到48%, 提高到2027年的96%.
fn own_year(flow: &Flow, clause: Span, years: &[Year], from: usize, to: usize) -> Option<i32> {
    let mut inside = years.iter().rev().filter(|y| from <= y.span.start && y.span.end <= to);
    inside
        .find(|year| {
            let direct = year.span.end + 1 == to && flow.at(year.span.end) == '的';
            let origin = ["由", "从", "比", "较", "于", "为", "是", "达到", "达"]
                .iter()
                .any(|w| flow.ends(clause.start, year.span.start, w));
            is_term(flow, clause, year) || direct && !origin
        })
        .map(|year| year.year)
}

/// Whether a year is one to be reached: not a baseline, a start or a part of a name.
fn is_term(flow: &Flow, clause: Span, year: &Year) -> bool {
    let at = year.span.start;
    let before = |word: &str| flow.ends(clause.start, at, word);
    let compared =
        ["比", "较", "与", "同", "自", "从", "由", "于", "以", "高于", "超过", "为", "是"].iter().any(|w| before(w));
    let origin =
        flow.any_at(year.span.end, &["以来", "起", "开始", "的基础", "基础上", "水平", "相比", "的"]).is_some();
    let reached = subject::ends_in_level(flow, clause.start, at);
    !compared && !origin && !reached && flow.at(year.span.end) != '-'
}

/// A year printed in a heading (2035年远景目标).
fn year_in(title: &str) -> Option<i32> {
    let chars: Vec<char> = title.chars().map(crate::script::fold).collect();
    chars.windows(5).find_map(|w| match w {
        [digits @ .., '年'] if digits.iter().all(char::is_ascii_digit) => {
            digits.iter().collect::<String>().parse().ok()
        }
        _ => None,
    })
}

/// The tense of a sentence.
fn tense_of(flow: &Flow) -> Tense {
    let years = (0..flow.len()).any(|at| {
        matches!(flow.at(at), '到' | '至')
            && !matches!(flow.at(at.wrapping_sub(1)), '截' | '年')
            && flow.at(at + 5) == '年'
            && (1..5).all(|n| flow.at(at + n).is_ascii_digit())
    });
    Tense::of(flow, Span::new(0, flow.len()), years)
}

/// Which characters stand in names: in 《》, [], short quotation marks and brackets.
fn mask(flow: &Flow) -> Vec<bool> {
    if !(0..flow.len()).any(|at| matches!(flow.at(at), '《' | '[' | '“' | '(')) {
        return Vec::new();
    }
    let mut masked = vec![false; flow.len()];
    let mut at = 0;
    while at < flow.len() {
        let (close, most) = match flow.at(at) {
            '《' => ('》', 60),
            '[' => (']', 40),
            '“' => ('”', 16),
            '(' => (')', 160),
            _ => {
                at += 1;
                continue;
            }
        };
        let end = (at + 1..flow.len().min(at + most)).find(|i| flow.at(*i) == close);
        match end {
            // A quoted sentence is read like any other.
            Some(end) if close != '”' || !(at..end).any(|i| flow.at(i) == ',') => {
                masked.iter_mut().take(end + 1).skip(at).for_each(|m| *m = true);
                at = end + 1;
            }
            _ => at += 1,
        }
    }
    masked
}

/// Clauses of a sentence: parted by commas and colons outside names and numbers.
fn clauses(flow: &Flow, masked: &[bool]) -> Vec<Span> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in 0..flow.len() {
        if masked.get(at).copied().unwrap_or(false) {
            continue;
        }
        let digits = flow.at(at.wrapping_sub(1)).is_ascii_digit() && flow.at(at + 1).is_ascii_digit();
        let thousands = digits && (1..4).all(|n| flow.at(at + n).is_ascii_digit()) && !flow.at(at + 4).is_ascii_digit();
        let parts = match flow.at(at) {
            ',' => !thousands,
            ':' => !digits,
            _ => false,
        };
        if parts {
            if at > start {
                out.push(Span::new(start, at));
            }
            start = at + 1;
        }
    }
    if start < flow.len() {
        out.push(Span::new(start, flow.len()));
    }
    out
}

/// How many quantities from here on stand in one list with nothing but conjunctions between (7%、7%和9%以上).
fn group(flow: &Flow, quantities: &[&Quantity], at: usize) -> usize {
    let mut count = 1;
    while let (Some(one), Some(two)) = (quantities.get(at + count - 1), quantities.get(at + count)) {
        let gap: String = flow.slice(Span::new(one.span.end, two.span.start)).iter().collect();
        let bare = matches!(gap.as_str(), "、" | "," | "和" | "与" | "及" | "以及" | "/" | "、达到" | "和达到");
        if !bare || one.kind != two.kind {
            break;
        }
        count += 1;
    }
    count
}
