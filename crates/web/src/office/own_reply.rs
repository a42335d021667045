//! 本单位报送: a unit's own page of a round. What is entered here and what comes back in Excel are one thing; the page only asks.

use axum::extract::{Path, State};
use zhiheng_app::{
    Error, OwnEntry, OwnItem, OwnOutcome, OwnReply, OwnReport, REPORT_WAYS, RecordId, Reply, ReplyState,
};
use zhiheng_pack::{Indicator, Pack, Problem};

use super::export::Download;
use super::records::id_of;
use crate::components::{
    Link,
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    summary::Line,
    tag::Tag,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{OwnReplyItem, OwnReplyPage};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::routes::RECORD_FORM;
use crate::server::Server;
use crate::words::{plain_date, size};

const SCAN: &str = ".pdf,.ofd,.jpg,.jpeg,.png";
const SIGNED: [&str; 3] = ["填表人", "审核人", "分管领导"];

/// `GET /reports/ID`
pub(crate) async fn show(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(id): Path<String>,
) -> Answer {
    let id = id_of(&id)?;
    let own = server.run(move |app| app.own_reply(&account, &id)).await?;
    Ok(page_of(Shown { own: &own, id, report: None, problems: &[], doubts: &[] }.page(&server, &visit).render()))
}

/// `POST /reports/ID`
pub(crate) async fn send(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let reader = account.clone();
    let own = server.run(move |app| app.own_reply(&reader, &id)).await?;
    let report = sent(&server.app().pack, &own, &form);
    let given = report.clone();
    let (problems, doubts) = match server.run(move |app| app.report_own(&account, &id, &given)).await {
        Ok(OwnOutcome::Received(received)) => {
            let (tone, text) = match received.state {
                ReplyState::Reported => (Tone::Good, format!("已报送，{} 个数已收下。", received.values)),
                _ => (Tone::Warn, "已提交。有疑问的地方由质量强县办核实，采用后计入；要改可以再提交一次。".to_owned()),
            };
            server.held().leave(&visit.secret, Once { flash: Some(Flash { tone, text, link: None }), link: None });
            return Ok(see(&format!("/reports/{id}")));
        }
        Ok(OwnOutcome::Doubtful(doubts)) => (Vec::new(), doubts),
        Err(Error::Invalid(problems)) => (problems, Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let shown = Shown { own: &own, id, report: Some(&report), problems: &problems, doubts: &doubts };
    Ok(refused(shown.page(&server, &visit).render()))
}

/// `GET /reports/ID/form.xlsx`
pub(crate) async fn form(State(server): State<Server>, Staff(account): Staff, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let made = server.run(move |app| app.own_form(&account, &id)).await?;
    Ok(Download::from(made).answer())
}

/// What the form says.
fn sent(pack: &Pack, own: &OwnReply, form: &FormBody) -> OwnReport {
    let entry = |item: &OwnItem| {
        let id = pack.indicators.get(item.indicator)?.id.clone();
        let text = |field: &str| form.get(&format!("{field}_{id}")).to_owned();
        Some(OwnEntry {
            way: text("way"),
            value: text("value"),
            numerator: text("numerator"),
            denominator: text("denominator"),
            document: text("document"),
            page: text("page"),
            remark: text("remark"),
            indicator: id,
        })
    };
    OwnReport {
        entries: own.items.iter().filter_map(entry).collect(),
        signed: [0, 1, 2].map(|at| form.get(&format!("signed_{at}")).to_owned()),
        confirmed: form.get("confirmed") == "yes",
        scan: form.file("scan").map(|file| (file.name.clone(), file.bytes.to_vec())),
    }
}

/// A reply on its way to its page.
struct Shown<'a> {
    own: &'a OwnReply,
    id: RecordId,
    /// As it was typed.
    report: Option<&'a OwnReport>,
    problems: &'a [Problem],
    doubts: &'a [(Option<String>, String)],
}

impl Shown<'_> {
    fn page(&self, server: &Server, visit: &Visit) -> OwnReplyPage {
        let (pack, own) = (&server.app().pack, self.own);
        let unit = pack.bodies.get(own.reply.body).map_or("", |body| body.name.as_str());
        let here = format!("/reports/{}", self.id);
        let fields = self.signature_fields();
        let items: Vec<OwnReplyItem> =
            own.items.iter().filter_map(|item| Some(self.item(item, pack.indicators.get(item.indicator)?))).collect();
        let known: Vec<&str> =
            items.iter().flat_map(|item| &item.fields).chain(&fields).map(|it| it.id.as_str()).collect();
        let whole = self.problems.iter().filter(|it| !it.field.as_deref().is_some_and(|field| known.contains(&field)));
        let named = |(indicator, text): &(Option<String>, String)| match indicator
            .as_deref()
            .and_then(|id| pack.indicator_position(id))
        {
            Some(at) => format!("{}：{text}", pack.indicators.get(at).map(titled).unwrap_or_default()),
            None => text.clone(),
        };
        let record = pack.collection.as_ref().and_then(|parts| pack.kinds.get(parts.reply.kind));
        let record = record.map(|kind| Link::new("登记和经过", format!("/kinds/{}/{}", kind.id, self.id)));
        OwnReplyPage {
            shell: shell(server, visit),
            name: own.round.name.clone(),
            lead: format!("{unit}：{}", server.app().round_lead(&own.round)),
            state: Some(state_tag(&own.reply)),
            reasons: own.reply.remark.lines().map(str::to_owned).collect(),
            ways: std::iter::once(Link::new("下载填报表（Excel）", format!("{here}/form.xlsx")))
                .chain(record)
                .collect(),
            problems: whole.map(|problem| problem.message.clone()).collect(),
            doubts: self.doubts.iter().map(named).collect(),
            action: own.open.then_some(here),
            fields: if own.open { fields } else { Vec::new() },
            items,
        }
    }

    fn error(&self, field: &str) -> Option<String> {
        let of_field: Vec<&str> = self
            .problems
            .iter()
            .filter(|problem| problem.field.as_deref() == Some(field))
            .map(|problem| problem.message.as_str())
            .collect();
        (!of_field.is_empty()).then(|| of_field.concat())
    }

    fn field(&self, id: String, label: &str, control: Control) -> Field {
        Field { error: self.error(&id), ..Field::new(id, label, control) }
    }

    fn item(&self, item: &OwnItem, indicator: &Indicator) -> OwnReplyItem {
        let typed = self.report.and_then(|report| report.entries.iter().find(|it| it.indicator == indicator.id));
        let entry = typed.unwrap_or(&item.entry);
        let unit = Some(indicator.unit.clone()).filter(|unit| !unit.is_empty());
        let mut facts = vec![
            Line::text("计量单位", &indicator.unit),
            Line::text("目标值", item.goal.clone().unwrap_or_default()),
            Line::text("上期值", item.last.clone().unwrap_or_else(|| "没有".to_owned())),
            Line::text("数据日期", plain_date(self.own.round.as_of)),
            Line::text("口径", &indicator.definition).wide(),
        ];
        facts.extend(indicator.reporting.as_ref().map(|it| Line::text("佐证材料", &it.document).wide()));
        if !self.own.open {
            let reported = [
                ("本期值", &entry.value),
                ("来源文件", &entry.document),
                ("页码", &entry.page),
                ("说明", &entry.remark),
            ];
            facts.extend(
                reported.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| Line::text(name, text)),
            );
            return OwnReplyItem { title: titled(indicator), href: href(indicator), facts, fields: Vec::new() };
        }
        let id = |field: &str| format!("{field}_{}", indicator.id);
        let decimal = |value: &str, unit: Option<String>| Control::Decimal { value: value.to_owned(), unit };
        let text =
            |value: &str, most: u32| Control::Text { value: value.to_owned(), max_len: Some(most), autocomplete: None };
        let ways = REPORT_WAYS.iter().map(|way| Choice::new(*way, *way).chosen(entry.way == *way)).collect();
        let rate = indicator.unit == "%";
        let mut fields = vec![
            self.field(id("way"), "填报方式", Control::Choice { options: ways })
                .required()
                .hint("“本期无变化”沿用上期值，“零报告”即本期为零，“暂无数据”须在说明里写明原因"),
            self.field(id("value"), "本期值", decimal(&entry.value, unit)),
        ];
        if rate {
            fields.push(self.field(id("numerator"), "分子", decimal(&entry.numerator, None)));
            fields.push(self.field(id("denominator"), "分母", decimal(&entry.denominator, None)));
        }
        fields.push(self.field(id("document"), "来源文件", text(&entry.document, 300)));
        fields.push(self.field(id("page"), "页码", text(&entry.page, 20)));
        fields.push(self.field(id("remark"), "说明", text(&entry.remark, 500)));
        OwnReplyItem { title: titled(indicator), href: href(indicator), facts, fields }
    }

    fn signature_fields(&self) -> Vec<Field> {
        let text = |value: &str| Control::Text { value: value.to_owned(), max_len: Some(40), autocomplete: None };
        let mut fields: Vec<Field> = SIGNED
            .iter()
            .enumerate()
            .map(|(at, who)| {
                let there = self.report.map_or(&self.own.reply.signed, |report| &report.signed);
                let name = there.get(at).map_or("", String::as_str);
                self.field(format!("signed_{at}"), who, text(name)).required()
            })
            .collect();
        let max = size(i64::try_from(RECORD_FORM).unwrap_or(i64::MAX));
        let scan = Control::File { accept: SCAN.to_owned(), max, current: None };
        fields.push(self.field("scan".to_owned(), "盖章扫描件", scan).hint("可以以后由质量强县办代收"));
        if !self.doubts.is_empty() {
            let options = vec![Choice::new("yes", "已核对，按填写的数提交")];
            fields.push(self.field("confirmed".to_owned(), "已核对", Control::Choices { options }));
        }
        fields
    }
}

fn href(indicator: &Indicator) -> String {
    format!("/indicators/{}", indicator.id)
}

fn titled(indicator: &Indicator) -> String {
    indicator.row.map_or_else(|| indicator.name.clone(), |row| format!("第{row}项 {}", indicator.name))
}

/// How a reply stands, in its colour.
pub(super) fn state_tag(reply: &Reply) -> Tag {
    let tone = match reply.state {
        ReplyState::Reported => Tone::Good,
        ReplyState::Questioned => Tone::Warn,
        ReplyState::Returned => Tone::Bad,
        ReplyState::Missing => Tone::Neutral,
    };
    Tag::new(tone, reply.state.word())
}
