//! 登录: sign in and out, and the one-time links that create an account or renew a password.

use axum::extract::{Path, State};
use zhiheng_app::{Error, Invited, Profile, SessionToken, SignedIn};
use zhiheng_pack::Problem;
use zhiheng_store::Purpose;

use crate::components::{
    field::{Control, Field},
    flash::Flash,
    light::Tone,
};
use crate::cookies::{self, Life};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{CodePage, Hidden, LoginPage, SetPasswordPage};
use crate::problem::{Answer, refused, see, show};
use crate::public::plain::{own_address, with_cookie};
use crate::server::Server;

/// How the first account is made.
const FIRST: &str =
    "还没有账号。启动程序时，程序窗口里印有一个一次性链接，打开它建立第一个账号；链接过期的，重新启动程序即可。";

/// `GET /login`
pub(crate) async fn form(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    if visit.account.is_some() {
        return Ok(see(own_address(params.get("next"))));
    }
    let (nobody, guests) = server.run(|app| Ok((app.people()?.is_empty(), app.demo_guests()?))).await?;
    let page = page(&server, &visit, "", own_address(params.get("next")), None);
    let guests = guests.into_iter().map(|one| (one.login, one.name, one.password)).collect();
    Ok(show(LoginPage { first: nobody.then(|| FIRST.to_owned()), guests, ..page }.render()))
}

/// `POST /login`
pub(crate) async fn sign_in(State(server): State<Server>, visit: Visit, form: FormBody) -> Answer {
    let (login, password) = (form.get("name").to_owned(), form.raw("password").to_owned());
    let next = own_address(form.get("next")).to_owned();
    let (name, address) = (login.clone(), visit.address.clone());
    match server.run_hashing(move |app| app.sign_in(&login, &password, &address)).await {
        Ok(SignedIn::Session(token)) => Ok(signed_in(&server, &visit, &next, &token)),
        Ok(SignedIn::SecondFactor(ticket)) => Ok(ask_code(&server, &visit, &ticket, &next)),
        Err(error @ (Error::Invalid(_) | Error::WrongState(_))) => {
            let why = match &error {
                Error::Invalid(problems) => problems.first().map(|one| one.message.clone()).unwrap_or_default(),
                other => other.message(),
            };
            Ok(refused(page(&server, &visit, &name, &next, Some(why)).render()))
        }
        Err(error) => Err(error.into()),
    }
}

fn code_page(server: &Server, visit: &Visit, ticket: &str, next: &str, refused: Option<String>) -> CodePage {
    let hidden = |name: &str, value: &str| Hidden { name: name.to_owned(), value: value.to_owned() };
    CodePage { shell: shell(server, visit), hidden: vec![hidden("ticket", ticket), hidden("next", next)], refused }
}

/// The page that asks for the second factor.
pub(crate) fn ask_code(server: &Server, visit: &Visit, ticket: &str, next: &str) -> axum::response::Response {
    show(code_page(server, visit, ticket, next, None).render())
}

/// `POST /login/code`
pub(crate) async fn second_factor(State(server): State<Server>, visit: Visit, form: FormBody) -> Answer {
    let next = own_address(form.get("next")).to_owned();
    let (given, address) = (form.clone(), visit.address.clone());
    match server.run(move |app| app.second_factor(given.get("ticket"), given.get("code"), &address)).await {
        Ok(token) => Ok(signed_in(&server, &visit, &next, &token)),
        Err(Error::Invalid(problems)) => {
            let why = problems.first().map(|one| one.message.clone());
            Ok(refused(code_page(&server, &visit, form.get("ticket"), &next, why).render()))
        }
        Err(error @ Error::WrongState(_)) => {
            Ok(refused(page(&server, &visit, "", &next, Some(error.message())).render()))
        }
        Err(error) => Err(error.into()),
    }
}

fn page(server: &Server, visit: &Visit, name: &str, next: &str, refused: Option<String>) -> LoginPage {
    LoginPage {
        shell: shell(server, visit),
        name: name.to_owned(),
        next: next.to_owned(),
        refused,
        first: None,
        guests: Vec::new(),
        elsewhere: server.settings().provider.map(|_| crate::words::address("/login/openid", &[("next", next)])),
        help: "没有账号或忘记口令，请向质量强县办要一个一次性链接。".to_owned(),
    }
}

pub(crate) fn signed_in(server: &Server, visit: &Visit, next: &str, token: &SessionToken) -> axum::response::Response {
    let cookie = cookies::write(&server.cookie(cookies::SESSION), &token.0, Life::Visit, visit.secure);
    with_cookie(see(next), cookie)
}

/// `POST /logout`
pub(crate) async fn sign_out(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    server.held().forget(&visit.secret);
    let (token, address) = (visit.secret.clone(), visit.address.clone());
    server.run(move |app| app.sign_out(&actor, &token, &address)).await?;
    Ok(with_cookie(see("/"), cookies::write(&server.cookie(cookies::SESSION), "0", Life::Over, visit.secure)))
}

/// `GET /start/TOKEN`
pub(crate) async fn link(State(server): State<Server>, visit: Visit, Path(token): Path<String>) -> Answer {
    let secret = token.clone();
    let (invited, policy) = server.run(move |app| Ok((app.invited(&secret)?, app.policy()?))).await?;
    Ok(show(set_password(&server, &visit, &token, (&invited, policy), &FormBody::default(), &[]).render()))
}

/// `POST /start/TOKEN`
pub(crate) async fn accept(
    State(server): State<Server>,
    visit: Visit,
    Path(token): Path<String>,
    form: FormBody,
) -> Answer {
    let secret = token.clone();
    let (invited, policy) = server.run(move |app| Ok((app.invited(&secret)?, app.policy()?))).await?;
    if form.raw("password") != form.raw("repeat") {
        let problem =
            Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, "repeat", "两次输入的口令不一样，请再输一次。");
        return Ok(refused(set_password(&server, &visit, &token, (&invited, policy), &form, &[problem]).render()));
    }
    let (secret, given, address) = (token.clone(), form.clone(), visit.address.clone());
    let done = server
        .run_hashing(move |app| {
            app.accept(&secret, given.get("login"), given.get("name"), given.raw("password"), &address)
        })
        .await;
    match done {
        Ok(SignedIn::SecondFactor(ticket)) => Ok(ask_code(&server, &visit, &ticket, "/board")),
        Ok(SignedIn::Session(session)) => {
            let text = "已登录。可以从现有的表格开始导入。".to_owned();
            let flash = Flash { tone: Tone::Good, text, link: None };
            server.held().leave(&session.0, Once { flash: Some(flash), link: None });
            Ok(signed_in(
                &server,
                &visit,
                if invited.purpose == Purpose::First { "/kinds" } else { "/board" },
                &session,
            ))
        }
        Err(Error::Invalid(problems)) => {
            Ok(refused(set_password(&server, &visit, &token, (&invited, policy), &form, &problems).render()))
        }
        Err(error) => Err(error.into()),
    }
}

fn set_password(
    server: &Server,
    visit: &Visit,
    token: &str,
    (invited, policy): (&Invited, &Profile),
    form: &FormBody,
    problems: &[Problem],
) -> SetPasswordPage {
    let error = |name: &str| {
        problems.iter().find(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message.clone())
    };
    let text = |id: &str, label: &str, value: &str, autocomplete: &'static str| Field {
        error: error(id),
        ..Field::new(
            id,
            label,
            Control::Text { value: value.to_owned(), max_len: Some(40), autocomplete: Some(autocomplete) },
        )
        .required()
    };
    let named =
        if form.get("name").is_empty() { invited.name.as_deref().unwrap_or_default() } else { form.get("name") };
    let body = invited.body.as_deref().and_then(|body| server.app().pack.body(body)).map(|body| body.name.clone());
    let unit = body.unwrap_or_else(|| invited.role.word().to_owned());
    let (title, lead, submit) = match invited.purpose {
        Purpose::First => ("建立第一个账号", "这是质量强县办的账号，可以邀请其他人。".to_owned(), "建立账号"),
        Purpose::Invite => ("接受邀请", format!("单位：{unit}。"), "建立账号"),
        // No page is shown for half a sign-in: `invited` does not answer one.
        Purpose::Reset | Purpose::Rescue | Purpose::SecondFactor => {
            ("重设口令", format!("用户名：{}。", invited.login.as_deref().unwrap_or_default()), "重设口令")
        }
    };
    let fields = match invited.purpose {
        Purpose::Reset | Purpose::Rescue => Vec::new(),
        _ => vec![
            text("login", "用户名", form.get("login"), "username").hint("登录时用，中间不留空格"),
            text("name", "姓名", named, "name"),
        ],
    };
    SetPasswordPage {
        shell: shell(server, visit),
        title: title.to_owned(),
        lead,
        action: format!("/start/{token}"),
        hidden: Vec::new(),
        fields,
        rule: policy.rule(),
        password_error: error("password"),
        repeat_error: error("repeat"),
        submit: submit.to_owned(),
    }
}
