//! Why a file holds no key that is read, and what its owner does about it.

use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Decode, Reader, SliceReader};
use pkcs8::spki::AlgorithmIdentifierRef;

/// Why bytes are read as no key. No text shows anything of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Nothing in it is a key.
    #[error(
        "holds no key: a private key is PKCS#8 PEM (-----BEGIN PRIVATE KEY-----), a public one PEM (-----BEGIN PUBLIC KEY-----) or 64 hex digits"
    )]
    None,
    /// A block begins, and does not end or is no base64.
    #[error("holds a key that is cut off or damaged: copy the file again from where it is whole")]
    Damaged,
    /// Another tool's form of private keys.
    #[error(
        "holds a private key that is not PKCS#8: convert it with the tool that made it, such as `openssl pkcs8 -topk8`"
    )]
    Form,
    /// OpenSSH's form, in which its own tools keep every Ed25519 key.
    #[error(
        "holds an OpenSSH private key, which neither this program nor openssl reads: the same key as PKCS#8 is written by `python3 -c \"from cryptography.hazmat.primitives.serialization import *; print(load_ssh_private_key(open('FILE','rb').read(),None).private_bytes(Encoding.PEM,PrivateFormat.PKCS8,NoEncryption()).decode(),end='')\" > NEW` (with python3-cryptography; take its pass phrase off before, on a copy, with `ssh-keygen -p -N '' -f COPY`)"
    )]
    OpenSsh,
    /// A key for other signatures.
    #[error("holds a key of another algorithm: the ledger knows Ed25519 keys")]
    Algorithm,
    /// The public key in a private key, or beside it, is not its own.
    #[error(
        "holds a private key and a public key or certificate that is another's: keep in it what belongs together, or get it anew from where it was made"
    )]
    Mismatch,
    /// It could be any of them.
    #[error("holds more than one key: put the one that is meant into a file of its own")]
    Several,
    /// Hex of something else.
    #[error(
        "holds 64 hex digits that are no Ed25519 public key, but perhaps the seed of a private one or another secret: a private key is PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)"
    )]
    Hex,
    /// Encrypted in this way, which is not read.
    #[error(
        "is encrypted with {0}, which is not read: encrypt it anew with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW` (RC2, RC4 and single DES: with `-provider legacy -provider default` too)"
    )]
    Scheme(&'static str),
    /// A pass phrase that does not open it.
    #[error("is not opened by this pass phrase")]
    Phrase,
}

/// Password-based encryption from before PBES2, of PKCS#5 (RFC 8018, A.3) and PKCS#12 (RFC 7292, C), as openssl
/// names it.
const OLD_SCHEMES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.5.1", "PBE-MD2-DES"),
    ("1.2.840.113549.1.5.3", "PBE-MD5-DES"),
    ("1.2.840.113549.1.5.4", "PBE-MD2-RC2-64"),
    ("1.2.840.113549.1.5.6", "PBE-MD5-RC2-64"),
    ("1.2.840.113549.1.5.10", "PBE-SHA1-DES"),
    ("1.2.840.113549.1.5.11", "PBE-SHA1-RC2-64"),
    ("1.2.840.113549.1.12.1.1", "PBE-SHA1-RC4-128"),
    ("1.2.840.113549.1.12.1.2", "PBE-SHA1-RC4-40"),
    ("1.2.840.113549.1.12.1.3", "PBE-SHA1-3DES"),
    ("1.2.840.113549.1.12.1.4", "PBE-SHA1-2DES"),
    ("1.2.840.113549.1.12.1.5", "PBE-SHA1-RC2-128"),
    ("1.2.840.113549.1.12.1.6", "PBE-SHA1-RC2-40"),
];

/// Which of them a private key is encrypted with, if any.
pub(super) fn old_scheme(der: &[u8]) -> Option<&'static str> {
    let outer = AnyRef::from_der(der).ok()?;
    let mut reader = SliceReader::new(outer.value()).ok()?;
    let oid = reader.decode::<AlgorithmIdentifierRef<'_>>().ok()?.oid.to_string();
    OLD_SCHEMES.iter().find(|(known, _)| *known == oid).map(|(_, name)| *name)
}
