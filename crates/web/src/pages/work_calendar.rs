//! 工作日历: a month of ends, working days and holidays marked, and the feed for a calendar program.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Encoding, Weight, post_form, submit_as},
    field::{Control, Field, field},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
};

/// One month.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkCalendarPage {
    /// Around the page.
    pub shell: Shell,
    /// 2026年1月.
    pub month: String,
    /// The month before.
    pub before: String,
    /// The month after.
    pub after: String,
    /// Weeks of seven days from Monday on; days of other months are none.
    pub weeks: Vec<Vec<Option<CalendarDay>>>,
    /// Said when not everything fits.
    pub more: Option<String>,
    /// The feed.
    pub feed: Feed,
}

/// A day of the month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarDay {
    /// 14.
    pub day: i8,
    /// 元旦放假, 调休上班; empty for an ordinary day.
    pub word: String,
    /// Nobody works.
    pub off: bool,
    /// It is today.
    pub today: bool,
    /// What ends on it.
    pub ends: Vec<Link>,
}

/// The feed of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    /// There is one.
    pub on: bool,
    /// Its address, shown once.
    pub address: Option<String>,
}

impl WorkCalendarPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: &format!("工作日历 {}", self.month),
                crumbs: &[Crumb::to("工作台", "/work"), Crumb::here("日历")],
                ..Head::default()
            },
            html! {
                (heading(&format!("{} 到期", self.month), html! {
                    a.button href={ "/work/calendar?month=" (self.before) } rel="prev" { "上个月" } " "
                    a.button href={ "/work/calendar?month=" (self.after) } rel="next" { "下个月" }
                }, html! { @if let Some(more) = &self.more { (more) } }))
                div.scroll role="region" aria-labelledby="month-caption" tabindex="0" {
                    table.month id="month" {
                        caption.quiet id="month-caption" { span.title { (self.month) "的到期事项" } }
                        thead { tr { @for name in ["一", "二", "三", "四", "五", "六", "日"] { th scope="col" { span.sr { "星期" } (name) } } } }
                        tbody { @for week in &self.weeks { tr { @for day in week { (cell(day.as_ref())) } } } }
                    }
                }
                (card("日历订阅", self.feed()))
            },
        )
    }

    fn feed(&self) -> Markup {
        let feed = &self.feed;
        html! {
            p { "把到期日订阅到手机或电脑的日历里。地址就是钥匙，拿到的人都能看到您的待办，请不要转发；换新地址后旧的失效。" }
            @if let Some(address) = &feed.address {
                div.fields.one {
                    (field(&Field::new("feed", "订阅地址", Control::Shown { value: address.clone() }).hint("只显示这一次，请现在复制")))
                }
            } @else if feed.on {
                p { "已启用。地址不再显示；忘了就换一个新的。" }
            }
            (post_form(&self.shell.csrf, "/work/calendar", "inline", Encoding::Plain, html! {
                (submit_as(if feed.on { "换新地址" } else { "启用订阅" }, Weight::Plain, "do", "renew")) " "
                @if feed.on { (submit_as("停用", Weight::Danger, "do", "revoke")) }
            }))
        }
    }
}

fn cell(day: Option<&CalendarDay>) -> Markup {
    let Some(day) = day else { return html! { td.other {} } };
    html! {
        td class=[day.off.then_some("off")] aria-current=[day.today.then_some("date")] {
            p.date { strong { (day.day) } @if !day.word.is_empty() { " " span.soft { (day.word) } } }
            @if !day.ends.is_empty() { ul.plain { @for end in &day.ends { li { a href=(end.href) { (end.label) } } } } }
        }
    }
}
