//! 接口令牌: everybody makes tokens of his own; whoever administers accounts also makes those of services and sees everybody's.

use axum::extract::{Path, State};
use zhiheng_app::{Account, Error, Grants, Power, ReachOf, RecordId, Right, Token, TokenWanted};
use zhiheng_pack::{Pack, Problem};

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
use crate::pages::{TokenLine, TokensPage};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;
use crate::words::moment;

/// A service of the whole county, as the form names it.
const COUNTY: &str = "county";
/// How long a token may hold, in days.
const DAYS: [(i64, &str); 3] = [(30, "30 天"), (90, "90 天"), (365, "一年")];

/// `GET /tokens`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    let page = page(&server, &visit, actor, &FormBody::default(), &[]).await?;
    Ok(page_of(TokensPage { made: server.held().take_link(&visit.secret), ..page }.render()))
}

async fn page(
    server: &Server,
    visit: &Visit,
    actor: Account,
    form: &FormBody,
    problems: &[Problem],
) -> Result<TokensPage, Error> {
    let (tokens, people) = server.run(move |app| Ok((app.tokens(&actor)?, app.people()?))).await?;
    let whose = |token: &Token| match &token.account {
        Some(login) => people.get(login).unwrap_or(login).clone(),
        None => {
            let pack = &server.app().pack;
            let body = token.body.as_deref().map(|body| pack.body(body).map_or(body, |body| body.name.as_str()));
            format!("服务：{}", body.unwrap_or("全县"))
        }
    };
    Ok(TokensPage {
        shell: shell(server, visit),
        tokens: tokens.iter().map(|token| line(server, token, whose(token), visit.has(Power::Security))).collect(),
        fields: fields(&server.app().pack, visit, form, problems),
        action: "/tokens".to_owned(),
        made: None,
    })
}

fn line(server: &Server, token: &Token, of: String, may_approve: bool) -> TokenLine {
    let (app, pack) = (server.app(), &server.app().pack);
    let told = |at: i64| moment(at, pack.utc_offset_hours);
    let over = token.expires_at.is_some_and(|at| at <= app.now());
    let rights = token.grants.each().map(|(kind, rights)| {
        let words: Vec<&str> = rights.iter().map(|right| right.word()).collect();
        let kind = kind.map_or("全部种类", |kind| pack.kind(kind).map_or(kind, |kind| kind.name.as_str()));
        format!("{kind}：{}", words.join("、"))
    });
    let holds = token.revoked_at.is_none() && !over;
    let approve = (holds && token.waits && may_approve)
        .then(|| Action::send("批准", format!("/tokens/{}/approve", token.id)).weight(Weight::Primary));
    let revoke = holds.then(|| Action::send("撤销", format!("/tokens/{}/revoke", token.id)).weight(Weight::Danger));
    let actions = approve.into_iter().chain(revoke).collect();
    TokenLine {
        name: token.name.clone(),
        of,
        rights: rights.collect::<Vec<_>>().join("；"),
        until: token.expires_at.map_or_else(|| "撤销为止".to_owned(), told),
        used: token.used_at.map_or_else(|| "尚未使用".to_owned(), told),
        state: match (token.revoked_at, over) {
            (Some(_), _) => Tag::new(Tone::Neutral, "已撤销"),
            (None, true) => Tag::new(Tone::Neutral, "已过期"),
            (None, false) if token.waits => Tag::new(Tone::Warn, "待安全管理员批准"),
            (None, false) => Tag::new(Tone::Good, "有效"),
        },
        actions,
    }
}

fn fields(pack: &Pack, visit: &Visit, form: &FormBody, problems: &[Problem]) -> Vec<Field> {
    let error = |name: &str| {
        problems.iter().find(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message.clone())
    };
    let chosen = |name: &'static str, value: &str| form.all(name).any(|one| one == value);
    let rights = Right::ALL.map(|right| Choice::new(right.name(), right.word()).chosen(chosen("rights", right.name())));
    let kinds = pack.kinds.iter().map(|kind| Choice::new(&kind.id, &kind.name).chosen(chosen("kinds", &kind.id)));
    let days = DAYS.map(|(days, word)| {
        let value = days.to_string();
        let usual = form.get("days").is_empty() && days == 90;
        Choice::new(&value, word).chosen(usual || form.get("days") == value)
    });
    let name = Control::Text { value: form.get("name").to_owned(), max_len: Some(60), autocomplete: None };
    let mut fields = vec![Field { error: error("name"), ..Field::new("name", "用途", name).required() }];
    if visit.has(Power::System) {
        let county = std::iter::once(Choice::new(COUNTY, "服务：全县").chosen(form.get("of") == COUNTY));
        let bodies = pack
            .bodies
            .iter()
            .map(|body| Choice::new(&body.id, format!("服务：{}", body.name)).chosen(form.get("of") == body.id));
        let of = Field::new("of", "属于", Control::Area { options: county.chain(bodies).collect() });
        fields.push(Field { error: error("body"), ..of.hint("不选则属于您本人") });
    }
    let rights = Field::new("rights", "权限", Control::Choices { options: rights.into() });
    fields.push(Field { error: error("rights"), ..rights.required() });
    fields.push(Field {
        error: error("kinds"),
        ..Field::new("kinds", "登记种类", Control::Choices { options: kinds.collect() })
            .hint("您本人的令牌，不选则是全部种类；服务的令牌要逐项选明，并由安全管理员批准")
    });
    let days = Field::new("days", "有效期", Control::Choice { options: days.into() });
    fields.push(Field { error: error("days"), ..days.required() });
    fields
}

/// `POST /tokens`
pub(crate) async fn create(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let rights: Vec<Right> =
        Right::ALL.into_iter().filter(|right| form.all("rights").any(|one| one == right.name())).collect();
    let kinds: Vec<String> = form.all("kinds").filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
    let wanted = TokenWanted {
        name: form.get("name").to_owned(),
        of: match form.get("of") {
            "" => ReachOf::Own,
            COUNTY => ReachOf::Service(None),
            body => ReachOf::Service(Some(body.to_owned())),
        },
        grants: if kinds.is_empty() { Grants::on_all(rights) } else { Grants::on(kinds, rights) },
        days: form.get("days").parse().unwrap_or_default(),
    };
    let (of, name) = (actor.clone(), wanted.name.clone());
    match server.run(move |app| app.create_token(&of, &wanted)).await {
        Ok(token) => {
            server.held().leave(&visit.secret, Once { flash: None, link: Some((name, token)) });
            Ok(see("/tokens"))
        }
        Err(Error::Invalid(problems)) => Ok(refused(page(&server, &visit, actor, &form, &problems).await?.render())),
        Err(error) => Err(error.into()),
    }
}

/// `POST /tokens/ID/approve`
pub(crate) async fn approve(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
) -> Answer {
    let id: RecordId = id_of(&id)?;
    server.run(move |app| app.approve_token(&actor, &id)).await?;
    let flash = Flash { tone: Tone::Good, text: "令牌已批准，可以使用。".to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see("/tokens"))
}

/// `POST /tokens/ID/revoke`
pub(crate) async fn revoke(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    Path(id): Path<String>,
) -> Answer {
    let id: RecordId = id_of(&id)?;
    server.run(move |app| app.revoke_token(&actor, &id)).await?;
    let flash = Flash { tone: Tone::Good, text: "令牌已撤销，不能再用。".to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see("/tokens"))
}
