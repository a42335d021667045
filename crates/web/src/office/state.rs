//! 撤销和恢复: a record counts nowhere, or counts again, for a reason.

use axum::extract::{Path, State};
use zhiheng_app::{Account, Act, Error, RecordView, Submission, Verb};
use zhiheng_pack::Kind;

use super::content::Content;
use super::forms::{REASON, VERSION, own_record, reason_field, stale, stored};
use super::records::kind_of;
use crate::components::summary::Line;
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::pages::{Hidden, RecordStatePage};
use crate::problem::{Answer, refused, show};
use crate::server::Server;
use crate::words::date;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Withdraw,
    Restore,
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Change::Withdraw => "撤销",
            Change::Restore => "恢复",
        }
    }

    fn verb(self) -> Verb<'static> {
        match self {
            Change::Withdraw => Verb::Withdraw,
            Change::Restore => Verb::Correct,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Change::Withdraw => "withdraw",
            Change::Restore => "restore",
        }
    }
}

type Named = Path<(String, String)>;

/// `GET /kinds/KIND/ID/withdraw`
pub(crate) async fn withdraw_form(state: State<Server>, visit: Visit, staff: Staff, named: Named) -> Answer {
    form(state, visit, staff, named, Change::Withdraw).await
}

/// `POST /kinds/KIND/ID/withdraw`
pub(crate) async fn withdraw(state: State<Server>, visit: Visit, staff: Staff, named: Named, form: FormBody) -> Answer {
    done(state, visit, staff, named, form, Change::Withdraw).await
}

/// `GET /kinds/KIND/ID/restore`
pub(crate) async fn restore_form(state: State<Server>, visit: Visit, staff: Staff, named: Named) -> Answer {
    form(state, visit, staff, named, Change::Restore).await
}

/// `POST /kinds/KIND/ID/restore`
pub(crate) async fn restore(state: State<Server>, visit: Visit, staff: Staff, named: Named, form: FormBody) -> Answer {
    done(state, visit, staff, named, form, Change::Restore).await
}

async fn form(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind, id)): Named,
    change: Change,
) -> Answer {
    let view = open(&server, &account, &kind, &id, change).await?;
    let pack = server.app().pack.clone();
    let page = page(&server, &visit, kind_of(&pack, &kind)?, &view, change, view.row.version, None);
    Ok(show(page.render()))
}

/// The record, in the state that the change needs.
async fn open(server: &Server, account: &Account, kind: &str, id: &str, change: Change) -> Result<RecordView, Error> {
    let view = own_record(server, account, change.verb(), kind, id).await?;
    match (view.row.live, change) {
        (true, Change::Withdraw) | (false, Change::Restore) => Ok(view),
        (true, Change::Restore) => Err(Error::WrongState("这条记录没有撤销，不需要恢复".to_owned())),
        (false, Change::Withdraw) => Err(Error::WrongState("这条记录已经撤销".to_owned())),
    }
}

fn page(
    server: &Server,
    visit: &Visit,
    kind: &Kind,
    view: &RecordView,
    change: Change,
    version: i64,
    error: Option<String>,
) -> RecordStatePage {
    let content = Content::of(&server.app().pack, kind, visit).at(&view.row);
    let here = content.href(&view.row.id);
    let label = content.label(&view.record);
    let consequence = match change {
        Change::Withdraw if view.record.case.is_some() => {
            "撤销后不计入指标，但已经逾期的仍按逾期计；记录和修改历史仍可查看，以后可以恢复。"
        }
        Change::Withdraw => "撤销后不计入任何指标，记录和修改历史仍可查看，以后可以恢复。",
        Change::Restore => "恢复后重新计入指标。",
    };
    RecordStatePage {
        shell: shell(server, visit),
        title: format!("{}：{label}", change.word()),
        kind: kind.name.clone(),
        kind_href: format!("/kinds/{}", kind.id),
        consequence: consequence.to_owned(),
        lines: vec![
            Line::text("记录", label),
            Line::text("日期", view.row.day.map(date).unwrap_or_default()),
            Line::text("版本", format!("第 {} 版", view.row.version)),
        ],
        action: format!("{here}/{}", change.path()),
        submit: change.word().to_owned(),
        danger: change == Change::Withdraw,
        cancel: here,
        hidden: vec![Hidden { name: VERSION.to_owned(), value: version.to_string() }],
        reason: Some(reason_field(&format!("{}原因", change.word()), "", error)),
        problems: Vec::new(),
    }
}

async fn done(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind_id, id)): Named,
    form: FormBody,
    change: Change,
) -> Answer {
    let view = open(&server, &account, &kind_id, &id, change).await?;
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind_id)?;
    let version: i64 = form.get(VERSION).parse().unwrap_or_default();
    let reason = form.get(REASON).to_owned();
    if reason.is_empty() {
        let why = format!("请写明为什么{}。", change.word());
        return Ok(refused(page(&server, &visit, kind, &view, change, version, Some(why)).render()));
    }
    let submission = Submission {
        act: if change == Change::Withdraw { Act::Withdraw } else { Act::Restore },
        kind: kind_id,
        id: Some(view.row.id),
        expected_version: Some(version),
        reason: Some(reason),
    };
    match server.run(move |app| app.submit_as(&account, &submission, None)).await {
        Ok(receipt) => {
            Ok(stored(&server, &visit, kind, &receipt, if change == Change::Withdraw { "已撤销" } else { "已恢复" }))
        }
        Err(Error::Invalid(problems)) => {
            let why: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
            Ok(refused(page(&server, &visit, kind, &view, change, version, Some(why.join(""))).render()))
        }
        Err(error) => Err(stale(error, kind, &view)),
    }
}
