//! 我的账号: who one is here, the password, where one is signed in, and who acts while one is away.

use axum::extract::{Path, State};
use axum::response::Response;
use zhiheng_app::{Account, Delegation, Error, Must, OwnSession, Person, Profile, RecordId, hex};
use zhiheng_pack::Problem;
use zhiheng_store::digest_of_hex;

use crate::components::{
    action::{Action, Weight},
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    summary::Line,
};
use crate::cookies::{self, Life};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::office::records::id_of;
use crate::pages::{DelegationRow, MePage, SessionRow};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::public::plain::with_cookie;
use crate::server::Server;
use crate::words::{date, moment};

/// What the page shows of the account's own affairs.
struct Own {
    sessions: Vec<OwnSession>,
    delegations: Vec<Delegation>,
    deputies: Vec<Person>,
    codes_left: i64,
    policy: &'static Profile,
}

/// `GET /me`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    Ok(page_of(page(&server, &visit, &actor, &FormBody::default(), &[]).await?.render()))
}

pub(super) async fn page(
    server: &Server,
    visit: &Visit,
    actor: &Account,
    form: &FormBody,
    problems: &[Problem],
) -> Result<MePage, Error> {
    let (token, own) = (visit.secret.clone(), actor.clone());
    let found = server
        .run(move |app| {
            Ok(Own {
                sessions: app.own_sessions(&own, &token)?,
                delegations: app.delegations(&own)?,
                deputies: app.possible_deputies(&own)?,
                codes_left: app.recovery_codes_left(&own)?,
                policy: app.policy()?,
            })
        })
        .await?;
    Ok(filled(server, visit, actor, &found, form, problems))
}

fn filled(server: &Server, visit: &Visit, actor: &Account, own: &Own, form: &FormBody, problems: &[Problem]) -> MePage {
    let error = |name: &str| {
        problems.iter().find(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message.clone())
    };
    let hours = server.app().pack.utc_offset_hours;
    let password = |id: &str, label: &str, autocomplete| Field {
        error: error(id),
        ..Field::new(id, label, Control::Password { autocomplete }).required()
    };
    let day = |id: &str, label: &str| Field {
        error: error(id),
        ..Field::new(id, label, Control::Date { value: form.get(id).to_owned() }).required()
    };
    let people = own.deputies.iter().map(|person| {
        let id = person.id.to_string();
        Choice::new(&id, &person.name).chosen(form.get("deputy") == id)
    });
    let deputy = Field {
        error: error("deputy"),
        ..Field::new("deputy", "代办人", Control::Area { options: people.collect() }).required()
    };
    MePage {
        shell: shell(server, visit),
        owes: owes(actor),
        facts: facts(server, visit, actor),
        password: vec![
            password("old", "现在的口令", "current-password"),
            password("password", "新口令", "new-password").hint(own.policy.rule()),
            password("repeat", "再输一次", "new-password"),
        ],
        second_factor: actor
            .second_factor
            .then(|| format!("已启用，还有 {} 个恢复码。更换手机请找安全管理员重置。", own.codes_left)),
        sessions: own.sessions.iter().map(|one| session_row(one, hours)).collect(),
        delegations: own.delegations.iter().map(|one| delegation_row(one, server.app().today())).collect(),
        delegate: if own.deputies.is_empty() || !actor.acts() {
            Vec::new()
        } else {
            vec![deputy, day("since", "从"), day("until", "到")]
        },
    }
}

fn owes(actor: &Account) -> Option<String> {
    match actor.must {
        _ if !actor.active => Some("账号还没有启用。请等安全管理员批准；批准前只能打开本页。".to_owned()),
        Some(Must::Password) => Some("口令已到更换期限。请先修改口令，再办理其他事情。".to_owned()),
        Some(Must::SecondFactor) => Some("按口令策略，先启用动态口令，才能办理其他事情。".to_owned()),
        None => None,
    }
}

fn facts(server: &Server, visit: &Visit, actor: &Account) -> Vec<Line> {
    let pack = &server.app().pack;
    let mut facts = vec![
        Line::text("姓名", actor.name.clone()),
        Line::text("用户名", actor.login.clone()),
        Line::text("单位", visit.body_name(pack)),
        Line::text("角色", actor.role.word()),
    ];
    for held in &actor.held {
        let role = pack.role(&held.role).map_or("数据导出", |role| role.name.as_str());
        let of = match held.bodies.as_ref().map(|bodies| bodies.first()) {
            None => "全县".to_owned(),
            Some(None) => "（单位已撤销）".to_owned(),
            Some(Some(body)) => pack.body(body).map_or_else(|| body.clone(), |body| body.name.clone()),
        };
        let instead = held.instead_of.as_ref().map(|absent| format!("（代{}）", absent.name)).unwrap_or_default();
        facts.push(Line::text("岗位", format!("{role}，{of}{instead}")));
    }
    facts
}

fn session_row(one: &OwnSession, hours: i64) -> SessionRow {
    let end = Action::send("结束", format!("/me/sessions/{}/end", hex(&one.key))).weight(Weight::Danger);
    SessionRow {
        since: moment(one.since, hours),
        seen: moment(one.seen_at, hours),
        current: one.current,
        action: (!one.current).then_some(end),
    }
}

fn delegation_row(one: &Delegation, today: i32) -> DelegationRow {
    let open = !one.ended && one.until >= today;
    DelegationRow {
        to: one.to.clone(),
        span: format!("{} 至 {}", date(one.since), date(one.until)),
        state: match (one.ended, open) {
            (true, _) => "已提前结束",
            (false, false) => "已到期",
            (false, true) if one.since > today => "尚未开始",
            (false, true) => "代办中",
        }
        .to_owned(),
        action: open.then(|| Action::send("结束", format!("/me/delegations/{}/end", one.key)).weight(Weight::Danger)),
    }
}

fn done(server: &Server, visit: &Visit, text: &str) -> Response {
    let flash = Flash { tone: Tone::Good, text: text.to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    see("/me")
}

/// `POST /me/password`
pub(crate) async fn change_password(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    form: FormBody,
) -> Answer {
    if form.raw("password") != form.raw("repeat") {
        let wrong =
            Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, "repeat", "两次输入的口令不一样，请再输一次。");
        return Ok(refused(page(&server, &visit, &actor, &form, &[wrong]).await?.render()));
    }
    let (own, given, address) = (actor.clone(), form.clone(), visit.address.clone());
    let changed = server
        .run_hashing(move |app| app.change_password(&own, given.raw("old"), given.raw("password"), &address))
        .await;
    match changed {
        Ok(token) => {
            let flash = Flash {
                tone: Tone::Good, text: "口令已修改，其他地方的登录都已结束。".to_owned(), link: None
            };
            server.held().leave(&token.0, Once { flash: Some(flash), link: None });
            let cookie = cookies::write(&server.cookie(cookies::SESSION), &token.0, Life::Visit, visit.secure);
            Ok(with_cookie(see("/me"), cookie))
        }
        Err(Error::Invalid(problems)) => Ok(refused(page(&server, &visit, &actor, &form, &problems).await?.render())),
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/sessions/KEY/end`
pub(crate) async fn end_session(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(key): Path<String>,
) -> Answer {
    let key = digest_of_hex(&key).ok_or_else(|| Error::NotFound("这次登录".to_owned()))?;
    server.run(move |app| app.end_own_session(&actor, &key)).await?;
    Ok(done(&server, &visit, "那次登录已结束。"))
}

/// `POST /me/delegations`
pub(crate) async fn delegate(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    form: FormBody,
) -> Answer {
    let day = |name: &str| zhiheng_pack::day::parse(form.get(name)).map(zhiheng_pack::day::number);
    let mut problems: Vec<Problem> = Vec::new();
    for name in ["since", "until"] {
        if day(name).is_none() {
            problems.push(Problem::of_field(zhiheng_pack::problem::NOT_DATE, name, form.get(name)));
        }
    }
    let deputy = id_of(form.get("deputy")).unwrap_or(RecordId([0; 16]));
    if let (Some(since), Some(until)) = (day("since"), day("until")) {
        let own = actor.clone();
        match server.run(move |app| app.delegate(&own, &deputy, since, until)).await {
            Ok(()) => return Ok(done(&server, &visit, "已委托代办。")),
            Err(Error::Invalid(wrong)) => problems.extend(wrong),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(refused(page(&server, &visit, &actor, &form, &problems).await?.render()))
}

/// `POST /me/delegations/KEY/end`
pub(crate) async fn end_delegation(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(key): Path<i64>,
) -> Answer {
    server.run(move |app| app.end_delegation(&actor, key)).await?;
    Ok(done(&server, &visit, "代办已结束。"))
}
