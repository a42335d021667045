//! 透明日志: what it is, where it stands, how to check it, and what it does not prove.

use maud::{Markup, html};

use crate::components::{
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
};

/// The public page of the log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransparencyPage {
    /// Around the page.
    pub shell: Shell,
    /// Size, root, time; empty before the first head.
    pub facts: Vec<Line>,
    /// The public keys.
    pub keys: Vec<Line>,
    /// Name of the log.
    pub origin: String,
    /// 最多每 6 小时公开一次.
    pub rhythm: String,
    /// Logs that came to an end here.
    pub ended: Vec<EndedLine>,
}

/// A log that came to an end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedLine {
    /// Its name.
    pub origin: String,
    /// Its last size.
    pub size: String,
    /// Its last root.
    pub root: String,
    /// Its public keys.
    pub keys: Vec<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub when: String,
}

impl TransparencyPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "透明日志",
                crumbs: &[Crumb::to("首页", "/"), Crumb::here("透明日志")],
                narrow: true,
                ..Head::default()
            },
            html! {
                (heading("透明日志", html! {}, html! { "本县在这里登记的每一件事都在一本只能往后写的账上留一行，任何人都可以核对它没有被改过。" }))
                (card("现在到哪里", html! {
                    @if self.facts.is_empty() { p { "还没有公开过。" } }
                    @else {
                        (summary(&self.facts))
                        p.small { a href="/log/checkpoint" { "检查点原文" } "　" (self.rhythm) "，内部的账是实时记的；隔一段时间公开，是为了不让人看出几点几分收了多少投诉。" }
                    }
                }))
                (card("这是什么", html! {
                    p { "每录入、更正、撤销一条记录，每办一步，每次授权、登录、启用方案，都在同一时刻往这本账上写一行。一行只是一串校验码：由内容和一个随机数算出，看不出内容，不含任何人的信息。依法删除个人信息时，内容和随机数一起删掉，这一行还在，只是再也对不出任何内容。" }
                    p { "所有的行一起算出一个“树根”，由本县的密钥签名，就是“检查点”。改动、删除、插入以前的任何一行，树根都会变，和签过名的检查点对不上。" }
                }))
                @if !self.keys.is_empty() {
                    (card("公钥", html! {
                        p { "核对签名用。请从两个以上的渠道取得，比对一致再用。日志名称：" code { (self.origin) } }
                        (summary(&self.keys))
                    }))
                }
                (card("怎样核对", html! {
                    ol {
                        li { strong { "核对自己交的材料。" } "在查询页面或者记录页下载“存证回执”，用本程序的命令 " code { "zhiheng verify 回执文件 --key 公钥" } " 核对，不需要联网，也不需要相信本县的服务器。" }
                        li { strong { "核对整本账。" } "账本按公开的格式（C2SP tlog-tiles）存放在 " code { "/log/" } " 之下，用别人写的程序也能核对，例如 Go 语言官方的 golang.org/x/mod/sumdb。" }
                        li { strong { "留一份旧的检查点。" } "现在存下检查点原文，过些日子再来：新的账必须从旧的账接着写，接不上就是改过。" }
                    }
                }))
                (card("它不能证明什么", html! {
                    ul {
                        li { "不能证明写进去的内容是真的，只能证明写进去以后没有改过。" }
                        li { "不能证明该写的都写了：从来没有登记的事，账上没有。" }
                        li { "最近一次公开之后的内容，要等下一次公开才能由外人核对。" }
                        li { "只有本县一家签名时，不能排除同时给不同的人看两本账；有外部见证签名，或者大家互相比对检查点，才能排除。" }
                    }
                }))
                @if !self.ended.is_empty() {
                    (card("此前的日志", html! {
                        @for one in &self.ended {
                            p { strong { (one.when) } " 起另开了现在的日志。原因：" (one.reason) }
                            p.small { "原日志 " code { (one.origin) } @if !one.size.is_empty() { "，止于第 " (one.size) " 条，树根 " code { (one.root) } } }
                            @for key in &one.keys { p.small { "公钥 " code { (key) } } }
                        }
                    }))
                }
            },
        )
    }
}
