//! 我要投诉: the form of a public entry, a page of questions at a time. What was answered travels in hidden fields of the next page, as it was typed: it
//! is the citizen's own, and all of it is checked again when it is sent.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use zhiheng_app::{Error, ReportFile, public_entries, public_entry};
use zhiheng_pack::procedure::PublicEntry;
use zhiheng_pack::{Draft, Kind, Level, Problem, Type};

use super::limits::{Rule, Sort};
use super::{Client, english, photo};
use crate::components::Link;
use crate::components::field::{Control, Field};
use crate::components::summary::Line;
use crate::extract::{FormBody, Params, Visit};
use crate::frame::{shell, shell_in};
use crate::office::fields::{controls, sent};
use crate::pages::{Hidden, Language, ReceiptPage, ReportCheckPage, ReportPage, ReportWay, ReportsPage};
use crate::problem::{Answer, Cause, Failure, refused, show as page_of};
use crate::server::Server;
use crate::words::address;

/// Hidden fields of the form.
const KEY: &str = "key";
const PAGE: &str = "page";
const POINT: &str = "point";
pub(super) const LANG: &str = "lang";
const DO: &str = "do";

/// `GET /report`
pub(crate) async fn entries(State(server): State<Server>, visit: Visit) -> Answer {
    let pack = &server.app().pack;
    let way = |(kind, entry): (&Kind, &PublicEntry)| ReportWay {
        open: Link::new(title_of(entry), href(entry)),
        about: kind.about.clone(),
        numbers: numbers_link(entry),
        english: entry.english.then(|| {
            let name = entry.english_name.as_deref().unwrap_or("Complaint");
            Link::new(format!("In English: {name}"), address(&href(entry), &[(LANG, "en")]))
        }),
    };
    let page = ReportsPage {
        ways: public_entries(pack).map(way).collect(),
        calls: calls(pack),
        shell: shell(&server, &visit),
    };
    Ok(page_of(page.render()))
}

/// Every telephone number of the entries, once.
pub(crate) fn calls(pack: &zhiheng_pack::Pack) -> Vec<String> {
    let mut calls: Vec<String> = public_entries(pack).flat_map(|(_, entry)| entry.calls.clone()).collect();
    if calls.is_empty() {
        calls = vec!["12315".to_owned(), "12345".to_owned()];
    }
    let mut seen = BTreeSet::new();
    calls.retain(|call| seen.insert(call.clone()));
    calls
}

/// 我要投诉：消费投诉
fn title_of(entry: &PublicEntry) -> String {
    format!("我要{}：{}", entry.word, entry.name)
}

fn href(entry: &PublicEntry) -> String {
    format!("/report/{}", entry.path)
}

fn numbers_link(entry: &PublicEntry) -> Option<Link> {
    (!entry.numbers.is_empty()).then(|| Link::new("公开统计", format!("{}/numbers", href(entry))))
}

/// `GET /report/ENTRY?point=CODE&lang=en`
pub(crate) async fn first(
    State(server): State<Server>,
    visit: Visit,
    Path(path): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let (kind, entry) = public_entry(&pack, &path)?;
    let point = params.get(POINT).to_owned();
    let (of, code) = (path.clone(), point.clone());
    let spoken = language(entry, params.get(LANG)) == Language::English;
    let (filled, english) = server
        .run(move |app| {
            let filled = app.point(&of, &code)?;
            let english = if spoken && !filled.fields.is_empty() { app.point_english(&of, &code)? } else { None };
            Ok((filled, english))
        })
        .await?;
    // Whoever reads no Chinese sees where he is, and whoever handles it reads both.
    let both = |field: &str, text: String| match &english {
        Some((place, english)) if place == field => format!("{english} / {text}"),
        _ => text,
    };
    let texts = kind.given().filter_map(|(_, field)| {
        Some((control_name(&field.id), both(&field.id, plain(filled.fields.get(&field.id)?)?)))
    });
    let filling = Filling {
        server: &server,
        visit: &visit,
        kind,
        entry,
        secret: server.chance::<16>(),
        point: if filled.fields.is_empty() { String::new() } else { point },
        language: language(entry, params.get(LANG)),
        texts: texts.collect(),
        notice: None,
    };
    Ok(page_of(filling.questions(0, &[], &BTreeMap::new()).render()))
}

/// A value of a poster as the control of its field takes it.
fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        other => other.get("code").and_then(Json::as_str).map(str::to_owned),
    }
}

fn language(entry: &PublicEntry, wanted: &str) -> Language {
    if entry.english && wanted == "en" { Language::English } else { Language::Chinese }
}

pub(super) fn control_name(field: &str) -> String {
    format!("f.{field}")
}

/// A form on its way.
struct Filling<'a> {
    server: &'a Server,
    visit: &'a Visit,
    kind: &'a Kind,
    entry: &'a PublicEntry,
    secret: String,
    point: String,
    language: Language,
    /// Every answer so far, as typed.
    texts: Vec<(String, String)>,
    notice: Option<String>,
}

/// `POST /report/ENTRY`
pub(crate) async fn answered(
    State(server): State<Server>,
    visit: Visit,
    client: Client,
    Path(path): Path<String>,
    form: FormBody,
) -> Answer {
    let pack = server.app().pack.clone();
    let (kind, entry) = public_entry(&pack, &path)?;
    let known = form.get(KEY);
    let sound = known.len() == 32 && known.bytes().all(|byte| byte.is_ascii_hexdigit());
    // A form whose token does not hold may be somebody else's making: it keeps its answers and loses its secret, so that no other hand knows the code.
    let ours = sound && !form.0.stale;
    let mut filling = Filling {
        server: &server,
        visit: &visit,
        kind,
        entry,
        secret: if ours { known.to_owned() } else { server.chance::<16>() },
        point: form.get(POINT).to_owned(),
        language: language(entry, form.get(LANG)),
        texts: answers(kind, entry, &form),
        notice: None,
    };
    let last = entry.ask.len();
    let page: usize = form.get(PAGE).parse().unwrap_or_default();
    let page = page.min(last);
    if !ours {
        let said = "页面放得太久了。您填的文字都在，请核对后继续；选过照片的，请再选一次。";
        filling.notice =
            Some(filling.language.say(said, "This page had expired. Your answers are kept; please go on.").to_owned());
        return Ok(filling.at(page, &[], &BTreeMap::new()));
    }
    let wrong = filling.take_photos(page, client, &form).await?;
    let draft = filling.draft(&form);
    match form.get(DO) {
        "back" => return Ok(filling.at(filling.before(page), &[], &BTreeMap::new())),
        jump if jump.starts_with("page-") => {
            let to = jump.strip_prefix("page-").and_then(|number| number.parse().ok()).unwrap_or(0);
            return Ok(filling.at(usize::min(to, last), &[], &BTreeMap::new()));
        }
        "send" if page == last => return filling.send(client, draft).await,
        _ => {}
    }
    let (of, point, asked) = (path.clone(), filling.point.clone(), draft.clone());
    let mut problems = server.run(move |app| app.check_report(&of, &asked, &point)).await?;
    problems.retain(|problem| problem.level == Level::Refuse && filling.is_on(page, problem));
    if problems.is_empty() && wrong.is_empty() {
        return Ok(filling.at(filling.after(page), &[], &BTreeMap::new()));
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, filling.at(page, &problems, &wrong)).into_response())
}

/// The answers that a form carries, to the questions that the entry asks.
fn answers(kind: &Kind, entry: &PublicEntry, form: &FormBody) -> Vec<(String, String)> {
    let asked = zhiheng_app::asked(entry).filter_map(|index| kind.fields.get(index));
    let names: BTreeSet<String> = asked.map(|field| control_name(&field.id)).collect();
    let base =
        |name: &str| name.strip_suffix(".longitude").or_else(|| name.strip_suffix(".latitude")).map(str::to_owned);
    let wanted = |(name, value): &&(String, String)| {
        !value.is_empty() && (names.contains(name) || base(name).is_some_and(|base| names.contains(&base)))
    };
    form.0.texts.iter().filter(wanted).cloned().collect()
}

impl Filling<'_> {
    fn is_on(&self, page: usize, problem: &Problem) -> bool {
        let index = problem.field.as_deref().and_then(|field| self.kind.field_index(field));
        self.entry.ask.get(page).is_some_and(|asked| index.is_some_and(|index| asked.contains(&index)))
    }

    /// Whether a page has anything to ask: of who stays anonymous nothing personal is.
    fn asks(&self, page: usize) -> bool {
        let draft = Draft { fields: self.typed(), scope: None };
        !zhiheng_app::is_anonymous(self.kind, self.entry, &draft) || self.fields(page).any(|field| !field.personal)
    }

    fn after(&self, page: usize) -> usize {
        (page + 1..self.entry.ask.len()).find(|page| self.asks(*page)).unwrap_or(self.entry.ask.len())
    }

    fn before(&self, page: usize) -> usize {
        (0..page).rev().find(|page| self.asks(*page)).unwrap_or(0)
    }

    fn fields(&self, page: usize) -> impl Iterator<Item = &zhiheng_pack::Field> {
        self.entry.ask.get(page).into_iter().flatten().filter_map(|index| self.kind.fields.get(*index))
    }

    /// What was answered, as a draft. A blank answer is none: the poster's word stands.
    fn draft(&self, form: &FormBody) -> Draft {
        let mut draft = sent(self.kind, form, None).draft;
        let asked: BTreeSet<&str> = zhiheng_app::asked(self.entry)
            .filter_map(|index| self.kind.fields.get(index))
            .filter(|field| field.kind != Type::File)
            .map(|field| field.id.as_str())
            .collect();
        let blank = |value: &Json| match value {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            _ => false,
        };
        draft.fields.retain(|id, value| asked.contains(id.as_str()) && !blank(value));
        draft
    }

    /// Takes the photos of this page, rewritten; what is wrong with one is answered by its field.
    async fn take_photos(
        &self,
        page: usize,
        client: Client,
        form: &FormBody,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut wrong = BTreeMap::new();
        let fields: Vec<_> = self.fields(page).filter(|field| field.kind == Type::File).cloned().collect();
        let now = self.server.app().now();
        let photos = &self.server.citizens().photos;
        for field in fields {
            let name = control_name(&field.id);
            if form.get(&format!("{name}.remove")) == "true" {
                photos.remove(&self.secret, &field.id);
            }
            let Some(file) = form.file(&name).filter(|file| !file.bytes.is_empty()) else { continue };
            let rule = Rule { count: 30, minutes: 60 };
            too_often(self.server, (Sort::Photo, client), rule, 1, None)?;
            match rewrite(self.server, &field, file.bytes.clone()).await? {
                Ok(photo) => photos.keep(&self.secret, photo, now),
                Err(why) => {
                    wrong.insert(field.id.clone(), why);
                }
            }
        }
        Ok(wrong)
    }

    /// A page of the form, or the last look at it.
    fn at(&self, page: usize, problems: &[Problem], wrong: &BTreeMap<String, String>) -> Response {
        if page >= self.entry.ask.len() {
            return page_of(self.check(problems).render());
        }
        page_of(self.questions(page, problems, wrong).render())
    }

    fn hidden(&self, page: usize, shown: &BTreeSet<String>) -> Vec<Hidden> {
        let one = |name: &str, value: &str| Hidden { name: name.to_owned(), value: value.to_owned() };
        let language = if self.language == Language::English { "en" } else { "" };
        let mut hidden = vec![one(KEY, &self.secret), one(PAGE, &page.to_string())];
        hidden.extend(
            [(POINT, self.point.as_str()), (LANG, language)]
                .iter()
                .filter(|it| !it.1.is_empty())
                .map(|it| one(it.0, it.1)),
        );
        let base = |name: &str| name.trim_end_matches(".longitude").trim_end_matches(".latitude").to_owned();
        hidden.extend(
            self.texts.iter().filter(|(name, _)| !shown.contains(&base(name))).map(|(name, value)| one(name, value)),
        );
        hidden
    }

    fn name(&self, field: &zhiheng_pack::Field) -> String {
        let index = self.kind.field_index(&field.id).unwrap_or_default();
        self.entry.name_of(self.kind, index, self.language)
    }

    /// The answers so far as the controls read them.
    fn typed(&self) -> BTreeMap<String, Json> {
        let parts = crate::extract::FormParts { texts: self.texts.clone(), ..Default::default() };
        sent(self.kind, &FormBody(std::sync::Arc::new(parts)), None).draft.fields
    }

    fn questions(&self, page: usize, problems: &[Problem], wrong: &BTreeMap<String, String>) -> ReportPage {
        let pack = &self.server.app().pack;
        let all = controls(
            pack,
            self.kind.given().map(|(_, field)| field),
            &self.typed(),
            problems,
            wrong,
            &Default::default(),
            "",
        );
        let photos = self.server.citizens().photos.of(&self.secret, self.server.app().now());
        let fields: Vec<Field> = self
            .fields(page)
            .filter_map(|field| {
                let mut control = all.iter().find(|it| it.name == Some(control_name(&field.id)))?.clone();
                control.label = self.name(field);
                control.warning = None;
                let index = self.kind.field_index(&field.id);
                let asked = |list: &[usize]| index.is_some_and(|index| list.contains(&index));
                control.required |= self.entry.anonymous == index || asked(&self.entry.named);
                if let Some((_, words)) = self.entry.hints.iter().find(|(at, _)| Some(*at) == index) {
                    control.hint = Some(words.clone());
                }
                english::speak(self.language, pack, field, &mut control, problems);
                if field.kind == Type::File {
                    control.control = Control::File {
                        accept: photo::ACCEPT.to_owned(),
                        max: photo::BYTES_TEXT.to_owned(),
                        current: None,
                    };
                    let has = photos.iter().any(|photo| photo.field == field.id);
                    control.hint = Some(
                        self.language
                            .say(
                                if has {
                                    "已有一张；再选一张就换掉它。拍摄的地点和时间会从照片里去掉"
                                } else {
                                    "可以不选。拍摄的地点和时间会从照片里去掉"
                                },
                                if has {
                                    "There is one already; another takes its place. Place and time are removed from the picture"
                                } else {
                                    "Optional. Place and time are removed from the picture"
                                },
                            )
                            .to_owned(),
                    );
                }
                if let Some(why) = wrong.get(&field.id) {
                    control.error = Some(self.language.say(why, photo::REFUSED_ENGLISH).to_owned());
                }
                Some(control)
            })
            .collect();
        let shown = fields.iter().filter_map(|field| field.name.clone()).collect();
        let other = match self.language {
            Language::English => Some(Link::new("中文", address(&href(self.entry), &[(POINT, &self.point)]))),
            Language::Chinese if self.entry.english => {
                Some(Link::new("English", address(&href(self.entry), &[(POINT, &self.point), (LANG, "en")])))
            }
            Language::Chinese => None,
        };
        ReportPage {
            shell: shell_in(self.server, self.visit, self.language),
            language: self.language,
            title: self.title(),
            entry: self.entry.path.clone(),
            step: page + 1,
            steps: self.entry.ask.len() + 1,
            notices: if page == 0 { self.entry.notices.clone() } else { Vec::new() },
            fields,
            hidden: self.hidden(page, &shown),
            action: href(self.entry),
            notice: self.notice.clone(),
            calls: self.entry.calls.clone(),
            other: other.filter(|_| page == 0),
        }
    }

    fn title(&self) -> String {
        match self.language {
            Language::Chinese => title_of(self.entry),
            Language::English => self.entry.english_name.clone().unwrap_or_else(|| "Complaint".to_owned()),
        }
    }

    fn check(&self, problems: &[Problem]) -> ReportCheckPage {
        let pack = &self.server.app().pack;
        let checked = pack.check(self.kind, &Draft { fields: self.typed(), scope: None }, self.server.app().today());
        let photos = self.server.citizens().photos.of(&self.secret, self.server.app().now());
        let typed = self.typed();
        let text = |field: &zhiheng_pack::Field| {
            if field.kind == Type::File {
                let here = photos.iter().any(|photo| photo.field == field.id);
                return self
                    .language
                    .say(if here { "一张照片" } else { "" }, if here { "one picture" } else { "" })
                    .to_owned();
            }
            let index = self.kind.field_index(&field.id);
            let shown = checked
                .record
                .as_ref()
                .zip(index)
                .map(|(record, index)| pack.said(self.kind, record, index, self.language));
            shown.unwrap_or_else(|| typed.get(&field.id).and_then(Json::as_str).unwrap_or_default().to_owned())
        };
        let lines =
            |page: usize| self.fields(page).map(|field| Line::text(self.name(field), text(field)).wide()).collect();
        ReportCheckPage {
            shell: shell_in(self.server, self.visit, self.language),
            language: self.language,
            title: self.title(),
            word: self.entry.word.clone(),
            parts: (0..self.entry.ask.len()).filter(|page| self.asks(*page)).map(|page| (page, lines(page))).collect(),
            hidden: self.hidden(self.entry.ask.len(), &BTreeSet::new()),
            action: href(self.entry),
            notice: self.notice.clone(),
            problems: problems
                .iter()
                .map(|problem| self.language.say(&problem.message, english::sentence(problem)).to_owned())
                .collect(),
            calls: self.entry.calls.clone(),
        }
    }

    async fn send(&self, client: Client, draft: Draft) -> Answer {
        let settings = self.server.settings();
        let rule = Rule { count: settings.reports_per_hour, minutes: 60 };
        too_often(self.server, (Sort::Report, client), rule, 1, Some(&self.secret))?;
        let photos = self.server.citizens().photos.of(&self.secret, self.server.app().now());
        let (path, point, secret) = (self.entry.path.clone(), self.point.clone(), self.secret.clone());
        let done = self.server.run(move |app| app.file_report(&path, &draft, &point, &photos, &secret)).await;
        match done {
            Ok(filed) => Ok(page_of(
                ReceiptPage {
                    shell: shell_in(self.server, self.visit, self.language),
                    language: self.language,
                    word: self.entry.word.clone(),
                    number: filed.number,
                    code: filed.code.to_string(),
                    plain_code: filed.code.plain().to_owned(),
                    follow: format!("{}/follow{}", self.visit.origin, self.language.say("", "?lang=en")),
                    calls: self.entry.calls.clone(),
                }
                .render(),
            )),
            Err(Error::Invalid(problems)) => {
                let found = |page: &usize| problems.iter().any(|problem| self.is_on(*page, problem));
                let page = (0..self.entry.ask.len()).find(found);
                Ok(match page {
                    Some(page) => {
                        (StatusCode::UNPROCESSABLE_ENTITY, self.at(page, &problems, &BTreeMap::new())).into_response()
                    }
                    None => refused(self.check(&problems).render()),
                })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A photo of a field, rewritten on a thread that may work.
pub(super) async fn rewrite(
    server: &Server,
    field: &zhiheng_pack::Field,
    bytes: axum::body::Bytes,
) -> Result<Result<ReportFile, String>, Error> {
    let done = server.run_hashing(move |_| Ok(photo::rewritten(&bytes))).await?;
    Ok(done.map(|(bytes, ending, media_type)| ReportFile {
        field: field.id.clone(),
        name: format!("{}.{ending}", field.name),
        media_type,
        bytes,
    }))
}

/// Counts, and refuses what is too much.
pub(super) fn too_often(
    server: &Server,
    who: (Sort, Client),
    rule: Rule,
    cost: u32,
    tag: Option<&str>,
) -> Result<(), Failure> {
    let now = server.app().now();
    server.citizens().limits.take(who, rule, cost, tag, now).map_err(|minutes| Cause::TooOften(minutes).into())
}

/// A draft from the fields of a step's form.
pub(super) fn step_draft(kind: &Kind, form: &FormBody, wanted: &[usize]) -> Draft {
    let mut draft = sent(kind, form, None).draft;
    let ids: BTreeSet<&str> = wanted
        .iter()
        .filter_map(|index| kind.fields.get(*index))
        .filter(|field| field.kind != Type::File)
        .map(|field| field.id.as_str())
        .collect();
    draft.fields.retain(|id, value| ids.contains(id.as_str()) && *value != json!(""));
    draft
}
