//! 点位码海报: the posters of ticked places, one a sheet, each with the address of the public form that knows its place.

use axum::extract::{Path, State};
use zhiheng_app::{Error, poster_entry};
use zhiheng_pack::kind::Poster as Fields;
use zhiheng_pack::{Kind, Record};

use super::batch::for_posters;
use super::records::kind_of;
use crate::components::qr::{QrPicture, Wear};
use crate::extract::{Params, Visit};
use crate::frame::shell;
use crate::pages::{Poster, PosterPage, Sheet};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::address;

/// `GET /kinds/KIND/posters?id=…&paper=a5`: those of the ticked places, or without any those that the conditions leave.
pub(crate) async fn print(
    State(server): State<Server>,
    visit: Visit,
    Path(kind): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind)?;
    let missing = || Error::NotFound("这个种类的海报".to_owned());
    let fields = kind.poster.ok_or_else(missing)?;
    let Some(entry) = poster_entry(&pack, kind) else {
        return Err(Error::WrongState("本县没有在本系统办理的投诉入口，海报扫了没有地方投诉".to_owned()).into());
    };
    let rows = for_posters(&server, &visit, kind, &params).await?;
    let form = format!("{}/report/{}", visit.origin, entry.path);
    let today = server.app().today();
    let mut page = PosterPage {
        shell: shell(&server, &visit),
        entry: entry.name.clone(),
        english_entry: entry.english_name.clone().filter(|_| entry.english),
        place: pack.place_name.clone(),
        kind: (kind.name.clone(), format!("/kinds/{}", kind.id)),
        sheet: if params.get("paper") == "a5" { Sheet::A5 } else { Sheet::A4 },
        calls: entry.calls.clone(),
        warning: is_local(&visit.origin).then(|| {
            format!("二维码里的网址是 {}，手机打不开。请先在“设置”里填好“对外地址”，再打印张贴。", visit.origin)
        }),
        ..PosterPage::default()
    };
    for (_, record) in rows.iter().filter(|(row, _)| row.live) {
        match poster(kind, &fields, record, &form, today) {
            Ok(poster) => page.posters.push(poster),
            Err(why) => page.left_out.push(why),
        }
    }
    let mut values: Vec<(&str, &str)> = params
        .0
        .iter()
        .filter(|(name, _)| name != "paper")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if page.sheet == Sheet::A4 {
        values.push(("paper", "a5"));
    }
    page.other = address(&format!("/kinds/{}/posters", kind.id), &values);
    Ok(page_of(page.render()))
}

/// An address that only this machine knows.
fn is_local(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]")
}

/// A poster, or why there is none.
fn poster(kind: &Kind, fields: &Fields, record: &Record, form: &str, today: i32) -> Result<Poster, String> {
    let text = |index: Option<usize>| index.and_then(|index| record.value(index)).map(|value| value.plain());
    let (code, place) = (text(kind.key).unwrap_or_default(), text(Some(fields.place)).unwrap_or_default());
    if fields.removed.and_then(|index| record.day(index)).is_some_and(|day| day <= today) {
        return Err(format!("{code} {place}已撤销"));
    }
    let target = address(form, &[("point", &code)]);
    let picture = QrPicture::of(&target, Wear::Wall).ok_or_else(|| format!("{code} {place}的网址太长"))?;
    Ok(Poster {
        english: text(fields.english).unwrap_or_default(),
        operator: text(fields.operator).unwrap_or_default(),
        place,
        code,
        picture,
        address: target,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_is_no_address_for_a_telephone() {
        for local in ["http://localhost:8470", "http://127.0.0.1", "http://[::1]:80"] {
            assert!(is_local(local), "{local}");
        }
        assert!(!is_local("https://zl.example.gov.cn"));
    }
}
