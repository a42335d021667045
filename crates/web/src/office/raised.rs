//! 由此开出: the buttons from an indicator, a measure, a record or a clock to a form that is filled in, and what was opened there before.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use zhiheng_app::{Account, App, Error, Origin, Raised as Opened, RecordView, Taker};
use zhiheng_pack::kind::Format;
use zhiheng_pack::raise::{Raise, RaisedFrom};
use zhiheng_pack::{Kind, Pack, Value};

use super::content::Content;
use super::records::{id_of, takes_part};
use crate::components::{
    Link,
    action::Action,
    light::Tone,
    raised::{Raised, RaisedLine},
    tag::Tag,
};
use crate::extract::{Params, Visit};
use crate::words::{address, date};

/// The parameters of a form that is opened from somewhere.
const RAISE: &str = "raise";
const SOURCE: &str = "source";
const CLOCK: &str = "clock";

/// What was opened from a place and what may be, as one reader sees it. Blocks.
pub(crate) fn from_here(app: &App, visit: &Visit, origin: &Origin) -> Result<Raised, Error> {
    let lines = lines(app, visit, &app.raised(origin)?);
    let actions = match &visit.account {
        Some(account) => offered(app, account, origin)?.into_iter().map(|link| Action::open(link.label, link.href)),
        None => return Ok(Raised { lines, actions: Vec::new() }),
    };
    Ok(Raised { lines, actions: actions.collect() })
}

/// What an account may open from a place, as links to the form.
pub(crate) fn offered(app: &App, account: &Account, origin: &Origin) -> Result<Vec<Link>, Error> {
    let (source, clock) = match origin {
        Origin::Indicator(id) | Origin::Measure(id) => (id.clone(), ""),
        Origin::Record { kind, id } => (format!("{kind}/{id}"), ""),
        Origin::Clock { kind, id, clock } => (format!("{kind}/{id}"), clock.as_str()),
    };
    let link = |raise: &Raise| {
        let path = format!("/kinds/{}/new", raise.spawn.kind);
        Link::new(&raise.name, address(&path, &[(RAISE, &raise.id), (SOURCE, &source), (CLOCK, clock)]))
    };
    Ok(app.raises(account, origin)?.iter().map(link).collect())
}

/// What was opened, as far as the reader may open it.
pub(crate) fn lines(app: &App, visit: &Visit, opened: &[Opened]) -> Vec<RaisedLine> {
    let one = |one: &Opened| {
        let kind = app.pack.kinds.get(one.kind).filter(|kind| visit.may_read(kind, &one.row))?;
        let content = Content::of(&app.pack, kind, visit).at(&one.row);
        let number = one.row.key.clone().unwrap_or_else(|| content.label(&one.record));
        let state = match (one.row.live, one.closed) {
            (false, _) => Tag::new(Tone::Neutral, "已撤销"),
            (true, true) => Tag::new(Tone::Good, &one.state),
            (true, false) => Tag::new(Tone::Warn, &one.state),
        };
        Some(RaisedLine {
            link: Link::new(format!("{} {number}", kind.name), format!("/kinds/{}/{}", kind.id, one.row.id)),
            state: Some(state).filter(|tag| !tag.word.is_empty()),
            note: one.closed_on.map(date).unwrap_or_default(),
        })
    };
    opened.iter().filter_map(one).collect()
}

/// What the form of a kind is filled in with, where its address says from where it was opened. Blocks.
pub(crate) fn typed(
    app: &App,
    visit: &Visit,
    account: &Account,
    kind: &Kind,
    params: &Params,
) -> Result<Option<BTreeMap<String, Json>>, Error> {
    let wanted = params.get(RAISE);
    let Some(raise) = app.pack.raises.iter().find(|raise| raise.id == wanted && raise.spawn.kind == kind.id) else {
        return Ok(None);
    };
    let origin = origin(raise, params)?;
    if let Origin::Record { kind, id } | Origin::Clock { kind, id, .. } = &origin {
        let view = app.record(kind, id)?;
        let of = app.pack.kinds.get(view.kind).ok_or_else(|| Error::NotFound("这条记录".to_owned()))?;
        let part = takes_part(visit, app.case(Some(Taker::Staff(account)), &view).as_ref());
        if !visit.may_read(of, &view.row) && !part {
            return Err(Error::NotPermitted);
        }
    }
    Ok(Some(app.raise(account, raise, &origin)?.fields))
}

fn origin(raise: &Raise, params: &Params) -> Result<Origin, Error> {
    let source = params.get(SOURCE).to_owned();
    Ok(match raise.from {
        RaisedFrom::Indicator => Origin::Indicator(source),
        RaisedFrom::Measure => Origin::Measure(source),
        RaisedFrom::Record | RaisedFrom::Clock => {
            let (kind, id) = source.split_once('/').ok_or_else(|| Error::NotFound("来源记录".to_owned()))?;
            let (kind, id) = (kind.to_owned(), id_of(id)?);
            match raise.from {
                RaisedFrom::Clock => Origin::Clock { kind, id, clock: params.get(CLOCK).to_owned() },
                _ => Origin::Record { kind, id },
            }
        }
    })
}

/// Fields of a kind that lead back to where its records were opened: nobody types them.
pub(crate) fn ways_back(pack: &Pack, kind: &Kind) -> Vec<usize> {
    let of_kind = pack.raises.iter().filter(|raise| raise.spawn.kind == kind.id);
    let mut found: Vec<usize> = of_kind.filter_map(|raise| raise.clock).collect();
    let of_format = kind.fields.iter().enumerate().filter(|(_, field)| field.format == Some(Format::Record));
    found.extend(of_format.map(|(at, _)| at));
    found.sort_unstable();
    found.dedup();
    found
}

/// The records to which fields of a record lead back, by field; of one that is not the reader's, its kind only. Blocks.
pub(crate) fn sources(app: &App, visit: &Visit, view: &RecordView) -> Result<BTreeMap<usize, Link>, Error> {
    let mut found = BTreeMap::new();
    let Some(kind) = app.pack.kinds.get(view.kind) else { return Ok(found) };
    for (at, _) in kind.fields.iter().enumerate().filter(|(_, field)| field.format == Some(Format::Record)) {
        let Some(Value::Text(text)) = view.record.value(at) else { continue };
        let Some((of, id)) = app.pack.record_named(text) else { continue };
        let Some((row, record)) = app.current(&of.id, &id_of(id)?)? else { continue };
        if !visit.may_read(of, &row) {
            found.insert(at, Link::new(format!("{}（您无权查看）", of.name), ""));
            continue;
        }
        let label = Content::of(&app.pack, of, visit).at(&row).label(&record);
        let clock = app.pack.raises.iter().filter(|raise| raise.spawn.kind == kind.id).find_map(|raise| raise.clock);
        let clock = clock.and_then(|at| view.record.value(at)).map(Value::plain);
        let named = app.pack.case_of(&record).and_then(|(_, procedure)| procedure.line_name(clock.as_deref()?));
        let of_clock = named.map(|name| format!("，时限“{name}”")).unwrap_or_default();
        found.insert(at, Link::new(format!("{}：{label}{of_clock}", of.name), format!("/kinds/{text}")));
    }
    Ok(found)
}

/// Whether a field of a record leads back as a link: the clock's id is said by the link itself.
pub(crate) fn is_link(kind: &Kind, view: &RecordView, at: usize) -> bool {
    let of_format = kind.fields.get(at).is_some_and(|field| field.format == Some(Format::Record));
    of_format && view.record.value(at).is_some()
}
