//! Accounts on platforms that influencers have linked. Hosts end in `.example`, which is nobody's.

use super::{Story, key, own_key, party, subject};
use crate::demo::cast::HAN;
use crate::event::*;
use crate::vault::Attachment;

/// Days ago on which they were linked: late, so that earlier entries keep their places.
const LINKED: i32 = 2;

/// Who has linked which account on whose platform, by its handle or its whole address.
const ACCOUNTS: [(&str, &str, &str); 6] = [
    (HAN, "vietreel", "@han"),
    (HAN, "cho-so", "https://cho-so.example/han"),
    ("ngan", "vietreel", "@an-gi-hom-nay"),
    ("khai", "cho-so", "https://cho-so.example/khai"),
    ("thu", "vietreel", "@thu"),
    ("dung", "vietreel", "https://vietreel.example/@dung"),
];

impl Story {
    /// Each platform is a registrar, which checks the account that is its own and signs with the influencer.
    pub(super) fn accounts(&mut self) {
        for (seed, platform, account) in ACCOUNTS {
            let handle = Attachment::text(super::salt(account), account);
            let platform_id = platform.parse().expect("a platform");
            let body = AccountLinked { platform: platform_id, account: handle.commitment().into() };
            let keys = [&key(platform), &own_key(seed, LINKED)];
            self.add(LINKED, party(platform), Some(subject(seed)), body, vec![handle], &keys);
        }
    }
}
