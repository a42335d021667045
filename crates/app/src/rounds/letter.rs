//! What goes out of a round: the notice of the quarter (季度通报) and the reminder letter (提示函), as Word drafts. Nothing here is
//! signed or numbered: 文号, 签发 and date stay blank, because a draft is not a document.

use zhiheng_pack::day;
use zhiheng_pack::pack::BodyRole;
use zhiheng_pack::procedure::Spawn;
use zhiheng_sheet::{
    Align, Footing, LetterPart, LetterSign, SheetColumn, WordCell, WordLetter, WordRun, WordTable, write_letter,
};
use zhiheng_store::RecordId;

use super::form::safe;
use super::{Reply, ReplyState, RoundView, chinese_date};
use crate::board::print;
use crate::cases::{Doing, Taker, spawn_draft};
use crate::export::{ExportFile, goal};
use crate::{Account, Act, App, Error, Row, Submission, When};

const MEDIA: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// 序号, 指标, 责任单位, 目标值, 完成值, 状态, 报送
const COLUMNS: [(&str, u32, Align); 7] = [
    ("序号", 6, Align::Center),
    ("指标", 34, Align::Left),
    ("报送单位", 18, Align::Left),
    ("目标值", 10, Align::Right),
    ("完成值", 11, Align::Right),
    ("状态", 10, Align::Center),
    ("报送情况", 10, Align::Center),
];

impl App {
    /// 季度通报: how the units reported, and where every indicator of the round stands.
    pub fn round_notice(&self, id: &RecordId) -> Result<ExportFile, Error> {
        let view = self.round(id)?;
        let board = self.board(When { as_of: view.round.as_of, known_on: None })?;
        let cells = |texts: [String; 7]| -> Vec<WordCell> {
            texts.into_iter().zip(COLUMNS).map(|(text, (_, _, align))| WordCell::new(text, align)).collect()
        };
        let rows = self.lines_of(&view, &board.rows)?;
        let table = WordTable {
            columns: COLUMNS
                .iter()
                .map(|(header, width, _)| SheetColumn { header: (*header).to_owned(), width: *width })
                .collect(),
            rows: rows.into_iter().map(cells).collect(),
            ..WordTable::default()
        };
        let count = table.rows.len();
        let summary = format!("数据截至{}。{}", chinese_date(view.round.as_of), self.summary(&view));
        let letter = WordLetter {
            title: format!("关于{}情况的通报", view.round.name),
            body: vec![
                LetterPart::words(summary),
                LetterPart::Table(table),
                LetterPart::Note("本稿由系统根据报送记录生成，待审核、签发、编号后印发。".to_owned()),
                LetterPart::Note(
                    "状态按方案目标判定：有计算值的按计算值，没有的按报送的官方数；“未报”“退回”“有疑问”的，完成值为此前最近一次报送的数。"
                        .to_owned(),
                ),
            ],
            ..self.draft_letter()
        };
        self.word(&format!("{}情况通报", view.round.name), &letter, count)
    }

    /// Where every indicator of a round stands, in the order of the plan: what [`COLUMNS`] names.
    fn lines_of(&self, view: &RoundView, board: &[Row]) -> Result<Vec<[String; 7]>, Error> {
        let mut lines = Vec::new();
        for reply in &view.replies {
            for at in &reply.indicators {
                let indicator = self.indicator_at(*at)?;
                let row = board.iter().find(|row| row.indicator == *at);
                let number = row.map(|row| row.reported.as_ref().unwrap_or(&row.number));
                let value = number.and_then(|number| number.value);
                let texts = [
                    indicator.row.map(|row| row.to_string()).unwrap_or_default(),
                    named(&indicator.name, &indicator.unit),
                    self.unit(reply).to_owned(),
                    goal(indicator).unwrap_or_else(dash),
                    value.map_or_else(dash, |value| print(value, indicator.decimals)),
                    row.map_or_else(dash, |row| row.verdict.light.word().to_owned()),
                    reply.state.word().to_owned(),
                ];
                lines.push((indicator.row.unwrap_or(u16::MAX), texts));
            }
        }
        lines.sort_by_key(|(order, _)| *order);
        Ok(lines.into_iter().map(|(_, texts)| texts).collect())
    }

    /// 提示函 to one unit that has not reported, or whose form was sent back.
    pub fn round_letter(&self, id: &RecordId, body: &str) -> Result<ExportFile, Error> {
        let view = self.round(id)?;
        let of_body = |reply: &&Reply| self.pack.bodies.get(reply.body).is_some_and(|unit| unit.id == body);
        let missing = || Error::NotFound("这个单位的报送任务".to_owned());
        let reply = view.replies.iter().find(of_body).ok_or_else(missing)?;
        let due = chinese_date(view.round.due);
        let state = match reply.state {
            ReplyState::Missing => format!("截至{}，尚未收到你单位的报送表。", chinese_date(self.today())),
            ReplyState::Returned => format!("你单位的报送表因以下原因退回：{}。", reply.remark.replace('\n', "；")),
            ReplyState::Questioned => {
                format!("你单位的报送表有以下疑问，请予说明：{}。", reply.remark.replace('\n', "；"))
            }
            ReplyState::Reported => {
                return Err(Error::WrongState(format!("{}已经报送，不需要提示函", self.unit(reply))));
            }
        };
        let request = format!(
            "根据《{}》，{}应于{due}前报送，数据截至{}。{state}",
            self.pack.title,
            view.round.name,
            chinese_date(view.round.as_of)
        );
        let how = "请对照下列指标，经填表人、审核人、分管领导签认并加盖公章后尽快报送；确无变化的填“本期无变化”，确无数据的写明原因。";
        let columns = [("序号", 8), ("指标", 60), ("目标值", 16), ("口径", 60)];
        let mut rows = Vec::new();
        for at in &reply.indicators {
            let indicator = self.indicator_at(*at)?;
            rows.push(vec![
                WordCell::new(indicator.row.map(|row| row.to_string()).unwrap_or_default(), Align::Center),
                WordCell::new(named(&indicator.name, &indicator.unit), Align::Left),
                WordCell::new(goal(indicator).unwrap_or_else(dash), Align::Right),
                WordCell::new(indicator.definition.clone(), Align::Left),
            ]);
        }
        let table = WordTable {
            columns: columns
                .iter()
                .map(|(header, width)| SheetColumn { header: (*header).to_owned(), width: *width })
                .collect(),
            rows,
            ..WordTable::default()
        };
        let count = table.rows.len();
        let mut text = vec![LetterPart::words(request), LetterPart::words(how), LetterPart::Table(table)];
        text.extend(self.pack.notice.clone().map(LetterPart::Note));
        text.push(LetterPart::Note("（本稿待质量强县办负责人签发、编号、注明日期后发出）".to_owned()));
        let letter = WordLetter {
            title: "提示函".to_owned(),
            addressee: vec![WordRun::Text(format!("{}：", self.unit(reply)))],
            body: text,
            ..self.draft_letter()
        };
        self.word(&format!("提示函_{}_{}", self.unit(reply), view.round.name), &letter, count)
    }

    /// Drafts the 提示函 to a unit as a letter of its own, which somebody checks, signs and numbers.
    pub fn draft_letter_of_round(
        &self,
        actor: &Account,
        id: &RecordId,
        body: &str,
    ) -> Result<(String, RecordId), Error> {
        let view = self.round(id)?;
        let of_body = |reply: &&Reply| self.pack.bodies.get(reply.body).is_some_and(|unit| unit.id == body);
        let missing = || Error::NotFound("这个单位的报送任务".to_owned());
        let reply = view.replies.iter().find(of_body).ok_or_else(missing)?;
        if reply.state == ReplyState::Reported {
            return Err(Error::WrongState(format!("{}已经报送，不需要提示函", self.unit(reply))));
        }
        let said = match reply.state {
            ReplyState::Returned => format!("贵单位的报送表因以下原因退回：{}。", reply.remark.replace('\n', "；")),
            ReplyState::Questioned => format!("贵单位的报送表有以下疑问：{}。", reply.remark.replace('\n', "；")),
            _ => format!("截至{}，尚未收到贵单位的报送表。", chinese_date(self.today())),
        };
        let items = reply.indicators.iter().map(|at| self.asked_item(*at)).collect::<Result<Vec<_>, _>>()?;
        let spawn = self.collection()?.letter.clone();
        self.draft_of_round(
            actor,
            &view,
            spawn,
            vec![("{@unit}", self.unit(reply).to_owned()), ("{@state}", said), ("{@items}", items.join("\n"))],
        )
    }

    /// Drafts the 通报 of a round as a letter of its own: how each unit reported, and where each indicator stands, a line each, so that what is signed and
    /// numbered holds the numbers. A table has no place in a text; [`App::round_notice`] is the same as one.
    pub fn draft_notice_of_round(&self, actor: &Account, id: &RecordId) -> Result<(String, RecordId), Error> {
        let view = self.round(id)?;
        let board = self.board(When { as_of: view.round.as_of, known_on: None })?;
        let one = |[number, name, unit, goal, value, light, state]: [String; 7]| {
            let number = if number.is_empty() { number } else { format!("第{number}项 ") };
            format!("{number}{name}：目标{goal}，完成{value}，{light}；{unit}{state}")
        };
        let items: Vec<String> = self.lines_of(&view, &board.rows)?.into_iter().map(one).collect();
        let units: Vec<&str> = view.replies.iter().map(|reply| self.unit(reply)).collect();
        let spawn = self.collection()?.notice.clone();
        self.draft_of_round(
            actor,
            &view,
            spawn,
            vec![("{@units}", units.join("、")), ("{@state}", self.summary(&view)), ("{@items}", items.join("\n"))],
        )
    }

    fn asked_item(&self, at: usize) -> Result<String, Error> {
        let indicator = self.indicator_at(at)?;
        let row = indicator.row.map(|row| format!("第{row}项 ")).unwrap_or_default();
        Ok(format!("{row}{}，目标{}", named(&indicator.name, &indicator.unit), goal(indicator).unwrap_or_else(dash)))
    }

    fn draft_of_round(
        &self,
        actor: &Account,
        view: &RoundView,
        spawn: Option<Spawn>,
        said: Vec<(&'static str, String)>,
    ) -> Result<(String, RecordId), Error> {
        let undeclared =
            || Error::WrongState("本县方案包没有声明报送的公文样式（[collection] 的 letter、notice）".to_owned());
        let spawn = spawn.ok_or_else(undeclared)?;
        let target = self.pack.kind(&spawn.kind).ok_or_else(undeclared)?;
        let kind = self.kind_at(self.collection()?.round.kind)?;
        let missing = || Error::NotFound("这一轮报送".to_owned());
        let (_, record) = self.live(kind, &view.round.id)?.ok_or_else(missing)?;
        let mut doing = Doing::of(Taker::Staff(actor), self.today());
        doing.said = vec![
            ("{@round}", view.round.name.clone()),
            ("{@period}", view.round.period.clone()),
            ("{@due}", chinese_date(view.round.due)),
            ("{@as_of}", chinese_date(view.round.as_of)),
        ];
        doing.said.extend(said);
        let draft = spawn_draft(&self.pack, kind, &record, &view.round.id, (target, &spawn, None), &doing);
        let submission = Submission {
            act: Act::Create(draft),
            kind: target.id.clone(),
            id: None,
            expected_version: None,
            reason: None,
        };
        let receipt = self.submit(&actor.login, &submission, None)?;
        let id = receipt.id.parse().map_err(|_| Error::Internal("a receipt without an id".to_owned()))?;
        Ok((target.id.clone(), id))
    }

    /// What every draft of a round has: room for number and date, who is to sign, and the mark of a draft.
    fn draft_letter(&self) -> WordLetter {
        let words = |text: &str| WordRun::Text(text.to_owned());
        let office = self.pack.bodies.iter().find(|body| body.role == BodyRole::Office);
        let year = day::date(self.today()).year();
        WordLetter {
            number: vec![WordRun::Gap, words(&format!("〔{year}〕")), WordRun::Gap, words("号")],
            sign: Some(LetterSign {
                body: vec![office.map_or(WordRun::Gap, |office| words(&office.name))],
                date: vec![words(&format!("{year}年　月　日"))],
                seal: true,
            }),
            footing: Footing { watermark: Some(self.draft_mark()) },
            ..WordLetter::default()
        }
    }

    fn unit(&self, reply: &Reply) -> &str {
        self.pack.bodies.get(reply.body).map_or("", |body| body.name.as_str())
    }

    /// 应报, 已报, and by name who did not.
    fn summary(&self, view: &RoundView) -> String {
        let names = |state: ReplyState| -> Vec<&str> { view.in_state(state).map(|reply| self.unit(reply)).collect() };
        let on_time = |reply: &&Reply| reply.received.is_some_and(|received| received <= view.round.due);
        let reported = view.in_state(ReplyState::Reported).count();
        let timely = view.in_state(ReplyState::Reported).filter(on_time).count();
        let mut said = format!(
            "本次应报单位{}家，报送期限{}。已报{reported}家，其中按期{timely}家。",
            view.replies.len(),
            chinese_date(view.round.due)
        );
        for (state, word) in [
            (ReplyState::Missing, "未报"),
            (ReplyState::Returned, "退回待重报"),
            (ReplyState::Questioned, "数据有疑问"),
        ] {
            let names = names(state);
            if !names.is_empty() {
                said.push_str(&format!("{word}{}家：{}。", names.len(), names.join("、")));
            }
        }
        said
    }

    fn draft_mark(&self) -> String {
        if self.pack.demo { "拟稿　演示数据".to_owned() } else { "拟稿".to_owned() }
    }

    fn word(&self, what: &str, letter: &WordLetter, rows: usize) -> Result<ExportFile, Error> {
        let bytes = write_letter(letter).map_err(|error| Error::Internal(error.to_string()))?;
        let name = format!("{}_{}.docx", safe(what), day::date(self.today()));
        Ok(ExportFile { name, media_type: MEDIA, bytes, rows })
    }
}

fn named(name: &str, unit: &str) -> String {
    if unit.is_empty() { name.to_owned() } else { format!("{name}（{unit}）") }
}

fn dash() -> String {
    "—".to_owned()
}
