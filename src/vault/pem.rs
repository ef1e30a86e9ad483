//! PEM as tools and editors leave it: what stands around a block, how wide its lines are and how they end
//! is no part of it (RFC 7468, read leniently).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Standard base64, its padding written or left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One block; nothing in it shows.
pub(super) struct Block {
    /// What it says it is, such as `PRIVATE KEY`.
    pub label: String,
    /// Its bytes; none where it is cut off, or no base64.
    pub der: Option<Zeroizing<Vec<u8>>>,
}

/// A file's text; UTF-16 as some editors save it, anything else as UTF-8.
pub(super) fn text(bytes: &[u8]) -> Zeroizing<String> {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units: Zeroizing<Vec<u16>> =
            Zeroizing::new(bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect());
        Zeroizing::new(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            Zeroizing::new(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

/// Every block in a text, in order.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        rest = &rest[at + BEGIN.len()..];
        let Some((label, inside)) =
            rest.split_once(DASHES).filter(|(label, _)| !label.contains(['\n', '\r']))
        else {
            continue;
        };
        let label = label.trim().to_owned();
        let end = inside.find(&format!("-----END {label}{DASHES}"));
        let body = end.map(|end| &inside[..end]).filter(|body| !body.contains('-'));
        let der = body.and_then(|body| {
            let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
            base64
                .extend(body.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}')));
            BASE64.decode(base64.as_bytes()).ok().map(Zeroizing::new)
        });
        rest = end.map_or(inside, |end| &inside[end..]);
        found.push(Block { label, der });
    }
    found
}
