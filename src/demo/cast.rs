//! Who takes part in the demo. None of them exists.

use crate::event::MemberClass;

/// An organisation.
pub(super) struct Organisation {
    /// Its slug.
    pub slug: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub class: MemberClass,
    /// Whether it enrols subjects.
    pub registrar: bool,
}

/// An influencer.
pub(super) struct Influencer {
    /// What the demo's seed makes key and id from.
    pub seed: &'static str,
    /// The name.
    pub name: &'static str,
    /// Its fields.
    pub topics: &'static [&'static str],
    /// Levels in groups of four per criterion, one string per assessor in turn.
    pub levels: &'static [&'static str],
    /// How many days ago the newest round of assessments began.
    pub newest_round: i32,
}

/// Seats of the council and who holds them.
pub(super) const COUNCIL: &[&str] =
    &["dieu-phoi-1", "dieu-phoi-2", "dieu-phoi-3", "dieu-phoi-4", "dieu-phoi-5"];

/// Seats that must sign.
pub(super) const THRESHOLD: u8 = 3;

/// Who runs the ledger.
pub(super) const OPERATOR: &str = "van-hanh";
/// Who audits it.
pub(super) const AUDITOR: &str = "bach-tin";
/// The two who bring the values from which panels are drawn, and the seed of each one's secret.
pub(super) const DRAWERS: [(&str, &str); 2] = [(OPERATOR, "van-hanh-draw"), (AUDITOR, "bach-tin-draw")];

/// The members.
pub(super) const ORGANISATIONS: &[Organisation] = &[
    organisation("van-khe", "Sở Văn hóa tỉnh Vân Khê", MemberClass::StateAgency, false),
    organisation("quang-cao-so", "Cục Quảng cáo số", MemberClass::StateAgency, false),
    organisation("vietreel", "VietReel", MemberClass::Platform, true),
    organisation("cho-so", "Chợ Số", MemberClass::Platform, true),
    organisation("doi-xanh", "Sữa Đồi Xanh", MemberClass::Business, false),
    organisation("la-sen", "Mỹ phẩm Lá Sen", MemberClass::Business, false),
    organisation("song-hong-moi", "Ngân hàng Sông Hồng Mới", MemberClass::Business, false),
    organisation("nhip-so", "Báo Nhịp Số", MemberClass::Press, false),
    organisation("o1-minh-bach-so", "Viện Minh bạch số", MemberClass::Assessor, false),
    organisation("o2-thong-thai", "Hội Người tiêu dùng thông thái", MemberClass::Assessor, false),
    organisation("o3-dao-duc", "Trung tâm Đạo đức truyền thông", MemberClass::Assessor, false),
    organisation("o4-hai-van", "Khoa Báo chí Đại học Hải Vân", MemberClass::Assessor, false),
    organisation("o5-tam-diem", "Công ty Đo lường Tâm Điểm", MemberClass::Assessor, false),
    organisation(AUDITOR, "Kiểm toán Bách Tín", MemberClass::Auditor, false),
];

/// The assessors, in the order of the worked example.
pub(super) const ASSESSORS: &[&str] =
    &["o1-minh-bach-so", "o2-thong-thai", "o3-dao-duc", "o4-hai-van", "o5-tam-diem"];

const fn organisation(
    slug: &'static str,
    name: &'static str,
    class: MemberClass,
    registrar: bool,
) -> Organisation {
    Organisation { slug, name, class, registrar }
}

const SPOTLESS: &[&str] = &["2222 2222 2222 2222 2222", "2222 2222 2212 2222 2222"];
const SOLID: &[&str] = &["2121 2112 2221 2122 2212", "2112 2121 2212 1221 2121", "1221 2212 1222 2112 2221"];
const WEAK_LABELS: &[&str] =
    &["0111 2112 2211 1212 2112", "1011 2111 1212 2111 2121", "0101 1212 2111 1121 2212"];
const MIDDLING: &[&str] =
    &["1121 2111 1122 1121 2121", "1112 1211 2111 2112 1212", "2111 1121 1211 1211 2111"];

const FAIR: &[&str] = &["2121 2112 2121 1122 2211", "2112 1121 2212 1221 2121", "1221 2212 1121 2112 2121"];

/// The influencer whose score is the worked example.
pub(super) const HAN: &str = "han";

/// The influencer who lost a key.
pub(super) const HA: &str = "ha";

/// The influencer who has left.
pub(super) const DEPARTED: &str = "luu";

/// The influencers. Those with many endorsements to give reach the first of them first.
pub(super) const INFLUENCERS: &[Influencer] = &[
    Influencer {
        seed: "ngan",
        name: "Trần Bảo Ngân",
        topics: &["am-thuc", "du-lich"],
        levels: SPOTLESS,
        newest_round: 64,
    },
    Influencer { seed: HAN, name: "Phạm Gia Hân", topics: &["my-pham"], levels: &[], newest_round: 0 },
    Influencer {
        seed: "khai",
        name: "Lê Quốc Khải",
        topics: &["cong-nghe", "game"],
        levels: SPOTLESS,
        newest_round: 71,
    },
    Influencer {
        seed: "thu",
        name: "Đỗ Minh Thư",
        topics: &["giao-duc", "me-va-be"],
        levels: SOLID,
        newest_round: 76,
    },
    Influencer {
        seed: "lenh",
        name: "Vàng A Lềnh",
        topics: &["du-lich", "am-thuc", "ca-phe"],
        levels: SOLID,
        newest_round: 66,
    },
    Influencer {
        seed: "lien",
        name: "Hồ Mai Liên",
        topics: &["me-va-be", "gia-dung", "giao-duc"],
        levels: WEAK_LABELS,
        newest_round: 73,
    },
    Influencer {
        seed: "nhi",
        name: "Y Nhi Êban",
        topics: &["ca-phe", "am-thuc"],
        levels: SOLID,
        newest_round: 68,
    },
    Influencer {
        seed: "tram",
        name: "Lý Ngọc Trâm",
        topics: &["gia-dung", "my-pham", "thoi-trang"],
        levels: SOLID,
        newest_round: 65,
    },
    Influencer {
        seed: "dat",
        name: "Võ Thành Đạt",
        topics: &["game", "cong-nghe"],
        levels: SOLID,
        newest_round: 375,
    },
    Influencer {
        seed: "dung",
        name: "BS. Ngô Thùy Dung",
        topics: &["y-te", "me-va-be"],
        levels: SPOTLESS,
        newest_round: 62,
    },
    Influencer {
        seed: "duyen",
        name: "Châu Mỹ Duyên",
        topics: &["thoi-trang", "my-pham"],
        levels: MIDDLING,
        newest_round: 72,
    },
    Influencer {
        seed: "tan",
        name: "Huỳnh Nhật Tân",
        topics: &["thoi-trang", "my-pham"],
        levels: MIDDLING,
        newest_round: 81,
    },
    Influencer {
        seed: "quynh",
        name: "Tạ Thúy Quỳnh",
        topics: &["thoi-trang", "gia-dung"],
        levels: MIDDLING,
        newest_round: 68,
    },
    Influencer {
        seed: "long",
        name: "Mai Đức Long",
        topics: &["o-to", "cong-nghe"],
        levels: SOLID,
        newest_round: 74,
    },
    Influencer {
        seed: "kiet",
        name: "Bùi Tuấn Kiệt",
        topics: &["the-hinh"],
        levels: SOLID,
        newest_round: 69,
    },
    Influencer {
        seed: "phuong",
        name: "Đặng Hoài Phương",
        topics: &["tai-chinh"],
        levels: SOLID,
        newest_round: 67,
    },
    Influencer {
        seed: "phiep",
        name: "Thạch Sô Phiệp",
        topics: &["van-hoa"],
        levels: SOLID,
        newest_round: 63,
    },
    Influencer {
        seed: "nghia",
        name: "Phan Hữu Nghĩa",
        topics: &["phap-luat"],
        levels: FAIR,
        newest_round: 78,
    },
    Influencer {
        seed: HA, name: "Lương Bích Hà", topics: &["moi-truong"], levels: SOLID, newest_round: 67
    },
    Influencer {
        seed: DEPARTED,
        name: "Cao Thị Lựu",
        topics: &["thoi-trang"],
        levels: MIDDLING,
        newest_round: 70,
    },
];
