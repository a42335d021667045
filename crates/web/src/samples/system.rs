//! Sign-in, accounts, settings, home, errors and what the program says of itself.

use maud::Markup;

use super::{ELAPSED, office, public, real};
use crate::{
    components::{
        Link,
        action::{Action, Weight},
        field::{Choice, Control, Field},
        light::Tone,
        query::Query,
        shell::Shell,
        summary::Line,
        table::{Cell, Column, Row, Table},
        tag::Tag,
    },
    pages::{
        AboutPage, AccountPage, AccountRow, AccountsPage, BodiesPage, CodePage, DelegationRow, EndedLine, EnrolPage,
        ErrorPage, GrantRow, Hidden, HomeFact, HomeGroup, HomePage, InvitationRow, LogPage, LoginPage, MailPage,
        MePage, Notice, OutboxLine, OutgoingPage, PermissionsPage, PrivacyPage, RecoveryCodesPage, SessionRow,
        SetPasswordPage, SettingsGroup, SettingsPage, TokenLine, TokensPage, TransparencyPage, TreeNode,
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
        ("outgoing", outgoing().render()),
        (
            "outgoing-off",
            OutgoingPage { mail_on: false, hook_on: false, waiting: Vec::new(), given_up: Vec::new(), ..outgoing() }
                .render(),
        ),
        ("mail", mail().render()),
        ("mail-none", MailPage { on: false, code: None, state: "现在不给您发邮件。".into(), ..mail() }.render()),
        ("tokens", tokens().render()),
        ("tokens-none", TokensPage { tokens: Vec::new(), made: None, ..tokens() }.render()),
        ("error", error().render()),
        ("about", about().render()),
        ("privacy", privacy().render()),
        ("transparency", transparency().render()),
        (
            "transparency-none",
            TransparencyPage { facts: Vec::new(), keys: Vec::new(), ended: Vec::new(), ..transparency() }.render(),
        ),
        ("me", me().render()),
        (
            "me-not-let-in",
            MePage {
                owes: Some("账号还没有启用。请等安全管理员批准。".into()), delegate: Vec::new(), ..me()
            }
            .render(),
        ),
        ("second-factor", enrol().render()),
        (
            "second-factor-refused",
            EnrolPage { picture: None, secret: None, error: Some("动态口令不对".into()), ..enrol() }.render(),
        ),
        (
            "recovery-codes",
            RecoveryCodesPage {
                shell: office("我的账号"), codes: vec!["abcde-fgh23".into(), "k4m5n-pqr67".into()]
            }
            .render(),
        ),
        ("login-code", code().render()),
        ("account", account().render()),
        ("log", log().render()),
        (
            "bodies",
            BodiesPage {
                shell: office("单位"),
                ways: vec![Link::new("登记本单位联络员", "#")],
                members: Some(bodies()),
                tree: vec![TreeNode {
                    name: "县市场监管局".into(),
                    under: vec![TreeNode {
                        name: "青石市场监管所".into(),
                        note: "青石镇、银杏乡".into(),
                        under: Vec::new(),
                    }],
                    ..TreeNode::default()
                }],
                tables: Vec::new(),
            }
            .render(),
        ),
        ("permissions", PermissionsPage { shell: office("权限表"), tables: vec![permissions()], cells: 16 }.render()),
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
        guests: vec![("office".into(), "示例·质量强县办".into(), "Shili-0a1b2c3d".into())],
        elsewhere: Some("/login/openid".into()),
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
        href: format!("/accounts/{login}"),
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
        mode: "三员分立：系统管理员建账号，安全管理员授予岗位，审计管理员看日志。".into(),
        dormant: vec!["张某".into()],
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

fn me() -> MePage {
    let end = || Some(Action::send("结束", "/me/sessions/1/end").weight(Weight::Danger));
    let day = |id: &str, label: &str| Field::new(id, label, Control::Date { value: String::new() }).required();
    MePage {
        shell: office("我的账号"),
        owes: None,
        facts: vec![
            Line::text("姓名", "王某某"),
            Line::text("单位", "县市场监管局"),
            Line::text("岗位", "投诉受理岗，县市场监管局（代李某）"),
        ],
        password: vec![
            Field::new("old", "现在的口令", Control::Password { autocomplete: "current-password" }).required(),
            Field::new("password", "新口令", Control::Password { autocomplete: "new-password" })
                .required()
                .error("不能与最近 3 次用过的口令相同，请换一个。"),
        ],
        second_factor: None,
        sessions: vec![
            SessionRow {
                since: "2026年11月23日 08:31".into(),
                seen: "2026年11月23日 14:06".into(),
                current: true,
                action: None,
            },
            SessionRow {
                since: "2026年11月22日 17:02".into(),
                seen: "2026年11月22日 17:40".into(),
                current: false,
                action: end(),
            },
        ],
        delegations: vec![DelegationRow {
            to: "李某".into(),
            span: "2026年11月24日 至 2026年11月28日".into(),
            state: "尚未开始".into(),
            action: end(),
        }],
        delegate: vec![
            Field::new("deputy", "代办人", Control::Area { options: vec![Choice::new("1", "李某")] }).required(),
            day("since", "从"),
            day("until", "到"),
        ],
    }
}

fn enrol() -> EnrolPage {
    EnrolPage {
        shell: office("我的账号"),
        picture: Some(crate::components::qr::QrPicture { size: 2, path: "M0,0h1v1h-1z".into() }),
        secret: Some("GEZD GNBV GY3T QOJQ".into()),
        error: None,
    }
}

fn code() -> CodePage {
    let hidden = Hidden { name: "ticket".into(), value: "7f3k".into() };
    CodePage { shell: public(""), hidden: vec![hidden], refused: Some("动态口令不对或已用过。".into()) }
}

fn account() -> AccountPage {
    let grant = |role: &str, ended: Option<&str>| GrantRow {
        role: role.into(),
        body: "县市场监管局".into(),
        span: "2026年11月1日 起".into(),
        by: "an".into(),
        ended: ended.map(str::to_owned),
        action: ended.is_none().then(|| Action::send("收回", "/accounts/1/grants/1/withdraw").weight(Weight::Danger)),
    };
    AccountPage {
        shell: office("账号"),
        name: "李某".into(),
        facts: vec![Line::text("用户名", "li"), Line::text("状态", "待批准启用")],
        actions: vec![Action::send("批准启用", "/accounts/1/let-in").weight(Weight::Primary)],
        grants: vec![grant("单位负责人", None), grant("数据导出", Some("2026年11月9日 10:00"))],
        grant_action: "/accounts/1/grants".into(),
        grant: vec![
            Field::new("role", "岗位", Control::Area { options: vec![Choice::new("head", "单位负责人")] }).required(),
        ],
        role_action: "/accounts/1/role".into(),
        role: vec![
            Field::new(
                "new_role",
                "角色",
                Control::Choice { options: vec![Choice::new("bureau", "责任单位").chosen(true)] },
            )
            .required(),
        ],
        own: false,
    }
}

fn log() -> LogPage {
    let cells = ["2026年11月23日 14:06", "wang", "登录", "", "10.0.0.8"];
    LogPage {
        shell: office("登录日志"),
        title: "登录日志".into(),
        lead: "每一次登录和没有成功的尝试。".into(),
        query: Query {
            action: "/logs/sign-ins".into(),
            fields: vec![Field::new("q_who", "用户名", text(""))],
            ..Query::default()
        },
        toolbar: vec![Action::open("导出 Excel", "/logs/sign-ins.xlsx")],
        table: Table {
            id: "log".into(),
            caption: "登录日志".into(),
            columns: ["时间", "用户名", "结果", "说明", "来自"].map(Column::text).into(),
            rows: vec![Row::new(cells.map(|one| Cell::Text(one.into())).into())],
            ..Table::default()
        },
        next: Some("/logs/sign-ins?before=1".into()),
    }
}

fn bodies() -> Table {
    Table {
        id: "level-scjg".into(),
        caption: "县级部门".into(),
        columns: vec![
            Column::header("单位"),
            Column::text("联络员"),
            Column::text("牵头的指标"),
            Column::text("配合的指标"),
        ],
        rows: vec![Row::new(vec![
            Cell::Noted("县市场监管局".into(), String::new()),
            Cell::Noted("王某".into(), "023-0000".into()),
            Cell::Links(vec![Link::new("食品抽检合格率", "/indicators/food_pass_rate")]),
            Cell::Links(Vec::new()),
        ])],
        stacked: true,
        ..Table::default()
    }
}

fn permissions() -> Table {
    Table {
        id: "kind-food_sample".into(),
        caption: "食品抽检样品".into(),
        columns: vec![Column::header("角色"), Column::text("查看"), Column::text("导出")],
        rows: vec![Row::new(["质量强县办", "全部", "全部"].map(|one| Cell::Text(one.into())).into())],
        ..Table::default()
    }
}

fn tokens() -> TokensPage {
    let line = |name: &str, of: &str, rights: &str, state: Tag, actions: Vec<Action>| TokenLine {
        name: name.into(),
        of: of.into(),
        rights: rights.into(),
        until: "2027年2月21日 09:30".into(),
        used: "2026年11月23日 14:05".into(),
        state,
        actions,
    };
    let revoke = || vec![Action::send("撤销", "/tokens/1/revoke").weight(Weight::Danger)];
    let rights = [("read", "查看"), ("write", "登记"), ("step", "办理")];
    let rights = rights.map(|(id, name)| Choice::new(id, name).chosen(id == "read"));
    TokensPage {
        shell: office("接口令牌"),
        tokens: vec![
            line(
                "检验机构结果回传",
                "服务：县市场监管局",
                "食品抽检样品：查看、登记",
                Tag::new(Tone::Good, "有效"),
                revoke(),
            ),
            line("旧的大屏", "王某某", "全部种类：查看", Tag::new(Tone::Neutral, "已撤销"), Vec::new()),
        ],
        fields: vec![
            Field::new("name", "用途", text("")).required(),
            Field::new("rights", "权限", Control::Choices { options: rights.into() }).required(),
        ],
        action: "/tokens".into(),
        made: Some(("检验机构结果回传".into(), "zh_0123456789abcdef".into())),
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
        openid: SettingsGroup {
            title: "统一身份登录".into(),
            about: "只登录已有的账号，不自动建账号。由安全管理员设置。".into(),
            fields: vec![Field::new("openid_issuer", "身份服务地址", text("https://id.example.gov.cn"))],
        },
        may_set_openid: true,
        action: "/settings".into(),
        may_save: true,
        policies: vec![
            Line {
                note: Some("数值取测评中常见的要求（未与标准原文逐字核对）".into()),
                ..Line::text("等保二级", "至少 10 个字符；90 天更换")
            },
            Line::text("OWASP ASVS", "至少 15 个字符；不要求定期更换"),
        ],
        policy: Some(
            Field::new(
                "policy",
                "口令策略",
                Control::Choice {
                    options: vec![Choice::new("djbh2", "等保二级").chosen(true), Choice::new("asvs", "OWASP ASVS")],
                },
            )
            .required(),
        ),
        policy_name: "等保二级".into(),
        facts: vec![
            Line::text("版本", "0.1.0"),
            Line::text("数据库", "SQLite，128 MB"),
            Line::text("方案包", "示例县 2024，第 3 版"),
            Line::text("记录", "184,302 条"),
        ],
    }
}

fn outgoing() -> OutgoingPage {
    let line = |way: &str, sort: &str, attempts: &str, state: Tag, error: &str, actions: Vec<Action>| OutboxLine {
        since: "2026年11月23日 08:00".into(),
        way: way.into(),
        sort: sort.into(),
        attempts: attempts.into(),
        state,
        error: error.into(),
        actions,
    };
    OutgoingPage {
        shell: office("设置"),
        mail: vec![
            Field::new("mail_host", "邮件服务器", text("smtp.example.gov.cn")).hint("不填就不发邮件"),
            Field::new("mail_port", "端口", Control::Integer { value: "465".into(), unit: None }),
            Field::new(
                "mail_security",
                "加密",
                Control::Choice {
                    options: vec![
                        Choice::new("tls", "直接加密（通常 465 端口）").chosen(true),
                        Choice::new("starttls", "STARTTLS（通常 587 端口）"),
                    ],
                },
            ),
        ],
        hook: vec![Field::new("webhook_url", "接收地址", text("https://oa.example.gov.cn/zhiheng"))],
        mail_on: true,
        hook_on: true,
        test_to: Field::new("to", "收件地址", text("")).required(),
        without_links: true,
        waiting: vec![line(
            "推送",
            "即将到期",
            "3 / 12",
            Tag::new(Tone::Warn, "2026年11月23日 08:04 再试"),
            "ZH4211 接收方回答了 503，不是成功。请检查接收方的程序。",
            Vec::new(),
        )],
        given_up: vec![line(
            "邮件",
            "早上汇总",
            "12 / 12",
            Tag::new(Tone::Bad, "2026年11月23日 20:10 放弃"),
            "ZH4201 连不上 smtp.example.gov.cn:465。请核对地址和端口，并检查本机能不能访问它。",
            vec![Action::send("重发", "/settings/outgoing/7/again")],
        )],
    }
}

fn mail() -> MailPage {
    let modes = vec![
        Choice::new("none", "不发邮件"),
        Choice::new("morning", "每个工作日早上发一封汇总").chosen(true),
        Choice::new("at_once", "早上发汇总，遇超期、催办、督办再随时发"),
    ];
    MailPage {
        shell: office("我的账号"),
        on: true,
        hour: "8".into(),
        state: "每个工作日早上发一封汇总，发到 wang@example.gov.cn。".into(),
        fields: vec![
            Field::new("mode", "发送", Control::Choice { options: modes }).required(),
            Field::new("address", "邮箱", text("wang.new@example.gov.cn")).hint("最好用单位邮箱"),
        ],
        code: Some(Field::new("code", "验证码", text("")).required().hint("八位数字，已发到 wang.new@example.gov.cn")),
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

fn transparency() -> TransparencyPage {
    TransparencyPage {
        shell: public(""),
        facts: vec![
            Line::text("已公开的条数", "48,213 条"),
            Line::text("树根", "9f2c7d51c3a04e6f8b11d2f0a7c9e4b3508861fa2d3c4b5a69788796a5b4c3d2").wide(),
            Line::text("签名时间", "2026年11月23日 12:00"),
            Line::text("见证", "目前没有外部见证"),
        ],
        keys: vec![
            Line::text(
                "Ed25519 公钥",
                "zhiheng/990101/log/3f2a9c1d+f82e1490+AZuFJSpHLSTcOUzWXjQN0Ys2ayzV7JpngHcCCLfk0fnP",
            )
            .wide(),
            Line::text("国密 SM2 公钥", "zhiheng/990101/log/3f2a9c1d+2be38fda+/29pZC8xLjIuMTU2LjEwMTk3LjEuNTAxCgQ5")
                .wide(),
        ],
        origin: "zhiheng/990101/log/3f2a9c1d".into(),
        rhythm: "最多每 6 小时公开一次".into(),
        ended: vec![EndedLine {
            origin: "zhiheng/990101/log/77aa01bc".into(),
            size: "40107".into(),
            root: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=".into(),
            keys: vec!["zhiheng/990101/log/77aa01bc+dfec44a8+AckCUvt3GBqSchu3z0UWYaCsCNQSIvgj".into()],
            reason: "机房失火，恢复了前一天的备份".into(),
            when: "2026年8月2日 09:10".into(),
        }],
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
