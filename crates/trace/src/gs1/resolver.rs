//! A resolver's answer: which link of a thing fits a request (GS1-Conformant Resolver Standard 1.1, §6), and the whole set of links as
//! RFC 9264 writes it (`application/linkset+json`).

use super::link::Link;
use crate::json::{Object, Value};

/// Where the terms of GS1 live.
pub const VOCABULARY: &str = "https://ref.gs1.org/voc/";

/// Link types of the GS1 Web Vocabulary that a farm product needs: term, and what a page calls it.
pub const LINK_TYPES: &[(&str, &str)] = &[
    ("allergenInfo", "过敏原"),
    ("brandHomepageClinical", "品牌首页（专业）"),
    ("brandHomepageEcomm", "品牌首页"),
    ("careersInfo", "招聘"),
    ("certificationInfo", "认证与检验"),
    ("consumerHandlingStorageInfo", "保存方法"),
    ("defaultLink", "默认"),
    ("defaultLinkMulti", "默认（多语言）"),
    ("dpp", "数字产品护照"),
    ("epcis", "追溯事件"),
    ("epil", "说明书"),
    ("faqs", "常见问题"),
    ("handledBy", "转交的解析服务"),
    ("hasRetailers", "销售点"),
    ("homepage", "首页"),
    ("ingredientsInfo", "配料"),
    ("instructions", "使用说明"),
    ("jws", "签名"),
    ("leaveReview", "评价"),
    ("locationInfo", "地点"),
    ("logisticsInfo", "物流"),
    ("masterData", "主数据"),
    ("nutritionalInfo", "营养成分"),
    ("openingHoursInfo", "营业时间"),
    ("pip", "产品信息"),
    ("productSustainabilityInfo", "可持续信息"),
    ("promotion", "促销"),
    ("purchaseSuppliesOrAccessories", "配件"),
    ("quickStartGuide", "快速入门"),
    ("recallStatus", "召回"),
    ("recipeInfo", "食谱"),
    ("registerProduct", "登记产品"),
    ("registryEntry", "登记簿"),
    ("relatedVideo", "视频"),
    ("safetyInfo", "安全信息"),
    ("scheduleTime", "预约"),
    ("serviceInfo", "服务"),
    ("smartLabel", "智能标签"),
    ("smpc", "产品特性摘要"),
    ("socialMedia", "社交媒体"),
    ("statisticInfo", "统计"),
    ("subscribe", "订阅"),
    ("support", "支持"),
    ("sustainabilityInfo", "可持续"),
    ("traceability", "追溯"),
    ("tutorial", "教程"),
    ("userAgreement", "用户协议"),
    ("verificationService", "验证"),
    ("whatsInTheBox", "包装清单"),
];

/// The term of a link type, however it is written: `gs1:pip`, `pip`, or the whole address of an older or newer vocabulary.
pub fn term(text: &str) -> Option<&'static str> {
    let bare = ["gs1:", VOCABULARY, "https://gs1.org/voc/", "http://gs1.org/voc/", "https://www.gs1.org/voc/"]
        .into_iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    LINK_TYPES.iter().map(|(term, _)| *term).find(|term| *term == bare)
}

/// One link of a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Term of its type.
    pub link_type: String,
    /// Where it leads.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Media type of the answer.
    pub media: Option<String>,
    /// Languages (BCP 47).
    pub languages: Vec<String>,
    /// Contexts in which it is meant.
    pub contexts: Vec<String>,
}

/// What a visitor asks for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `linkType` of the query; none: the default.
    pub link_type: Option<String>,
    /// Languages, best first.
    pub languages: Vec<String>,
    /// Media types, best first.
    pub media: Vec<String>,
    /// `context` of the query.
    pub context: Option<String>,
}

/// What a resolver says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Go there (307).
    Go(&'a Target),
    /// Several fit equally (300): the visitor chooses.
    Choose(Vec<&'a Target>),
    /// Everything there is (`linkType=all` or `linkset`).
    All,
    /// Nothing of this type (404).
    Nothing,
}

/// Chooses among the links of a thing. The type must fit; then context, language and media type narrow as far as they leave something.
pub fn choose<'a>(targets: &'a [Target], default: &str, request: &Request) -> Answer<'a> {
    let asked = request.link_type.as_deref();
    if matches!(asked, Some("all" | "linkset")) {
        return Answer::All;
    }
    let wanted = term(asked.unwrap_or(default)).unwrap_or_else(|| asked.unwrap_or(default));
    let mut left: Vec<&Target> = targets.iter().filter(|target| target.link_type == wanted).collect();
    narrow(&mut left, |target| request.context.as_ref().is_some_and(|context| target.contexts.contains(context)));
    if let Some(best) = request.languages.iter().find(|language| left.iter().any(|target| speaks(target, language))) {
        narrow(&mut left, |target| speaks(target, best));
    }
    if let Some(best) =
        request.media.iter().find(|media| left.iter().any(|target| target.media.as_ref() == Some(*media)))
    {
        narrow(&mut left, |target| target.media.as_ref() == Some(best));
    }
    match left.as_slice() {
        [] => Answer::Nothing,
        [one] => Answer::Go(one),
        // Without a wish of the visitor the first of the default type answers; with one, several answers are shown.
        [first, ..] if asked.is_none() => Answer::Go(first),
        _ => Answer::Choose(left),
    }
}

fn narrow(left: &mut Vec<&Target>, keep: impl Fn(&Target) -> bool) {
    if left.iter().any(|target| keep(target)) {
        left.retain(|target| keep(target));
    }
}

/// `zh` speaks `zh-CN`, and the other way round.
fn speaks(target: &Target, language: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
    target.languages.iter().any(|tag| tag.eq_ignore_ascii_case(language) || primary(tag) == primary(language))
}

/// Every link of a thing in the form of RFC 9264 §4.2.
pub fn link_set(anchor: &Link, description: &str, targets: &[Target]) -> Value {
    let mut context = Object::default();
    context.push("anchor", Value::text(&anchor.write()));
    context.push("itemDescription", Value::text(description));
    for target in targets {
        let mut link = Object::default();
        link.push("href", Value::text(&target.href));
        link.push("title", Value::text(&target.title));
        if let Some(media) = &target.media {
            link.push("type", Value::text(media));
        }
        if !target.languages.is_empty() {
            link.push("hreflang", Value::List(target.languages.iter().map(|tag| Value::text(tag)).collect()));
        }
        if !target.contexts.is_empty() {
            link.push("context", Value::List(target.contexts.iter().map(|context| Value::text(context)).collect()));
        }
        let relation = format!("{VOCABULARY}{}", target.link_type);
        match context.get_mut(&relation) {
            Some(Value::List(links)) => links.push(Value::Object(link)),
            _ => context.push(&relation, Value::List(vec![Value::Object(link)])),
        }
    }
    let mut set = Object::default();
    set.push("linkset", Value::List(vec![Value::Object(context)]));
    Value::Object(set)
}
