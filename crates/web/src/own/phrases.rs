//! 常用意见: the phrases that somebody keeps for himself, and those that everybody has.

use axum::extract::State;
use zhiheng_app::{Account, Error, PHRASES};

use crate::components::{
    field::{Control, Field},
    flash::Flash,
    light::Tone,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::PhrasesPage;
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;

const HERE: &str = "/me/phrases";

/// `GET /me/phrases`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    Ok(page_of(page(&server, &visit, &actor, "", None).await?.render()))
}

async fn page(
    server: &Server,
    visit: &Visit,
    actor: &Account,
    typed: &str,
    error: Option<String>,
) -> Result<PhrasesPage, Error> {
    let own = actor.clone();
    let (phrases, common) = server
        .run(move |app| {
            let common = app.common_phrases(&own).into_iter().map(str::to_owned).collect();
            Ok((app.phrases(&own)?, common))
        })
        .await?;
    let control = Control::Text { value: typed.to_owned(), max_len: Some(200), autocomplete: None };
    let field = Field::new("phrase", "新的常用意见", control).required();
    Ok(PhrasesPage {
        shell: shell(server, visit),
        full: (phrases.len() >= PHRASES).then(|| format!("已存 {PHRASES} 条，删去不用的才能再加。")),
        phrases,
        common,
        field: Field { error, ..field },
    })
}

/// `POST /me/phrases`: adds one, or moves or drops the one that is named.
pub(crate) async fn change(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let (own, what, text) = (actor.clone(), form.get("do").to_owned(), form.get("phrase").to_owned());
    let done = server
        .run(move |app| match what.as_str() {
            "raise" => app.raise_phrase(&own, &text).map(|()| "已上移。"),
            "drop" => app.drop_phrase(&own, &text).map(|()| "已删去。"),
            _ => app.keep_phrase(&own, &text).map(|()| "已存为常用意见。"),
        })
        .await;
    match done {
        Ok(word) => {
            let flash = Flash { tone: Tone::Good, text: word.to_owned(), link: None };
            server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
            Ok(see(HERE))
        }
        Err(Error::Invalid(problems)) => {
            let why: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            let page = page(&server, &visit, &actor, form.get("phrase"), Some(why.join(""))).await?;
            Ok(refused(page.render()))
        }
        Err(error) => Err(error.into()),
    }
}
