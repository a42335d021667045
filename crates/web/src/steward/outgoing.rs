//! 对外发送: where mail and webhooks go, whether that works, and what did not arrive.

use axum::extract::{Path, State};
use axum::response::Response;
use zhiheng_app::{
    Account, Channel, DIGEST_HOURS, Error, Hook, MailServer, Outgoing, Outstanding, Security, TRIES, is_address,
    test_letter,
};
use zhiheng_pack::{Problem, problem as codes};
use zhiheng_store::OutboxRow;

use crate::components::{
    action::Action,
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    tag::Tag,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::outgoing::{self, Unsent};
use crate::pages::{OutboxLine, OutgoingPage};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;
use crate::wire::{TRUSTED, may_reach};
use crate::words::moment;

const HERE: &str = "/settings/outgoing";
/// Lines of each list.
const LISTED: usize = 50;

/// `GET /settings/outgoing`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    let given = Given::stored(&server.settings().outgoing);
    Ok(page_of(page(&server, &visit, actor, &given, &[]).await?.render()))
}

/// The form, as it was typed.
struct Given {
    mail: MailServer,
    port: String,
    hour: String,
    hook: Hook,
}

impl Given {
    fn stored(outgoing: &Outgoing) -> Given {
        let nowhere = MailServer {
            host: String::new(),
            port: 465,
            security: Security::Tls,
            user: String::new(),
            sender: String::new(),
        };
        let mail = outgoing.mail.clone().unwrap_or(nowhere);
        let hook = outgoing.hook.clone().unwrap_or(Hook { url: String::new() });
        Given { port: mail.port.to_string(), hour: outgoing.digest_hour.to_string(), mail, hook }
    }

    fn typed(form: &FormBody) -> Given {
        let text = |name: &str| form.get(name).chars().take(300).collect::<String>();
        let security = Security::ALL.into_iter().find(|one| one.name() == form.get("mail_security"));
        Given {
            port: text("mail_port"),
            hour: text("digest_hour"),
            mail: MailServer {
                host: text("mail_host"),
                port: form.get("mail_port").parse().unwrap_or(0),
                security: security.unwrap_or(Security::Tls),
                user: text("mail_user"),
                sender: text("mail_sender"),
            },
            hook: Hook { url: text("webhook_url") },
        }
    }

    fn wanted(&self) -> Outgoing {
        Outgoing {
            mail: Some(self.mail.clone()).filter(|mail| !mail.host.is_empty()),
            digest_hour: self.hour.parse().unwrap_or(0),
            hook: Some(self.hook.clone()).filter(|hook| !hook.url.is_empty()),
        }
    }
}

async fn page(
    server: &Server,
    visit: &Visit,
    actor: Account,
    given: &Given,
    problems: &[Problem],
) -> Result<OutgoingPage, Error> {
    let Outstanding { waiting, given_up } = server.run(move |app| app.outstanding(&actor, LISTED)).await?;
    let hours = server.app().pack.utc_offset_hours;
    let outgoing = server.settings().outgoing;
    Ok(OutgoingPage {
        shell: shell(server, visit),
        mail: mail_fields(given, problems),
        hook: hook_fields(given, problems),
        mail_on: outgoing.mail.is_some(),
        hook_on: outgoing.hook.is_some(),
        test_to: Field::new("to", "收件地址", text("", Some("email"))).required(),
        without_links: server.settings().public_address.is_empty(),
        waiting: waiting.iter().map(|row| line(row, hours)).collect(),
        given_up: given_up.iter().map(|row| line(row, hours)).collect(),
    })
}

fn text(value: &str, autocomplete: Option<&'static str>) -> Control {
    Control::Text { value: value.to_owned(), max_len: Some(200), autocomplete }
}

fn with_error(field: Field, problems: &[Problem]) -> Field {
    let wrong = problems.iter().find(|problem| problem.field.as_deref() == Some(field.id.as_str()));
    Field { error: wrong.map(|problem| problem.message.clone()), ..field }
}

fn mail_fields(given: &Given, problems: &[Problem]) -> Vec<Field> {
    let mail = &given.mail;
    let ways = Security::ALL.map(|one| Choice::new(one.name(), one.word()).chosen(one == mail.security));
    let hours = DIGEST_HOURS.map(|hour| {
        let value = hour.to_string();
        Choice::new(&value, format!("{hour} 时")).chosen(value == given.hour)
    });
    let fields = [
        Field::new("mail_host", "邮件服务器", text(&mail.host, None)).hint("如 smtp.example.gov.cn；不填就不发邮件"),
        Field::new("mail_port", "端口", Control::Integer { value: given.port.clone(), unit: None }),
        Field::new("mail_security", "加密", Control::Choice { options: ways.into() }),
        Field::new("mail_user", "用户名", text(&mail.user, None))
            .hint("服务器不要登录的不填；密码放在服务器的文件里，启动时用 --mail-password 指明"),
        Field::new("mail_sender", "发件地址", text(&mail.sender, None)).hint("如 zlqx@example.gov.cn"),
        Field::new("digest_hour", "早上几时发汇总", Control::Choice { options: hours.collect() })
            .hint("只在工作日发；到时没开机的，当天 18 时前补发"),
    ];
    fields.into_iter().map(|field| with_error(field, problems)).collect()
}

fn hook_fields(given: &Given, problems: &[Problem]) -> Vec<Field> {
    let hook = &given.hook;
    let hint = format!(
        "{TRUSTED}；不填就不推送。共享密钥放在服务器的文件里，启动时用 --webhook-secret 指明，接收方用它验证签名"
    );
    let fields = [Field::new("webhook_url", "接收地址", text(&hook.url, None)).hint(hint)];
    fields.into_iter().map(|field| with_error(field, problems)).collect()
}

fn line(row: &OutboxRow, hours: i64) -> OutboxLine {
    let way = Channel::ALL.into_iter().find(|channel| channel.name() == row.entry.channel);
    let sort = row.entry.key.trim_start_matches("push.").split('.').next().unwrap_or_default();
    let state = match (row.next_at, row.done_at) {
        (Some(at), _) if row.attempts == 0 => Tag::new(Tone::Neutral, format!("{} 起发送", moment(at, hours))),
        (Some(at), _) => Tag::new(Tone::Warn, format!("{} 再试", moment(at, hours))),
        (None, at) => Tag::new(Tone::Bad, format!("{} 放弃", moment(at.unwrap_or_default(), hours))),
    };
    let again = row.next_at.is_none().then(|| Action::send("重发", format!("{HERE}/{}/again", row.seq)));
    OutboxLine {
        since: moment(row.entry.created_at, hours),
        way: way.map_or("待分发", Channel::word).to_owned(),
        sort: sort_word(sort).to_owned(),
        attempts: format!("{} / {TRIES}", row.attempts),
        state,
        error: row.error.clone(),
        actions: again.into_iter().collect(),
    }
}

/// What a key begins with, in words.
fn sort_word(sort: &str) -> &str {
    match sort {
        "digest" => "早上汇总",
        "urgent" => "超期、催办提醒",
        "supervision" => "督办",
        "task" => "新待办",
        "due_soon" => "即将到期",
        "lapsed" => "时限届满",
        "overdue" => "超期催办",
        "escalated" => "到期前催办",
        "stuck" => "未能自动办理",
        other => other,
    }
}

fn done(server: &Server, visit: &Visit, tone: Tone, text: String) -> Response {
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone, text, link: None }), link: None });
    see(HERE)
}

/// `POST /settings/outgoing`
pub(crate) async fn save(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let given = Given::typed(&form);
    let wanted = given.wanted();
    let mut problems = Vec::new();
    if wanted.hook.as_ref().is_some_and(|hook| !may_reach(&hook.url)) {
        let what = format!("接收地址须是{TRUSTED}。");
        problems.push(Problem::of_field(codes::CHECK_FAILED, "webhook_url", &what));
    }
    let (by, ready) = (actor.clone(), problems.is_empty());
    let saved = server
        .run(move |app| if ready { app.set_outgoing(&by, &wanted) } else { app.check_outgoing(&by, &wanted) })
        .await;
    match saved {
        Err(Error::Invalid(wrong)) => problems.extend(wrong),
        other => other?,
    }
    if !problems.is_empty() {
        return Ok(refused(page(&server, &visit, actor, &given, &problems).await?.render()));
    }
    server.renew_settings().await?;
    Ok(done(&server, &visit, Tone::Good, "设置已保存。请用“试发”看看能不能送到。".to_owned()))
}

fn told(server: &Server, visit: &Visit, sent: Result<(), Unsent>, well: String) -> Response {
    match sent {
        Ok(()) => done(server, visit, Tone::Good, well),
        Err(unsent) => done(server, visit, Tone::Bad, format!("没有送到。{}", unsent.told())),
    }
}

/// `POST /settings/outgoing/test-mail`
pub(crate) async fn test_mail(State(server): State<Server>, visit: Visit, _staff: Staff, form: FormBody) -> Answer {
    let to = form.get("to").to_owned();
    if !is_address(&to) {
        let text = "没有发送：收件地址写成 name@example.gov.cn 的样子。".to_owned();
        return Ok(done(&server, &visit, Tone::Bad, text));
    }
    let letter = test_letter(&server.app().pack.place_name);
    let key = format!("test.{}", server.chance::<8>());
    let sent = outgoing::post(&server, &letter, &to, &key).await;
    Ok(told(&server, &visit, sent, format!("邮件服务器已收下试发的邮件，请到 {to} 查收。")))
}

/// `POST /settings/outgoing/test-push`
pub(crate) async fn test_push(State(server): State<Server>, visit: Visit, _staff: Staff) -> Answer {
    let key = format!("test.{}", server.chance::<8>());
    let place = &server.app().pack.place;
    let body = serde_json::json!({ "id": key, "event": "test", "at": server.app().now(), "place": place }).to_string();
    let sent = outgoing::push(&server, &key, &body).await;
    Ok(told(&server, &visit, sent, "接收方已收下试发的推送。".to_owned()))
}

/// `POST /settings/outgoing/SEQ/again`
pub(crate) async fn again(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(seq): Path<i64>,
) -> Answer {
    server.run(move |app| app.send_again(&actor, seq)).await?;
    Ok(done(&server, &visit, Tone::Good, "已重新排队，马上再试。".to_owned()))
}
