//! 文书: a record's documents to print, as Word, and their numbers. Who sees the record reads them, to whom one was sent reads that one; who may
//! write the record numbers them.

use axum::extract::{Path, State};
use zhiheng_app::{DocumentView, Error, Verb, document_went_to, may};
use zhiheng_pack::Pack;
use zhiheng_store::DocumentNumberRow;

use super::content::Content;
use super::export::{Download, watermark};
use super::records::{id_of, kind_of};
use crate::components::{Link, action::Action, flash::Flash, light::Tone, tag::Tag};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{DocumentPage, Numbering};
use crate::problem::{Answer, see, show as page_of};
use crate::server::Server;
use crate::words::{address, date};

type Named = Path<(String, String, String)>;

/// `GET /kinds/KIND/ID/documents/DOCUMENT` and `GET /kinds/KIND/ID/documents/DOCUMENT.docx`
pub(crate) async fn show(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind, id, document)): Named,
    params: Params,
) -> Answer {
    let (document, as_word) = document.strip_suffix(".docx").map_or((document.as_str(), false), |name| (name, true));
    let (name, reader) = (document.to_owned(), account.clone());
    let (kind_id, id, version) = (kind.clone(), id_of(&id)?, params.get("version").parse().ok());
    let view = server.run(move |app| app.document(Some(&reader), &kind_id, &id, &name, version)).await?;
    let of = kind_of(&server.app().pack, &kind)?;
    // To whom a paper went, what was drafted before it did not go.
    let went_out = view.number.is_some() || view.version == view.row.version;
    let sent = went_out && document_went_to(&account, of, &view.record, document);
    if !visit.sees(of, &view.row) && !sent {
        return Err(Error::NotPermitted.into());
    }
    if as_word {
        let mark = watermark(&server, &account);
        let made = server.run(move |app| app.document_docx(&view, &mark)).await?;
        return Ok(Download::from(made).answer());
    }
    let may_number = visit.may(Verb::Correct, kind_of(&server.app().pack, &kind)?, &view.row);
    let page = page(&server.app().pack, &visit, &kind, document, &view, may_number)?;
    Ok(page_of(DocumentPage { shell: shell(&server, &visit), ..page }.render()))
}

fn page(
    pack: &Pack,
    visit: &Visit,
    kind: &str,
    document: &str,
    view: &DocumentView,
    may_number: bool,
) -> Result<DocumentPage, Error> {
    let kind = kind_of(pack, kind)?;
    let content = Content::of(pack, kind, visit).at(&view.row);
    let record_href = content.href(&view.row.id);
    let here = format!("{record_href}/documents/{document}");
    let of = |version: i64| address(&here, &[("version", &version.to_string())]);
    let issued = |number: &DocumentNumberRow| date(pack.day_of(number.issued_at));
    let state = match (&view.number, view.numbered) {
        (Some(_), _) => Tag::new(Tone::Good, "已编号"),
        (None, true) => Tag::new(Tone::Warn, "拟稿，未编号"),
        (None, false) => Tag::new(Tone::Neutral, "不编号"),
    };
    let current = view.row.version == view.version;
    let version = format!("记录第 {} 版{}", view.version, if current { "" } else { "（不是最新一版）" });
    let numbered_on = view.number.as_ref().map(|number| format!("{}编号", issued(number)));
    let numbering = (may_number && view.is_draft() && view.row.live && current).then(|| Numbering {
        action: here.clone(),
        version: view.version,
        consequence: if view.numbers.is_empty() {
            "编号后文号、日期和内容不再变化。请核对无误后再编。".to_owned()
        } else {
            "这份文书的旧版编过文号，再编会得到一个新文号，旧文号仍然保留。请核对无误后再编。".to_owned()
        },
    });
    let mut actions =
        vec![Action::open("下载 Word", address(&format!("{here}.docx"), &[("version", &view.version.to_string())]))];
    if !current {
        actions.push(Action::open("按现在的记录制作", of(view.row.version)));
    }
    let others = view.numbers.iter().filter(|number| number.version != view.version);
    let marks = [view.is_draft().then_some("拟稿"), pack.demo.then_some("演示数据")];
    Ok(DocumentPage {
        shell: Default::default(),
        kind: kind.name.clone(),
        kind_href: format!("/kinds/{}", kind.id),
        record: content.label(&view.record),
        record_href,
        state,
        facts: view.rendered.basis.iter().cloned().chain([version]).chain(numbered_on).collect(),
        paper: view.rendered.clone(),
        mark: marks.into_iter().flatten().collect::<Vec<_>>().join("　"),
        actions,
        numbering,
        earlier: others
            .map(|number| {
                let label = format!(
                    "{}年第 {} 号（记录第 {} 版，{}）",
                    number.year,
                    number.serial,
                    number.version,
                    issued(number)
                );
                Link::new(label, of(number.version))
            })
            .collect(),
    })
}

/// `POST /kinds/KIND/ID/documents/DOCUMENT`: the number is assigned.
pub(crate) async fn number(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind, id, document)): Named,
    form: FormBody,
) -> Answer {
    let (record, version) = (id_of(&id)?, form.get("version").parse().unwrap_or_default());
    let back = address(&format!("/kinds/{kind}/{id}/documents/{document}"), &[("version", form.get("version"))]);
    let numbered = server
        .run(move |app| {
            let view = app.document(Some(&account), &kind, &record, &document, Some(version))?;
            let (owner, area) = (view.row.body.as_deref(), view.row.area.as_deref());
            if !may(&account, Verb::Correct, kind_of(&app.pack, &kind)?, owner, area) {
                return Err(Error::NotPermitted);
            }
            app.number_document(&account.login, &kind, &record, &document, version)?;
            app.document(Some(&account), &kind, &record, &document, Some(version))
        })
        .await?;
    let text = format!("已编号：{}", numbered.rendered.number_text().unwrap_or_default());
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone: Tone::Good, text, link: None }), link: None });
    Ok(see(&back))
}
