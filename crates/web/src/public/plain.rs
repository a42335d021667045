//! 关于、隐私、长辈版: pages of words, and the switch for large text.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::components::summary::Line;
use crate::cookies::{self, Life};
use crate::extract::{Params, Visit};
use crate::frame::shell;
use crate::pages::{AboutPage, Notice, PrivacyPage};
use crate::problem::{Answer, see, show as page_of};
use crate::server::Server;
use crate::words::{date, short_digest};

/// Parts of others that the program is made of, with their licences.
const PARTS: [(&str, &str); 15] = [
    ("axum、tokio、tower", "MIT"),
    ("maud", "MIT 或 Apache-2.0"),
    ("image、png、zune-jpeg", "MIT 或 Apache-2.0；BSD-3-Clause；Zlib"),
    ("rusqlite、SQLite", "MIT；公有领域"),
    ("tokio-postgres", "MIT 或 Apache-2.0"),
    ("jiff", "Unlicense 或 MIT"),
    ("rust_decimal", "MIT"),
    ("argon2、sha2、subtle", "MIT 或 Apache-2.0；BSD-3-Clause"),
    ("calamine", "MIT"),
    ("rust_xlsxwriter", "MIT 或 Apache-2.0"),
    ("quick-xml、zip、csv", "MIT；Unlicense 或 MIT"),
    ("encoding_rs", "（Apache-2.0 或 MIT）与 BSD-3-Clause"),
    ("serde、serde_json、toml", "MIT 或 Apache-2.0"),
    ("clap、anyhow", "MIT 或 Apache-2.0"),
    ("tracing", "MIT"),
];

/// `GET /about`
pub(crate) async fn about(State(server): State<Server>, visit: Visit) -> Answer {
    let pack = &server.app().pack;
    let mut facts = vec![
        Line::text("程序版本", env!("CARGO_PKG_VERSION")),
        Line::text("方案", pack.title.clone()),
        Line::text("方案包", format!("{}（{}）", pack.id, short_digest(&pack.hash))),
    ];
    facts.extend(pack.issuer.iter().map(|issuer| Line::text("发文机关", issuer.clone())));
    facts.extend(pack.issued_on.map(|day| Line::text("成文日期", date(zhiheng_pack::day::number(day)))));
    let page = AboutPage {
        shell: shell(&server, &visit),
        about: vec![
            "质衡把一个县公开的质量强县方案变成运行中的指标：每项目标绑定到登记台账或者声明的报送来源，数字随记录当场更新，并能一直点到每一条记录。".to_owned(),
            "方案内容依据公开文件整理。指标的含义、口径和易错点为整理所得，不是方案原文；未经核实的，页面上都注明。".to_owned(),
        ],
        facts,
        notices: PARTS.map(|(name, licence)| Notice { name: name.into(), licence: licence.into(), ..Notice::default() }).into(),
    };
    Ok(page_of(page.render()))
}

/// `GET /privacy`
pub(crate) async fn privacy(State(server): State<Server>, visit: Visit) -> Answer {
    let section =
        |title: &str, texts: &[&str]| (title.to_owned(), texts.iter().map(|text| (*text).to_owned()).collect());
    let page = PrivacyPage {
        shell: shell(&server, &visit),
        sections: vec![
            section(
                "不登录的读者",
                &[
                    "查看方案和已公开的数字不需要登录，也不留下个人信息。页面不加载任何其他网站的内容，不做统计跟踪。",
                    "运行日志只记页面名称、结果和用时，不记网络地址和查询内容。",
                ],
            ),
            section(
                "浏览器里的记号",
                &[
                    "切换长辈版时，浏览器记住这一选择，一年后失效。登录时记住这次登录：两小时不用即失效，最长十二小时。打开登录页时有一个随机记号，用来防止伪造提交，关闭浏览器即失效。",
                ],
            ),
            section(
                "网上投诉",
                &[
                    "投诉不用登录。打开投诉或者查询页面时有一个随机记号，用来防止伪造提交，关闭浏览器即失效；写了一半的内容只由这个浏览器窗口暂存，提交或者关闭后即清除。",
                    "照片上传后重新生成，拍摄的地点、时间和手机型号不保留。姓名、电话只给办理这件投诉的单位看，查询页面和公开统计中都没有。",
                    "查询码只在回执上出现一次，系统只存不可还原的摘要，我们也查不到。为防滥用，同一网络地址提交和查询的次数有限；计数只在内存里，不记录地址，程序重启即清空。",
                ],
            ),
            section(
                "登记的内容",
                &[
                    "台账中标为个人信息的字段，只有经办单位和质量强县办能看，列表和导出中对其他账号隐去，公开页面一律不显示。",
                    "账号的登录、登录失败、设置变更和口径说明记入操作日志，口令只存不可还原的摘要。",
                ],
            ),
        ],
    };
    Ok(page_of(page.render()))
}

/// `GET /display?elder=1&back=/board`
pub(crate) async fn display(visit: Visit, params: Params) -> Answer {
    let elder = params.get("elder") == "1";
    let (value, life) = if elder { ("1", Life::Year) } else { ("0", Life::Over) };
    let back = own_address(params.get("back"));
    let cookie = cookies::write(cookies::ELDER, value, life, visit.secure);
    Ok(with_cookie(see(back), cookie))
}

/// An answer with a cookie.
pub(crate) fn with_cookie(mut response: Response, cookie: Option<axum::http::HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.into_response()
}

/// An address of our own, or the first page: a link may not lead elsewhere.
pub(crate) fn own_address(address: &str) -> &str {
    let inside = address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\r', '\n', '\t']);
    if inside { address } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_here() {
        for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example", "", "board", "/\t/evil.example"]
        {
            assert_eq!(own_address(elsewhere), "/", "{elsewhere:?}");
        }
        assert_eq!(own_address("/board?light=bad"), "/board?light=bad");
    }
}
