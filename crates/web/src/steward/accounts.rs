//! 账号: invitations, disabling, new passwords by one-time link.

use axum::extract::{Path, State};
use axum::response::Response;
use zhiheng_app::{Account, Error, Power, Role, hex};
use zhiheng_pack::Problem;
use zhiheng_store::{InvitationRow as OpenLink, Purpose, digest_of_hex};

use crate::components::{
    action::{Action, Weight},
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    tag::Tag,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::office::records::id_of;
use crate::pages::{AccountRow, AccountsPage, InvitationRow};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;
use crate::words::moment;

/// `GET /accounts`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    let page = page(&server, &visit, actor, &FormBody::default(), &[]).await?;
    Ok(page_of(AccountsPage { link: server.held().take_link(&visit.secret), ..page }.render()))
}

async fn page(
    server: &Server,
    visit: &Visit,
    actor: Account,
    form: &FormBody,
    problems: &[Problem],
) -> Result<AccountsPage, Error> {
    let reader = actor.clone();
    let (accounts, links, seen, dormant) = server
        .run(move |app| {
            let seen = app.last_sign_ins(&reader)?;
            Ok((app.accounts(&reader)?, app.open_invitations(&reader)?, seen, app.dormant(&reader)?))
        })
        .await?;
    let system = actor.has(Power::System);
    Ok(AccountsPage {
        shell: shell(server, visit),
        mode: mode(&actor).to_owned(),
        accounts: accounts
            .iter()
            .map(|account| account_row(server, account, &actor, seen.get(&account.login).copied()))
            .collect(),
        dormant,
        invitations: links.iter().map(|link| link_row(server, link, system)).collect(),
        invite: if system { invite_fields(server, form, problems) } else { Vec::new() },
        invite_action: "/accounts".to_owned(),
        link: None,
    })
}

/// Who administers here, said plainly.
fn mode(actor: &Account) -> &'static str {
    if actor.separate {
        "三员分立：系统管理员建账号、发链接，安全管理员批准启用、授予岗位，审计管理员看日志；质量强县办不兼任。用链接建的账号和重设的口令，批准后才能办事。"
    } else {
        "现由质量强县办兼任系统、安全、审计三类管理员。三类各设一个账号后自动分立，质量强县办不再兼任，且不能退回。"
    }
}

pub(super) fn body_name(server: &Server, body: Option<&str>) -> String {
    let body = body.and_then(|body| server.app().pack.body(body));
    body.map_or_else(|| "—".to_owned(), |body| body.name.clone())
}

pub(super) fn state_tag(account: &Account) -> Tag {
    match account {
        Account { disabled: true, .. } => Tag::new(Tone::Neutral, "停用"),
        Account { active: false, .. } => Tag::new(Tone::Warn, "待批准启用"),
        Account { locked: true, .. } => Tag::new(Tone::Warn, "暂时锁定"),
        _ => Tag::new(Tone::Good, "在用"),
    }
}

fn account_row(server: &Server, account: &Account, actor: &Account, seen: Option<i64>) -> AccountRow {
    let path = format!("/accounts/{}", account.id);
    let mut actions = Vec::new();
    if actor.has(Power::System) {
        actions.push(Action::send("重设口令", format!("{path}/reset")));
        if account.disabled {
            actions.push(Action::send("启用", format!("{path}/enable")));
        } else if account.id != actor.id {
            actions.push(Action::send("停用", format!("{path}/disable")).weight(Weight::Danger));
        }
    }
    let hours = server.app().pack.utc_offset_hours;
    AccountRow {
        name: account.name.clone(),
        href: path,
        login: account.login.clone(),
        body: body_name(server, account.body.as_deref()),
        role: account.role.word().to_owned(),
        last_seen: seen.map_or_else(|| "尚未登录".to_owned(), |at| moment(at, hours)),
        state: state_tag(account),
        actions,
    }
}

fn link_row(server: &Server, link: &OpenLink, system: bool) -> InvitationRow {
    let role = Role::of_name(&link.role).map_or("", Role::word);
    let body = body_name(server, link.body.as_deref());
    let what = if matches!(link.purpose, Purpose::Reset | Purpose::Rescue) { "（重设口令）" } else { "" };
    InvitationRow {
        name: format!("{}{what}", link.name.clone().unwrap_or_else(|| "未写姓名".to_owned())),
        body: if link.body.is_none() { role.to_owned() } else { format!("{body}　{role}") },
        until: moment(link.expires_at, server.app().pack.utc_offset_hours),
        actions: system
            .then(|| {
                let path = format!("/accounts/links/{}/withdraw", hex(&link.token_hash));
                Action::send("撤回", path).weight(Weight::Danger)
            })
            .into_iter()
            .collect(),
    }
}

fn invite_fields(server: &Server, form: &FormBody, problems: &[Problem]) -> Vec<Field> {
    let error = |name: &str| {
        problems.iter().find(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message.clone())
    };
    let bodies = server.app().pack.bodies.iter();
    let bodies = bodies.map(|body| Choice::new(&body.id, &body.name).chosen(form.get("body") == body.id)).collect();
    let role = if form.get("role").is_empty() { Role::Bureau.name() } else { form.get("role") };
    let roles = Role::ALL.map(|one| Choice::new(one.name(), one.word()).chosen(one.name() == role)).into();
    vec![
        Field {
            error: error("name"),
            ..Field::new(
                "name",
                "姓名",
                Control::Text { value: form.get("name").to_owned(), max_len: Some(40), autocomplete: None },
            )
            .required()
        },
        Field { error: error("role"), ..Field::new("role", "角色", Control::Choice { options: roles }).required() },
        Field {
            error: error("body"),
            ..Field::new("body", "单位", Control::Area { options: bodies }).hint("责任单位的账号必须选")
        },
    ]
}

/// `POST /accounts`
pub(crate) async fn invite(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let name = form.get("name").to_owned();
    let mut problems = Vec::new();
    let mut say = |field: &str, what: &str| {
        problems.push(Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, field, what));
    };
    if name.is_empty() {
        say("name", "请填写姓名。");
    }
    let role = Role::of_name(form.get("role"));
    if role.is_none() {
        say("role", "请选择角色。");
    }
    if role == Some(Role::Bureau) && form.get("body").is_empty() {
        say("body", "请选择单位。");
    }
    let Some(role) = role.filter(|_| problems.is_empty()) else {
        return Ok(refused(page(&server, &visit, actor, &form, &problems).await?.render()));
    };
    let (body, whom) = (form.get("body").to_owned(), name.clone());
    let token = server
        .run(move |app| app.invite(&actor, role, Some(body.as_str()).filter(|body| !body.is_empty()), &whom))
        .await?;
    Ok(hand_over(&server, &visit, name, &token))
}

/// Shows the link on the next page, once.
fn hand_over(server: &Server, visit: &Visit, name: String, token: &str) -> Response {
    let link = format!("{}/start/{token}", visit.origin);
    server.held().leave(&visit.secret, Once { flash: None, link: Some((name, link)) });
    see("/accounts")
}

/// `POST /accounts/links/KEY/withdraw`
pub(crate) async fn withdraw(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(key): Path<String>,
) -> Answer {
    let hash = digest_of_hex(&key).ok_or_else(|| Error::NotFound("这个一次性链接".to_owned()))?;
    server.run(move |app| app.withdraw_invitation(&actor, &hash)).await?;
    let flash = Flash { tone: Tone::Good, text: "链接已撤回，不能再用。".to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see("/accounts"))
}

/// `POST /accounts/ID/reset`
pub(crate) async fn reset(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
) -> Answer {
    let id = id_of(&id)?;
    let (name, token) = server
        .run(move |app| {
            let known = app.accounts(&actor)?.into_iter().find(|account| account.id == id);
            Ok((known.map(|account| account.name).unwrap_or_default(), app.reset(&actor, &id)?))
        })
        .await?;
    Ok(hand_over(&server, &visit, name, &token))
}

/// `POST /accounts/ID/disable`
pub(crate) async fn disable(state: State<Server>, visit: Visit, staff: Staff, path: Path<String>) -> Answer {
    set_disabled(state, visit, staff, path, true).await
}

/// `POST /accounts/ID/enable`
pub(crate) async fn enable(state: State<Server>, visit: Visit, staff: Staff, path: Path<String>) -> Answer {
    set_disabled(state, visit, staff, path, false).await
}

async fn set_disabled(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
    disabled: bool,
) -> Answer {
    let id = id_of(&id)?;
    server.run(move |app| app.set_disabled(&actor, &id, disabled)).await?;
    let text = if disabled { "账号已停用，该账号已退出登录。" } else { "账号已启用。" };
    let flash = Flash { tone: Tone::Good, text: text.to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see("/accounts"))
}
