//! 拟公开: drafts of publications, filled in as far as the program knows. A draft is all that comes of it: review and approval are people's.

use std::collections::BTreeMap;

use zhiheng_pack::publication::{self as names, asked};
use zhiheng_pack::{Draft, Indicator, Kind, Record, day};
use zhiheng_store::RecordRow;

use super::freeze::FrozenNumber;
use super::text_of;
use crate::board::When;
use crate::{Act, App, Error, RequestKey, Submission};

/// A period whose numbers are to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPeriod {
    /// Its last day.
    pub end: i32,
    /// 2026年第三季度
    pub name: String,
}

impl PublicPeriod {
    /// `2026`, `2026H1`, `2026Q3` or `2026-09`.
    pub fn parse(text: &str) -> Option<PublicPeriod> {
        let year: i16 = text.get(..4)?.parse().ok().filter(|year| (2000..=2100).contains(year))?;
        let rest = text.get(4..)?;
        let (month, name) = match (rest.get(..1), rest.get(1..).and_then(|rest| rest.parse::<i8>().ok())) {
            (None, _) if rest.is_empty() => (12, format!("{year}年")),
            (Some("H" | "h"), Some(half @ 1..=2)) => {
                (half * 6, format!("{year}年{}半年", if half == 1 { "上" } else { "下" }))
            }
            (Some("Q" | "q"), Some(quarter @ 1..=4)) => {
                let word = ["一", "二", "三", "四"].get(usize::try_from(quarter - 1).ok()?)?;
                (quarter * 3, format!("{year}年第{word}季度"))
            }
            (Some("-"), Some(month @ 1..=12)) => (month, format!("{year}年{month}月")),
            _ => return None,
        };
        let next = i32::from(year) * 12 + i32::from(month);
        Some(PublicPeriod { end: zhiheng_store::first_of_month(next) - 1, name })
    }
}

/// What became of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Drafted {
    /// Publications drafted: id and title.
    pub drafted: Vec<(String, String)>,
    /// Indicators whose number of this day is a publication already.
    pub known: Vec<String>,
    /// Indicators without a number.
    pub without: Vec<String>,
}

impl App {
    /// Drafts a publication of every indicator that has a number at the end of a period. A number that is drafted or published already is left alone, so
    /// that the same command again does nothing.
    pub fn draft_publications(&self, actor: &str, period: &PublicPeriod) -> Result<Drafted, Error> {
        let (kind, _) =
            self.publication_kinds().ok_or_else(|| Error::WrongState("这个方案包没有公开的程序".to_owned()))?;
        if period.end >= self.today() {
            return Err(Error::WrongState(format!("{}还没有结束，结束以后再公布", period.name)));
        }
        let mut done = Drafted::default();
        for indicator in
            self.pack.indicators.iter().filter(|indicator| !indicator.helper && indicator.version_of.is_none())
        {
            if self.has_publication(kind, &indicator.id, period.end)? {
                done.known.push(indicator.name.clone());
                continue;
            }
            let Some(draft) = self.draft_of_number(&indicator.id, period.end)? else {
                done.without.push(indicator.name.clone());
                continue;
            };
            let title = draft.fields.get(asked::TITLE).and_then(|title| title.as_str()).unwrap_or_default().to_owned();
            let act = Act::Create(draft);
            let submission = Submission { act, kind: kind.id.clone(), id: None, expected_version: None, reason: None };
            let key = RequestKey(format!("publish {} {}", indicator.id, day::date(period.end)));
            let receipt = self.submit(actor, &submission, Some(&key))?;
            done.drafted.push((receipt.id, title));
        }
        Ok(done)
    }

    /// A draft that publishes an indicator as of a day; none where it has no number.
    pub fn draft_of_number(&self, indicator: &str, as_of: i32) -> Result<Option<Draft>, Error> {
        let found = self.pack.indicator(indicator).filter(|indicator| !indicator.helper);
        let indicator = found.ok_or_else(|| Error::NotFound("这个指标".to_owned()))?;
        let when = When { as_of, known_on: None };
        let mut reader = self.store.read()?;
        let number = self.judged(&mut reader, indicator, when)?;
        let Some(frozen) = self.freezing(indicator, &number, when) else { return Ok(None) };
        let body = indicator.bodies.first().and_then(|at| self.pack.bodies.get(*at)).map(|body| body.id.clone());
        let today = day::date(self.today()).to_string();
        let fields = [
            (asked::TITLE, format!("{}（截至{}）", indicator.name, chinese(as_of))),
            (asked::ABOUT, names::NUMBER.to_owned()),
            (asked::INDICATOR, indicator.id.clone()),
            (asked::AS_OF, day::date(as_of).to_string()),
            (asked::FIGURE, frozen.value.clone()),
            (asked::CONTENT, sentence(indicator, &frozen, as_of)),
            (asked::OPENNESS, names::ACTIVE.to_owned()),
            (asked::BASIS, "duty".to_owned()),
            (asked::BASIS_TEXT, "政府信息公开条例 第二十条".to_owned()),
            (asked::FORMED_ON, today),
            ("body", body.unwrap_or_default()),
        ];
        Ok(Some(self.filled(fields)))
    }

    /// A draft that publishes a list: its kind, its filters as the list page has them, its days.
    pub fn draft_of_list(
        &self,
        kind: &Kind,
        filters: &[(String, String)],
        from: Option<i32>,
        to: Option<i32>,
    ) -> Draft {
        let to = to.unwrap_or_else(|| self.today());
        let lines: Vec<String> = filters.iter().map(|(field, value)| format!("{field} = {value}")).collect();
        let words = |(field, value): &(String, String)| {
            let list = kind.field(field).and_then(|field| field.list).and_then(|list| self.pack.lists.get(list));
            list.and_then(|list| list.find(value)).map_or_else(|| value.clone(), |item| item.name.clone())
        };
        let of: Vec<String> = filters.iter().map(words).collect();
        let of = if of.is_empty() { String::new() } else { format!("（{}）", of.join("、")) };
        let fields = [
            (asked::TITLE, format!("{}{of}名单（截至{}）", kind.name, chinese(to))),
            (asked::ABOUT, names::LIST.to_owned()),
            (asked::KIND, kind.id.clone()),
            (asked::FILTER, lines.join("\n")),
            (asked::FROM, from.map(|day| day::date(day).to_string()).unwrap_or_default()),
            (asked::AS_OF, day::date(to).to_string()),
            (asked::SHOWN, shown(kind)),
            (asked::CONTENT, format!("截至{}的{}{of}。", chinese(to), kind.name)),
            (asked::OPENNESS, names::ACTIVE.to_owned()),
            (asked::FORMED_ON, day::date(self.today()).to_string()),
            ("body", kind.body.clone().unwrap_or_default()),
        ];
        self.filled(fields)
    }

    /// A draft that publishes one record.
    pub fn draft_of_record(&self, kind: &Kind, row: &RecordRow, record: &Record) -> Draft {
        let title = self.pack.title(kind, record, zhiheng_pack::Sight::Hidden);
        let fields = [
            (asked::TITLE, format!("{}：{title}", kind.name)),
            (asked::ABOUT, names::RECORD.to_owned()),
            (asked::KIND, kind.id.clone()),
            (asked::RECORD, row.id.to_string()),
            (asked::SHOWN, shown(kind)),
            (asked::CONTENT, format!("{}。", kind.name)),
            (asked::OPENNESS, names::ACTIVE.to_owned()),
            (asked::FORMED_ON, day::date(self.today()).to_string()),
            ("body", row.body.clone().unwrap_or_default()),
        ];
        self.filled(fields)
    }

    /// Only what the kind of publications has; nothing blank.
    fn filled<const N: usize>(&self, fields: [(&str, String); N]) -> Draft {
        let has = |field: &str| self.pack.publications().is_some_and(|(kind, _)| kind.field(field).is_some());
        let fields = fields.into_iter().filter(|(field, text)| has(field) && !text.is_empty());
        let fields: BTreeMap<_, _> =
            fields.map(|(field, text)| (field.to_owned(), serde_json::Value::String(text))).collect();
        Draft { fields, scope: None }
    }

    /// Whether a number of this day is drafted, under review or published.
    fn has_publication(&self, kind: &Kind, indicator: &str, as_of: i32) -> Result<bool, Error> {
        let mut reader = self.store.read()?;
        let found = self.frozen_where(&mut reader, kind, asked::INDICATOR, indicator)?;
        let own = day::date(as_of).to_string();
        let taken = |record: &Record| {
            self.pack.case_of(record).is_none_or(|(case, procedure)| {
                let closed = procedure.is_closed(&case.state);
                let published = kind.publishes.as_ref().and_then(|one| procedure.step(&one.step)?.to);
                !closed || published.and_then(|at| procedure.states.get(at)).is_some_and(|state| state.id == case.state)
            })
        };
        Ok(found.iter().any(|(_, record)| text_of(kind, record, asked::AS_OF) == own && taken(record)))
    }
}

fn shown(kind: &Kind) -> String {
    let fields = kind.public.fields.iter().filter_map(|at| kind.fields.get(*at)).filter(|field| !field.personal);
    fields.map(|field| field.name.clone()).collect::<Vec<_>>().join("\n")
}

fn chinese(day: i32) -> String {
    zhiheng_pack::document::chinese_date(day::date(day))
}

/// The number in a sentence, as it is reviewed.
fn sentence(indicator: &Indicator, frozen: &FrozenNumber, as_of: i32) -> String {
    let unit = &indicator.unit;
    let parts = match (&frozen.numerator, &frozen.denominator) {
        (Some(numerator), Some(denominator)) => {
            let name = |text: &Option<String>, word: &str| {
                text.clone().filter(|text| text.chars().count() <= 30).unwrap_or_else(|| word.to_owned())
            };
            let numerator_name = name(&indicator.numerator_text, "分子");
            let denominator_name = name(&indicator.denominator_text, "分母");
            format!("（{numerator_name}{numerator}，{denominator_name}{denominator}）")
        }
        _ => indicator.reporting.as_ref().map(|from| format!("（来源：{}）", from.document)).unwrap_or_default(),
    };
    format!("截至{}，{}{}{unit}{parts}。", chinese(as_of), indicator.name, frozen.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_its_last_day_and_its_name() {
        let of = |text: &str| PublicPeriod::parse(text).map(|period| (day::date(period.end).to_string(), period.name));
        let is =
            |text: &str, end: &str, name: &str| assert_eq!(of(text), Some((end.to_owned(), name.to_owned())), "{text}");
        is("2026", "2026-12-31", "2026年");
        is("2026H1", "2026-06-30", "2026年上半年");
        is("2026q3", "2026-09-30", "2026年第三季度");
        is("2024-02", "2024-02-29", "2024年2月");
        for wrong in ["", "26", "2026Q5", "2026-13", "2026H0", "2026年", "1999"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
