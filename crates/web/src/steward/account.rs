//! 一个账号: what it is and what it may do; the security administrator lets it in, changes its role, grants and withdraws.

use axum::extract::{Path, State};
use axum::response::Response;
use zhiheng_app::{Account, Error, Grant, Power, RecordId, Role};
use zhiheng_pack::Problem;
use zhiheng_pack::problem::{CHECK_FAILED, NOT_DATE};
use zhiheng_store::GrantRow as Stored;

use super::accounts::{body_name, state_tag};
use crate::components::{
    action::{Action, Weight},
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    summary::Line,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::office::records::id_of;
use crate::pages::{AccountPage, GrantRow};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;
use crate::words::{date, moment, plain_date};

/// `GET /accounts/ID`
pub(crate) async fn show(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
) -> Answer {
    let id = id_of(&id)?;
    Ok(page_of(page(&server, &visit, &actor, id, &FormBody::default(), &[]).await?.render()))
}

async fn page(
    server: &Server,
    visit: &Visit,
    actor: &Account,
    id: RecordId,
    form: &FormBody,
    problems: &[Problem],
) -> Result<AccountPage, Error> {
    let reader = actor.clone();
    let (account, grants, seen, tie) = server
        .run(move |app| {
            let known = app.accounts(&reader)?.into_iter().find(|account| account.id == id);
            let account = known.ok_or_else(|| Error::NotFound("这个账号".to_owned()))?;
            let seen = app.last_sign_ins(&reader)?.get(&account.login).copied();
            Ok((account, app.grants(&reader, &id)?, seen, app.waiting_tie(&reader, &id)?))
        })
        .await?;
    let pack = &server.app().pack;
    let path = format!("/accounts/{id}");
    let may = actor.has(Power::Security) && actor.id != id;
    let mut actions = Vec::new();
    if may && !account.active {
        actions.push(Action::send("批准启用", format!("{path}/let-in")).weight(Weight::Primary));
    }
    if may && account.second_factor {
        actions.push(Action::send("重置动态口令", format!("{path}/second-factor/reset")).weight(Weight::Danger));
    }
    if let Some(tie) = tie.as_ref().filter(|_| actor.has(Power::System)) {
        let tie = format!("{path}/tie/{}", tie.key());
        actions.push(Action::send("批准绑定统一身份", tie.clone()).weight(Weight::Primary));
        actions.push(Action::send("不批准绑定", format!("{tie}/drop")).weight(Weight::Danger));
    }
    // Work is the office's to hand over; an administrator touches no case.
    if actor.acts() && actor.role == Role::Office {
        actions.push(Action::open("移交待办", format!("/work/handover/{id}")));
    }
    if may && actor.role == Role::SecurityAdmin && grants.iter().any(|grant| grant.ended_at.is_none()) {
        actions.push(Action::open("移交岗位", format!("/work/handover/{id}")));
    }
    let yes = |yes: bool| if yes { "已启用" } else { "未启用" };
    let role_name = |id: &str| pack.role(id).map_or("数据导出", |role| role.name.as_str()).to_owned();
    let row = |grant: &Stored| GrantRow {
        role: role_name(&grant.role),
        body: grant.body.as_deref().map_or_else(|| "全县".to_owned(), |body| body_name(server, Some(body))),
        span: match grant.until {
            Some(until) => format!("{} 至 {}", date(grant.since), date(until)),
            None => format!("{} 起", date(grant.since)),
        },
        by: grant.granted_by.clone(),
        ended: grant.ended_at.map(|at| moment(at, pack.utc_offset_hours)),
        action: (may && grant.ended_at.is_none()).then(|| {
            Action::send("收回", format!("{path}/grants/{}/withdraw", grant.recorded_at)).weight(Weight::Danger)
        }),
    };
    let tie = tie.map(|tie| Line::text("待批准的统一身份", format!("{}（标识 {}）", tie.issuer, tie.subject)));
    Ok(AccountPage {
        shell: shell(server, visit),
        name: account.name.clone(),
        facts: [
            Line::text("用户名", account.login.clone()),
            Line::text("角色", account.role.word()),
            Line::text("单位", body_name(server, account.body.as_deref())),
            Line::text("状态", state_tag(&account).word),
            Line::text("动态口令", yes(account.second_factor)),
            Line::text("最近登录", seen.map_or_else(|| "尚未登录".to_owned(), |at| moment(at, pack.utc_offset_hours))),
        ]
        .into_iter()
        .chain(tie)
        .collect(),
        actions,
        grants: grants.iter().map(row).collect(),
        grant_action: format!("{path}/grants"),
        grant: if may && matches!(account.role, Role::Bureau | Role::Office) {
            grant_fields(server, &account, form, problems)
        } else {
            Vec::new()
        },
        role_action: format!("{path}/role"),
        role: if may { role_fields(server, &account, problems) } else { Vec::new() },
        own: actor.id == id,
    })
}

fn error(problems: &[Problem], name: &str) -> Option<String> {
    problems.iter().find(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message.clone())
}

fn bodies(server: &Server, chosen: &str) -> Vec<Choice> {
    let bodies = server.app().pack.bodies.iter();
    bodies.map(|body| Choice::new(&body.id, &body.name).chosen(chosen == body.id)).collect()
}

fn grant_fields(server: &Server, account: &Account, form: &FormBody, problems: &[Problem]) -> Vec<Field> {
    let roles = server.app().grantable().into_iter();
    let roles = roles.map(|(id, name, _)| Choice::new(&id, name).chosen(form.get("role") == id)).collect();
    let body =
        if form.get("since").is_empty() { account.body.as_deref().unwrap_or_default() } else { form.get("body") };
    let since = match form.get("since") {
        "" => plain_date(server.app().today()),
        typed => typed.to_owned(),
    };
    let field = |id: &str, label: &str, control| Field { error: error(problems, id), ..Field::new(id, label, control) };
    vec![
        field("role", "岗位", Control::Area { options: roles }).required(),
        field("body", "单位", Control::Area { options: bodies(server, body) })
            .hint("面向全县的岗位不选；下级单位一并包括"),
        field("since", "从", Control::Date { value: since }).required(),
        field("until", "到", Control::Date { value: form.get("until").to_owned() }).hint("不填：直到收回"),
    ]
}

fn role_fields(server: &Server, account: &Account, problems: &[Problem]) -> Vec<Field> {
    let roles = Role::ALL.map(|one| Choice::new(one.name(), one.word()).chosen(one == account.role)).into();
    let chosen = account.body.as_deref().unwrap_or_default();
    let field = |id: &str, name: &str, label: &str, control| Field {
        name: Some(name.to_owned()),
        error: error(problems, id),
        ..Field::new(id, label, control)
    };
    vec![
        field("new_role", "role", "角色", Control::Choice { options: roles }).required(),
        field("new_body", "body", "单位", Control::Area { options: bodies(server, chosen) })
            .hint("责任单位的账号必须选"),
    ]
}

fn done(server: &Server, visit: &Visit, id: RecordId, text: &str) -> Response {
    let flash = Flash { tone: Tone::Good, text: text.to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    see(&format!("/accounts/{id}"))
}

/// `POST /accounts/ID/let-in`
pub(crate) async fn let_in(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
) -> Answer {
    let id = id_of(&id)?;
    server.run(move |app| app.let_in(&actor, &id)).await?;
    Ok(done(&server, &visit, id, "账号已批准启用。"))
}

/// `POST /accounts/ID/tie/KEY`
pub(crate) async fn make_tie(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path((id, key)): Path<(String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    server.run(move |app| app.settle_tie(&actor, &id, &key, true)).await?;
    Ok(done(&server, &visit, id, "统一身份已绑定。"))
}

/// `POST /accounts/ID/tie/KEY/drop`
pub(crate) async fn drop_tie(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path((id, key)): Path<(String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    server.run(move |app| app.settle_tie(&actor, &id, &key, false)).await?;
    Ok(done(&server, &visit, id, "申请已去掉，没有绑定。"))
}

/// `POST /accounts/ID/second-factor/reset`
pub(crate) async fn reset_second_factor(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
) -> Answer {
    let id = id_of(&id)?;
    server.run(move |app| app.reset_second_factor(&actor, &id)).await?;
    Ok(done(&server, &visit, id, "动态口令已重置，该账号已退出登录。"))
}

/// `POST /accounts/ID/role`
pub(crate) async fn set_role(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let Some(role) = Role::of_name(form.get("role")) else {
        let wrong = Problem::of_field(CHECK_FAILED, "new_role", "请选择角色。");
        return Ok(refused(page(&server, &visit, &actor, id, &FormBody::default(), &[wrong]).await?.render()));
    };
    let (body, by) = (form.get("body").to_owned(), actor.clone());
    let body = Some(body).filter(|body| !body.is_empty() && matches!(role, Role::Office | Role::Bureau));
    match server.run(move |app| app.set_role(&by, &id, role, body.as_deref())).await {
        Ok(()) => Ok(done(&server, &visit, id, "角色已变更，该账号已退出登录。")),
        Err(Error::Invalid(_)) => {
            let wrong = Problem::of_field(CHECK_FAILED, "new_body", "请选择单位。");
            Ok(refused(page(&server, &visit, &actor, id, &FormBody::default(), &[wrong]).await?.render()))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /accounts/ID/grants`
pub(crate) async fn grant(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let day = |name: &str| zhiheng_pack::day::parse(form.get(name)).map(zhiheng_pack::day::number);
    let mut problems = Vec::new();
    for name in ["since", "until"] {
        if day(name).is_none() && (name == "since" || !form.get(name).is_empty()) {
            problems.push(Problem::of_field(NOT_DATE, name, form.get(name)));
        }
    }
    if let Some(since) = day("since").filter(|_| problems.is_empty()) {
        let grant = Grant {
            role: form.get("role").to_owned(),
            body: Some(form.get("body").to_owned()).filter(|body| !body.is_empty()),
            since,
            until: day("until"),
        };
        let by = actor.clone();
        match server.run(move |app| app.grant(&by, &id, &grant)).await {
            Ok(()) => return Ok(done(&server, &visit, id, "岗位已授予。")),
            Err(Error::Invalid(wrong)) => problems = wrong,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(refused(page(&server, &visit, &actor, id, &form, &problems).await?.render()))
}

/// `POST /accounts/ID/grants/KEY/withdraw`
pub(crate) async fn withdraw_grant(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path((id, key)): Path<(String, i64)>,
) -> Answer {
    let id = id_of(&id)?;
    server.run(move |app| app.withdraw_grant(&actor, &id, key)).await?;
    Ok(done(&server, &visit, id, "岗位已收回。"))
}
