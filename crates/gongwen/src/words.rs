//! The vocabulary of targets: units, measure words, verbs, comparators. All of it is general official
//! Chinese, simplified and half-width (texts are folded before they are compared).

/// Units that count things one by one: 万 and 亿 before them are multiplied out.
const COUNTING: &[&str] = &[
    "个", "家", "户", "人", "人次", "名", "位", "件", "项", "条", "所", "座", "处", "辆", "台", "套", "张", "只", "头", "羽", "种", "类",
    "批", "批次", "场", "次", "期", "份", "部", "本", "册", "篇", "支", "队", "间", "床", "张床", "例", "起", "宗", "款", "艘", "架", "列",
    "班", "盏", "株", "棵", "片", "块", "段", "道", "口", "栋", "幢", "根", "组", "对", "双", "层", "级", "户次", "人份", "门", "枚", "尾",
    "箱", "瓶", "袋", "台套", "台(套)", "人(次)", "节", "站", "点", "村", "街", "店", "企业", "对次", "趟", "架次", "车次", "航次", "标箱",
    "笔", "单", "桩", "座次", "床位", "个品种", "个点", "处所", "票", "匹", "蔸", "杯", "餐", "孔", "针", "盘", "幅", "首", "剂",
];

/// Units that measure: 万 and 亿 stay with them.
const MEASURING: &[&str] = &[
    "%", "‰", "个百分点", "百分点", "个千分点", "元", "美元", "欧元", "港元", "人民币", "元人民币", "吨", "斤", "公斤", "千克", "克", "毫克",
    "微克", "吨标准煤", "吨标煤", "吨标准油", "立方米", "立方", "平方米", "平方公里", "平方千米", "公里", "千米", "米", "厘米", "毫米", "海里",
    "亩", "公顷", "亩次", "千瓦", "千瓦时", "瓦", "兆瓦", "吉瓦", "度", "伏", "千伏", "千伏安", "年", "岁", "天", "日", "小时", "分钟", "秒",
    "个月", "个工作日", "工作日", "周", "分", "倍", "成", "折", "升", "毫升", "焦耳", "标准立方米", "立方米/秒", "车公里", "吨公里",
    "人公里", "公里/小时", "分贝", "字节", "比特", "标准箱", "载重吨", "总吨", "担", "寸", "英寸", "钱", "两", "摄氏度", "℃", "kWh", "GWh",
    "MW", "GW", "KW", "kW", "km", "KM", "m", "㎡", "m²", "m2", "μg/m3", "mg/L", "P", "PFlops", "EFlops", "EFLOPS", "PFLOPS", "Tbps", "Gbps",
    "Mbps", "GB", "TB", "PB", "EB", "KB", "MB", "Mb", "兆", "吨位", "床日", "标台", "TEU", "元人民币", "百万", "点位", "级及以上",
];

/// Whether a text is a unit as tables print it: %, 家, 亿元, 元/亩, 件/万人.
pub(crate) fn is_unit(text: &str) -> bool {
    if text.is_empty() || text.chars().count() > 12 {
        return false;
    }
    let mut parts = text.split('/');
    let first = parts.next().is_some_and(is_plain_unit);
    first && parts.all(|part| is_plain_unit(part) || (part.chars().count() <= 5 && !part.is_empty()))
}

fn is_plain_unit(text: &str) -> bool {
    let bare = text.trim_start_matches(['万', '亿', '千', '百', '十']);
    let listed = |unit: &str| COUNTING.contains(&unit) || MEASURING.contains(&unit);
    listed(text) || listed(bare) || bare.is_empty() && !text.is_empty()
}

/// Whether a text is a unit that counts things.
pub(crate) fn is_counting(text: &str) -> bool {
    COUNTING.contains(&text)
}
