//! 点位码海报: one sheet a place, in Chinese and English: where this is, the code, its letters for whoever cannot scan, three steps, the numbers to call.

use maud::{Markup, html};

use crate::components::{
    action::{Action, Weight, actions},
    empty::{Empty, empty},
    qr::QrPicture,
    section::heading,
    shell::{Crumb, Head, Paper, Shell, page_on},
};

/// The paper of the posters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sheet {
    /// A4
    #[default]
    A4,
    /// A5
    A5,
}

/// A poster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Poster {
    /// 地点
    pub place: String,
    /// The same in English.
    pub english: String,
    /// 经营者
    pub operator: String,
    /// 点位编号
    pub code: String,
    /// The address of the form with its place.
    pub picture: QrPicture,
    /// Where the form is found without scanning.
    pub address: String,
}

/// Posters to print.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PosterPage {
    /// Around the page.
    pub shell: Shell,
    /// 旅游投诉.
    pub entry: String,
    /// Complaint about a trip; none where the entry speaks no English.
    pub english_entry: Option<String>,
    /// 示例县.
    pub place: String,
    /// The kind and its list.
    pub kind: (String, String),
    /// On which paper.
    pub sheet: Sheet,
    /// The same on the other paper.
    pub other: String,
    /// The posters.
    pub posters: Vec<Poster>,
    /// What is not printed, and why.
    pub left_out: Vec<String>,
    /// The address that the codes carry cannot be reached from a telephone.
    pub warning: Option<String>,
    /// Telephone numbers.
    pub calls: Vec<String>,
}

impl PosterPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs =
            [Crumb::to("登记台账", "/kinds"), Crumb::to(&self.kind.0, &self.kind.1), Crumb::here("打印投诉海报")];
        let other = match self.sheet {
            Sheet::A4 => "改用 A5",
            Sheet::A5 => "改用 A4",
        };
        let back = [
            Action::open(other, self.other.clone()).weight(Weight::Plain),
            Action::open("返回列表", self.kind.1.clone()).weight(Weight::Plain),
        ];
        let paper = if self.sheet == Sheet::A4 { Paper::Poster } else { Paper::SmallPoster };
        page_on(
            paper,
            &self.shell,
            Head { title: "打印投诉海报", crumbs: &crumbs, ..Head::default() },
            html! {
                div.screen {
                    (heading("打印投诉海报", html! {}, html! { "共 " (self.posters.len()) " 张，" (if self.sheet == Sheet::A4 { "A4" } else { "A5" }) " 纸，一个点位一张" }))
                    @if let Some(warning) = &self.warning { p.flash.warn { (warning) } }
                    @if !self.left_out.is_empty() { p.note { "没有列入：" (self.left_out.join("；")) "。" } }
                    div data-print="打印" { (actions(&self.shell.csrf, &back)) }
                }
                @if self.posters.is_empty() {
                    (empty(&self.shell.csrf, &Empty { title: "没有可打印的海报".into(), text: "回到列表，勾选在用的点位。".into(), ..Empty::default() }))
                }
                div.posters { @for one in &self.posters { (self.poster(one)) } }
            },
        )
    }

    fn poster(&self, one: &Poster) -> Markup {
        let english = self.english_entry.as_deref();
        html! {
            article.poster aria-label={ (one.place) " " (one.code) } {
                h2 { (self.entry) "，扫码就办" @if english.is_some() { span lang="en" { "Something wrong? Scan to tell us" } } }
                p.poster-place {
                    strong { (one.place) }
                    @if english.is_some() && !one.english.is_empty() { span lang="en" { (one.english) } }
                    @if !one.operator.is_empty() { small { (one.operator) } }
                }
                (one.picture.draw(&format!("{}投诉页面的二维码，点位编号 {}", one.place, one.code)))
                p.poster-code { "点位编号 " @if english.is_some() { span lang="en" { "Code" } " " } strong { (one.code) } }
                ol.poster-steps {
                    @for (chinese, words) in STEPS { li { (chinese) @if english.is_some() { span lang="en" { (words) } } } }
                }
                p.poster-calls {
                    "也可以打电话" @if english.is_some() { " " span lang="en" { "or call" } }
                    @for call in &self.calls { " " strong { (call) } }
                }
                p.poster-foot {
                    "不能扫码的，打开 " span.code { (one.address) }
                    @if english.is_some() { " " span lang="en" { "Without a camera, open this address." } }
                    br; (self.place) (self.shell.runner)
                }
            }
        }
    }
}

const STEPS: [(&str, &str); 3] = [
    ("用手机扫二维码，不用登录，也可以不留姓名", "Scan the code. No account, no name needed."),
    ("写下遇到的问题，可以拍一张照片，提交", "Say what went wrong, add a picture, send it."),
    ("记下查询码，随时查看办到哪一步", "Keep the query code and follow your complaint."),
];
