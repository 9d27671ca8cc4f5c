//! Word lists.

pub(in super::super) const OBJECTS_ZH: &[&str] = &[
    "合同",
    "项目计划",
    "报价单",
    "发票",
    "测试报告",
    "设计稿",
    "会议纪要",
    "需求文档",
    "周报",
    "预算",
    "排期",
    "接口文档",
    "客户名单",
    "采购清单",
    "验收单",
    "培训材料",
    "上线方案",
    "数据库备份",
    "考勤表",
    "合作协议",
    "产品手册",
    "物流单号",
    "体检报告",
    "聊天记录",
    "项目",
];

pub(super) const TIMES_ZH: &[&str] = &[
    "明天",
    "今天下午",
    "下周一",
    "周五之前",
    "月底",
    "昨晚",
    "刚才",
    "后天上午",
    "下个月",
    "国庆之后",
    "今晚八点",
    "年前",
    "三点半",
    "中午",
    "这周末",
];

pub(super) const PEOPLE_ZH: &[&str] = &[
    "王总",
    "李工",
    "小张",
    "财务",
    "客户",
    "法务",
    "运维同事",
    "陈姐",
    "老板",
    "人事",
    "供应商",
    "测试组",
    "你们部门",
    "大家",
    "实习生",
];

pub(super) const PLACES_ZH: &[&str] = &[
    "三楼会议室",
    "食堂",
    "老地方",
    "公司楼下",
    "机房",
    "上海分公司",
    "线上",
    "客户现场",
    "地铁口",
    "仓库",
];

/// `{t}` a time, `{o}` an object, `{p}` a person, `{l}` a place, `{n}` a number, `{e}` an emoji.
pub(super) const SENTENCES_ZH: &[&str] = &[
    "{o}{t}发给{p}，谢谢",
    "{t}把{o}发给我看看",
    "{p}说{o}还要改一版",
    "{o}{t}能签吗？",
    "我{t}去{l}，顺便带上{o}",
    "收到{e}",
    "好的，{t}见",
    "{o}已经上传了，一共{n}页",
    "麻烦{p}确认一下{o}",
    "{t}的会改到{l}开",
    "这个{o}的金额是{n}元，对吗？",
    "辛苦了{e}{e}",
    "不好意思，{t}没空，换个时间吧",
    "{p}在{l}等你",
    "{o}找不到了，谁有备份？",
    "服务器又报警了，{p}看一下日志",
    "哈哈哈哈{e}",
    "预计{t}完成，还差{n}个用例",
    "请{p}{t}之前回复",
    "嗯嗯，知道了",
    "{o}的第{n}条有问题，我标红了",
    "已经催过{p}了，说{t}给结果",
    "快递放在{l}了，取件码{n}",
    "这版{o}可以，直接发吧",
    "有人{t}一起去{l}吃饭吗？",
    "{o}明天必须给到{p}",
];

pub(in super::super) const OBJECTS_EN: &[&str] = &[
    "contract",
    "project plan",
    "quote",
    "invoice",
    "test report",
    "design",
    "minutes",
    "budget",
    "release notes",
    "API draft",
    "shipping list",
    "backup",
    "slides",
    "purchase order",
    "roadmap",
];

pub(super) const TIMES_EN: &[&str] = &[
    "tomorrow",
    "this afternoon",
    "on Monday",
    "by Friday",
    "next week",
    "last night",
    "at 3 pm",
    "after lunch",
    "before the holidays",
    "right now",
];

pub(super) const PEOPLE_EN: &[&str] = &[
    "Wang",
    "the client",
    "legal",
    "finance",
    "Maria",
    "the ops team",
    "our supplier",
    "Jonas",
    "everybody",
    "the new intern",
];

pub(super) const PLACES_EN: &[&str] = &[
    "in room 3",
    "online",
    "at the warehouse",
    "on site",
    "in the lobby",
    "at the usual place",
];

/// The blanks of [`SENTENCES_ZH`].
pub(super) const SENTENCES_EN: &[&str] = &[
    "Can you send me the {o} {t}?",
    "{p} wants another round on the {o}.",
    "Got it, thanks {e}",
    "The {o} is {n} pages now.",
    "Let's meet {l} {t}.",
    "I'll be late, start without me",
    "Who has a copy of the {o}?",
    "The project review moved to {t}.",
    "Deploy finished, {n} checks green {e}",
    "Please ask {p} about the {o}",
    "ok",
    "Invoice {n} is still open, can {p} check {t}?",
    "See https://example.com/docs/{n} for the {o}",
    "I pushed the fix {t}; {p} is testing it {l}.",
];

/// Chinese with English words in it, as spoken in offices; the blanks are filled with Chinese.
pub(super) const SENTENCES_MIXED: &[&str] = &[
    "{o}的 deadline 是{t}，别忘了 review",
    "API 又 timeout 了，{p}看下 log #{n}",
    "帮忙 merge 一下 PR {n}，{t}要发版",
    "这个 bug 我在{l}复现了，{o}里有截图",
    "OK，{t}我 share 给{p}",
    "VPN 连不上，{p}能远程吗？",
];

pub(super) const SENTENCES_JA: &[&str] = &[
    "契約書は明日送ります。",
    "お疲れさまです{e}",
    "会議は{n}時からに変更になりました。",
    "プロジェクトの資料を確認してください。",
    "了解です、ありがとうございます！",
    "サーバーのログを見ていただけますか？",
];

pub(super) const SENTENCES_KO: &[&str] = &[
    "계약서는 내일 보내드릴게요.",
    "프로젝트 일정 확인 부탁드립니다.",
    "네, 알겠습니다{e}",
    "회의는 {n}시에 시작합니다.",
    "지금 회의실로 와 주세요",
];

/// Written the way an input method in full-width mode does.
pub(super) const SENTENCES_WIDE: &[&str] = &[
    "ＡＢＣ－１２３号合同请查收",
    "型号ＸＹ－９０００，数量１０，单价￥８８",
    "ＯＫ！！明天见～",
    "项目编号：ＰＲＪ２０２４０８",
];

/// Joined sequences, skin tones, flags, key caps, variation selectors and plain ones.
pub(super) const EMOJI: &[&str] = &[
    "😀",
    "😂",
    "👍",
    "🎉",
    "🙏",
    "❤️",
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇨🇳",
    "🇯🇵",
    "👍🏽",
    "👩🏻‍💻",
    "1️⃣",
    "🤦‍♂️",
    "🐼",
    "☕️",
    "🫡",
    "🧧",
];

pub(super) const GIVEN_NAMES: &[(&str, &str)] = &[
    ("Wei", "伟"),
    ("Fang", "芳"),
    ("Min", "敏"),
    ("Jing", "静"),
    ("Lei", "磊"),
    ("Yang", "洋"),
    ("Na", "娜"),
    ("Jie", "杰"),
    ("Tao", "涛"),
    ("Xiaoyu", "晓雨"),
    ("Zihan", "子涵"),
    ("Haoran", "浩然"),
    ("Siqi", "思琪"),
    ("Guoqiang", "国强"),
    ("Meiling", "美玲"),
    ("Zhiyuan", "志远"),
];

pub(super) const FAMILY_NAMES: &[(&str, &str)] = &[
    ("Wang", "王"),
    ("Li", "李"),
    ("Zhang", "张"),
    ("Liu", "刘"),
    ("Chen", "陈"),
    ("Yang", "杨"),
    ("Zhao", "赵"),
    ("Huang", "黄"),
    ("Zhou", "周"),
    ("Wu", "吴"),
    ("Ouyang", "欧阳"),
    ("Lin", "林"),
];

pub(super) const FOREIGN_NAMES: &[&str] = &[
    "佐藤 健",
    "田中さくら",
    "김민준",
    "이서연",
    "Jonas Keller",
    "María Núñez",
    "Zoë",
    "Ａｌｅｘ",
];

pub(in super::super) const GROUP_TOPICS: &[&str] = &[
    "项目组",
    "售后群",
    "Release crew",
    "吃饭小分队",
    "合同审批",
    "Backend 后端",
    "家人群👨‍👩‍👧‍👦",
    "采购与物流",
    "Design review",
    "新员工培训",
    "值班告警",
    "ＶＩＰ客户",
];

/// Name, longitude and latitude in hundredths of a degree.
pub(in super::super) const CITIES: &[(&str, i32, i32)] = &[
    ("上海外滩", 12149, 3124),
    ("北京国贸", 11646, 3991),
    ("深圳湾", 11395, 2252),
    ("成都太古里", 10408, 3065),
    ("東京駅", 13977, 3568),
    ("서울역", 12697, 3755),
    ("Quito", -7847, -18),
];
