//! 由此开出 (督办、整改): a record opened from where something was found, with the facts of the moment filled in; and the way back – what was opened from an
//! indicator, a measure, a record or one of its clocks, and how it stands.

use serde_json::{Value as Json, json};
use zhiheng_pack::document::chinese_date;
use zhiheng_pack::procedure::{Length, Span};
use zhiheng_pack::raise::{Raise, RaisedFrom};
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Draft, Kind, Pack, Type, Value, day};
use zhiheng_store::{RecordId, RecordRow};

use crate::board::{When, print};
use crate::cases::{Doing, Taker, spawn_draft};
use crate::export::goal;
use crate::records::ListWanted;
use crate::submit::read;
use crate::{Account, App, Error};

/// Records that are shown as opened from one place.
const SHOWN: usize = 20;

/// From where something is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An indicator, by id.
    Indicator(String),
    /// A measure of the plan, by the id of its item.
    Measure(String),
    /// A record.
    Record {
        /// Kind.
        kind: String,
        /// The record.
        id: RecordId,
    },
    /// A clock of a record.
    Clock {
        /// Kind.
        kind: String,
        /// The record.
        id: RecordId,
        /// The clock's id.
        clock: String,
    },
}

impl Origin {
    /// The sort of the place.
    pub fn from(&self) -> RaisedFrom {
        match self {
            Origin::Indicator(_) => RaisedFrom::Indicator,
            Origin::Measure(_) => RaisedFrom::Measure,
            Origin::Record { .. } => RaisedFrom::Record,
            Origin::Clock { .. } => RaisedFrom::Clock,
        }
    }

    /// What stands in the field that leads back.
    fn link(&self) -> String {
        match self {
            Origin::Indicator(id) | Origin::Measure(id) => id.clone(),
            Origin::Record { kind, id } | Origin::Clock { kind, id, .. } => format!("{kind}/{id}"),
        }
    }
}

/// Something that was opened from a place.
#[derive(Debug, Clone)]
pub struct Raised {
    /// Position of its kind.
    pub kind: usize,
    /// The stored row.
    pub row: RecordRow,
    /// The record.
    pub record: Record,
    /// 状态名称; empty where the kind follows no procedure.
    pub state: String,
    /// 已销号、已办结.
    pub closed: bool,
    /// When it was closed.
    pub closed_on: Option<i32>,
    /// The clock from which it was opened.
    pub clock: Option<String>,
}

impl App {
    /// What was opened from a place, newest first. Of a record: what was opened from it and from its clocks.
    pub fn raised(&self, origin: &Origin) -> Result<Vec<Raised>, Error> {
        let mut found: Vec<Raised> = Vec::new();
        let mut asked: Vec<(&str, usize)> = Vec::new();
        let of_record = matches!(origin, Origin::Record { .. } | Origin::Clock { .. });
        for raise in &self.pack.raises {
            let same = raise.from == origin.from()
                || of_record && matches!(raise.from, RaisedFrom::Record | RaisedFrom::Clock);
            let (kind_id, link) = (raise.spawn.kind.as_str(), raise.link);
            if !same || asked.contains(&(kind_id, link)) {
                continue;
            }
            asked.push((kind_id, link));
            let Some((at, kind)) = self.pack.kind_position(kind_id).and_then(|at| Some((at, self.pack.kinds.get(at)?)))
            else {
                continue;
            };
            let wanted = ListWanted { filters: vec![(link, origin.link())], limit: SHOWN, ..ListWanted::default() };
            let query = self.query(kind, &wanted);
            let page = self.store.read()?.list(&self.pack.place, &query)?;
            found.extend(page.records.into_iter().filter_map(|row| self.as_raised(at, kind, raise, row)));
        }
        if let Origin::Clock { clock, .. } = origin {
            found.retain(|one| one.clock.as_ref() == Some(clock));
        }
        found.sort_by_key(|one| (one.closed, std::cmp::Reverse(one.row.id)));
        Ok(found)
    }

    fn as_raised(&self, at: usize, kind: &Kind, raise: &Raise, row: RecordRow) -> Option<Raised> {
        let (record, _) = read(kind, &row)?;
        let state = self.pack.state_of(&record);
        // Kinds are opened from clocks by one field, whichever of their raises is asked.
        let of_clock = |it: &&Raise| it.spawn.kind == raise.spawn.kind && it.link == raise.link;
        let clock = self.pack.raises.iter().filter(of_clock).find_map(|it| it.clock);
        Some(Raised {
            kind: at,
            state: state.map(|state| state.name.clone()).unwrap_or_default(),
            closed: state.is_some_and(|state| state.closed),
            closed_on: kind.field_index("closed_on").and_then(|at| match record.value(at) {
                Some(Value::Date(date)) => Some(day::number(*date)),
                _ => None,
            }),
            clock: clock.and_then(|at| record.value(at)).map(Value::plain),
            row,
            record,
        })
    }

    /// What may be opened from a place as it stands, as far as the account may write it.
    pub fn raises(&self, account: &Account, origin: &Origin) -> Result<Vec<Raise>, Error> {
        let own = account.body.as_deref();
        let writes = |raise: &&Raise| {
            let held = raise.roles.is_empty() || raise.roles.iter().any(|role| account.holds(role, own));
            held && self.pack.kind(&raise.spawn.kind).is_some_and(|kind| account.writes_kind(kind))
        };
        let found: Vec<&Raise> = match origin {
            Origin::Indicator(_) | Origin::Measure(_) => self.pack.raises(origin.from()).filter(writes).collect(),
            Origin::Record { kind, id } | Origin::Clock { kind, id, .. } => {
                let Some((row, record)) = self.current(kind, id)?.filter(|(row, _)| row.live) else {
                    return Ok(Vec::new());
                };
                let Some(at) = self.pack.kind_position(&row.kind) else { return Ok(Vec::new()) };
                self.pack.raised_from(origin.from(), at, &record).filter(writes).collect()
            }
        };
        Ok(found.into_iter().cloned().collect())
    }

    /// What is filled in when something is opened from a place: the way back and the facts of today.
    pub fn raise(&self, account: &Account, raise: &Raise, origin: &Origin) -> Result<Draft, Error> {
        let missing = || Error::NotFound("这里可以开出的事项".to_owned());
        let target = self.pack.kind(&raise.spawn.kind).ok_or_else(missing)?;
        let today = self.today();
        let mut draft = match origin {
            Origin::Indicator(id) => {
                let said = self.said_of_indicator(id)?;
                filled(&self.pack, target, raise, &said, today)
            }
            Origin::Measure(id) => {
                let said = self.said_of_measure(raise, id).ok_or_else(missing)?;
                filled(&self.pack, target, raise, &said, today)
            }
            Origin::Record { kind, id } | Origin::Clock { kind, id, .. } => {
                let kind = self.pack.kind(kind).ok_or_else(missing)?;
                let row = self.store.read()?.record(&self.pack.place, &kind.id, id)?.ok_or_else(missing)?;
                let (record, envelope) = read(kind, &row).ok_or_else(missing)?;
                let at = self.pack.kind_position(&kind.id).ok_or_else(missing)?;
                if !row.live || !self.pack.raised_from(origin.from(), at, &record).any(|it| it.id == raise.id) {
                    return Err(Error::WrongState("这条记录现在不用开出这个事项".to_owned()));
                }
                let number = envelope.key.clone().unwrap_or_default();
                let mut said = vec![("{@kind}", kind.name.clone()), ("{@number}", number)];
                let mut owner = envelope.body.clone();
                if let Origin::Clock { clock, .. } = origin {
                    let of_clock = self.said_of_clock(&record, &envelope, clock).ok_or_else(missing)?;
                    said.extend(of_clock.words);
                    owner = of_clock.owner.or(owner);
                }
                let mut doing = Doing::of(Taker::Staff(account), today);
                doing.said = said;
                spawn_draft(&self.pack, kind, &record, id, (target, &raise.spawn, owner.as_deref()), &doing)
            }
        };
        // 不合格项目 are kept with a mark between their parts, which is nothing to read.
        let marked = draft.fields.values_mut().filter(|value| value.as_str().is_some_and(|text| text.contains('║')));
        marked.for_each(|value| *value = Json::String(value.as_str().unwrap_or_default().replace('║', "　")));
        let mut set = |at: usize, value: String| {
            if let Some(field) = target.fields.get(at) {
                draft.fields.insert(field.id.clone(), Json::String(value));
            }
        };
        set(raise.link, origin.link());
        if let (Some(at), Origin::Clock { clock, .. }) = (raise.clock, origin) {
            set(at, clock.clone());
        }
        Ok(draft)
    }

    /// Whether the time for whose lapse a record was opened has been met meanwhile: what is drafted goes on saying that nothing was done.
    pub(crate) fn source_met(&self, kind: &Kind, record: &Record) -> Result<Option<String>, Error> {
        let leads = |raise: &&Raise| raise.spawn.kind == kind.id && raise.clock.is_some();
        let Some(raise) = self.pack.raises.iter().find(leads) else { return Ok(None) };
        let text = |at: usize| record.value(at).map(Value::plain);
        let Some((link, clock)) = text(raise.link).zip(raise.clock.and_then(text)) else { return Ok(None) };
        let Some((source, id)) = self.pack.record_named(&link) else { return Ok(None) };
        let Some(id) = id.parse::<RecordId>().ok() else { return Ok(None) };
        let Some((row, found)) = self.current(&source.id, &id)? else { return Ok(None) };
        if !row.live {
            return Ok(Some(format!("来源的{}已被撤销，请核对还要不要发出", source.name)));
        }
        let Some((_, procedure)) = self.pack.case_of(&found) else { return Ok(None) };
        let is_asked = |ask: &str| procedure.ask(ask).is_some();
        let name = procedure.line_name(&clock).unwrap_or_default();
        let runs = self.pack.runs(&found);
        let of_clock =
            |run: &&zhiheng_pack::case::Run| procedure.clocks.get(run.clock).is_some_and(|it| it.id == clock);
        let met = match is_asked(&clock) {
            // Of several who were asked, as long as one is waited for.
            true => {
                let asked = self.pack.asked(&found);
                let own =
                    |one: &&zhiheng_pack::case::Asked| procedure.asks.get(one.ask).is_some_and(|ask| ask.id == clock);
                let own: Vec<_> = asked.iter().filter(own).collect();
                own.iter().all(|one| !one.is_open()).then(|| own.iter().filter_map(|one| one.run.stopped_at).max())
            }
            false => runs.iter().rev().find(of_clock).filter(|run| !run.is_open()).map(|run| run.stopped_at),
        };
        Ok(met.flatten().map(|at| {
            let day = chinese_date(day::date(self.pack.day_of(at)));
            format!("来源的{}，“{name}”已于{day}办理，请核对事实，以及还要不要发出", source.name)
        }))
    }

    fn said_of_indicator(&self, id: &str) -> Result<Said, Error> {
        let view = self.indicator(id, When { as_of: self.today(), known_on: None })?;
        let indicator = self.pack.indicator(id).ok_or_else(|| Error::NotFound("这个指标".to_owned()))?;
        let unit = |text: String| match indicator.unit.as_str() {
            "" | "%" => format!("{text}{}", indicator.unit),
            unit => format!("{text} {unit}"),
        };
        let bodies: Vec<_> = indicator.bodies.iter().filter_map(|at| self.pack.bodies.get(*at)).collect();
        let names: Vec<&str> = bodies.iter().map(|body| body.name.as_str()).collect();
        let year = indicator.target.as_ref().map_or(self.pack.target_year, |target| target.year);
        let target = goal(indicator).map_or_else(|| "没有目标".to_owned(), |goal| format!("{year}年{}", unit(goal)));
        let value = view.row.number.value.map(|value| unit(print(value, indicator.decimals)));
        Ok(Said {
            words: vec![
                ("{@name}", indicator.name.clone()),
                ("{@value}", value.unwrap_or_else(|| "没有数据".to_owned())),
                ("{@target}", target),
                ("{@state}", view.row.verdict.light.word().to_owned()),
                ("{@bodies}", names.join("、")),
            ],
            owner: bodies.first().map(|body| body.id.clone()),
        })
    }

    fn said_of_measure(&self, raise: &Raise, id: &str) -> Option<Said> {
        let target = self.pack.kind(&raise.spawn.kind)?;
        let list = self.pack.lists.get(target.fields.get(raise.link)?.list?)?;
        let item = list.items.iter().find(|item| item.id == id)?;
        let document = zhiheng_gongwen::read(&self.pack.document);
        let measure = document.items.iter().find(|one| item.names.contains(&one.no.to_string()));
        let named = measure.map(|one| one.bodies.as_slice()).unwrap_or_default();
        let bodies: Vec<_> = named.iter().filter_map(|body| self.pack.body_named(&body.name)).collect();
        let names: Vec<&str> = bodies.iter().map(|body| body.name.as_str()).collect();
        Some(Said {
            words: vec![
                ("{@name}", item.name.clone()),
                ("{@text}", measure.map(|one| one.text.trim().to_owned()).unwrap_or_default()),
                ("{@bodies}", names.join("、")),
            ],
            owner: bodies.first().map(|body| body.id.clone()),
        })
    }

    /// The words for a clock that ran out, and the body whose work it is; none where no such clock is late.
    fn said_of_clock(&self, record: &Record, envelope: &Envelope, id: &str) -> Option<Said> {
        let (_, procedure) = self.pack.case_of(record)?;
        let duties = self.pack.duties(record, envelope);
        let duty = duties.iter().find(|duty| duty.clock == id);
        let body = duty.and_then(|duty| duty.body.clone());
        let clock = procedure.clock(id).or_else(|| procedure.ask(id).map(|ask| &ask.clock))?;
        let runs = self.pack.runs(record);
        let of_clock = |run: &&zhiheng_pack::case::Run| procedure.clocks.get(run.clock).is_some_and(|it| it.id == id);
        let run = runs.iter().rev().find(of_clock);
        let date = |at: i32| chinese_date(day::date(at));
        let due = run.and_then(|run| run.due).map(|due| due.day).or_else(|| duty?.due_day);
        let stopped = run.and_then(|run| run.stopped_at).map(|at| self.pack.day_of(at));
        let end = stopped.unwrap_or_else(|| self.today());
        let length = match &clock.span {
            Span::Length(length) if length.count != 0 => length.words(),
            _ => "按规定的日期".to_owned(),
        };
        // A time that ends on the day somebody has set is counted from nowhere.
        let term = match (&clock.span, run) {
            (Span::Length(length), Some(run)) if length.count != 0 => {
                format!("自{}起算，期限{}", date(run.from_day), length.words())
            }
            _ => "所定期限已过".to_owned(),
        };
        let owner = body.as_deref().map(|body| self.body_name(body).to_owned()).unwrap_or_default();
        let words = vec![
            ("{@clock}", clock.name.clone()),
            ("{@from}", run.map(|run| date(run.from_day)).unwrap_or_default()),
            ("{@length}", length),
            ("{@term}", term),
            ("{@due}", due.map(date).unwrap_or_default()),
            ("{@days}", due.map(|due| (end - due).max(0).to_string()).unwrap_or_default()),
            ("{@basis}", clock.basis.clone().unwrap_or_else(|| "未载明".to_owned())),
            ("{@owner}", owner),
        ];
        Some(Said { words, owner: body })
    }
}

/// What is said of a place.
struct Said {
    words: Vec<(&'static str, String)>,
    /// `@each`: whose matter it is.
    owner: Option<String>,
}

/// What is filled in where there is no record to take it from.
fn filled(pack: &Pack, target: &Kind, raise: &Raise, said: &Said, today: i32) -> Draft {
    let mut draft = Draft::default();
    for (field, template) in &raise.spawn.set {
        let value = match template.as_str() {
            "@each" | "@body" => said.owner.clone(),
            "@today" => Some(day::date(today).to_string()),
            text if text.starts_with("@today+") => {
                let length = text.strip_prefix("@today+").and_then(Length::parse);
                let counted = |length| zhiheng_pack::clock::count(&pack.calendar, today, length, true, &[], &[]).due;
                length.and_then(counted).map(|due| day::date(due).to_string())
            }
            text => {
                let mut words = text.replace("{@today}", &chinese_date(day::date(today)));
                for (name, value) in &said.words {
                    words = words.replace(name, value);
                }
                Some(words)
            }
        };
        let Some(field) = target.field(field).filter(|field| !field.derived) else { continue };
        if let Some(value) = value {
            let json = match field.kind {
                Type::Choices => json!([value]),
                _ => json!(value),
            };
            draft.fields.insert(field.id.clone(), json);
        }
    }
    draft
}
