//! Sign-in, accounts, settings, home, errors and what the program says of itself.

use maud::Markup;

use super::{ELAPSED, office, public, real};
use crate::{
    components::{
        Link,
        action::{Action, Weight},
        field::{Choice, Control, Field},
        light::Tone,
        shell::Shell,
        summary::Line,
        tag::Tag,
    },
    pages::{
        AboutPage, AccountRow, AccountsPage, ErrorPage, Hidden, HomeFact, HomeGroup, HomePage, InvitationRow,
        LoginPage, Notice, PrivacyPage, SetPasswordPage, SettingsGroup, SettingsPage,
    },
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let refused = LoginPage {
        name: "wang".into(),
        refused: Some("用户名或口令不对。连续五次不对，将停用十五分钟".into()),
        first: None,
        ..login()
    };
    let elder = HomePage { shell: Shell { elder: true, ..real("") }, ..home() };
    vec![
        ("home", home().render()),
        ("home-elder", elder.render()),
        ("login", login().render()),
        ("login-refused", refused.render()),
        ("set-password", set_password().render()),
        ("accounts", accounts().render()),
        ("settings", settings().render()),
        ("error", error().render()),
        ("about", about().render()),
        ("privacy", privacy().render()),
    ]
}

fn text(value: &str) -> Control {
    Control::Text { value: value.into(), max_len: None, autocomplete: None }
}

fn home() -> HomePage {
    let fact =
        |count: &str, words: &str, href: &str| HomeFact { count: count.into(), words: words.into(), href: href.into() };
    let group = |name: &str, targets: &[(&str, &str)]| HomeGroup {
        link: Link::new(name, "/board"),
        targets: targets
            .iter()
            .map(|(name, way)| (Link::new(*name, "/indicators/food_pass_rate"), (*way).to_owned()))
            .collect(),
    };
    HomePage {
        shell: real(""),
        title: "示例县质量强县，看得见的进度".into(),
        lead: "县里的实施方案原文、每一项指标的基期和目标，都在这里。导入现有的表格，指标当场算出来，每个数字都能点开看到记录。".into(),
        ways: vec![
            Action::open("登录导入", "/login?next=/kinds").weight(Weight::Primary),
            Action::open("打开示例县", "/demo"),
        ],
        ways_note: "示例县是虚构的县，数据是编的，用来看系统运行起来是什么样子。".into(),
        facts: vec![
            fact("30", "项指标", "/board"),
            fact("9", "项文中目标", "/board"),
            fact("30", "条措施", "/plan"),
            fact("18", "个责任单位", "/board"),
        ],
        elapsed: ELAPSED,
        elapsed_text: "时间已过 78%：2022 年末至 2027 年末".into(),
        groups: vec![
            group("产业质量竞争力水平", &[("高新技术企业", "3 → 8 家"), ("科技型企业", "79 → 160 家"), ("优势农业特色产业集群", "1 → 2 个")]),
            group("产品质量水平", &[("食品抽检合格率", "98 → ≥98.2 %"), ("消费品质量合格率", "— → ≥95 %"), ("流通领域药品抽检合格率", "100 → ≥99.5 %")]),
        ],
        published: Vec::new(),
    }
}

fn login() -> LoginPage {
    LoginPage {
        shell: public(""),
        name: String::new(),
        next: "/kinds".into(),
        refused: None,
        first: Some("还没有账号。启动程序的窗口里有一个一次性链接，用它建立第一个账号。".into()),
        help: "没有账号或忘了口令，请联系县质量强县办的管理员，由其发给一次性链接。".into(),
    }
}

fn set_password() -> SetPasswordPage {
    SetPasswordPage {
        shell: public(""),
        title: "建立第一个账号".into(),
        lead: "这个链接只能用一次。".into(),
        action: "/invite".into(),
        hidden: vec![Hidden { name: "token".into(), value: "7f3k".into() }],
        fields: vec![
            Field::new(
                "login",
                "用户名",
                Control::Text { value: "wang".into(), max_len: None, autocomplete: Some("username") },
            )
            .required(),
            Field::new("display", "姓名", text("")).required().error("请填写姓名"),
        ],
        rule: "不少于 12 个字符，可以是一句话".into(),
        password_error: None,
        repeat_error: Some("两次输入的不一样".into()),
        submit: "建立账号".into(),
    }
}

fn accounts() -> AccountsPage {
    let row = |name: &str, login: &str, body: &str, role: &str, seen: &str, off: bool| AccountRow {
        name: name.into(),
        login: login.into(),
        body: body.into(),
        role: role.into(),
        last_seen: seen.into(),
        state: if off { Tag::new(Tone::Neutral, "停用") } else { Tag::new(Tone::Good, "在用") },
        actions: vec![
            Action::send("重设口令", format!("/accounts/{login}/reset")),
            Action::send(if off { "启用" } else { "停用" }, format!("/accounts/{login}/state")),
        ],
    };
    let options = |labels: &[&str]| labels.iter().map(|label| Choice::new(*label, *label)).collect::<Vec<_>>();
    AccountsPage {
        shell: office("账号"),
        accounts: vec![
            row("王某某", "wang", "县市场监管局", "质量强县办", "2026年11月23日", false),
            row("李某", "li", "县农业农村委", "责任单位", "2026年11月2日", false),
            row("张某", "zhang", "县商务委", "责任单位", "从未", true),
        ],
        invitations: vec![InvitationRow {
            name: "赵某".into(),
            body: "县文化旅游委，责任单位".into(),
            until: "2026年11月30日".into(),
            actions: vec![Action::send("撤回", "/invitations/1/withdraw")],
        }],
        invite: vec![
            Field::new("display", "姓名", text("")).required(),
            Field::new(
                "body",
                "单位",
                Control::Area {
                    options: options(&["县市场监管局", "县农业农村委", "县商务委", "县文化旅游委"])
                },
            )
            .required(),
            Field::new("role", "角色", Control::Choice { options: options(&["质量强县办", "责任单位"]) }).required(),
        ],
        invite_action: "/accounts/invite".into(),
        link: Some(("赵某".into(), "https://zhiheng.example.gov.cn/invite/7f3kq0xh2m9cwtra".into())),
    }
}

fn settings() -> SettingsPage {
    SettingsPage {
        shell: office("设置"),
        groups: vec![
            SettingsGroup {
                title: "访问地址".into(),
                about: "放在反向代理后面、由它提供 https 时填写，邀请链接和安全设置以此为准。".into(),
                fields: vec![
                    Field::new("public_address", "对外地址", text("https://zhiheng.example.gov.cn"))
                        .hint("以 https:// 开头，末尾不带斜线"),
                    Field::new("behind_proxy", "信任代理转来的来访地址", Control::YesNo { value: Some(true) })
                        .required(),
                ],
            },
            SettingsGroup {
                title: "页脚".into(),
                about: String::new(),
                fields: vec![Field::new("runner", "运行单位", text("示例县质量强县工作办公室"))],
            },
        ],
        action: "/settings".into(),
        facts: vec![
            Line::text("版本", "0.1.0"),
            Line::text("数据库", "SQLite，128 MB"),
            Line::text("方案包", "示例县 2024，第 3 版"),
            Line::text("记录", "184,302 条"),
        ],
    }
}

fn error() -> ErrorPage {
    ErrorPage {
        shell: public(""),
        title: "没有这个页面".into(),
        text: "地址可能抄漏了，或者这条记录不对外公开。".into(),
        remedies: vec!["核对地址是否完整。".into(), "如果是内部记录，请先登录。".into()],
        code: "ZH2004".into(),
        actions: vec![Action::open("返回首页", "/").weight(Weight::Primary), Action::open("登录", "/login")],
    }
}

fn about() -> AboutPage {
    let notice = |name: &str, licence: &str, text: &str| Notice {
        name: name.into(),
        licence: licence.into(),
        text: text.into(),
    };
    AboutPage {
        shell: public("关于"),
        about: vec![
            "质衡读懂一个县的质量强县方案，把每一个目标变成能算、能查、能点开的数字。".into(),
            "未经批准的数字只在内部可见；公开的数字都写明分子、分母和口径。".into(),
        ],
        facts: vec![Line::text("版本", "0.1.0"), Line::text("方案包", "示例县 2024")],
        notices: vec![
            notice("SQLite", "公有领域", ""),
            notice(
                "axum 0.8",
                "MIT",
                "Permission is hereby granted, free of charge, to any person obtaining a copy of this software …",
            ),
        ],
    }
}

fn privacy() -> PrivacyPage {
    let section =
        |title: &str, texts: &[&str]| (title.to_owned(), texts.iter().map(|text| (*text).to_owned()).collect());
    PrivacyPage {
        shell: public(""),
        sections: vec![
            section(
                "浏览",
                &[
                    "看页面不需要账号，不使用第三方统计，不向外发送任何数据。",
                    "选择长辈版时，浏览器里存一个小标记，只记这一项。",
                ],
            ),
            section("登录", &["登录后存一个会话标记，退出即失效。操作写入操作日志，供审计使用。"]),
        ],
    }
}
