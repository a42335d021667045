//! 页面框架的内容: the menu, the band and the names around every page, for the reader at hand.

use zhiheng_app::Power;
use zhiheng_pack::Pack;
use zhiheng_pack::procedure::Language;

use crate::components::{
    Link,
    action::Csrf,
    shell::{MenuEntry, MenuGroup, Notice, Reader, Shell},
};
use crate::csrf;
use crate::extract::Visit;
use crate::server::Server;

/// What every county of this program runs.
const PROGRAM: &str = "质量强县";
/// So many kinds stand in the menu; the rest are one click further.
const KINDS_IN_MENU: usize = 6;

/// The shell of a page.
pub(crate) fn shell(server: &Server, visit: &Visit) -> Shell {
    let pack = &server.app().pack;
    let token = csrf::token(server.csrf_key(), &visit.secret, &server.chance::<8>());
    Shell {
        place: pack.place_name.clone(),
        program: PROGRAM.to_owned(),
        notice: notice(pack),
        reader: match &visit.account {
            Some(account) => Reader::Staff { name: account.name.clone(), body: visit.body_name(pack) },
            None => Reader::Public,
        },
        menu: menu(pack, visit),
        here: visit.here.clone(),
        searched: String::new(),
        elder: visit.elder,
        runner: server.settings().runner,
        open_work: visit.open_work.map(open_words),
        flash: visit.flash.clone(),
        csrf: Csrf(token),
        language: Language::Chinese,
    }
}

/// The shell of a page of the public in a language: in English the menu holds what there is in English.
pub(crate) fn shell_in(server: &Server, visit: &Visit, language: Language) -> Shell {
    let shell = shell(server, visit);
    if language == Language::Chinese {
        return shell;
    }
    let path = visit.here.split('?').next().unwrap_or_default();
    let entry = |label: String, href: String| MenuEntry {
        current: within(path, href.split('?').next().unwrap_or_default()),
        link: Link::new(label, href),
        badge: None,
    };
    let speaking = zhiheng_app::public_entries(&server.app().pack).filter(|(_, entry)| entry.english);
    let named = speaking.map(|(_, it)| {
        let name = it.english_name.clone().unwrap_or_else(|| "Complaint".to_owned());
        entry(name, format!("/report/{}?lang=en", it.path))
    });
    let follow = entry("Follow a complaint".to_owned(), "/follow?lang=en".to_owned());
    let entries = named.chain([follow]).collect();
    Shell { language, menu: vec![MenuGroup { title: String::new(), entries }], reader: Reader::Public, ..shell }
}

/// Counting stops at a thousand.
pub(crate) fn open_words(count: i64) -> String {
    if count >= 1000 { "999+".to_owned() } else { count.to_string() }
}

fn notice(pack: &Pack) -> Notice {
    match (&pack.notice, pack.demo) {
        (_, true) => Notice::Demonstration,
        (Some(words), false) => Notice::Words(words.clone()),
        (None, false) => Notice::None,
    }
}

fn menu(pack: &Pack, visit: &Visit) -> Vec<MenuGroup> {
    let path = visit.here.split('?').next().unwrap_or_default();
    let kinds = kinds_in_menu(pack, visit);
    let named = kinds.iter().any(|(_, href)| within(path, href));
    let entry = |label: &str, href: &str| MenuEntry {
        link: Link::new(label, href),
        badge: None,
        current: within(path, href) && !(href == "/kinds" && named),
    };
    let mut first = Vec::new();
    if visit.open_work.is_some() {
        first.push(entry("工作台", "/work"));
    }
    let board = entry("目标指标", "/board");
    first.push(MenuEntry { current: board.current || path.starts_with("/indicators/"), ..board });
    first.push(entry("方案原文", "/plan"));
    if pack.publications().is_some() {
        first.push(entry("公开目录", "/public"));
    }
    if visit.sees_live() {
        first.push(entry("登记台账", "/kinds"));
    }
    if visit.account.as_ref().is_some_and(zhiheng_app::Account::acts) {
        first.push(entry("单位", "/bodies"));
    }
    let group = |title: &str, entries: Vec<MenuEntry>| MenuGroup { title: title.to_owned(), entries };
    if visit.is_office() && pack.collection.is_some() {
        first.push(entry("报送", "/rounds"));
    }
    if visit.account.is_none() {
        if zhiheng_app::public_entries(pack).next().is_some() {
            first.push(entry("我要投诉", "/report"));
            first.push(entry("查询进度", "/follow"));
        }
        first.push(entry("关于", "/about"));
        return vec![group("", first)];
    }
    let often = kinds.iter().map(|(name, href)| entry(name, href)).collect();
    let mut groups = vec![group("", first), group("常用台账", often)];
    let mut system = vec![entry("我的账号", "/me")];
    if visit.has(Power::System) || visit.has(Power::Security) {
        system.extend([entry("账号", "/accounts"), entry("设置", "/settings")]);
    }
    if visit.has(Power::Audit) {
        let audit = [("操作日志", "/logs/operations"), ("登录日志", "/logs/sign-ins"), ("权限表", "/permissions")];
        system.extend(audit.map(|(label, href)| entry(label, href)));
    }
    system.push(entry("接口令牌", "/tokens"));
    groups.push(group("系统", system));
    groups.retain(|group| !group.entries.is_empty());
    groups
}

fn within(path: &str, href: &str) -> bool {
    path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
}

/// The kinds that move the most indicators, in the order of the pack.
fn kinds_in_menu(pack: &Pack, visit: &Visit) -> Vec<(String, String)> {
    let moves = |at: usize| {
        let mut moved: Vec<usize> = pack.moved_by(at).iter().map(|(indicator, _)| *indicator).collect();
        moved.dedup();
        moved.len()
    };
    let mut ranked: Vec<(usize, usize)> = pack
        .kinds
        .iter()
        .enumerate()
        .filter(|(_, kind)| visit.is_office() || visit.may_write_kind(kind))
        .map(|(at, _)| (moves(at), at))
        .collect();
    ranked.sort_by_key(|(count, at)| (std::cmp::Reverse(*count), *at));
    let mut chosen: Vec<usize> = ranked.into_iter().take(KINDS_IN_MENU).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    let named = chosen.into_iter().filter_map(|at| pack.kinds.get(at));
    named.map(|kind| (kind.name.clone(), format!("/kinds/{}", kind.id))).collect()
}
