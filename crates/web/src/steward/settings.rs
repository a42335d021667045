//! 系统设置: the public address, the proxy, who runs the pages; and what runs.

use axum::extract::State;
use zhiheng_app::{Error, PROFILES, PackState, Power, Profile};

use crate::components::{
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    summary::Line,
};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::openid::{Provider, TRUSTED, may_reach};
use crate::pages::{SettingsGroup, SettingsPage};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::{
    BEHIND_PROXY, FOLLOWS, OPENID_CLIENT, OPENID_ISSUER, PUBLIC_ADDRESS, REPORTS, RUNNER, Server, Settings,
};
use crate::words::{count, moment, short_digest};

/// `GET /settings`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, _staff: Staff) -> Answer {
    let settings = server.settings();
    Ok(page_of(page(&server, &visit, &settings, &[]).await?.render()))
}

async fn page(
    server: &Server,
    visit: &Visit,
    settings: &Settings,
    wrong: &[(&'static str, String)],
) -> Result<SettingsPage, Error> {
    let (state, counts, imports) =
        server.run(|app| Ok((app.pack_state()?, app.kind_counts()?, app.last_imports()?))).await?;
    let policy = server.run(|app| app.policy()).await?;
    let pack = &server.app().pack;
    let records: i64 = counts.iter().map(|count| count.live + count.withdrawn).sum();
    let state = match state {
        PackState::None => "尚未启用".to_owned(),
        PackState::Active { seq } => format!("现行第 {seq} 版"),
        PackState::Differs { seq, .. } => format!("现行第 {seq} 版，与程序所带的不同"),
    };
    let mut facts = vec![
        Line::text("程序版本", env!("CARGO_PKG_VERSION")),
        Line::text("方案包", format!("{}（{}）", pack.id, short_digest(&pack.hash))),
        Line::text("方案包状态", state),
        Line::text("记录", format!("{} 条", count(records))),
    ];
    facts.extend(imports.values().max().map(|at| Line::text("最近导入", moment(*at, pack.utc_offset_hours))));
    let (idle, absolute) = (policy.idle_minutes, policy.absolute_minutes / 60);
    facts.push(Line::text("登录有效期", format!("{idle} 分钟不用即失效，最长 {absolute} 小时")));
    let text = |id: &str, label: &str, value: &str| Field {
        error: wrong.iter().find(|(field, _)| *field == id).map(|(_, why)| why.clone()),
        ..Field::new(id, label, Control::Text { value: value.to_owned(), max_len: Some(200), autocomplete: None })
    };
    let none = Provider { issuer: String::new(), client: String::new() };
    let provider = settings.provider.as_ref().unwrap_or(&none);
    let number = |id: &str, label: &str, value: u32| {
        Field::new(id, label, Control::Integer { value: value.to_string(), unit: Some("次".to_owned()) })
    };
    Ok(SettingsPage {
        shell: shell(server, visit),
        groups: vec![
            SettingsGroup {
                title: "访问地址".into(),
                about: "本程序自己不做加密。对外开放时，由前面的代理服务器提供 HTTPS。".into(),
                fields: vec![
                    text(PUBLIC_ADDRESS, "对外地址", &settings.public_address)
                        .hint("如 https://zlqx.example.gov.cn，用于一次性链接；以 https 开头时登录标记只走加密连接"),
                    Field::new(BEHIND_PROXY, "在代理服务器之后", Control::YesNo { value: Some(settings.behind_proxy) })
                        .hint("选“是”才采信代理转来的访问协议；没有代理时选“是”不安全")
                        .required(),
                ],
            },
            SettingsGroup {
                title: "公众投诉".into(),
                about: "同一个网络地址的次数。景区、宾馆的无线网络多人共用一个地址，可以放宽；0 为不限。".into(),
                fields: vec![
                    number(REPORTS, "每小时投诉", settings.reports_per_hour),
                    number(FOLLOWS, "每十分钟查询", settings.follows_per_ten_minutes).hint("查询码错一次按三次计"),
                ],
            },
            SettingsGroup {
                title: "页脚".into(),
                about: String::new(),
                fields: vec![text(RUNNER, "运行单位", &settings.runner).hint("印在每页页脚")],
            },
        ],
        openid: SettingsGroup {
            title: "统一身份登录".into(),
            about: "用本地的统一身份平台登录（OpenID Connect）。只登录已有的账号，不自动建账号；不填就不连接任何外部系统。由安全管理员设置；客户端密钥放在服务器的文件里，启动时用 --openid-secret 指明。".into(),
            fields: vec![
                text(OPENID_ISSUER, "身份服务地址", &provider.issuer).hint(format!("{TRUSTED}，照平台给的 issuer 填写")),
                text(OPENID_CLIENT, "客户端标识", &provider.client)
                    .hint("在平台登记本系统时得到；回调地址登记为 对外地址/login/openid/back"),
            ],
        },
        may_set_openid: visit.has(Power::Security),
        action: "/settings".to_owned(),
        may_save: visit.has(Power::System),
        policies: PROFILES.iter().map(policy_line).collect(),
        policy: visit.has(Power::Security).then(|| policy_field(policy)),
        policy_name: policy.name.to_owned(),
        facts,
    })
}

fn policy_field(chosen: &Profile) -> Field {
    let options = PROFILES.iter().map(|one| Choice::new(one.id, one.name).chosen(one.id == chosen.id)).collect();
    Field::new("policy", "口令策略", Control::Choice { options })
        .required()
        .hint("从下一次登录、改口令和打开页面起生效；等保与 ASVS 的要求相反，只能选一个")
}

/// A profile in words.
fn policy_line(one: &Profile) -> Line {
    let change = one.change_days.map_or_else(|| "不要求定期更换".to_owned(), |days| format!("{days} 天更换"));
    let second = match one.second_factor {
        zhiheng_app::SecondFactor::Everybody => "必须用动态口令",
        zhiheng_app::SecondFactor::Optional => "动态口令自愿",
    };
    let history = match one.history {
        0 => String::new(),
        many => format!("，不重复最近 {many} 个"),
    };
    let text = format!(
        "{}；{change}{history}；错 {} 次锁 {} 分钟；{} 分钟不用退出，最长 {} 小时；{second}；{} 天未登录提示",
        one.rule(),
        one.failures,
        one.lock_minutes,
        one.idle_minutes,
        one.absolute_minutes / 60,
        one.dormant_days
    );
    let note = if one.verified {
        one.source.to_owned()
    } else {
        format!("{}（未与标准原文逐字核对）", one.source)
    };
    Line { note: Some(note), ..Line::text(one.name, text) }
}

/// `POST /settings/policy`
pub(crate) async fn choose_policy(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    form: FormBody,
) -> Answer {
    let chosen = form.get("policy").to_owned();
    server.run(move |app| app.set_policy(&actor, &chosen)).await?;
    let flash = Flash { tone: Tone::Good, text: "口令策略已选定。".to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see("/settings"))
}

/// `POST /settings/openid`
pub(crate) async fn choose_provider(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    form: FormBody,
) -> Answer {
    let provider = Provider { issuer: form.get(OPENID_ISSUER).to_owned(), client: form.get(OPENID_CLIENT).to_owned() };
    let given = Settings { provider: Some(provider).filter(|one| !one.issuer.is_empty()), ..server.settings() };
    let wrong = wrong(&given);
    if !wrong.is_empty() {
        return Ok(refused(page(&server, &visit, &given, &wrong).await?.render()));
    }
    let (issuer, client) = given.provider.map(|one| (one.issuer, one.client)).unwrap_or_default();
    server
        .run(move |app| {
            for (name, value) in [(OPENID_ISSUER, &issuer), (OPENID_CLIENT, &client)] {
                if app.setting(name)?.unwrap_or_default() != *value {
                    app.set_setting(&actor, name, value)?;
                }
            }
            Ok(())
        })
        .await?;
    server.renew_settings().await?;
    let flash = Flash { tone: Tone::Good, text: "统一身份登录的设置已保存。".to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see("/settings"))
}

/// `POST /settings`
pub(crate) async fn save(State(server): State<Server>, visit: Visit, Staff(actor): Staff, form: FormBody) -> Answer {
    let given = Settings {
        public_address: form.get(PUBLIC_ADDRESS).trim_end_matches('/').to_owned(),
        behind_proxy: form.get(BEHIND_PROXY) == "true",
        runner: form.get(RUNNER).chars().take(60).collect(),
        provider: server.settings().provider,
        // What is no number leaves the limit as it was: a slip of the finger must not take it away.
        reports_per_hour: form.get(REPORTS).parse().unwrap_or(server.settings().reports_per_hour),
        follows_per_ten_minutes: form.get(FOLLOWS).parse().unwrap_or(server.settings().follows_per_ten_minutes),
        outgoing: server.settings().outgoing,
    };
    let wrong = wrong(&given);
    if !wrong.is_empty() {
        return Ok(refused(page(&server, &visit, &given, &wrong).await?.render()));
    }
    server
        .run(move |app| {
            let proxy = if given.behind_proxy { "yes" } else { "no" };
            let (reports, follows) = (given.reports_per_hour.to_string(), given.follows_per_ten_minutes.to_string());
            let wanted = [
                (PUBLIC_ADDRESS, given.public_address.as_str()),
                (BEHIND_PROXY, proxy),
                (RUNNER, given.runner.as_str()),
                (REPORTS, reports.as_str()),
                (FOLLOWS, follows.as_str()),
            ];
            for (name, value) in wanted {
                if app.setting(name)?.unwrap_or_default() != value {
                    app.set_setting(&actor, name, value)?;
                }
            }
            Ok(())
        })
        .await?;
    server.renew_settings().await?;
    let flash = Flash { tone: Tone::Good, text: "设置已保存。".to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    Ok(see("/settings"))
}

fn wrong(given: &Settings) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    wrong.extend(wrong_address(&given.public_address).map(|why| (PUBLIC_ADDRESS, why)));
    if let Some(provider) = &given.provider {
        if !may_reach(&provider.issuer) {
            wrong.push((OPENID_ISSUER, format!("身份服务地址须是{TRUSTED}。")));
        }
        if provider.client.is_empty() {
            wrong.push((OPENID_CLIENT, "请填写客户端标识。".to_owned()));
        }
    }
    wrong
}

fn wrong_address(address: &str) -> Option<String> {
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let plain = |host: &str| {
        !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
    };
    let right = address.is_empty() || host.is_some_and(plain);
    (!right).then(|| "对外地址写成 https://域名 或 http://地址:端口，后面不带路径。".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_a_host() {
        for right in ["", "https://zl.example.gov.cn", "http://10.0.0.8:8470", "http://[::1]:8470"] {
            assert_eq!(wrong_address(right), None, "{right}");
        }
        for wrong in ["zl.example.gov.cn", "javascript:alert(1)", "https://", "https://a/b", "https://a b"] {
            assert!(wrong_address(wrong).is_some(), "{wrong}");
        }
    }
}
