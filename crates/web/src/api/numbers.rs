//! 数字和检索: the board, the records behind a number, and one search over everything the caller may see.

use axum::extract::State;
use serde_json::{Value as Json, json};
use zhiheng_app::{Error, PartRecord, PartWanted, PlanHit, Right, SearchWanted, Verb, When, data as of};
use zhiheng_pack::Pack;
use zhiheng_pack::indicator::Form as Shown;

use super::call::{Asked, Call, LIMIT};
use super::content::record;
use super::records::data;
use super::refusal::{Outcome, Refusal};
use super::shape::Form;
use crate::office::cells::{read_after, write_after};
use crate::office::content::Content;
use crate::server::Server;

/// Pages that are looked through for a body before one of its own records is found.
const LOOKED: usize = 10;

fn when(asked: &Asked, today: i32) -> Result<When, Refusal> {
    Ok(When { as_of: asked.day("as_of")?.unwrap_or(today), known_on: asked.day("known_on")? })
}

/// `GET /api/v1/board`
pub(crate) async fn board(State(server): State<Server>, call: Call) -> Outcome {
    call.caller.may_somewhere(Right::Read)?;
    let when = when(&call.asked(&["as_of", "known_on"])?, server.app().today())?;
    let board = server.run(move |app| app.board(when)).await?;
    Ok(data(Json::Object(of::of_board(&board))))
}

/// Parts of a number, as the address names them.
pub(super) const PARTS: [(&str, PartWanted); 4] = [
    ("numerator", PartWanted::Numerator),
    ("denominator", PartWanted::Denominator),
    ("rest", PartWanted::Rest),
    ("uncounted", PartWanted::Uncounted),
];

/// `GET /api/v1/indicators/ID/records`
pub(crate) async fn cell_records(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let known = pack.indicator(call.part("id")).filter(|indicator| !indicator.helper);
    let indicator = known.ok_or_else(|| Error::NotFound("这个指标".to_owned()))?;
    call.caller.may_somewhere(Right::Read)?;
    let asked = call.asked(&["part", "area", "as_of", "known_on", "after", "limit"])?;
    let when = when(&asked, server.app().today())?;
    let usual = if indicator.form == Shown::Ratio { "denominator" } else { "numerator" };
    let name = asked.word("part", &PARTS.map(|(name, _)| name))?.unwrap_or(usual);
    let part = PARTS.iter().find(|(known, _)| *known == name).map_or(PartWanted::Numerator, |(_, part)| *part);
    let areas: Vec<&str> = pack.areas.iter().map(|area| area.code.as_str()).collect();
    let area = asked.word("area", &areas)?.map(str::to_owned);
    let (after, limit) = (asked.after(Form::Behind, read_after)?, asked.limit()?);
    let takes_out = after.is_some() || limit > LIMIT.1;
    let (id, caller) = (indicator.id.clone(), call.caller.clone());
    let (found, next) = server
        .run(move |app| {
            let (mut found, mut next) = (Vec::new(), after);
            for _ in 0..LOOKED {
                let page = app.cell_records(&id, when, area.as_deref(), part, next, limit)?;
                let mine = |record: &PartRecord| {
                    app.pack.kinds.get(record.kind).is_some_and(|kind| {
                        let verb = if takes_out { Verb::Export } else { Verb::See };
                        caller.has(&kind.id, Right::Read)
                            && (!takes_out || caller.has(&kind.id, Right::Export))
                            && caller.visit.may(verb, kind, &record.row)
                    })
                };
                found.extend(page.records.into_iter().filter(mine));
                next = page.next;
                if next.is_none() || !found.is_empty() {
                    break;
                }
            }
            Ok((found, next))
        })
        .await?;
    let one = |part: &PartRecord| {
        let kind = pack.kinds.get(part.kind)?;
        let mut one = record(&Content::of(&pack, kind, &call.caller.visit).at(&part.row), &part.row, &part.record);
        one.insert("reason".to_owned(), json!(part.reason));
        Some(Json::Object(one))
    };
    let records: Vec<Json> = found.iter().filter_map(one).collect();
    Ok(data(json!({ "part": name, "records": records, "next": next.as_ref().map(write_after) })))
}

/// `GET /api/v1/search`
pub(crate) async fn search(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    call.caller.may_somewhere(Right::Read)?;
    let asked = call.asked(&["q", "kind", "after", "limit"])?;
    let text = asked.get("q").ok_or_else(|| Refusal::Query("q 必须写：要找的词".to_owned()))?.to_owned();
    let kinds: Vec<&str> = pack.kinds.iter().map(|kind| kind.id.as_str()).collect();
    let kind = asked.word("kind", &kinds)?.map(str::to_owned);
    let before = asked.after(Form::Found, |text| text.parse().ok())?;
    let wanted = SearchWanted {
        text,
        reach: call.caller.visit.reach(&pack),
        reader: Some(call.caller.account().clone()),
        kind,
        before,
        limit: asked.limit()?,
    };
    let view = server.run(move |app| app.search(&wanted)).await?;
    let plan = view.plan.iter().flat_map(|hits| &hits.hits).map(|(hit, text)| plan_hit(&pack, hit, text));
    let records = view.records.iter().filter_map(|hit| {
        let kind = pack.kinds.get(hit.kind).filter(|kind| call.caller.has(&kind.id, Right::Read))?;
        let content = Content::of(&pack, kind, &call.caller.visit).at(&hit.row);
        Some(Json::Object(record(&content, &hit.row, &hit.record)))
    });
    Ok(data(json!({
        "plan": plan.collect::<Vec<_>>(),
        "records": records.collect::<Vec<_>>(),
        "next": view.next.map(|next| next.to_string()),
        "complete": !view.stopped && !view.building,
    })))
}

fn plan_hit(pack: &Pack, hit: &PlanHit, text: &str) -> Json {
    let (sort, id) = match hit {
        PlanHit::Indicator(at) => ("indicator", pack.indicators.get(*at).map(|one| one.id.clone())),
        PlanHit::Paragraph(start) => ("paragraph", Some(start.to_string())),
        PlanHit::Term(_, term) => ("term", Some(term.clone())),
        PlanHit::Kind(at) => ("kind", pack.kinds.get(*at).map(|one| one.id.clone())),
        PlanHit::Body(at) => ("body", pack.bodies.get(*at).map(|one| one.id.clone())),
        PlanHit::Area(at) => ("area", pack.areas.get(*at).map(|one| one.code.clone())),
    };
    json!({ "sort": sort, "id": id, "text": text })
}
