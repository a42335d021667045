//! The vocabulary of targets: units, measure words, verbs, comparators. All of it is general official
//! Chinese, simplified and half-width (texts are folded before they are compared).

use crate::lexicon::Lexicon;

/// Units that count things one by one: 万 and 亿 before them are multiplied out.
#[rustfmt::skip]
static COUNTING: Lexicon = Lexicon::new(&[
    "个", "家", "户", "人", "人次", "名", "位", "件", "项", "条", "所", "座", "处", "辆", "台", "套", "张", "只",
    "头", "羽", "种", "类", "批", "批次", "场", "次", "期", "份", "部", "本", "册", "篇", "支", "队", "间", "床",
    "张床", "例", "起", "宗", "款", "艘", "架", "列", "班", "盏", "株", "棵", "片", "块", "段", "道", "口", "栋",
    "幢", "根", "组", "对", "双", "层", "级", "户次", "人份", "门", "枚", "尾", "箱", "瓶", "袋", "台套", "台(套)",
    "人(次)", "节", "站", "点", "村", "街", "店", "企业", "对次", "趟", "架次", "车次", "航次", "标箱", "笔", "单",
    "桩", "座次", "床位", "家次", "件次", "项次", "例次", "个品种", "个点", "处所", "票", "匹", "蔸", "杯", "餐", "孔", "针", "盘", "幅", "首", "剂",
]);

/// Units that measure: 万 and 亿 stay with them.
#[rustfmt::skip]
static MEASURING: Lexicon = Lexicon::new(&[
    "%", "‰", "个百分点", "百分点", "个千分点", "元", "美元", "欧元", "港元", "吨", "斤", "公斤", "千克", "克",
    "毫克", "微克", "吨标准煤", "吨标煤", "吨标准油", "立方米", "立方", "平方米", "平方公里", "平方千米", "公里",
    "千米", "米", "厘米", "毫米", "海里", "亩", "公顷", "亩次", "千瓦", "千瓦时", "瓦", "兆瓦", "吉瓦", "度", "伏",
    "千伏", "千伏安", "年", "岁", "天", "日", "小时", "分钟", "秒", "个月", "个工作日", "工作日", "周", "分", "倍",
    "成", "折", "升", "毫升", "焦耳", "标准立方米", "立方米/秒", "车公里", "吨公里", "人公里", "公里/小时", "分贝",
    "字节", "比特", "标准箱", "载重吨", "总吨", "担", "寸", "英寸", "钱", "两", "摄氏度", "℃", "kWh", "GWh", "MW",
    "GW", "KW", "kW", "km", "KM", "m", "㎡", "m²", "m2", "μg/m3", "mg/L", "P", "PFlops", "EFlops", "EFLOPS",
    "PFLOPS", "Tbps", "Gbps", "Mbps", "GB", "TB", "PB", "EB", "KB", "MB", "Mb", "兆", "吨位", "床日", "标台", "TEU",
    "点位", "t标准煤", "t标煤", "t", "kg", "hm2", "hm²", "km2", "km²", "m3", "m³",
]);

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
    let listed = |unit: &str| COUNTING.contains(unit) || MEASURING.contains(unit);
    listed(text) || listed(bare) || bare.is_empty() && !text.is_empty()
}

/// Whether a text is a unit that counts things.
pub(crate) fn is_counting(text: &str) -> bool {
    COUNTING.contains(text)
}

/// Verbs of making: taken off a subject (培育…10家).
#[rustfmt::skip]
pub(crate) static MAKING: Lexicon = Lexicon::new(&[
    "培育", "建成", "建设", "打造", "创建", "争创", "推出", "创成", "建立", "组建", "设立", "培育打造", "打造培育",
    "培育壮大", "培育形成", "建成投用", "建设完成", "打造形成", "创建打造", "培树", "选树", "培植", "构建", "形成",
    "规划建设", "布局建设", "开工建设", "建设培育", "培育建设", "培育发展", "建设打造", "创建成", "争创成",
    "建成并投用", "建强", "建立完善", "建立健全", "建设完善", "做强", "争取创建", "创建培育", "培育创建", "筹建",
]);

/// Verbs of doing that stay with the subject (新增…, 制修订…).
#[rustfmt::skip]
static DOING: Lexicon = Lexicon::new(&[
    "新增", "新建", "新改建", "新改扩建", "改扩建", "新(改、扩)建", "新(改)建", "新开工", "新建成", "新培育",
    "新引进", "新认定", "新发展", "新创建", "新设立", "新建改建", "新建和改造", "新建改造", "制修订", "制定", "修订",
    "制(修)订", "新制(修)订", "新修订", "制订", "参与制定", "参与制订", "主导制定", "主导制订", "主导或参与制定", "主导或参与制修订",
    "参与制修订", "参与制(修)订", "主导制修订", "牵头制定", "新制定", "新制修订", "主导、参与制修订", "主导参与制定",
    "研制", "编制", "发布", "引进", "引育", "引培", "招引", "实施", "完成", "改造", "改建", "扩建", "举办", "开展",
    "组织", "组织开展", "培训", "培养", "选派", "选拔", "遴选", "选择", "选取", "认定", "评选", "发展", "扶持",
    "支持", "孵化", "转化", "授权", "申报", "申请", "注册", "获得", "获批", "开发", "开通", "布局", "布设", "部署",
    "投放", "安装", "配备", "配置", "购置", "更新", "治理", "整治", "修复", "恢复", "保护", "淘汰", "关停", "清理",
    "盘活", "供应", "提供", "筹集", "投入", "投资", "落实", "争取", "吸引", "带动", "帮扶", "救助", "资助", "服务",
    "安置", "转移", "储备", "签约", "落地", "开工", "竣工", "投产", "投运", "收储", "种植", "造林", "绿化", "疏浚",
    "铺设", "架设", "敷设", "检测", "抽检", "监测", "检查", "抽查", "评估", "推广", "应用", "覆盖", "惠及", "出台",
    "推进", "推动", "抓好", "招收", "招聘", "新办", "办理", "解决", "化解", "处置", "拆除", "搬迁", "腾退", "升级",
    "增设", "打通", "接入", "扩容", "归集", "采集", "创作", "出版", "输送", "招录", "补充", "新入库", "入库", "培优",
    "攻克", "突破关键技术", "新签", "贯通", "通车", "启动", "谋划", "招商", "新申报", "新注册", "新获批", "争取获批",
    "举行", "安排", "选育", "推介", "聘任", "聘请", "选聘", "发行", "新创", "新培植", "新评定", "开行", "归还", "退出", "疏解", "运营", "发放",
    "新开工改造", "新改造", "新认证", "新登记", "新开通", "新上市", "新投用", "新投产", "新挂牌", "新植", "加装", "消除",
    "查处", "续建", "开办", "流转", "复垦", "挂牌", "提升改造", "认证", "登记", "投用",
]);

/// The verb that ends just before a place, and whether it is one of making.
pub(crate) fn verb_before(flow: &crate::flow::Flow, floor: usize, at: usize) -> Option<(&'static str, bool)> {
    longest(flow.word_before(floor, at, &MAKING), flow.word_before(floor, at, &DOING))
}

/// The verb that starts at a place, and whether it is one of making.
pub(crate) fn verb_at(flow: &crate::flow::Flow, at: usize) -> Option<(&'static str, bool)> {
    longest(flow.word_at(at, &MAKING), flow.word_at(at, &DOING))
}

fn longest(making: Option<&'static str>, doing: Option<&'static str>) -> Option<(&'static str, bool)> {
    match (making, doing) {
        (Some(making), Some(doing)) if doing.len() > making.len() => Some((doing, false)),
        (Some(making), _) => Some((making, true)),
        (None, Some(doing)) => Some((doing, false)),
        (None, None) => None,
    }
}

/// Last words of indicators (合格率, 占比, 总额 …): a name that ends so is whole in itself.
#[rustfmt::skip]
static MEASURES: Lexicon = Lexicon::new(&[
    "率", "比例", "比重", "占比", "之比", "比率", "总值", "产值", "增加值", "价值", "收入", "总量", "总额", "规模",
    "指数", "系数", "满意度", "度", "面积", "人数", "户数", "数量", "总数", "数", "量", "额", "投资", "支出", "强度",
    "浓度", "年限", "寿命", "里程", "能力", "水平", "利润", "税收", "增速", "增幅", "涨幅", "降幅", "能耗", "水耗",
    "消耗", "消费", "排放", "成本", "时间", "时限", "周期", "距离", "得分", "库容", "装机", "床位", "单产", "产能",
    "营收", "销售", "融资", "贷款", "余额", "密度", "人口", "经费", "资金", "储备", "投入", "赤字", "比", "出口",
    "进口", "就业", "客流", "人次", "GDP", "物价", "失业", "负债", "缺口", "损失", "覆盖面", "半径", "高度", "深度",
    "货值", "占有率", "贡献", "积分", "排名", "位次", "期望", "半衰期", "总规模", "总产值", "总收入", "均值", "水耗",
    "电耗", "用电", "用水",
]);

/// Whether a name ends as an indicator does.
pub(crate) fn is_measure(name: &str) -> bool {
    let bare = name.trim_end_matches(')');
    let bare = if bare.len() < name.len() { name.rsplit_once('(').map_or(bare, |(before, _)| before) } else { bare };
    let chars: Vec<char> = bare.chars().collect();
    // 化学需氧量 is a pollutant, not yet a measure of it.
    !bare.ends_with("需氧量") && MEASURES.ending(&chars).is_some()
}

/// Words that raise or lower: the change stays in the name of a percentage, or makes a signed change.
pub(crate) const CHANGES: &[(&str, bool)] = &[
    ("增长", true),
    ("提高", true),
    ("提升", true),
    ("增加", true),
    ("上升", true),
    ("递增", true),
    ("扩大", true),
    ("上涨", true),
    ("延长", true),
    ("递减", false),
    ("下降", false),
    ("降低", false),
    ("减少", false),
    ("压减", false),
    ("压缩", false),
    ("削减", false),
    ("缩减", false),
    ("缩短", false),
    ("缩小", false),
    ("下调", false),
    ("压降", false),
    ("减排", false),
    ("回落", false),
    ("节约", false),
    ("节省", false),
    ("收窄", false),
];

/// The longest unit that starts at a place of the flow.
pub(crate) fn unit_at(flow: &crate::flow::Flow, at: usize) -> Option<&'static str> {
    let counting = flow.word_at(at, &COUNTING);
    let measuring = flow.word_at(at, &MEASURING);
    match (counting, measuring) {
        (Some(one), Some(two)) => Some(if one.len() > two.len() { one } else { two }),
        (one, two) => one.or(two),
    }
}

/// Whether a unit is that of an amount that parts make up (not of a share, a score or a time).
pub(crate) fn is_amount(unit: &str) -> bool {
    let bare = unit.trim_start_matches(['万', '亿']);
    is_counting(unit)
        || matches!(bare, "元" | "吨" | "亩" | "公里" | "平方米" | "立方米" | "公顷" | "平方公里" | "千瓦" | "千瓦时")
}

/// Whether two units may belong to one indicator: both count things, or both are shares or scores, or equal.
pub(crate) fn same_family(one: &str, two: &str) -> bool {
    let share = |unit: &str| matches!(unit, "%" | "‰" | "分");
    one == two
        || one.is_empty()
        || two.is_empty()
        || is_counting(one) && is_counting(two)
        || share(one) && share(two)
        || one.ends_with('元') && two.ends_with('元')
}
