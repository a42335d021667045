//! 关联的字段: what a form suggests for them, and which record a typed text means. Without script the server decides; a text that several
//! records answer to comes back with these records to choose from.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use zhiheng_app::{App, Candidate, Error};
use zhiheng_pack::{Field, Kind, Type};

use super::fields::{Sent, control_name};
use crate::components::field::Choice;
use crate::extract::{FormBody, Visit};
use crate::server::Server;

/// Records that a form suggests.
const SUGGESTED: usize = 50;
/// Chosen when none of the offered records is meant.
const NONE_OF_THEM: &str = "none";

/// What a form says beside each field that names a record: field → suggestions, and offers.
pub(crate) type References = BTreeMap<String, Hints>;

/// Beside one field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hints {
    /// Names that the box completes.
    pub(crate) options: Vec<String>,
    /// The records that the text may mean.
    pub(crate) offers: Vec<Choice>,
}

fn fields(kind: &Kind) -> impl Iterator<Item = (&Field, &str)> {
    let references = kind.fields.iter().filter(|field| field.kind == Type::Reference);
    references.filter_map(|field| Some((field, field.to.as_deref()?)))
}

/// Suggestions for every field of a kind that names a record.
pub(crate) async fn suggested(server: &Server, visit: &Visit, kind: &Kind) -> Result<References, Error> {
    let asked: Vec<(String, String)> = fields(kind).map(|(field, to)| (field.id.clone(), to.to_owned())).collect();
    if asked.is_empty() {
        return Ok(References::new());
    }
    let visit = visit.clone();
    server
        .run(move |app| {
            let hints = |(field, to): &(String, String)| {
                let Some(to) = app.pack.kind(to) else { return Ok((field.clone(), Hints::default())) };
                let newest = app.newest(to, visit.scope(to).as_ref(), SUGGESTED)?;
                Ok((field.clone(), Hints { options: newest.iter().map(Candidate::name).collect(), offers: Vec::new() }))
            };
            asked.iter().map(hints).collect()
        })
        .await
}

/// A text of a form that is not yet a record.
struct Open {
    field: String,
    to: String,
    text: String,
    picked: String,
}

/// Puts the record into every reference whose text means exactly one, and offers the records where it means several.
pub(crate) async fn resolve(
    server: &Server,
    visit: &Visit,
    kind: &Kind,
    form: &FormBody,
    sent: &mut Sent,
) -> Result<References, Error> {
    let mut hints = suggested(server, visit, kind).await?;
    let open = |(field, to): (&Field, &str)| {
        let text = sent.draft.fields.get(&field.id).and_then(Json::as_str).filter(|text| !text.is_empty())?.to_owned();
        let picked = form.get(&format!("{}.pick", control_name(&field.id))).to_owned();
        Some(Open { field: field.id.clone(), to: to.to_owned(), text, picked })
    };
    let open: Vec<Open> = fields(kind).filter_map(open).collect();
    if open.is_empty() {
        return Ok(hints);
    }
    let reader = visit.clone();
    let found = server
        .run(move |app| open.into_iter().map(|one| meant(app, one, &reader)).collect::<Result<Vec<_>, _>>())
        .await?;
    for (one, candidates) in found {
        let meant = match candidates.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|candidate| candidate.id.to_string() == one.picked),
        };
        if let Some(record) = meant {
            let resolved = json!({ "as_written": one.text, "id": record.id.to_string() });
            sent.draft.fields.insert(one.field, resolved);
        } else if candidates.len() > 1 && one.picked != NONE_OF_THEM {
            let offer = |candidate: &Candidate| Choice::new(candidate.id.to_string(), candidate.name());
            let none = Choice::new(NONE_OF_THEM, "都不是，按所写保存");
            hints.entry(one.field.clone()).or_default().offers =
                candidates.iter().map(offer).chain(std::iter::once(none)).collect();
            sent.wrong.insert(one.field, format!("有 {} 条记录都叫这个名字，请选一条。", candidates.len()));
        }
    }
    Ok(hints)
}

fn meant(app: &App, one: Open, visit: &Visit) -> Result<(Open, Vec<Candidate>), Error> {
    let candidates = match app.pack.kind(&one.to) {
        Some(to) => app.resolve(to, &one.text, visit.scope(to).as_ref())?,
        None => Vec::new(),
    };
    Ok((one, candidates))
}
