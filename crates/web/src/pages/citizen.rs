//! 公众办事: the form of a complaint a page at a time, its receipt, its course, the public counts. Made for a telephone in the hand of
//! somebody who is upset: one thing at a time, large targets, the numbers to call always there.

use maud::{Markup, html};

use super::Hidden;
use crate::components::{
    Link,
    action::{Encoding, Weight, hidden, post_form, submit, submit_as},
    errors::{Wrong, error_summary_in, wrongs},
    field::{Control, Field, field},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
    tag::{Tag, tag},
};

pub use zhiheng_pack::procedure::Language;

/// The link to the same page in the other language, each in its own.
fn switch(other: Option<&Link>) -> Markup {
    html! {
        @if let Some(other) = other {
            a href=(other.href) lang=(if other.label.is_ascii() { "en" } else { "zh-CN" }) { (other.label) }
        }
    }
}

/// The language of the page that a form leads to.
fn in_language(language: Language) -> Markup {
    html! { @if language == Language::English { (hidden("lang", "en")) } }
}

/// Telephone numbers, one tap away.
fn telephones(language: Language, calls: &[String]) -> Markup {
    html! {
        @if !calls.is_empty() {
            p.calls {
                span.soft { (language.say("也可以直接打电话：", "Or call: ")) }
                @for call in calls { a.button href={ "tel:" (call) } { (language.say("拨打 ", "Call ")) (call) } " " }
            }
        }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportWay {
    /// Words and address.
    pub open: Link,
    /// What it is for.
    pub about: String,
    /// Its public counts.
    pub numbers: Option<Link>,
    /// The same for visitors from abroad.
    pub english: Option<Link>,
}

/// Where the public may complain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportsPage {
    /// Around the page.
    pub shell: Shell,
    /// The entries.
    pub ways: Vec<ReportWay>,
    /// Telephone numbers.
    pub calls: Vec<String>,
}

impl ReportsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "投诉和查询",
                crumbs: &[Crumb::to("首页", "/"), Crumb::here("投诉和查询")],
                narrow: true,
                ..Head::default()
            },
            html! {
                (heading("投诉和查询", html! {}, html! { "不用登录。提交后得到编号和查询码，凭查询码看进度。" }))
                @for way in &self.ways {
                    section.card {
                        p { a.button.primary href=(way.open.href) { (way.open.label) } }
                        p.soft { (way.about) }
                        @if let Some(english) = &way.english { p { a href=(english.href) lang="en" { (english.label) } } }
                        @if let Some(numbers) = &way.numbers { p { a href=(numbers.href) { (numbers.label) } } }
                    }
                }
                @if self.ways.is_empty() { section.card { p { "本县的投诉在全国12315平台和12345热线办理，请拨打下面的电话。" } } }
                @else { p.actions {
                    a.button href="/follow" { "查询进度" }
                    @if self.ways.iter().any(|way| way.numbers.is_some()) { a.button href="/complaints/numbers" { "公开统计" } }
                    @if self.ways.iter().any(|way| way.english.is_some()) { a.button href="/follow?lang=en" lang="en" { "Follow a complaint" } }
                } }
                (telephones(Language::Chinese, &self.calls))
            },
        )
    }
}

/// One page of questions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportPage {
    /// Around the page.
    pub shell: Shell,
    /// In which language.
    pub language: Language,
    /// 我要投诉：消费投诉.
    pub title: String,
    /// The entry, by which the browser finds what was typed before the connection broke.
    pub entry: String,
    /// This page, from 1.
    pub step: usize,
    /// All pages, the last look included.
    pub steps: usize,
    /// What somebody must know before he files.
    pub notices: Vec<String>,
    /// The questions.
    pub fields: Vec<Field>,
    /// The answers of the other pages.
    pub hidden: Vec<Hidden>,
    /// Where the form goes.
    pub action: String,
    /// What happened to the form.
    pub notice: Option<String>,
    /// Telephone numbers.
    pub calls: Vec<String>,
    /// The same in the other language.
    pub other: Option<Link>,
}

impl ReportPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let say = |chinese, english| self.language.say(chinese, english);
        let wrong = wrongs(&self.fields);
        let files = self.fields.iter().any(|field| matches!(field.control, Control::File { .. }));
        let encoding = if files { Encoding::Multipart } else { Encoding::Plain };
        page(
            &self.shell,
            Head { title: &self.title, refused: !wrong.is_empty(), narrow: true, ..Head::default() },
            html! {
                div lang=(self.language.code()) {
                    (heading(&self.title, switch(self.other.as_ref()), self.step()))
                    @if let Some(notice) = &self.notice { p.flash.warn role="status" { (notice) } }
                    (error_summary_in(self.language, &wrong))
                    @if !self.notices.is_empty() { section.card { ul.plain { @for notice in &self.notices { li { (notice) } } } } }
                    div data-draft=(self.entry) {
                        (post_form(&self.shell.csrf, &self.action, "form card", encoding, html! {
                            @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                            div.fields.one { @for one in &self.fields { (field(one)) } }
                            div.actions {
                                (submit_as(say("下一步", "Next"), Weight::Primary, "do", "next"))
                                @if self.step > 1 { (submit_as(say("上一步", "Back"), Weight::Plain, "do", "back")) }
                            }
                        }))
                    }
                    (telephones(self.language, &self.calls))
                }
            },
        )
    }

    fn step(&self) -> Markup {
        html! {
            @match self.language {
                Language::Chinese => { "第 " (self.step) " 步，共 " (self.steps) " 步" }
                Language::English => { "Step " (self.step) " of " (self.steps) }
            }
        }
    }
}

/// The last look before it is sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportCheckPage {
    /// Around the page.
    pub shell: Shell,
    /// In which language.
    pub language: Language,
    /// 我要投诉：消费投诉.
    pub title: String,
    /// The answers: of which page, from 0, and what.
    pub parts: Vec<(usize, Vec<Line>)>,
    /// All answers.
    pub hidden: Vec<Hidden>,
    /// Where the form goes.
    pub action: String,
    /// What happened to the form.
    pub notice: Option<String>,
    /// Problems that belong to no question.
    pub problems: Vec<String>,
    /// 投诉, 举报.
    pub word: String,
    /// Telephone numbers.
    pub calls: Vec<String>,
}

impl ReportCheckPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let say = |chinese, english| self.language.say(chinese, english);
        let send = format!("提交{}", self.word);
        let private = format!("姓名、电话只给办理这件{}的人看，不公开。", self.word);
        let whole = self.problems.iter().map(|message| Wrong { field: String::new(), message: message.clone() });
        let wrong: Vec<Wrong> = whole.collect();
        page(
            &self.shell,
            Head { title: &self.title, refused: !wrong.is_empty(), narrow: true, ..Head::default() },
            html! {
                div lang=(self.language.code()) {
                    (heading(&self.title, html! {}, html! { (say("最后一步：核对后提交", "Last step: check and send")) }))
                    @if let Some(notice) = &self.notice { p.flash.warn role="status" { (notice) } }
                    (error_summary_in(self.language, &wrong))
                    (post_form(&self.shell.csrf, &self.action, "form", Encoding::Plain, html! {
                        @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                        // The first button is the one that the enter key presses.
                        div.actions { (submit_as(say(&send, "Send the complaint"), Weight::Primary, "do", "send")) }
                        @for (at, lines) in &self.parts {
                            section.card {
                                (summary(lines))
                                div.actions {
                                    button.button type="submit" name="do" value={ "page-" (at) } {
                                        (say("修改", "Change")) span.sr { (say("第 ", " step ")) (at + 1) (say(" 步", "")) }
                                    }
                                }
                            }
                        }
                        p.soft { (say(
                            &private,
                            "Your name and phone are seen only by those who handle the complaint.",
                        )) }
                    }))
                    (telephones(self.language, &self.calls))
                }
            },
        )
    }
}

/// 回执
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReceiptPage {
    /// Around the page.
    pub shell: Shell,
    /// In which language.
    pub language: Language,
    /// 编号
    pub number: String,
    /// 投诉, 举报.
    pub word: String,
    /// 查询码 as it is printed.
    pub code: String,
    /// The same as the form sends it.
    pub plain_code: String,
    /// The address where it is followed.
    pub follow: String,
    /// Telephone numbers.
    pub calls: Vec<String>,
}

impl ReceiptPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let say = |chinese, english| self.language.say(chinese, english);
        let received = format!("已经收到您的{}", self.word);
        let title = say(&received, "We have received your complaint");
        page(
            &self.shell,
            Head { title, narrow: true, ..Head::default() },
            html! {
                div lang=(self.language.code()) data-draft-done="yes" {
                    (heading(title, html! {}, html! { (say("请把这一页拍下来或者抄下来。", "Please take a picture of this page.")) }))
                    section.card.receipt {
                        dl.summary {
                            div { dt { (say("编号", "Number")) } dd { strong.code { (self.number) } } }
                            div { dt { (say("查询码", "Query code")) } dd { strong.code { (self.code) } } }
                        }
                        p { (say(
                            "查询码只显示这一次，我们也查不到。丢了查询码，可以打电话报编号询问。",
                            "The query code is shown only now; nobody can look it up later.",
                        )) }
                        p { (say("查询进度的网址：", "Follow it at: ")) (self.follow) }
                    }
                    (post_form(&self.shell.csrf, "/follow", "form", Encoding::Plain, html! {
                        (hidden("code", &self.plain_code))
                        (in_language(self.language))
                        div.actions { (submit(say("现在就看进度", "See its course"), Weight::Primary)) }
                    }))
                    (telephones(self.language, &self.calls))
                }
            },
        )
    }
}

/// 查询进度: number and code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FollowPage {
    /// Around the page.
    pub shell: Shell,
    /// In which language.
    pub language: Language,
    /// The same in the other language.
    pub other: Option<Link>,
    /// As typed.
    pub number: String,
    /// What is wrong.
    pub error: Option<String>,
    /// Telephone numbers.
    pub calls: Vec<String>,
}

impl FollowPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let say = |chinese, english| self.language.say(chinese, english);
        let text = |value: &str| Control::Text { value: value.to_owned(), max_len: None, autocomplete: None };
        let code_hint = say(
            "回执上的十个字母和数字，大小写都可以",
            "the ten letters and digits on your receipt, in capitals or not",
        );
        let fields = [
            Field {
                error: self.error.clone(),
                language: self.language,
                ..Field::new("code", say("查询码", "Query code"), text("")).required().hint(code_hint)
            },
            Field {
                language: self.language,
                ..Field::new("number", say("编号", "Number"), text(&self.number))
                    .hint(say("可以不填", "may be left out"))
            },
        ];
        let wrong = wrongs(&fields);
        let title = say("查询进度", "Follow a complaint");
        let about = say(
            "凭回执上的查询码，看您的投诉办到哪一步、什么时候办完。",
            "With the query code on your receipt you see how far your complaint is and by when it is answered.",
        );
        page(
            &self.shell,
            Head { title, refused: !wrong.is_empty(), narrow: true, ..Head::default() },
            html! {
                div lang=(self.language.code()) {
                    (heading(title, switch(self.other.as_ref()), html! { (about) }))
                    (error_summary_in(self.language, &wrong))
                    (post_form(&self.shell.csrf, "/follow", "form card", Encoding::Plain, html! {
                        (in_language(self.language))
                        div.fields.one { @for one in &fields { (field(one)) } }
                        div.actions { (submit(say("查询", "Look"), Weight::Primary)) }
                    }))
                    (telephones(self.language, &self.calls))
                }
            },
        )
    }
}

/// The public course of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoursePage {
    /// Around the page.
    pub shell: Shell,
    /// In which language.
    pub language: Language,
    /// 编号
    pub number: String,
    /// 消费投诉
    pub name: String,
    /// Where it stands.
    pub state: Tag,
    /// What comes next.
    pub next: String,
    /// Day, what happened, and the ground.
    pub events: Vec<(String, String, String)>,
    /// What the office owes.
    pub clocks: Vec<CourseClock>,
    /// What the office says.
    pub shown: Vec<Line>,
    /// What the citizen may do.
    pub steps: Vec<CourseStep>,
    /// 查询码, for the forms of this page.
    pub code: String,
    /// How far the submission has come in the log; none before there was a log.
    pub entered: Option<String>,
    /// Telephone numbers.
    pub calls: Vec<String>,
}

/// A time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseClock {
    /// 受理决定
    pub name: String,
    /// 按期完成
    pub verdict: Tag,
    /// 最晚 2026年1月14日，2026年1月7日 完成.
    pub text: String,
    /// The article.
    pub basis: String,
}

/// A step that the citizen may take.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CourseStep {
    /// 评价
    pub name: String,
    /// A line under it.
    pub hint: Option<String>,
    /// What is over once it is taken: shown, and to be ticked.
    pub consequence: Option<String>,
    /// Where the form goes.
    pub action: String,
    /// The same form twice is one step.
    pub key: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

impl CoursePage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let say = |chinese, english| self.language.say(chinese, english);
        let wrong = wrongs(self.steps.iter().flat_map(|step| &step.fields));
        let title = format!("{} {}", self.name, self.number);
        page(
            &self.shell,
            Head { title: &title, refused: !wrong.is_empty(), narrow: true, ..Head::default() },
            html! {
                div.spaced lang=(self.language.code()) {
                    (heading(&title, tag(&self.state), html! { (self.next) }))
                    (error_summary_in(self.language, &wrong))
                    (card(say("办到哪一步", "What has been done"), html! {
                        ol.plain { @for (day, what, ground) in &self.events { li {
                            span.soft { (day) } " " strong { (what) }
                            @if !ground.is_empty() { p.small { (ground) } }
                        } } }
                    }))
                    @if !self.clocks.is_empty() {
                        (card(say("办理时限", "Time limits"), html! {
                            ul.clocks { @for clock in &self.clocks { li {
                                div.clock-head { strong { (clock.name) } (tag(&clock.verdict)) }
                                p.small {
                                    (clock.text)
                                    // An article of law has no other name.
                                    @if !clock.basis.is_empty() { (say("　依据：", ". Basis: ")) span lang="zh-CN" { (clock.basis) } }
                                }
                            } } }
                        }))
                    }
                    @if !self.shown.is_empty() { (card(say("办理结果", "Result"), summary(&self.shown))) }
                    @for step in &self.steps { (self.step(step)) }
                    @if let Some(entered) = &self.entered { (self.proof(entered)) }
                    (telephones(self.language, &self.calls))
                }
            },
        )
    }

    /// The receipt of the log. Its address does not carry the query code.
    fn proof(&self, entered: &str) -> Markup {
        let say = |chinese, english| self.language.say(chinese, english);
        card(
            say("存证", "Proof of filing"),
            html! {
                p { (entered) }
                p.small {
                    (say(
                        "存证回执能证明您交的内容已经登记、以后没有改过，不联网也能核对。里面有您填写的全部内容，请自己保存。",
                        "The receipt proves that what you filed was registered and has not been changed since. It can be checked offline. It contains everything you wrote; keep it to yourself.",
                    ))
                    " " a href="/log" { (say("怎样核对", "How to check it")) }
                }
                (post_form(
                    &self.shell.csrf,
                    "/follow/receipt.tlog-proof",
                    "form",
                    Encoding::Plain,
                    html! {
                        (hidden("code", &self.code))
                        (in_language(self.language))
                        div.actions { (submit(say("下载存证回执", "Download the receipt"), Weight::Plain)) }
                    },
                ))
            },
        )
    }

    fn step(&self, step: &CourseStep) -> Markup {
        let files = step.fields.iter().any(|field| matches!(field.control, Control::File { .. }));
        let encoding = if files { Encoding::Multipart } else { Encoding::Plain };
        card(
            &step.name,
            post_form(
                &self.shell.csrf,
                &step.action,
                "form",
                encoding,
                html! {
                    (hidden("code", &self.code))
                    (hidden("key", &step.key))
                    (in_language(self.language))
                    @if let Some(hint) = &step.hint { p.hint { (hint) } }
                    @if let Some(words) = &step.consequence { p.flash.warn { (words) } }
                    @if !step.fields.is_empty() { div.fields.one { @for one in &step.fields { (field(one)) } } }
                    div.actions { (submit(&step.name, if step.consequence.is_some() { Weight::Danger } else { Weight::Plain })) }
                },
            ),
        )
    }
}

/// Counts by one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CountsBy {
    /// 投诉类别
    pub name: String,
    /// The items that are published, with their counts and the share in time.
    pub rows: Vec<(String, String, String)>,
    /// How many items are kept back.
    pub kept_back: usize,
}

/// 投诉公开统计
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublicNumbersPage {
    /// Around the page.
    pub shell: Shell,
    /// 消费投诉公开统计.
    pub title: String,
    /// 消费投诉.
    pub entry: String,
    /// 我要投诉.
    pub verb: String,
    /// The form of the entry.
    pub action: String,
    /// 2026 年，截至 2026年11月22日 24 时.
    pub as_of: String,
    /// 收到, 已办结, 办结比例.
    pub totals: Vec<(String, String)>,
    /// Time limit, decided, in time, share.
    pub clocks: Vec<(String, String, String, String)>,
    /// By field.
    pub by: Vec<CountsBy>,
    /// There are more cases than were read.
    pub cut: bool,
}

/// 各类投诉举报公开统计: every entry that publishes its counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AllNumbersPage {
    /// Around the page.
    pub shell: Shell,
    /// The entries.
    pub entries: Vec<PublicNumbersPage>,
}

impl AllNumbersPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = "投诉举报公开统计";
        let crumbs = [Crumb::to("投诉和查询", "/report"), Crumb::here(title)];
        page(
            &self.shell,
            Head { title, crumbs: &crumbs, narrow: true, ..Head::default() },
            html! {
                (heading(title, html! {}, html! { "由办理记录直接算出。按期：法定期限都没有超过的，占期限已到或者已办的。" (SUPPRESSED) }))
                @if self.entries.is_empty() { section.card { p { "本县没有在本系统办理并公开统计的投诉。" } } }
                @for entry in &self.entries {
                    section.card {
                        h2 { (entry.entry) }
                        p.soft { (entry.as_of) }
                        (entry.tables())
                        p { a href=(entry.action) { (entry.verb) "：" (entry.entry) } }
                    }
                }
            },
        )
    }
}

/// Why small counts are not there.
const SUPPRESSED: &str = "为免看出是谁，少于 5 件的不逐项公开。";

impl PublicNumbersPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [
            Crumb::to("投诉和查询", "/report"),
            Crumb::to("公开统计", "/complaints/numbers"),
            Crumb::here(self.title.clone()),
        ];
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, narrow: true, ..Head::default() },
            html! {
                (heading(&self.title, html! {}, html! { (self.as_of) "。" (SUPPRESSED) }))
                (self.tables())
                p.actions { a.button href=(self.action) { (self.verb) "：" (self.entry) } }
            },
        )
    }

    fn tables(&self) -> Markup {
        html! {
            div.spaced {
                @if self.cut { p.flash.warn { "案件太多，只统计了最近的一部分。" } }
                ul.tally { @for (name, value) in &self.totals { li { strong { (value) } span { (name) } } } }
                @if !self.clocks.is_empty() {
                    div.scroll tabindex="0" { table {
                        caption { span.title { "按期情况" } " " span.note { "到期和已完成的；不足 5 件的不列" } }
                        thead { tr { th scope="col" { "时限" } th.num scope="col" { "件数" } th.num scope="col" { "按期" } th.num scope="col" { "按期率" } } }
                        tbody { @for (name, all, met, share) in &self.clocks { tr {
                            th scope="row" { (name) } td.num { (all) } td.num { (met) } td.num { (share) }
                        } } }
                    } }
                }
                @for by in self.by.iter().filter(|by| !by.rows.is_empty() || by.kept_back > 0) {
                    div.scroll tabindex="0" { table {
                        caption { span.title { "按" (by.name) } }
                        thead { tr { th scope="col" { (by.name) } th.num scope="col" { "件数" } th.num scope="col" { "按期率" } } }
                        tbody {
                            @for (item, number, share) in &by.rows { tr { th scope="row" { (item) } td.num { (number) } td.num { (share) } } }
                            @if by.kept_back > 0 { tr {
                                th scope="row" { @if by.rows.is_empty() { "各项都少" } @else { "其余 " (by.kept_back) " 项" } } td.num { "不公开" } td.num { "不公开" }
                            } }
                        }
                    } }
                }
            }
        }
    }
}
