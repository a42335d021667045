//! 邮件提醒: whether somebody wants mail, and where; confirmed by a code that is sent there.

use axum::extract::State;
use axum::response::Response;
use zhiheng_app::{Account, Error, MailMode};
use zhiheng_pack::{Problem, problem as codes};

use crate::components::{
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::outgoing;
use crate::pages::MailPage;
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;

const HERE: &str = "/me/mail";

/// `GET /me/mail`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    Ok(page_of(page(&server, &visit, &actor, None, &[]).await?.render()))
}

async fn page(
    server: &Server,
    visit: &Visit,
    actor: &Account,
    form: Option<&FormBody>,
    problems: &[Problem],
) -> Result<MailPage, Error> {
    let own = actor.clone();
    let choice = server.run(move |app| app.mail_choice(&own)).await?;
    let outgoing = server.settings().outgoing;
    let error = |name: &str| {
        problems.iter().find(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message.clone())
    };
    let typed = |name: &str| form.map(|form| form.get(name).to_owned()).filter(|text| !text.is_empty());
    let mode = typed("mode").and_then(|name| MailMode::of_name(&name)).unwrap_or(choice.mode);
    let modes = MailMode::ALL.map(|one| Choice::new(one.name(), one.word()).chosen(one == mode));
    let known = choice.asked.clone().or_else(|| choice.address.clone());
    let value = typed("address").or(known).unwrap_or_default();
    let address = Control::Text { value, max_len: Some(120), autocomplete: Some("email") };
    let code = Control::Text { value: String::new(), max_len: Some(8), autocomplete: Some("one-time-code") };
    Ok(MailPage {
        shell: shell(server, visit),
        on: outgoing.mail.is_some(),
        hour: outgoing.digest_hour.to_string(),
        fields: vec![
            Field {
                error: error("mode"),
                ..Field::new("mode", "发送", Control::Choice { options: modes.into() }).required()
            },
            Field {
                error: error("address"),
                ..Field::new("address", "邮箱", address).hint("最好用单位邮箱；不发邮件的不填")
            },
        ],
        state: match (&choice.address, choice.mode) {
            (Some(address), mode) if mode != MailMode::None => format!("{}，发到 {address}。", mode.word()),
            _ => "现在不给您发邮件。".to_owned(),
        },
        code: choice.asked.map(|asked| {
            let field = Field::new("code", "验证码", code).required().hint(format!("八位数字，已发到 {asked}"));
            Field { error: error("code"), ..field }
        }),
    })
}

fn done(server: &Server, visit: &Visit, text: String) -> Response {
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone: Tone::Good, text, link: None }), link: None });
    see(HERE)
}

/// `POST /me/mail`
pub(crate) async fn choose(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let mode = MailMode::of_name(form.get("mode")).unwrap_or_default();
    let (own, address) = (actor.clone(), form.get("address").to_owned());
    let to = address.clone();
    let wrong = match server.run(move |app| app.choose_mail(&own, mode, &address)).await {
        Ok(None) => return Ok(done(&server, &visit, format!("已选定：{}。", mode.word()))),
        Ok(Some(letter)) => {
            let key = format!("confirm.{}", server.chance::<8>());
            match outgoing::post(&server, &letter, &to, &key).await {
                Ok(()) => return Ok(done(&server, &visit, format!("验证码已发到 {to}，请在下面填入。"))),
                Err(unsent) => {
                    let what = format!("验证码没有发出。{}", unsent.told());
                    vec![Problem::of_field(codes::CHECK_FAILED, "address", &what)]
                }
            }
        }
        Err(Error::Invalid(problems)) => problems,
        Err(error) => return Err(error.into()),
    };
    Ok(refused(page(&server, &visit, &actor, Some(&form), &wrong).await?.render()))
}

/// `POST /me/mail/confirm`
pub(crate) async fn confirm(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let (own, code) = (actor.clone(), form.get("code").to_owned());
    match server.run(move |app| app.confirm_mail(&own, &code)).await {
        Ok(()) => Ok(done(&server, &visit, "邮箱已确认，从下一次起发送。".to_owned())),
        Err(Error::Invalid(wrong)) => Ok(refused(page(&server, &visit, &actor, None, &wrong).await?.render())),
        Err(error) => Err(error.into()),
    }
}
