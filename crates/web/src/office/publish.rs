//! 拟公开: the ways from a number, a list or a record to a draft of its publication, and from a number that has changed to its correction.

use serde_json::Value;
use zhiheng_app::{Error, PublishedChange, RecordId};
use zhiheng_pack::publication::asked;
use zhiheng_pack::{Draft, Pack};

use crate::components::{Link, action::Action};
use crate::extract::Visit;
use crate::server::Server;
use crate::words::address;

/// The button that opens a draft, filled in; none for who writes no publications.
pub(crate) fn way(pack: &Pack, visit: &Visit, draft: &Draft) -> Option<Action> {
    let (kind, _) = pack.publications().filter(|(kind, _)| visit.may_write_kind(kind))?;
    let pairs = draft.fields.iter().filter_map(|(field, value)| Some((field.as_str(), value.as_str()?)));
    let pairs: Vec<(&str, &str)> = pairs.collect();
    Some(Action::open("拟公开", address(&format!("/kinds/{}/new", kind.id), &pairs)))
}

/// A number that was published and is another by now, and the way to restate it.
pub(crate) fn difference(pack: &Pack, change: &PublishedChange) -> (String, Option<Link>) {
    let words = format!("已公布 {}，按同一口径、同一截止日现在算得 {}。", change.was, change.now);
    if change.under_review {
        return (format!("{words}更正正在审查，没有批准之前原公布的照旧。"), None);
    }
    let way = pack.publications().map(|(kind, publishes)| {
        let correction = format!("更正为 {}。原因：", change.now);
        let content = format!("{}：{}。", change.title, change.now);
        let path = format!("/kinds/{}/{}/steps/{}", kind.id, change.publication, publishes.correct);
        let pairs =
            [(asked::CORRECTION, correction.as_str()), (asked::CONTENT, &content), (asked::FIGURE, &change.figure)];
        Link::new("更正", address(&path, &pairs))
    });
    (words, way)
}

/// On the page of a publication: the way to what the public sees, and to a correction where it is another by now.
pub(crate) async fn of_publication(server: &Server, id: RecordId) -> Result<Vec<Action>, Error> {
    let (shown, change) = server
        .run(move |app| {
            let shown = match app.public_item(&id) {
                Ok(item) => Some(item),
                Err(Error::NotFound(_)) => None,
                Err(error) => return Err(error),
            };
            Ok((shown, app.published_change(&id)?))
        })
        .await?;
    let mut actions: Vec<Action> =
        shown.iter().map(|item| Action::open("看公开页面", format!("/public/{}", item.id))).collect();
    if let Some(change) = change {
        let (_, way) = difference(&server.app().pack, &change);
        actions.extend(way.map(|link| Action::open(format!("更正：现在算得 {}", change.now), link.href)));
    }
    Ok(actions)
}

/// Whether a text may fill in a field of a step's form from its address.
pub(crate) fn fills(params: &[(String, String)], field: &str) -> Option<Value> {
    params
        .iter()
        .find(|(name, value)| name == field && !value.trim().is_empty())
        .map(|(_, value)| Value::String(value.clone()))
}
