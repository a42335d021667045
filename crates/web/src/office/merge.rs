//! 并案: a case that repeats an earlier one is pointed to it, by a person, as a version of its own.

use axum::extract::{Path, State};
use zhiheng_app::{Error, RecordView, Verb, may, merge_field};
use zhiheng_pack::Kind;
use zhiheng_store::RecordRow;

use super::records::id_of;
use crate::components::Link;
use crate::components::duplicates::{Duplicate, Duplicates};
use crate::components::flash::Flash;
use crate::components::light::Tone;
use crate::extract::{FormBody, Staff, Visit};
use crate::held::Once;
use crate::problem::{Answer, see};
use crate::server::Server;
use crate::words::date;

/// The card of a case for a reader who is signed in.
pub(crate) async fn card(server: &Server, visit: &Visit, kind: &Kind, view: &RecordView) -> Result<Duplicates, Error> {
    if visit.account.is_none() || kind.public_entry.is_none() {
        return Ok(Duplicates::default());
    }
    let (seen, scope, reader) = (view.clone(), visit.scope(kind), visit.clone());
    let near = server
        .run(move |app| {
            let sight = |kind: &Kind, index: usize, row: &RecordRow| reader.sight(kind, index, row);
            app.near_cases(&seen, scope, &sight)
        })
        .await?;
    let may = merge_field(kind).is_some() && visit.may(Verb::Correct, kind, &view.row);
    let cases = near.into_iter().map(|near| Duplicate {
        id: near.id.to_string(),
        link: Link::new(near.label, format!("/kinds/{}/{}", kind.id, near.id)),
        why: near.why.into_iter().map(str::to_owned).chain(near.day.map(date)).collect::<Vec<_>>().join("，"),
    });
    Ok(Duplicates { action: may.then(|| format!("/kinds/{}/{}/merge", kind.id, view.row.id)), cases: cases.collect() })
}

/// `POST /kinds/KIND/ID/merge`
pub(crate) async fn merge(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind, id)): Path<(String, String)>,
    form: FormBody,
) -> Answer {
    let (id, into) = (id_of(&id)?, id_of(form.get("into"))?);
    let wanted = kind.clone();
    server
        .run(move |app| {
            // Whoever merges may read both.
            let target = app.record(&wanted, &into)?;
            let (owner, area) = (target.row.body.as_deref(), target.row.area.as_deref());
            let kind = app.pack.kind(&wanted).ok_or(Error::NotPermitted)?;
            if !may(&account, Verb::See, kind, owner, area) {
                return Err(Error::NotPermitted);
            }
            app.merge_case(&account, &wanted, &id, &into)
        })
        .await?;
    let flash = Flash {
        tone: Tone::Good,
        text: "已并案，修改历史里有记录。".to_owned(),
        link: Some(Link::new("打开先前一件", format!("/kinds/{kind}/{into}"))),
    };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see(&format!("/kinds/{kind}/{id}")))
}
