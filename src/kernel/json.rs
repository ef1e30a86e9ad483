//! Strict JSON: what may be signed.
//!
//! One reader may keep the first of two equal members and another the last, one may round an
//! integer and another may not. Bytes that readers could take differently are refused here,
//! before anything is built from them.

mod typed;

pub use typed::from_slice;

use std::collections::BTreeSet;

use crate::limits;

/// Why bytes are not strict JSON. Offsets count bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not UTF-8.
    #[error("byte {0} is not UTF-8: write the text as UTF-8")]
    Utf8(usize),
    /// Not JSON.
    #[error("byte {0}: not JSON here")]
    Syntax(usize),
    /// Nested too deeply.
    #[error("byte {0}: nested too deeply, at most {most} levels", most = limits::JSON_DEPTH)]
    Depth(usize),
    /// A member stands twice in one object.
    #[error("byte {0}: this member stands twice in its object: keep one")]
    DuplicateMember(usize),
    /// A number with a fraction, an exponent, a leading zero or a minus before zero.
    #[error("byte {0}: numbers are whole and plain, 0 or -?[1-9][0-9]*")]
    Float(usize),
    /// An integer that not every reader keeps exactly.
    #[error("byte {0}: integers lie between -(2^53-1) and 2^53-1")]
    IntegerRange(usize),
}

impl Malformed {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Utf8(_) => "json.utf8",
            Self::Syntax(_) => "json.syntax",
            Self::Depth(_) => "json.depth",
            Self::DuplicateMember(_) => "json.duplicate_member",
            Self::Float(_) => "json.float",
            Self::IntegerRange(_) => "json.integer_range",
        }
    }
}

/// Checks that `bytes` are one strict JSON value of at most `depth` levels of arrays and objects.
///
/// # Errors
/// [`Malformed`], with the offset to mend.
pub fn check(bytes: &[u8], depth: usize) -> Result<(), Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|error| Malformed::Utf8(error.valid_up_to()))?;
    let mut scanner = Scanner { text, at: 0, depth_left: depth };
    scanner.space();
    scanner.value()?;
    scanner.space();
    if scanner.at == text.len() { Ok(()) } else { Err(Malformed::Syntax(scanner.at)) }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth_left: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Malformed::Syntax(self.at))
        }
    }

    fn value(&mut self) -> Result<(), Malformed> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => ["true", "false", "null"]
                .iter()
                .find(|word| self.text[self.at..].starts_with(**word))
                .map(|word| self.at += word.len())
                .ok_or(Malformed::Syntax(self.at)),
        }
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or(Malformed::Depth(self.at))?;
        self.at += 1;
        self.space();
        inner(self)?;
        self.depth_left += 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), Malformed> {
        let mut seen = Members::default();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let start = self.at;
            if !seen.insert(self.string()?) {
                return Err(Malformed::DuplicateMember(start));
            }
            self.space();
            self.expect(b':')?;
            self.space();
            self.value()?;
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    fn array(&mut self) -> Result<(), Malformed> {
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value()?;
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// After a member or element: true at the closing byte, false after a comma.
    fn ends(&mut self, close: u8) -> Result<bool, Malformed> {
        self.space();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(true);
        }
        self.expect(b',')?;
        self.space();
        Ok(false)
    }

    /// Members are compared as their text means, so `"a"` and `"\u0061"` are the same one.
    fn string(&mut self) -> Result<std::borrow::Cow<'a, str>, Malformed> {
        let start = self.at;
        self.expect(b'"')?;
        let mut escaped = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            if let Some(control) = first_control(&rest[..plain]) {
                return Err(Malformed::Syntax(self.at + control));
            }
            self.at += plain;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                _ => return Err(Malformed::Syntax(self.at.min(self.text.len()))),
            }
        }
        self.at += 1;
        let text = self.text;
        if escaped {
            serde_json::from_str::<String>(&text[start..self.at])
                .map(Into::into)
                .map_err(|_| Malformed::Syntax(start))
        } else {
            Ok(text[start + 1..self.at - 1].into())
        }
    }

    fn number(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = match digits.as_bytes() {
            [b'0'] => text == "0",
            [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        if !plain {
            return Err(Malformed::Float(start));
        }
        let in_range = text.parse::<i64>().is_ok_and(|n| n.abs() <= limits::INTEGER_MAX);
        if in_range { Ok(()) } else { Err(Malformed::IntegerRange(start)) }
    }
}

/// Where the first control character stands, none of which a JSON string may hold as it is.
/// A line of JSON without the carriage return that may stand before its line feed. It is empty where
/// nothing is left then; a line of blanks is not.
pub fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn first_control(bytes: &[u8]) -> Option<usize> {
    // Looking at all of them without stopping is several at a time.
    let any = bytes.iter().fold(false, |any, byte| any | (*byte < 0x20));
    if any { bytes.iter().position(|byte| *byte < 0x20) } else { None }
}

/// The members of one object: a list while they are few, as they nearly always are.
#[derive(Default)]
struct Members<'a> {
    few: Vec<std::borrow::Cow<'a, str>>,
    many: BTreeSet<std::borrow::Cow<'a, str>>,
}

impl<'a> Members<'a> {
    const FEW: usize = 24;

    /// Whether the member is new.
    fn insert(&mut self, member: std::borrow::Cow<'a, str>) -> bool {
        if self.few.contains(&member) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(member);
            return true;
        }
        self.many.insert(member)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> &'static str {
        check(text.as_bytes(), 16).map_or_else(|error| error.code(), |()| "ok")
    }

    #[test]
    fn each_fault_has_its_code() {
        for (text, expected) in [
            (r#"{"a":[1,-2,0,true,null,"\u00e1"]}"#, "ok"),
            ("9007199254740991", "ok"),
            ("9007199254740992", "json.integer_range"),
            ("-9007199254740992", "json.integer_range"),
            ("99999999999999999999999", "json.integer_range"),
            ("-0", "json.float"),
            ("01", "json.float"),
            ("1.0", "json.float"),
            ("1e3", "json.float"),
            ("-", "json.float"),
            (r#"{"a":1,"\u0061":2}"#, "json.duplicate_member"),
            (r#"{"a":{"b":1},"b":1}"#, "ok"),
            (r#""\ud800""#, "json.syntax"),
            (r#""\"#, "json.syntax"),
            ("[1,]", "json.syntax"),
            ("{} {}", "json.syntax"),
            ("", "json.syntax"),
            ("\"\u{1}\"", "json.syntax"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        let many: String = (0..60).map(|number| format!("\"m{number}\":0,")).collect();
        for (twice, expected) in
            [("m3", "json.duplicate_member"), ("m59", "json.duplicate_member"), ("m60", "ok")]
        {
            assert_eq!(code(&format!("{{{many}\"{twice}\":1}}")), expected, "{twice}");
        }
        assert_eq!(check(b"\"\xff\"", 16).unwrap_err().code(), "json.utf8");
        assert_eq!(code(&format!("{}{}", "[".repeat(16), "]".repeat(16))), "ok");
        assert_eq!(code(&format!("{}{}", "[".repeat(17), "]".repeat(17))), "json.depth");
    }

    proptest! {
        #[test]
        fn what_passes_is_json(text in r#"[\[\]{}:,"\\a-bu0-9.eE\- truefalsn]{0,40}"#) {
            let strict = check(text.as_bytes(), 16);
            let lenient = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            match strict {
                Ok(()) => prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok()),
                Err(Malformed::Syntax(_)) => prop_assert!(
                    serde_json::from_str::<serde_json::Value>(&text).is_err(), "{} {}", text, lenient
                ),
                Err(_) => {}
            }
        }

        #[test]
        fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = check(&bytes, 16);
        }
    }
}
