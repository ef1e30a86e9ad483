//! Which platform a host belongs to, so that a pasted address is matched with the platform of an account.

use crate::event::PlatformId;

/// Platforms by the name that links use, and the hosts that are theirs, with all below them.
const PLATFORMS: [(&str, &[&str]); 12] = [
    ("facebook", &["facebook.com", "fb.com", "fb.me"]),
    ("instagram", &["instagram.com", "instagr.am"]),
    ("lazada", &["lazada.vn", "lazada.com"]),
    ("linkedin", &["linkedin.com"]),
    ("pinterest", &["pinterest.com"]),
    ("shopee", &["shopee.vn", "shopee.com"]),
    ("threads", &["threads.net", "threads.com"]),
    ("tiktok", &["tiktok.com"]),
    ("twitch", &["twitch.tv"]),
    ("x", &["x.com", "twitter.com"]),
    ("youtube", &["youtube.com", "youtu.be"]),
    ("zalo", &["zalo.me"]),
];

/// Other names by which links call a platform.
const CALLED: [(&str, &str); 5] =
    [("fb", "facebook"), ("ig", "instagram"), ("tik-tok", "tiktok"), ("twitter", "x"), ("yt", "youtube")];

/// Parts of an address on a platform that name no account.
const NO_ACCOUNTS: [&str; 22] = [
    "events", "explore", "feed", "groups", "hashtag", "live", "p", "pages", "photo", "playlist", "post",
    "reel", "reels", "results", "search", "share", "shorts", "status", "stories", "t", "video", "watch",
];

/// The names of the platforms whose addresses are known.
pub fn known_platforms() -> impl Iterator<Item = &'static str> {
    PLATFORMS.iter().map(|(name, _)| *name)
}

/// The platform to which a host belongs.
pub(super) fn of_host(host: &str) -> Option<&'static str> {
    let is_of =
        |own: &&str| host.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    PLATFORMS.iter().find(|(_, hosts)| hosts.iter().any(is_of)).map(|(name, _)| *name)
}

/// A platform that a link names, by the one name that all its hosts and other names have.
pub fn called(platform: &PlatformId) -> &str {
    let other = CALLED.iter().find(|(name, _)| *name == platform.as_str());
    other.map_or(platform.as_str(), |(_, name)| name)
}

/// Whether the part of an address where an account is named may name one.
pub(super) fn may_name(part: &str) -> bool {
    !NO_ACCOUNTS.contains(&part) && !part.ends_with(".php")
}
