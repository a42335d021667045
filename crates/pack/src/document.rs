//! Official documents (文书): the text of a form with placeholders, compiled once, and the paper that a record makes of it.
//!
//! Rendering is pure: the day, the names, the number and the deadlines are handed in, so that a document that was issued comes out the
//! same on every later day. What is not known leaves a gap ([`Piece::Gap`]) to be filled in by hand; nothing is ever left out silently.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::case::{Act, Asked, AskedEnd, Event};
use crate::kind::Kind;
use crate::pack::Pack;
use crate::procedure::{Ask, Document, Procedure, ReasonWanted, Step};
use crate::record::Record;
use crate::sight::Sight;
use crate::value::Value;

/// One line of a form: words and placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Hole(Hole),
}

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Hole {
    Field(usize),
    Label,
    Body,
    Place,
    Today,
    Actor,
    /// Who took the step that made the document due (承办人).
    Taker,
    /// The body that signs (落款单位).
    Bureau,
    Reason,
    Year,
    Serial,
    /// The last day of a clock.
    Due(String),
    /// What the bodies that were asked have answered (会签意见).
    Answers(String),
}

/// The placeholders that every kind has. They go before a field of the same name.
const WORDS: [(&str, Hole); 10] = [
    ("label", Hole::Label),
    ("body", Hole::Body),
    ("place", Hole::Place),
    ("today", Hole::Today),
    ("actor", Hole::Actor),
    ("taker", Hole::Taker),
    ("bureau", Hole::Bureau),
    ("reason", Hole::Reason),
    ("year", Hole::Year),
    ("serial", Hole::Serial),
];

/// A placeholder that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// How many `{` come before it in the text.
    pub(crate) nth: usize,
    /// What is wrong, without a full stop.
    pub(crate) what: String,
}

impl Template {
    /// Compiles a line for a kind, or says what is wrong with each of its placeholders. `procedures`: those that a case of the kind may
    /// follow, which know its clocks and what is asked.
    pub(crate) fn compile(line: &str, kind: &Kind, procedures: &[&Procedure]) -> Result<Template, Vec<Wrong>> {
        let (mut parts, mut wrongs) = (Vec::new(), Vec::new());
        let mut pieces = line.split('{');
        words(&mut parts, pieces.next().unwrap_or_default());
        for (nth, piece) in pieces.enumerate() {
            let Some((name, after)) = piece.split_once('}') else {
                let shown: String = piece.chars().take(12).collect();
                wrongs.push(Wrong { nth, what: format!("占位符 {{{shown} 没有右花括号") });
                continue;
            };
            match hole(name.trim(), kind) {
                Some(Hole::Due(clock)) if !procedures.iter().any(|it| it.clock(&clock).is_some()) => {
                    let what = format!("占位符 {{{name}}}：种类 {} 的程序没有这个时限", kind.id);
                    wrongs.push(Wrong { nth, what });
                }
                Some(Hole::Answers(ask)) if !procedures.iter().any(|it| it.ask(&ask).is_some()) => {
                    let what = format!("占位符 {{{name}}}：种类 {} 的程序没有这项征求意见", kind.id);
                    wrongs.push(Wrong { nth, what });
                }
                Some(hole) => parts.push(Part::Hole(hole)),
                None => {
                    wrongs.push(Wrong {
                        nth,
                        what: format!("占位符 {{{name}}} 既不是种类 {} 的字段，也不是固定占位符", kind.id),
                    });
                }
            }
            words(&mut parts, after);
        }
        if wrongs.is_empty() { Ok(Template { parts }) } else { Err(wrongs) }
    }

    /// Whether it prints a field; the label prints the fields that it names.
    pub(crate) fn prints(&self, kind: &Kind, field: usize) -> bool {
        let labelled = || kind.fields.get(field).is_some_and(|it| kind.label.contains(&format!("{{{}}}", it.id)));
        self.parts.iter().any(|part| match part {
            Part::Hole(Hole::Field(own)) => *own == field,
            Part::Hole(Hole::Label) => labelled(),
            _ => false,
        })
    }

    /// Whether it opens a letter: 「某某公司：」 stands at the margin.
    fn is_address(&self) -> bool {
        matches!(self.parts.last(), Some(Part::Words(words)) if words.ends_with('：'))
    }
}

fn words(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Words(text.to_owned()));
    }
}

fn hole(name: &str, kind: &Kind) -> Option<Hole> {
    if let Some(clock) = name.strip_prefix("due:") {
        return (!clock.trim().is_empty()).then(|| Hole::Due(clock.trim().to_owned()));
    }
    if let Some(ask) = name.strip_prefix("answers:") {
        return (!ask.trim().is_empty()).then(|| Hole::Answers(ask.trim().to_owned()));
    }
    let word = WORDS.iter().find(|(word, _)| *word == name).map(|(_, hole)| hole.clone());
    word.or_else(|| kind.field_index(name).map(Hole::Field))
}

/// What a document needs beside the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The day of the document.
    pub today: Date,
    /// Name of who makes it.
    pub actor: String,
    /// Name of who took the step that made it due.
    pub taker: Option<String>,
    /// Name of the record's body.
    pub body: Option<String>,
    /// Name of the body in whose name it goes out: a station (派出机构) signs in the name of its bureau.
    pub bureau: Option<String>,
    /// The reason of the step, in words.
    pub reason: Option<String>,
    /// 流水号, once it is assigned.
    pub serial: Option<i64>,
    /// Clock → its last day.
    pub dues: BTreeMap<String, Date>,
    /// Login → name, of those who answered.
    pub people: BTreeMap<String, String>,
}

/// A piece of a printed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(String),
    /// Room to write, ruled.
    Gap,
}

/// A printed line.
pub type Line = Vec<Piece>;

/// How a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// 主送: at the margin.
    Address,
    /// First line in by two characters.
    Body,
}

/// A paragraph of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// How it stands.
    pub stand: Stand,
    /// What it says.
    pub line: Line,
}

/// A document as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// 标题
    pub title: String,
    /// 文号, with a gap until the serial number is assigned.
    pub number: Option<Line>,
    /// 文书式样五, …
    pub basis: Option<String>,
    /// 正文
    pub paragraphs: Vec<Paragraph>,
    /// 送达
    pub copies: Vec<String>,
    /// 落款: the body that seals it, and the day.
    pub seal: Option<(Line, Date)>,
}

impl Rendered {
    /// The number as one text, where it is complete.
    pub fn number_text(&self) -> Option<String> {
        text_of(self.number.as_ref()?)
    }
}

/// A line as one text; none while it has a gap.
pub fn text_of(line: &[Piece]) -> Option<String> {
    line.iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Gap => None,
        })
        .collect()
}

/// 2026年3月1日
pub fn chinese_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Fills a document from a record of its kind.
pub fn render(pack: &Pack, kind: &Kind, document: &Document, record: &Record, given: &Given) -> Rendered {
    let filling = Filling { pack, kind, record, given };
    let paragraph = |(at, template): (usize, &Template)| -> Vec<Paragraph> {
        // A line that is nothing but the answers is a paragraph for each of them.
        if let [Part::Hole(Hole::Answers(ask))] = template.parts.as_slice() {
            let each = filling.answers(ask).into_iter();
            return each.map(|text| Paragraph { stand: Stand::Body, line: vec![Piece::Text(text)] }).collect();
        }
        let stand = if at == 0 && template.is_address() { Stand::Address } else { Stand::Body };
        vec![Paragraph { stand, line: filling.line(template) }]
    };
    Rendered {
        title: document.name.clone(),
        number: document.number.as_ref().map(|number| filling.line(number)),
        basis: document.basis.clone(),
        paragraphs: document.text.iter().enumerate().flat_map(paragraph).collect(),
        copies: document.copies.clone(),
        seal: document.seal.then(|| (vec![piece(given.bureau.clone().or_else(|| given.body.clone()))], given.today)),
    }
}

/// The number of a document with this serial, as it is written (文号).
pub fn number_text(
    pack: &Pack,
    kind: &Kind,
    document: &Document,
    record: &Record,
    today: Date,
    serial: i64,
) -> Option<String> {
    let given = Given {
        today,
        actor: String::new(),
        taker: None,
        body: None,
        bureau: None,
        reason: None,
        serial: Some(serial),
        dues: BTreeMap::new(),
        people: BTreeMap::new(),
    };
    let filling = Filling { pack, kind, record, given: &given };
    text_of(&filling.line(document.number.as_ref()?))
}

impl Pack {
    /// The documents that can be made of a record: of a case those that a step already taken lists, and those that no step lists.
    pub fn offered(&self, kind: &Kind, record: &Record) -> Vec<&Document> {
        // A kind that is only mirrored here runs no procedure, and still its forms belong to the steps of one.
        let at = self.kind_position(&kind.id);
        let own = |one: &&Procedure| Some(one.kind) == at;
        let steps = || self.procedures.iter().filter(own).flat_map(|one| &one.steps);
        let of_kind = self.documents.iter().filter(|document| document.kind == kind.id);
        of_kind
            .filter(|document| {
                let lists = |step: &Step| step.documents.contains(&document.id);
                self.step_of(record, document).is_some() || !steps().any(lists)
            })
            .collect()
    }

    /// The step that made a document due, and when it was taken last.
    fn step_of<'a>(&'a self, record: &'a Record, document: &Document) -> Option<(&'a Step, &'a Event)> {
        let case = record.case.as_ref()?;
        let procedure = self.procedure_of(case)?;
        case.events.iter().rev().find_map(|event| {
            let Act::Step(id) = &event.act else { return None };
            procedure.step(id).filter(|step| step.documents.contains(&document.id)).map(|step| (step, event))
        })
    }

    /// Who took the step that made a document due last: login.
    pub fn taker_of<'a>(&'a self, record: &'a Record, document: &Document) -> Option<&'a str> {
        self.step_of(record, document).map(|(_, event)| event.by.as_str())
    }

    /// The body in whose name one of its bodies signs: a station has no name of its own before the law (派出机构以所属机关名义).
    pub fn signing(&self, body: &str) -> Option<&crate::pack::Body> {
        let found = self.body(body)?;
        let above = found.parent.as_deref().filter(|_| found.level == crate::pack::BodyLevel::Station);
        above.and_then(|above| self.body(above)).or(Some(found))
    }

    /// The reason of the step that made a document due, in words.
    pub fn reason_of(&self, record: &Record, document: &Document) -> Option<String> {
        let (step, event) = self.step_of(record, document)?;
        let reason = event.reason.as_ref()?;
        let listed = match step.reason {
            ReasonWanted::Listed(list) => self.lists.get(list).and_then(|list| list.find(reason)),
            ReasonWanted::Words | ReasonWanted::None => None,
        };
        Some(listed.map_or_else(|| reason.clone(), |item| item.name.clone()))
    }

    /// The last day of every clock of a record's case that has one; of a clock that ran several times, that of its last run.
    pub fn dues(&self, record: &Record) -> BTreeMap<String, Date> {
        let Some((_, procedure)) = self.case_of(record) else { return BTreeMap::new() };
        let due =
            |run: crate::case::Run| Some((procedure.clocks.get(run.clock)?.id.clone(), crate::day::date(run.due?.day)));
        self.runs(record).into_iter().filter_map(due).collect()
    }
}

fn piece(text: Option<String>) -> Piece {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => Piece::Text(text),
        None => Piece::Gap,
    }
}

struct Filling<'a> {
    pack: &'a Pack,
    kind: &'a Kind,
    record: &'a Record,
    given: &'a Given,
}

impl Filling<'_> {
    /// Neighbouring words become one piece.
    fn line(&self, template: &Template) -> Line {
        let mut line: Line = Vec::new();
        for part in &template.parts {
            let next = match part {
                Part::Words(words) => Piece::Text(words.clone()),
                Part::Hole(hole) => piece(self.fill(hole)),
            };
            match (line.last_mut(), next) {
                (Some(Piece::Text(before)), Piece::Text(after)) => before.push_str(&after),
                (_, next) => line.push(next),
            }
        }
        line
    }

    fn fill(&self, hole: &Hole) -> Option<String> {
        let given = self.given;
        match hole {
            Hole::Field(index) => self.field(*index),
            Hole::Label => Some(self.pack.title(self.kind, self.record, Sight::Hidden)),
            Hole::Body => given.body.clone(),
            Hole::Place => Some(self.pack.place_name.clone()),
            Hole::Today => Some(chinese_date(given.today)),
            Hole::Actor => Some(given.actor.clone()),
            Hole::Taker => given.taker.clone(),
            Hole::Bureau => given.bureau.clone(),
            Hole::Reason => given.reason.clone(),
            Hole::Year => Some(given.today.year().to_string()),
            Hole::Serial => given.serial.map(|serial| serial.to_string()),
            Hole::Due(clock) => given.dues.get(clock).copied().map(chinese_date),
            Hole::Answers(ask) => Some(self.answers(ask).join("；")),
        }
    }

    /// 会签意见: a line for each body that was asked; of what was sent round several times the last round, as that is the text that goes out.
    fn answers(&self, id: &str) -> Vec<String> {
        let procedure = self.pack.case_of(self.record).map(|(_, procedure)| procedure);
        let position = procedure.and_then(|it| it.asks.iter().position(|ask| ask.id == id));
        let ask = procedure.zip(position).and_then(|(procedure, at)| procedure.asks.get(at));
        let Some(ask) = ask else { return vec!["（无）".to_owned()] };
        let of_ask =
            |it: &Asked| procedure.and_then(|known| known.asks.get(it.ask)).is_some_and(|known| known.id == id);
        let all: Vec<Asked> = self.pack.asked(self.record).into_iter().filter(of_ask).collect();
        let last = all.last().map(|it| it.round);
        let shown = all.iter().filter(|it| ask.during.is_empty() || Some(it.round) == last);
        let lines: Vec<String> = shown.map(|it| self.answer(ask, it)).collect();
        if lines.is_empty() { vec![format!("（没有{}）", ask.name)] } else { lines }
    }

    fn answer(&self, ask: &Ask, asked: &Asked) -> String {
        let body = self.pack.body(&asked.body).map_or(asked.body.as_str(), |body| body.name.as_str());
        let said = match &asked.end {
            None => "尚未答复".to_owned(),
            Some(AskedEnd::Passed) => "未答复".to_owned(),
            Some(AskedEnd::TakenBack { .. }) => "已收回".to_owned(),
            Some(AskedEnd::Answered(answered)) => {
                let day = chinese_date(crate::day::date(self.pack.day_of(answered.at)));
                let words = answered.words.as_deref().unwrap_or_default();
                if answered.is_silence() {
                    format!("{words}（{day}）")
                } else {
                    let name = ask.answers.get(answered.answer).map_or("", |it| it.name.as_str());
                    let named = |login: &String| self.given.people.get(login).unwrap_or(login).clone();
                    let instead = answered.instead_of.as_ref().map(|login| format!("代{}", named(login)));
                    let who = named(&answered.by) + &instead.map(|it| format!("（{it}）")).unwrap_or_default();
                    let words = if words.is_empty() { String::new() } else { format!("：{words}") };
                    format!("{name}{words}（{who}　{day}）")
                }
            }
        };
        format!("{body}　{said}")
    }

    /// As an official paper writes a value: names for ids, days in words.
    fn field(&self, index: usize) -> Option<String> {
        Some(match self.record.value(index)? {
            Value::Date(date) => chinese_date(*date),
            Value::Moment(text) => {
                let (day, time) = text.split_once(' ')?;
                format!("{}{time}", chinese_date(crate::day::parse(day)?))
            }
            _ => self.pack.show(self.kind, self.record, index),
        })
    }
}
