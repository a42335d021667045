//! 文书: a record's documents, as they print, with the number that is assigned to one version of the record and kept.
//!
//! A document is always made of a record as it stood at a version. Until it is numbered it is a draft of today; from then on its day is the day
//! of its number and its author who assigned it, so that whoever opens it later reads the paper that went out.

use std::collections::BTreeMap;

use zhiheng_pack::document::{Given, Line, Piece, Rendered, Stand, chinese_date, render};
use zhiheng_pack::{Record, Sight, day};
use zhiheng_sheet::{Footing, LetterPart, LetterSign, WordLetter, WordRun, write_letter};
use zhiheng_store::{DocumentNumberRow, RecordId, RecordRow, VersionRow};

use crate::export::{DOCX, ExportFile, masked};
use crate::{Account, App, Error, reads};

/// A document of a record.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// As it prints.
    pub rendered: Rendered,
    /// The version of the record that it is made of.
    pub version: i64,
    /// The record as it is now: who may read it may read its documents.
    pub row: RecordRow,
    /// The record at that version.
    pub record: Record,
    /// The number of this version, where it has one.
    pub number: Option<DocumentNumberRow>,
    /// Numbers of this document for any version of the record, oldest first.
    pub numbers: Vec<DocumentNumberRow>,
    /// The document has a number, assigned or to come.
    pub numbered: bool,
}

impl DocumentView {
    /// Nobody has numbered it yet, and it wants a number.
    pub fn is_draft(&self) -> bool {
        self.numbered && self.number.is_none()
    }
}

impl App {
    /// A document of a record as it stood at a version; without one, as it was numbered last, else as the record is now. `reader` is who makes it, as
    /// long as it has no number; personal fields that he does not read stand masked in it. Nobody: somebody at the server itself.
    pub fn document(
        &self,
        reader: Option<&Account>,
        kind_id: &str,
        id: &RecordId,
        document_id: &str,
        version: Option<i64>,
    ) -> Result<DocumentView, Error> {
        let missing = || Error::NotFound("这份文书".to_owned());
        let kind = self.pack.kind(kind_id).ok_or_else(missing)?;
        let document = self.pack.document(document_id).filter(|one| one.kind == kind.id).ok_or_else(missing)?;
        let mut stored = self.store.read()?;
        let row =
            stored.record(&self.pack.place, &kind.id, id)?.ok_or_else(|| Error::NotFound("这条记录".to_owned()))?;
        let mut numbers = stored.document_numbers(&self.pack.place, id)?;
        numbers.retain(|number| number.document == document.id);
        let version = version.or_else(|| numbers.last().map(|number| number.version)).unwrap_or(row.version);
        let versions = stored.versions(&self.pack.place, id)?;
        drop(stored);
        let then = versions.iter().find(|one| one.version == version).ok_or_else(missing)?;
        let record = Record::from_canonical(kind, &then.fields)
            .ok_or_else(|| Error::Corrupt(format!("记录 {id} 第 {version} 版")))?;
        let number = numbers.iter().find(|number| number.version == version).cloned();
        if number.is_none() && !self.pack.offered(kind, &record).iter().any(|offered| offered.id == document.id) {
            return Err(Error::WrongState(format!("{}要等办到相应的环节才能制作", document.name)));
        }
        let given = Given {
            reason: self.pack.reason_of(&record, document),
            dues: self.pack.dues(&record),
            ..self.given(reader.map_or("", |reader| &reader.name), then, number.as_ref())?
        };
        // 承办人 is who took the step that the paper tells of, whoever prints it.
        let taker = self.pack.taker_of(&record, document).and_then(|login| given.people.get(login)).cloned();
        let given = Given { taker, ..given };
        let covered = match reader {
            Some(reader) => record.covered(kind, |index| reads(reader, kind, index, row.body.as_deref()), masked),
            None => record.clone(),
        };
        let mut rendered = render(&self.pack, kind, document, &covered, &given);
        // A number that somebody wrote goes before a running one, and needs none.
        let is_written = document.number_field.is_some_and(|field| record.value(field).is_some());
        let numbered = document.number.is_some() && (number.is_some() || !is_written);
        let written = document.number_field.and_then(|field| covered.value(field)).map(|value| value.plain());
        if let Some(text) = written {
            rendered.number = Some(vec![Piece::Text(text)]);
        }
        Ok(DocumentView { rendered, version, row, record, number, numbers, numbered })
    }

    fn given(&self, reader: &str, version: &VersionRow, number: Option<&DocumentNumberRow>) -> Result<Given, Error> {
        let today = number.map_or_else(|| self.today(), |number| self.pack.day_of(number.issued_at));
        let people = self.people()?;
        let actor = match number {
            None => reader.to_owned(),
            Some(number) => people.get(&number.actor).cloned().unwrap_or_default(),
        };
        let body = version.body.as_deref().and_then(|body| self.pack.body(body));
        Ok(Given {
            today: day::date(today),
            actor,
            taker: None,
            bureau: body
                .and_then(|body| self.pack.signing(&body.id))
                .map(|body| body.official.as_ref().unwrap_or(&body.name).clone()),
            body: body.map(|body| body.name.clone()),
            reason: None,
            serial: number.map(|number| number.serial),
            dues: BTreeMap::new(),
            people,
        })
    }

    /// Numbers a document of a version of a record; a version that has its number keeps it. Whether the actor may write the record, the caller
    /// has asked.
    pub fn number_document(
        &self,
        actor: &str,
        kind_id: &str,
        id: &RecordId,
        document_id: &str,
        version: i64,
    ) -> Result<DocumentNumberRow, Error> {
        let view = self.document(None, kind_id, id, document_id, Some(version))?;
        if let Some(number) = view.number {
            return Ok(number);
        }
        if !view.numbered {
            return Err(Error::WrongState(format!("{}没有文号，直接打印即可", view.rendered.title)));
        }
        if !view.row.live {
            return Err(Error::WrongState("记录已撤销，不能再编文号".to_owned()));
        }
        if view.row.version != version {
            return Err(Error::Conflict(format!("这条记录已有第 {} 版，您看到的是较早的版本", view.row.version)));
        }
        let (place, document, id, actor) = (self.pack.place.clone(), document_id.to_owned(), *id, actor.to_owned());
        Ok(self.store.write(move |tx| tx.number_document(&place, &document, &id, version, &actor))?)
    }

    /// The document as a Word file. A draft carries `mark` (姓名 时间) on every page; what is numbered goes out without it.
    pub fn document_docx(&self, view: &DocumentView, mark: &str) -> Result<ExportFile, Error> {
        let rendered = &view.rendered;
        let mut paragraphs = rendered.paragraphs.iter().peekable();
        let addressee = paragraphs.next_if(|first| first.stand == Stand::Address);
        let notes = [view.is_draft().then(|| format!("拟稿　{mark}")), self.pack.demo.then(|| "演示数据".to_owned())];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        let letter = WordLetter {
            red_head: None,
            number: rendered.number.as_ref().map(runs).unwrap_or_default(),
            title: rendered.title.clone(),
            addressee: addressee.map(|paragraph| runs(&paragraph.line)).unwrap_or_default(),
            body: paragraphs.map(|paragraph| LetterPart::Paragraph(runs(&paragraph.line))).collect(),
            attachments: Vec::new(),
            sign: rendered.seal.as_ref().map(|(body, date)| LetterSign {
                body: runs(body),
                date: vec![WordRun::Text(chinese_date(*date))],
                seal: true,
            }),
            imprint: copies(&rendered.copies).into_iter().collect(),
            footing: Footing { watermark: (!notes.is_empty()).then(|| notes.join("　")) },
        };
        let bytes = write_letter(&letter).map_err(|error| Error::Internal(error.to_string()))?;
        let kind = self.pack.kind(&view.row.kind);
        let label = kind.map(|kind| self.pack.title(kind, &view.record, Sight::Hidden)).unwrap_or_default();
        let what: String = format!("{}_{label}", rendered.title).chars().take(60).collect();
        let day = view.number.as_ref().map_or_else(|| self.today(), |number| self.pack.day_of(number.issued_at));
        let (extension, media_type) = DOCX;
        Ok(ExportFile { name: self.file_name(&what, day, extension), media_type, bytes, rows: 1 })
    }
}

fn runs(line: &Line) -> Vec<WordRun> {
    let run = |piece: &Piece| match piece {
        Piece::Text(text) => WordRun::Text(text.clone()),
        Piece::Gap => WordRun::Gap,
    };
    line.iter().map(run).collect()
}

/// 送达：甲、乙
fn copies(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| format!("送达：{}", names.join("、")))
}
