//! 登记台账: every kind of record, grouped as in the pack.

use maud::{Markup, html};

use crate::components::{
    Link,
    section::heading,
    shell::{Crumb, Head, Shell, page},
    tag::plain_tag,
};

/// All kinds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KindsPage {
    /// Around the page.
    pub shell: Shell,
    /// One sentence.
    pub lead: String,
    /// Kinds by menu group.
    pub groups: Vec<KindGroup>,
}

/// A menu group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KindGroup {
    /// 抽检与抽查.
    pub name: String,
    /// Its kinds.
    pub kinds: Vec<KindLine>,
}

/// A kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindLine {
    /// Name and list.
    pub link: Link,
    /// What a record of it is.
    pub about: String,
    /// 台账 or 办理.
    pub mode: String,
    /// 1000+ or 87; empty when not counted.
    pub count: String,
    /// 最近导入 3 天前.
    pub freshness: Option<String>,
    /// 导入, 新增.
    pub actions: Vec<Link>,
}

impl KindsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "登记台账", crumbs: &[Crumb::to("首页", "/"), Crumb::here("登记台账")], ..Head::default()
            },
            html! {
                (heading("登记台账", html! {}, html! { (self.lead) }))
                @for group in &self.groups {
                    section.kinds {
                        h2 { (group.name) }
                        ul {
                            @for kind in &group.kinds {
                                li {
                                    div.kind-head {
                                        h3 { a href=(kind.link.href) { (kind.link.label) } }
                                        @if !kind.mode.is_empty() { (plain_tag(&kind.mode)) }
                                        @if !kind.count.is_empty() { span.count { (kind.count) " 条" } }
                                    }
                                    p { (kind.about) }
                                    p.small {
                                        @if let Some(freshness) = &kind.freshness { span.soft { (freshness) } "　" }
                                        @for link in &kind.actions { a href=(link.href) { (link.label) span.sr { (kind.link.label) } } "　" }
                                    }
                                }
                            }
                        }
                    }
                }
            },
        )
    }
}
