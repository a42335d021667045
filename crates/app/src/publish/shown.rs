//! 公开目录: what the public reads. Only frozen records are read here, and only while their publication stands.
//!
//! - Published stands: also while a correction is under review.
//! - Withdrawn, or decided not to be public after all: title, date and reason are left, the content is in no answer.
//! - 依申请公开: title, basis and date, never a content.

use std::collections::BTreeMap;

use zhiheng_pack::publication::{self as names, asked, held};
use zhiheng_pack::value::FileRef;
use zhiheng_pack::{Kind, Record, Value};
use zhiheng_store::{Cursor, Filter, ListQuery, Match, Reader, RecordId, RecordRow};

use super::bundle::{Bundle, BundleNumber, Counted, FORMAT, Formula, Restates};
use super::rows::PublicRows;
use super::{day_of, text_of};
use crate::log::Shown;
use crate::submit::read;
use crate::{App, Error, hex};

/// Rows that a page of the directory looks through at most.
const LOOKED_AT: usize = 400;

/// How a publication stands to the public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicStanding {
    /// 已公开; true: a correction of it is under review.
    Published {
        /// 更正审查中
        under_review: bool,
    },
    /// 依申请公开
    OnRequest,
    /// 已撤回
    Withdrawn {
        /// When.
        on: Option<i32>,
        /// Why, in the words of whoever withdrew it.
        reason: String,
    },
}

/// A number that the public may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNumber {
    /// Indicator's id.
    pub indicator: String,
    /// 数据截止日
    pub as_of: i32,
    /// As printed.
    pub value: String,
    /// 计量单位
    pub unit: String,
    /// Numerator, or the count.
    pub numerator: Option<String>,
    /// Denominator.
    pub denominator: Option<String>,
    /// Sample size.
    pub n: Option<i64>,
    /// 95 % interval.
    pub interval: Option<(String, String)>,
    /// Small counts are kept back.
    pub suppressed: bool,
    /// How it is computed.
    pub formula: Option<Formula>,
    /// Its digest: two numbers with another one are not one series.
    pub formula_digest: String,
    /// Records that were counted; none where that is kept back.
    pub records: Option<i64>,
    /// Digest over them.
    pub records_digest: String,
}

/// What is published at one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicItem {
    /// Id of the publication, by which its page is found.
    pub id: RecordId,
    /// The edition: its frozen record; none for 依申请公开.
    pub frozen: Option<RecordId>,
    /// 公开编号
    pub number: String,
    /// 标题
    pub title: String,
    /// 公开对象: id.
    pub about: String,
    /// 公开对象: name.
    pub about_name: String,
    /// 公开属性: name.
    pub openness: String,
    /// 依据, in words.
    pub basis: String,
    /// 公开单位
    pub body: String,
    /// 信息形成日期
    pub formed_on: Option<i32>,
    /// 公开日期
    pub published_on: Option<i32>,
    /// 第几次公布
    pub edition: i64,
    /// How it stands.
    pub standing: PublicStanding,
    /// 更正说明, where it corrects an earlier edition.
    pub correction: String,
    /// A text of its own.
    pub content: String,
    /// A number.
    pub value: Option<PublicNumber>,
    /// Rows of a list, as counted when they were frozen.
    pub row_count: Option<i64>,
    /// 附件
    pub attachment: Option<FileRef>,
    /// Knowledge of this instant.
    pub known_at: String,
    /// SHA-256 of the pack.
    pub pack_hash: String,
    /// Earlier editions, the newest first: without what they were corrected by.
    pub earlier: Vec<PublicItem>,
}

/// Which part of the directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicWanted {
    /// 依申请公开 instead of what is published.
    pub on_request: bool,
    /// 公开对象; empty: every one.
    pub about: String,
    /// Continue after.
    pub after: Option<Cursor>,
    /// Page size.
    pub limit: usize,
}

/// A page of the directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicPage {
    /// Newest first.
    pub items: Vec<PublicItem>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

impl App {
    /// A page of the directory of what is published.
    pub fn public_page(&self, wanted: &PublicWanted) -> Result<PublicPage, Error> {
        let Some((kind, into)) = self.publication_kinds() else { return Ok(PublicPage::default()) };
        let mut reader = self.store.read()?;
        let of = if wanted.on_request { kind } else { into };
        let mut filters = Vec::new();
        let mut ask = |field: &str, value: &str| {
            let column = of.field_index(field).and_then(|at| self.column(of, at));
            filters.extend(column.map(|column| Filter { column, value: Match::Text(value.to_owned()) }));
        };
        if wanted.on_request {
            ask(asked::OPENNESS, names::ON_REQUEST);
            ask("state", names::ON_REQUEST);
        } else if !wanted.about.is_empty() {
            ask(asked::ABOUT, &wanted.about);
        }
        let limit = wanted.limit.clamp(1, 100);
        let mut query = ListQuery {
            kind: of.id.clone(),
            filters,
            live: Some(true),
            after: wanted.after,
            limit,
            ..ListQuery::default()
        };
        let (mut found, mut looked) = (PublicPage::default(), 0);
        loop {
            let page = reader.list(&self.pack.place, &query)?;
            let last = page.records.last().map(|row| row.id).filter(|_| page.next.is_none());
            for row in &page.records {
                looked += 1;
                found.items.extend(match wanted.on_request {
                    true => self.on_request(kind, row),
                    false => self.listed(&mut reader, kind, into, row)?,
                });
                if found.items.len() >= limit || looked >= LOOKED_AT {
                    found.next = (last != Some(row.id)).then_some(Cursor { day: row.day, id: row.id });
                    return Ok(found);
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(found);
            }
        }
    }

    /// One publication with its earlier editions. [`Error::NotFound`] where it was never published.
    pub fn public_item(&self, id: &RecordId) -> Result<PublicItem, Error> {
        let missing = || Error::NotFound("这项公开的信息".to_owned());
        let (kind, into) = self.publication_kinds().ok_or_else(missing)?;
        let mut reader = self.store.read()?;
        let row = reader.record(&self.pack.place, &kind.id, id)?.ok_or_else(missing)?;
        let mut editions = self.editions(&mut reader, into, id)?;
        let Some((newest, record)) = editions.pop() else {
            return self.on_request(kind, &row).ok_or_else(missing);
        };
        let standing = self.standing_of(kind, &row);
        let mut item = self.told(into, &newest, &record, standing).ok_or_else(missing)?;
        if !matches!(item.standing, PublicStanding::Withdrawn { .. }) {
            let earlier = editions.iter().rev();
            item.earlier =
                earlier.filter_map(|(row, record)| self.told(into, row, record, item.standing.clone())).collect();
        }
        Ok(item)
    }

    /// What is published of one indicator, the newest day first; the latest edition of each, with its earlier ones.
    pub fn public_numbers_of(&self, indicator: &str) -> Result<Vec<PublicItem>, Error> {
        let Some((_, into)) = self.publication_kinds() else { return Ok(Vec::new()) };
        let mut reader = self.store.read()?;
        let frozen = self.frozen_where(&mut reader, into, asked::INDICATOR, indicator)?;
        drop(reader);
        let mut ids: Vec<RecordId> =
            frozen.iter().filter_map(|(_, record)| text_of(into, record, held::PUBLICATION_ID).parse().ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::new();
        for id in ids {
            let item = self.public_item(&id)?;
            if item.value.is_some() && item.frozen.is_some() {
                found.push(item);
            }
        }
        let day = |item: &PublicItem| (item.value.as_ref().map(|value| value.as_of), item.published_on);
        found.sort_by_key(|item| std::cmp::Reverse(day(item)));
        Ok(found)
    }

    /// The latest published number of every indicator, by its id.
    pub fn public_board(&self) -> Result<BTreeMap<String, PublicItem>, Error> {
        let Some((kind, into)) = self.publication_kinds() else { return Ok(BTreeMap::new()) };
        let mut reader = self.store.read()?;
        let mut standing: BTreeMap<String, PublicStanding> = BTreeMap::new();
        let mut latest: BTreeMap<String, (RecordRow, Record)> = BTreeMap::new();
        for (row, record) in self.frozen_where(&mut reader, into, asked::ABOUT, names::NUMBER)? {
            let publication = text_of(into, &record, held::PUBLICATION_ID);
            // Of several editions of one publication the last stands.
            let known = latest.get(&publication).is_some_and(|(known, _)| known.recorded_at > row.recorded_at);
            if !known {
                latest.insert(publication, (row, record));
            }
        }
        let ids: Vec<RecordId> = latest.keys().filter_map(|id| id.parse().ok()).collect();
        for row in reader.records_of(&self.pack.place, &kind.id, &ids, &[])? {
            standing.insert(row.id.to_string(), self.standing_of(kind, &row));
        }
        let mut board: BTreeMap<String, PublicItem> = BTreeMap::new();
        for (publication, (row, record)) in latest {
            let Some(standing) = standing.remove(&publication) else { continue };
            let Some(item) = self.told(into, &row, &record, standing) else { continue };
            let Some(value) = &item.value else { continue };
            let newer = |known: &PublicItem| known.value.as_ref().is_none_or(|known| known.as_of < value.as_of);
            if board.get(&value.indicator).is_none_or(newer) {
                board.insert(value.indicator.clone(), item);
            }
        }
        Ok(board)
    }

    /// The rows of a published list that may be shown today.
    pub fn public_rows(&self, id: &RecordId) -> Result<(PublicItem, PublicRows), Error> {
        let missing = || Error::NotFound("这份名单".to_owned());
        let item = self.public_item(id)?;
        let (_, into) = self.publication_kinds().ok_or_else(missing)?;
        let mut reader = self.store.read()?;
        let frozen = item.frozen.filter(|_| item.row_count.is_some()).ok_or_else(missing)?;
        let row = reader.record(&self.pack.place, &into.id, &frozen)?.ok_or_else(missing)?;
        let record = Record::from_canonical(into, &row.fields).ok_or_else(missing)?;
        let rows = self.frozen_rows(into, &record)?.ok_or_else(missing)?;
        let rows = self.rows_released(&mut reader, rows)?;
        Ok((item, rows))
    }

    /// The file that was approved with a publication, while it stands.
    pub fn public_attachment(&self, id: &RecordId) -> Result<(FileRef, Vec<u8>), Error> {
        let missing = || Error::NotFound("这个附件".to_owned());
        let file = self.public_item(id)?.attachment.ok_or_else(missing)?;
        let digest = zhiheng_store::digest_of_hex(&file.digest).ok_or_else(missing)?;
        Ok((file, self.file_bytes(&digest)?))
    }

    /// That what stands of a publication is in the log, without what it says. [`Error::NotFound`] where nothing of it is public.
    pub fn public_receipt(&self, id: &RecordId) -> Result<String, Error> {
        let missing = || Error::NotFound("这项公开的信息".to_owned());
        let item = self.public_item(id)?;
        if matches!(item.standing, PublicStanding::Withdrawn { .. }) {
            return Err(missing());
        }
        // What was frozen has one version: nobody corrects it.
        self.receipt_of(&item.frozen.ok_or_else(missing)?, 1, Shown::Sealed)
    }

    /// What is needed to check a publication. [`Error::NotFound`] where nothing of it is public.
    pub fn public_bundle(&self, id: &RecordId) -> Result<Bundle, Error> {
        let missing = || Error::NotFound("这项公开的信息".to_owned());
        let item = self.public_item(id)?;
        let (_, into) = self.publication_kinds().ok_or_else(missing)?;
        if matches!(item.standing, PublicStanding::Withdrawn { .. }) {
            return Err(missing());
        }
        let mut reader = self.store.read()?;
        let frozen = item.frozen.ok_or_else(missing)?;
        let row = reader.record(&self.pack.place, &into.id, &frozen)?.ok_or_else(missing)?;
        let record = Record::from_canonical(into, &row.fields).ok_or_else(missing)?;
        let commitment =
            reader.commitments(&self.pack.place, &[frozen])?.into_iter().max_by_key(|(_, version, _)| *version);
        let (.., commitment) = commitment.ok_or_else(missing)?;
        let text = |field: &str| text_of(into, &record, field);
        let date = |day: i32| zhiheng_pack::day::date(day).to_string();
        let number = match (&item.value, item.value.as_ref().and_then(|value| value.formula.clone())) {
            (Some(value), Some(formula)) => Some(BundleNumber {
                indicator: value.indicator.clone(),
                name: self.pack.indicator(&value.indicator).map_or_else(|| item.title.clone(), |one| one.name.clone()),
                as_of: date(value.as_of),
                value: value.value.clone(),
                unit: value.unit.clone(),
                numerator: value.numerator.clone(),
                denominator: value.denominator.clone(),
                n: value.n,
                interval: value.interval.clone(),
                suppressed: value.suppressed,
                formula,
                formula_digest: value.formula_digest.clone(),
                records: Counted { count: value.records, digest: value.records_digest.clone() },
            }),
            _ => None,
        };
        let rows = match self.frozen_rows(into, &record)? {
            Some(rows) => Some(Counted { count: item.row_count, digest: sha256(&rows.csv()) }),
            None => None,
        };
        let content = Some(item.content.clone()).filter(|content| !content.is_empty());
        let bundle = Bundle {
            format: FORMAT.to_owned(),
            place: self.pack.place.clone(),
            place_name: self.pack.place_name.clone(),
            publication: item.number.clone(),
            title: item.title.clone(),
            published_on: item.published_on.map(date).unwrap_or_default(),
            edition: item.edition,
            known_at: item.known_at.clone(),
            pack_hash: item.pack_hash.clone(),
            number,
            rows,
            text_digest: content.map(|content| sha256(content.as_bytes())),
            restates: (item.edition > 1).then(|| Restates { value: text(held::WAS), reason: item.correction.clone() }),
            commitment: hex(&commitment),
            tree_size: text(held::TREE_SIZE).parse().ok(),
            digest: String::new(),
        };
        Ok(bundle.sealed())
    }

    /// The kind of publications, and the kind that holds what was frozen.
    pub(super) fn publication_kinds(&self) -> Option<(&Kind, &Kind)> {
        let (kind, publishes) = self.pack.publications()?;
        Some((kind, self.pack.kind(&publishes.into)?))
    }

    pub(super) fn frozen_rows(&self, into: &Kind, record: &Record) -> Result<Option<PublicRows>, Error> {
        let Some(file) = file_of(into, record, held::ROWS) else { return Ok(None) };
        let digest = zhiheng_store::digest_of_hex(&file.digest).ok_or_else(|| Error::Corrupt("名单".to_owned()))?;
        let rows = serde_json::from_slice(&self.file_bytes(&digest)?);
        rows.map(Some).map_err(|error| Error::Corrupt(format!("名单：{error}")))
    }

    /// How a publication stands: its case decides, and a closed case that is not the published one takes the content away.
    pub(super) fn standing_of(&self, kind: &Kind, row: &RecordRow) -> PublicStanding {
        let gone = |on: Option<i32>, reason: &str| PublicStanding::Withdrawn { on, reason: reason.to_owned() };
        let Some((record, _)) = read(kind, row).filter(|_| row.live) else { return gone(None, "记录已撤销") };
        let (Some((case, procedure)), Some(publishes)) = (self.pack.case_of(&record), &kind.publishes) else {
            return gone(None, "");
        };
        let published = procedure.step(&publishes.step).and_then(|step| procedure.states.get(step.to?));
        let stands = published.is_some_and(|state| state.id == case.state);
        if stands || !procedure.is_closed(&case.state) {
            return PublicStanding::Published { under_review: !stands };
        }
        let last = case.events.iter().rev().find(|event| event.state == case.state && event.reason.is_some());
        let on = day_of(kind, &record, asked::WITHDRAWN_ON).or_else(|| last.map(|event| self.pack.day_of(event.at)));
        gone(on, last.and_then(|event| event.reason.as_deref()).unwrap_or_default())
    }

    /// The line of an edition in the directory; none where a later edition has the line.
    fn listed(
        &self,
        reader: &mut Reader<'_>,
        kind: &Kind,
        into: &Kind,
        row: &RecordRow,
    ) -> Result<Option<PublicItem>, Error> {
        let Some(record) = Record::from_canonical(into, &row.fields) else { return Ok(None) };
        let Ok(id) = text_of(into, &record, held::PUBLICATION_ID).parse::<RecordId>() else { return Ok(None) };
        let Some(publication) = reader.record(&self.pack.place, &kind.id, &id)? else { return Ok(None) };
        let mut editions = self.editions(reader, into, &id)?;
        if editions.pop().is_none_or(|(newest, _)| newest.id != row.id) {
            return Ok(None);
        }
        let mut item = self.told(into, row, &record, self.standing_of(kind, &publication));
        if let Some(item) = item.as_mut().filter(|item| !matches!(item.standing, PublicStanding::Withdrawn { .. })) {
            let earlier = editions.iter().rev();
            item.earlier =
                earlier.filter_map(|(row, record)| self.told(into, row, record, item.standing.clone())).collect();
        }
        Ok(item)
    }

    /// 依申请公开: what may be asked for, and on what basis it is not published by itself.
    fn on_request(&self, kind: &Kind, row: &RecordRow) -> Option<PublicItem> {
        let (record, _) = read(kind, row).filter(|_| row.live)?;
        let (case, procedure) = self.pack.case_of(&record)?;
        if case.state != names::ON_REQUEST || !procedure.is_closed(&case.state) {
            return None;
        }
        let mut item = self.head(kind, &record, PublicStanding::OnRequest);
        item.id = row.id;
        item.published_on =
            case.events.iter().rev().find(|event| event.state == case.state).map(|event| self.pack.day_of(event.at));
        Some(item)
    }

    /// What a frozen record says, as far as it stands.
    fn told(&self, into: &Kind, row: &RecordRow, record: &Record, standing: PublicStanding) -> Option<PublicItem> {
        let text = |field: &str| text_of(into, record, field);
        let mut item = self.head(into, record, standing);
        item.id = text(held::PUBLICATION_ID).parse().ok()?;
        item.frozen = Some(row.id);
        item.published_on = day_of(into, record, asked::PUBLISHED_ON);
        item.edition = text(held::EDITION).parse().unwrap_or(1);
        if matches!(item.standing, PublicStanding::Withdrawn { .. }) {
            return Some(item);
        }
        item.correction = text(asked::CORRECTION);
        item.content = text(asked::CONTENT);
        item.attachment = file_of(into, record, asked::ATTACHMENT);
        (item.known_at, item.pack_hash) = (text(held::KNOWN_AT), text(held::PACK_HASH));
        if file_of(into, record, held::ROWS).is_some() {
            item.row_count = text(held::RECORDS).parse().ok();
        }
        item.value = self.public_value(into, record);
        Some(item)
    }

    fn public_value(&self, into: &Kind, record: &Record) -> Option<PublicNumber> {
        let text = |field: &str| text_of(into, record, field);
        let some = |field: &str| Some(text(field)).filter(|text| !text.is_empty());
        let value = some(held::VALUE)?;
        let at = into.field_index(held::SUPPRESSED);
        let suppressed = at.and_then(|at| record.value(at)) == Some(&Value::YesNo(true));
        Some(PublicNumber {
            indicator: text(asked::INDICATOR),
            as_of: day_of(into, record, asked::AS_OF)?,
            value,
            unit: text(held::UNIT),
            numerator: some(held::NUMERATOR),
            denominator: some(held::DENOMINATOR),
            n: text(held::N).parse().ok(),
            interval: some(held::LOW).zip(some(held::HIGH)),
            suppressed,
            formula: serde_json::from_str(&text(held::FORMULA)).ok(),
            formula_digest: text(held::FORMULA_DIGEST),
            records: text(held::RECORDS).parse().ok().filter(|_| !suppressed),
            records_digest: text(held::RECORDS_DIGEST),
        })
    }

    /// What is told of anything published, withdrawn or not.
    fn head(&self, kind: &Kind, record: &Record, standing: PublicStanding) -> PublicItem {
        let text = |field: &str| text_of(kind, record, field);
        let shown =
            |field: &str| kind.field_index(field).map(|at| self.pack.show(kind, record, at)).unwrap_or_default();
        let basis: Vec<String> =
            [shown(asked::BASIS), text(asked::BASIS_TEXT)].into_iter().filter(|part| !part.is_empty()).collect();
        PublicItem {
            id: RecordId([0; 16]),
            frozen: None,
            number: text(held::NUMBER),
            title: text(asked::TITLE),
            about: text(asked::ABOUT),
            about_name: shown(asked::ABOUT),
            openness: shown(asked::OPENNESS),
            basis: basis.join("；"),
            body: shown(held::BODY),
            formed_on: day_of(kind, record, asked::FORMED_ON),
            published_on: None,
            edition: 1,
            standing,
            correction: String::new(),
            content: String::new(),
            value: None,
            row_count: None,
            attachment: None,
            known_at: String::new(),
            pack_hash: String::new(),
            earlier: Vec::new(),
        }
    }
}

fn file_of(kind: &Kind, record: &Record, field: &str) -> Option<FileRef> {
    match kind.field_index(field).and_then(|at| record.value(at)) {
        Some(Value::File(file)) => Some(file.clone()),
        _ => None,
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(bytes))
}
