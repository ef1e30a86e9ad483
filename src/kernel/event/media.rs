//! Media types of documents.

use crate::limits;

/// Whether a text is a media type that a header carries as it stands (RFC 9110, 8.3.1): a type and a subtype, and
/// perhaps parameters after a semicolon, in at most [`limits::MEDIA_TYPE_BYTES`] characters of ASCII that can be
/// seen, or blanks within.
pub fn is_media_type(text: &str) -> bool {
    let is_token = |text: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !text.is_empty() && text.bytes().all(fits)
    };
    let (kind, parameters) = match text.split_once(';') {
        Some((kind, parameters)) => (kind.strip_suffix(' ').unwrap_or(kind), Some(parameters)),
        None => (text, None),
    };
    let plain = |text: &str| {
        text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.is_empty() && !text.ends_with(' ')
    };
    text.len() <= limits::MEDIA_TYPE_BYTES
        && parameters.is_none_or(plain)
        && kind.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_one_that_a_header_carries() {
        for text in
            ["text/plain", "video/mp4", "text/plain; charset=utf-8", "a/b ;c=\"d e\"", "image/svg+xml"]
        {
            assert!(is_media_type(text), "{text}");
        }
        let long = format!("a/{}", "b".repeat(99));
        assert!(is_media_type(&long[..100]));
        for text in [
            "",
            "/",
            "text",
            "text/",
            "/plain",
            "text/plain;",
            "text/plain; ",
            " text/plain",
            "text/plain ",
            "text /plain",
            "text/pl ain",
            "text/plain\r\nx: y",
            "text/plain; a\nb",
            "text/plain;\tb",
            "a/b/c",
            "tệp/plain",
            "text/plain; é",
            "text/plain  ;a=b",
            &long,
        ] {
            assert!(!is_media_type(text), "{text:?}");
        }
    }
}
