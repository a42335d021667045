//! 公众办事 of the fictional county.

use maud::Markup;

use super::public;
use crate::components::{
    Link,
    field::{Choice, Control, Field},
    light::Tone,
    summary::Line,
    tag::Tag,
};
use crate::pages::{
    AllNumbersPage, CountsBy, CourseClock, CoursePage, CourseStep, FollowPage, Hidden, Language, Poster, PosterPage,
    PublicNumbersPage, ReceiptPage, ReportCheckPage, ReportPage, ReportWay, ReportsPage,
};

fn calls() -> Vec<String> {
    vec!["12315".into(), "12345".into()]
}

fn hidden() -> Vec<Hidden> {
    vec![Hidden { name: "key".into(), value: "0192".into() }, Hidden { name: "page".into(), value: "0".into() }]
}

fn question(language: Language, error: Option<&str>) -> ReportPage {
    let text = |value: &str| Control::Text { value: value.into(), max_len: None, autocomplete: None };
    let (title, label) = match language {
        Language::Chinese => ("我要投诉：旅游投诉", "遇到了什么问题？"),
        Language::English => ("Make a complaint", "What went wrong?"),
    };
    ReportPage {
        shell: public(""),
        language,
        title: title.into(),
        entry: "tour".into(),
        step: 1,
        steps: 6,
        notices: Vec::new(),
        fields: vec![Field {
            error: error.map(str::to_owned),
            ..Field::new("f-matter", label, text(if error.is_some() { "" } else { "游船取消了讲解" })).required()
        }],
        hidden: hidden(),
        action: "/report/tour".into(),
        notice: error.map(|_| "页面放得太久了。您填的文字都在，请核对后继续。".into()),
        calls: calls(),
        other: Some(Link::new("English", "/report/tour?lang=en")),
    }
}

/// Every page, in the cases that look different.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let entries = ReportsPage {
        shell: public(""),
        ways: vec![ReportWay {
            open: Link::new("我要投诉：旅游投诉", "/report/tour"),
            about: "在本县旅游遇到的问题。".into(),
            numbers: Some(Link::new("公开统计", "/report/tour/numbers")),
            english: Some(Link::new("In English: Complaint about a trip", "/report/tour?lang=en")),
        }],
        calls: calls(),
    };
    let photo = ReportPage {
        step: 3,
        fields: vec![Field::new(
            "f-photo",
            "有照片、票据或者合同吗？",
            Control::File { accept: ".jpg,.png".into(), max: "10 MB".into(), current: None },
        )],
        ..question(Language::Chinese, None)
    };
    let check = ReportCheckPage {
        shell: public(""),
        title: "我要投诉：旅游投诉".into(),
        parts: vec![
            (0, vec![Line::text("遇到了什么问题？", "游船取消了讲解").wide()]),
            (1, vec![Line::text("在哪里？", "青石镇旅游码头").wide(), Line::text("是哪一家？", "").wide()]),
        ],
        hidden: hidden(),
        action: "/report/tour".into(),
        calls: calls(),
        word: "投诉".into(),
        ..ReportCheckPage::default()
    };
    let receipt = ReceiptPage {
        shell: public(""),
        number: "LY202600012".into(),
        code: "7K3QM-4ZT9W".into(),
        plain_code: "7K3QM4ZT9W".into(),
        follow: "https://zl.example.gov.cn/follow".into(),
        calls: calls(),
        word: "投诉".into(),
        ..ReceiptPage::default()
    };
    let follow = |error: Option<&str>| FollowPage {
        shell: public(""),
        language: Language::Chinese,
        other: Some(Link::new("English", "/follow?lang=en")),
        number: "LY202600012".into(),
        error: error.map(str::to_owned),
        calls: calls(),
    };
    let follow_english = FollowPage {
        language: Language::English,
        other: Some(Link::new("中文", "/follow")),
        error: Some("Not found.".into()),
        ..follow(None)
    };
    let scores = (1..=5).map(|score| Choice::new(score.to_string(), format!("{score} 分"))).collect();
    let course = CoursePage {
        shell: public(""),
        entered: Some("已入账，存证日志第 48213 号".into()),
        language: Language::Chinese,
        number: "LY202600012".into(),
        name: "旅游投诉".into(),
        state: Tag::new(Tone::Neutral, "已办结"),
        next: "这件投诉已经办完。".into(),
        events: vec![
            ("2026年11月2日".into(), "收到投诉".into(), String::new()),
            ("2026年11月3日".into(), "不予受理".into(), "理由：不属于职责范围".into()),
        ],
        clocks: vec![CourseClock {
            name: "受理决定".into(),
            verdict: Tag::new(Tone::Good, "按期完成"),
            text: "最晚 2026年11月9日，2026年11月3日 完成".into(),
            basis: "旅游投诉处理办法".into(),
        }],
        shown: vec![Line::text("处理结果", "已退还讲解费").wide()],
        steps: vec![CourseStep {
            name: "评价".into(),
            hint: Some("说说办得怎样".into()),
            consequence: None,
            action: "/follow/rate".into(),
            key: "0193".into(),
            fields: vec![Field::new("f-rate-score", "评分", Control::Choice { options: scores }).required()],
        }],
        code: "7K3QM4ZT9W".into(),
        calls: calls(),
    };
    let posters = PosterPage {
        shell: public(""),
        entry: "旅游投诉".into(),
        english_entry: Some("Complaint about a trip".into()),
        place: "示例县".into(),
        kind: ("投诉点位码".into(), "/kinds/complaint_point".into()),
        other: "/kinds/complaint_point/posters?paper=a5".into(),
        posters: vec![Poster {
            place: "青石镇旅游码头1号泊位".into(),
            english: "Qingshi Pier, Berth 1".into(),
            operator: "示例县青石旅游船务有限公司".into(),
            code: "QS01".into(),
            picture: crate::components::qr::QrPicture { size: 2, path: "M0,0h1v1h-1z".into() },
            address: "https://example.invalid/report/tour?point=QS01".into(),
        }],
        left_out: vec!["QS02 云岭镇景区东门已撤销".into()],
        calls: calls(),
        ..PosterPage::default()
    };
    let row = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let counted = |name: &str, all: &str, share: &str| (name.to_owned(), all.to_owned(), share.to_owned());
    let numbers = PublicNumbersPage {
        shell: public(""),
        verb: "我要投诉".into(),
        title: "旅游投诉公开统计".into(),
        entry: "旅游投诉".into(),
        action: "/report/tour".into(),
        as_of: "2026 年，截至 2026年11月22日 24 时".into(),
        totals: vec![row("收到", "128"), row("已办结", "117"), row("办结比例", "91.4%")],
        clocks: vec![("受理决定".into(), "120".into(), "118".into(), "98.3%".into())],
        by: vec![
            CountsBy {
                name: "投诉类别".into(),
                rows: vec![counted("游船", "64", "98.4%"), counted("餐饮", "59", "不列")],
                kept_back: 2,
            },
            CountsBy { name: "所在乡镇".into(), kept_back: 3, ..CountsBy::default() },
        ],
        cut: false,
    };
    vec![
        ("report-entries", entries.render()),
        ("report-question", question(Language::Chinese, None).render()),
        ("report-question-wrong", question(Language::Chinese, Some("请写一句话")).render()),
        ("report-question-english", question(Language::English, None).render()),
        ("report-photo", photo.render()),
        ("report-check", check.render()),
        ("report-receipt", receipt.render()),
        ("follow", follow(None).render()),
        ("follow-english", follow_english.render()),
        ("follow-wrong", follow(Some("没有找到。")).render()),
        ("follow-course", course.render()),
        ("report-numbers", numbers.render()),
        ("complaints-numbers", AllNumbersPage { shell: public(""), entries: vec![numbers.clone()] }.render()),
        ("posters", posters.render()),
    ]
}
