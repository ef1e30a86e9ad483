//! What is said of a credential that is given in the place of a receipt

use std::path::Path;

use serde_json::Value;

/// How a W3C Verifiable Credential of a certificate is verified; none: the file is no credential.
pub(super) fn verified_by(path: &Path, bytes: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    let types = document["type"].as_array()?;
    types.iter().any(|one| one == "VerifiableCredential").then_some(())?;
    let file = path.display();
    let by = document["proof"]["cryptosuite"].as_str().unwrap_or("none").chars().take(40).collect::<String>();
    Some(format!(
        "{file} is a Verifiable Credential, no receipt: its signature ({by}) any verifier of W3C credentials checks; that \
         the key is the ledger's operator's, `tinnhiem ledger` and `tinnhiem member show OPERATOR` show. What proves the score \
         and the certificate is the receipt in its evidence: `grep -o 'base64,[^\"]*' {file} | cut -d, -f2 | base64 -d > \
         score.json`, then `tinnhiem verify score.json --vkey KEY --ledger ADDRESS`"
    ))
}
