//! 轮岗交接的处理: whose work may be handed over, the question to whom and why, and the act.

use axum::extract::{Path, State};
use zhiheng_app::{Account, Error, HandOver, HandedOver, PassedCase, Post, RecordId};
use zhiheng_pack::Problem;

use super::forms::{REASON, reason_field};
use super::records::id_of;
use crate::components::{
    Link,
    field::{Choice, Control, Field},
    summary::Line,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::pages::{HandOverPage, HandedOverPage, HoldersPage};
use crate::problem::{Answer, refused, show as page_of};
use crate::server::Server;

/// The field of whoever takes the work.
const TO: &str = "to";
/// The posts that pass too.
const POSTS: &str = "posts";
/// The tick that what the successor cannot handle yet passes all the same.
const ALL_THE_SAME: &str = "all_the_same";

/// `GET /work/handover`
pub(crate) async fn holders(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    let holders = server.run(move |app| app.holders(&actor)).await?;
    let holders = holders.into_iter().map(|one| {
        let href = format!("/work/handover/{}", one.person.id);
        let lines = if one.lines == 0 { "只有岗位".to_owned() } else { format!("{} 项", one.lines) };
        (Link::new(one.person.name, href), one.body, lines)
    });
    Ok(page_of(HoldersPage { shell: shell(&server, &visit), holders: holders.collect() }.render()))
}

/// `GET /work/handover/ID`
pub(crate) async fn form(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
) -> Answer {
    let page = page(&server, &visit, &actor, id_of(&id)?, &FormBody::default(), &[]).await?;
    Ok(page_of(page.render()))
}

async fn page(
    server: &Server,
    visit: &Visit,
    actor: &Account,
    from: RecordId,
    form: &FormBody,
    problems: &[Problem],
) -> Result<HandOverPage, Error> {
    let reader = actor.clone();
    let open = server.run(move |app| app.open_work_of(&reader, &from)).await?;
    let error = |name: &str| {
        problems.iter().find(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message.clone())
    };
    let person = |person: &zhiheng_app::Person| {
        let id = person.id.to_string();
        Choice::new(&id, &person.name).chosen(form.get(TO) == id)
    };
    let options: Vec<Choice> = open.takers.iter().map(person).collect();
    let fields = if options.is_empty() {
        Vec::new()
    } else {
        let to = Field { error: error(TO), ..Field::new(TO, "接手人", Control::Area { options }).required() };
        let mut fields = vec![to, reason_field("移交原因", form.get(REASON), error("reason"))];
        if open.grants && !open.posts.is_empty() {
            let chosen: Vec<&str> = form.all(POSTS).collect();
            let options = open.posts.iter().map(|post| {
                let key = post.key.to_string();
                let is_chosen = chosen.contains(&key.as_str());
                Choice::new(key, post_words(post)).chosen(is_chosen)
            });
            let control = Control::Choices { options: options.collect() };
            let hint = "勾选的收回原来的人，授予接手人；岗位的待办随岗位走";
            fields
                .push(Field { error: error(POSTS), ..Field::new(POSTS, "一并移交的岗位", control).hint(hint) });
        }
        if error(TO).is_some() {
            let options = vec![Choice::new("yes", "仍然移交，岗位以后再授予").chosen(form.get(ALL_THE_SAME) == "yes")];
            fields.push(Field::new(ALL_THE_SAME, "仍然移交", Control::Choices { options }));
        }
        fields
    };
    let mut work: Vec<Line> = open.kinds.iter().map(|(name, count)| Line::text(name, format!("{count} 件"))).collect();
    work.extend((open.unread > 0).then(|| Line::text("未读消息", format!("{} 条，随移交转给接手人", open.unread))));
    if !open.grants {
        let note = "由安全管理员移交";
        work.extend(open.posts.iter().map(|post| Line::text("岗位", post_words(post)).note(note)));
    }
    Ok(HandOverPage {
        shell: shell(server, visit),
        from: open.from.name,
        count: open.kinds.iter().map(|(_, count)| count).sum(),
        kinds: work,
        something: !open.kinds.is_empty() || !open.posts.is_empty() || open.unread > 0,
        action: format!("/work/handover/{from}"),
        fields,
    })
}

/// 投诉受理岗（县市场监管局），待办 3 项，只有他一人
fn post_words(post: &Post) -> String {
    let alone = if post.alone { "，只有他一人担任" } else { "" };
    format!("{}（{}），待办 {} 项{alone}", post.name, post.body, post.lines)
}

/// `POST /work/handover/ID`
pub(crate) async fn hand_over(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let from = id_of(&id)?;
    // What is no account's id is nobody: the use case says what to choose.
    let to = form.get(TO).parse().unwrap_or(RecordId([0; 16]));
    let by = actor.clone();
    let wanted = HandOver {
        reason: form.get(REASON).to_owned(),
        posts: form.all(POSTS).filter_map(|key| key.parse().ok()).collect(),
        all_the_same: form.get(ALL_THE_SAME) == "yes",
    };
    let done = server
        .run(move |app| {
            let name = app.open_work_of(&by, &from)?.from.name;
            Ok(app.hand_over(&by, &from, &to, &wanted).map(|done| (name, done)))
        })
        .await?;
    match done {
        Ok((name, done)) => {
            let (posts, messages) = (done.posts.clone(), done.messages);
            let page =
                HandedOverPage { shell: shell(&server, &visit), from: name, posts, messages, cases: cases(done) };
            Ok(page_of(page.render()))
        }
        Err(Error::Invalid(problems)) => {
            Ok(refused(page(&server, &visit, &actor, from, &form, &problems).await?.render()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What stayed first: it is what somebody still has to do something about.
fn cases(done: HandedOver) -> Vec<(Link, String, String)> {
    let line = |case: PassedCase, why: String| {
        let link = match case.label.is_empty() {
            true => Link::new("（不在您的查看范围）", ""),
            false => Link::new(case.label, format!("/kinds/{}/{}", case.kind, case.id)),
        };
        (link, case.name, why)
    };
    let stayed = done.stayed.into_iter().map(|(case, why)| line(case, why));
    stayed.chain(done.passed.into_iter().map(|case| line(case, String::new()))).collect()
}
