//! 启用动态口令: a secret as a picture and as text, proved by one code, then the recovery codes, shown once.

use axum::extract::State;
use zhiheng_app::Error;

use crate::components::qr::{QrPicture, Wear};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::pages::{EnrolPage, RecoveryCodesPage};
use crate::problem::{Answer, refused, show};
use crate::server::Server;

/// `POST /me/second-factor`: a new secret, whenever it is asked for before one is in use.
pub(crate) async fn begin(State(server): State<Server>, visit: Visit, Staff(actor): Staff) -> Answer {
    let (address, secret) = server.run(move |app| app.begin_second_factor(&actor)).await?;
    let page = EnrolPage {
        shell: shell(&server, &visit),
        picture: QrPicture::of(&address, Wear::Screen),
        secret: Some(grouped(&secret)),
        error: None,
    };
    Ok(show(page.render()))
}

/// `POST /me/second-factor/confirm`
pub(crate) async fn confirm(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let (code, address) = (form.get("code").to_owned(), visit.address.clone());
    match server.run(move |app| app.confirm_second_factor(&actor, &code, &address)).await {
        Ok(codes) => Ok(show(RecoveryCodesPage { shell: shell(&server, &visit), codes }.render())),
        Err(Error::Invalid(problems)) => {
            let error = problems.first().map(|problem| problem.message.clone());
            let page = EnrolPage { shell: shell(&server, &visit), picture: None, secret: None, error };
            Ok(refused(page.render()))
        }
        Err(error) => Err(error.into()),
    }
}

/// ABCD EFGH …, for typing.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
