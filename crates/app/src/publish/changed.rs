//! 已公布的数有变动: what was published beside its recomputation with everything known now. A difference is told to whoever may correct it, once; the
//! published value stands until a correction has gone through its review.

use std::collections::BTreeSet;
use std::sync::Arc;

use zhiheng_pack::publication::{self as names, asked, held};
use zhiheng_pack::{Kind, Pack, Record};
use zhiheng_store::{Change, Job, Needs, Outcome, Reader, RecordId, RecordRow, Refused, Seen, Times};

use super::bundle::digest_of_json;
use super::shown::PublicStanding;
use super::{day_of, text_of};
use crate::board::When;
use crate::error::Handed;
use crate::submit::Deciding;
use crate::{App, Error};

/// The setting that says up to which knowledge time what is published was compared.
const COMPARED: &str = "published_compared_at";

/// Something published that its recomputation differs from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PublishedChange {
    /// The publication.
    #[serde(skip)]
    pub publication: RecordId,
    /// Its frozen record.
    #[serde(skip)]
    pub frozen: RecordId,
    /// 标题
    pub title: String,
    /// Indicator's id; empty for a list.
    pub indicator: String,
    /// What was published, in words.
    pub was: String,
    /// What is computed now, in words.
    pub now: String,
    /// The number alone, as a correction would publish it; empty for a list.
    pub figure: String,
    /// A correction of it is under review.
    pub under_review: bool,
}

impl App {
    /// Everything published that stands and differs from its recomputation. A number under another definition by now is another series, and no difference.
    pub fn published_changes(&self) -> Result<Vec<PublishedChange>, Error> {
        let Some((kind, into)) = self.publication_kinds() else { return Ok(Vec::new()) };
        let mut reader = self.store.read()?;
        let mut found = Vec::new();
        for about in [names::NUMBER, names::LIST, names::RESULT, names::RECORD] {
            for (row, record) in self.frozen_where(&mut reader, into, asked::ABOUT, about)? {
                found.extend(self.changed_of(&mut reader, kind, into, (row.id, &record))?);
            }
        }
        Ok(found)
    }

    /// Whether one publication differs from its recomputation.
    pub fn published_change(&self, publication: &RecordId) -> Result<Option<PublishedChange>, Error> {
        let Some((kind, into)) = self.publication_kinds() else { return Ok(None) };
        let mut reader = self.store.read()?;
        let Some((row, record)) = self.editions(&mut reader, into, publication)?.pop() else { return Ok(None) };
        self.changed_of(&mut reader, kind, into, (row.id, &record))
    }

    fn changed_of(
        &self,
        reader: &mut Reader<'_>,
        kind: &Kind,
        into: &Kind,
        (frozen, record): (RecordId, &Record),
    ) -> Result<Option<PublishedChange>, Error> {
        let Ok(publication) = text_of(into, record, held::PUBLICATION_ID).parse::<RecordId>() else { return Ok(None) };
        if self.editions(reader, into, &publication)?.pop().is_none_or(|(newest, _)| newest.id != frozen) {
            return Ok(None);
        }
        let Some(row) = reader.record(&self.pack.place, &kind.id, &publication)? else { return Ok(None) };
        let PublicStanding::Published { under_review } = self.standing_of(kind, &row) else { return Ok(None) };
        let difference = match text_of(into, record, asked::ABOUT).as_str() {
            names::NUMBER => self.number_changed(reader, into, record)?,
            _ => self.rows_changed(reader, into, record, &row)?,
        };
        Ok(difference.map(|(was, now, figure)| PublishedChange {
            publication,
            frozen,
            title: text_of(into, record, asked::TITLE),
            indicator: text_of(into, record, asked::INDICATOR),
            was,
            now,
            figure,
            under_review,
        }))
    }

    fn number_changed(
        &self,
        reader: &mut Reader<'_>,
        into: &Kind,
        record: &Record,
    ) -> Result<Option<(String, String, String)>, Error> {
        let indicator = self.pack.indicator(&text_of(into, record, asked::INDICATOR));
        let (Some(indicator), Some(as_of)) = (indicator, day_of(into, record, asked::AS_OF)) else { return Ok(None) };
        if digest_of_json(&self.formula(indicator, as_of)) != text_of(into, record, held::FORMULA_DIGEST) {
            return Ok(None);
        }
        let when = When { as_of, known_on: None };
        let number = self.judged(reader, indicator, when)?;
        let text = |field: &str| text_of(into, record, field);
        let was = (text(held::VALUE), text(held::NUMERATOR), text(held::DENOMINATOR));
        let now = self
            .freezing(indicator, &number, when)
            .map(|now| (now.value, now.numerator.unwrap_or_default(), now.denominator.unwrap_or_default()));
        let now = now.unwrap_or_else(|| ("无数据".to_owned(), String::new(), String::new()));
        if was == now {
            return Ok(None);
        }
        let words = |(value, numerator, denominator): &(String, String, String)| match (
            numerator.is_empty(),
            denominator.is_empty(),
        ) {
            (false, false) => format!("{value}{}（{numerator} ÷ {denominator}）", indicator.unit),
            _ => format!("{value}{}", indicator.unit),
        };
        Ok(Some((words(&was), words(&now), now.0)))
    }

    fn rows_changed(
        &self,
        reader: &mut Reader<'_>,
        into: &Kind,
        record: &Record,
        publication: &RecordRow,
    ) -> Result<Option<(String, String, String)>, Error> {
        let Some((kind, _)) = self.publication_kinds() else { return Ok(None) };
        let Some(frozen) = self.frozen_rows(into, record)? else { return Ok(None) };
        let Some(named) = Record::from_canonical(kind, &publication.fields) else { return Ok(None) };
        let Ok(wanted) = self.rows_wanted(kind, &named) else { return Ok(None) };
        let (now, ..) = self.rows_now(reader, &wanted, i64::MAX)?;
        // What had to vanish has vanished by itself.
        let frozen = self.rows_released(reader, frozen)?;
        let cells = |rows: &super::PublicRows| {
            rows.rows.iter().map(|row| (row.id.clone(), row.cells.clone())).collect::<Vec<_>>()
        };
        if cells(&frozen) == cells(&now) {
            return Ok(None);
        }
        let ids = |rows: &super::PublicRows| rows.rows.iter().map(|row| row.id.clone()).collect::<BTreeSet<_>>();
        let (before, after) = (ids(&frozen), ids(&now));
        let (added, gone) = (after.difference(&before).count(), before.difference(&after).count());
        let was = format!("{} 行", frozen.rows.len());
        Ok(Some((
            was,
            format!("{} 行（新增 {added} 行，减少 {gone} 行，其余的内容有改动或者没有）", now.rows.len()),
            String::new(),
        )))
    }

    /// Tells whoever may correct it of everything published that differs by now: each difference once. Nothing recorded since the last look: nothing is
    /// looked at. Answers how many were told.
    pub fn watch_published(&self) -> Result<usize, Error> {
        let Some((kind, publishes)) = self.pack.publications() else { return Ok(0) };
        let (last, compared) = {
            let mut reader = self.store.read()?;
            let compared = reader.setting(&self.pack.place, COMPARED)?.and_then(|text| text.parse::<i64>().ok());
            (reader.last_recorded_at(&self.pack.place)?, compared)
        };
        if compared == Some(last) {
            return Ok(0);
        }
        let mut told = 0;
        for change in self.published_changes()?.into_iter().filter(|change| !change.under_review) {
            let name = format!("published_change:{}", change.frozen);
            if self.store.read()?.setting(&self.pack.place, &name)?.as_deref() == Some(change.now.as_str()) {
                continue;
            }
            self.tell(kind, &publishes.correct, &change)?;
            let (place, now) = (self.pack.place.clone(), change.now.clone());
            self.store.write(move |tx| tx.set_setting(&place, &name, &now))?;
            told += 1;
        }
        let place = self.pack.place.clone();
        self.store.write(move |tx| tx.set_setting(&place, COMPARED, &last.to_string()))?;
        Ok(told)
    }

    fn tell(&self, kind: &Kind, step: &str, change: &PublishedChange) -> Result<(), Error> {
        let row = self.store.read()?.record(&self.pack.place, &kind.id, &change.publication)?;
        let Some(row) = row else { return Ok(()) };
        let roles = Record::from_canonical(kind, &row.fields).and_then(|record| {
            let (_, procedure) = self.pack.case_of(&record)?;
            Some(procedure.step(step)?.roles.clone())
        });
        let job = Telling {
            pack: Arc::clone(&self.pack),
            kind: kind.id.clone(),
            body: row.body.unwrap_or_default(),
            roles: roles.unwrap_or_default(),
            change: change.clone(),
            year: self.year(),
            at: self.now(),
        };
        match self.store.submit(&self.pack.place, Box::new(job))? {
            Outcome::Done { .. } => Ok(()),
            Outcome::Refused(Refused { answer }) => Err(Handed::read(&answer)),
        }
    }
}

/// A message to the roles that may correct.
struct Telling {
    pack: Arc<Pack>,
    kind: String,
    body: String,
    roles: Vec<String>,
    change: PublishedChange,
    year: i16,
    at: i64,
}

impl Job for Telling {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut deciding = Deciding::new(&self.pack, seen, times, self.year);
        let change = &self.change;
        let title = format!("已公布的数有变动：{}", change.title);
        let text = format!(
            "已公布 {}，按同一口径、同一截止日现在算得 {}。核对以后需要更正的，在这件公开审批里办理“更正”；没有批准之前，原公布的照旧。",
            change.was, change.now
        );
        for role in &self.roles {
            let owner = (role.clone(), self.body.clone());
            deciding.message(self.at, owner, (self.kind.clone(), change.publication), title.clone(), text.clone());
        }
        Ok(deciding.change)
    }
}
