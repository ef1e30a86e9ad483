//! Whether a ledger that is asked still holds what a receipt proves

use super::continuity::with_both;
use super::newest::signed_newest;
use super::output::tell;
use crate::audit::Known;
use crate::client::{Client, ClientError, Source, SourceTiles};
use crate::log::{SignedCheckpoint, VerifierKey};

/// How a running ledger, which was asked, denies an entry of which this is the receipt; none where it holds
/// it. Where it cannot be asked, that is said, and there is no answer.
pub(super) async fn denied(client: &Client, receipt: &str, vkey: &VerifierKey) -> Option<Vec<String>> {
    match asked(client, receipt, vkey).await {
        Ok(denials) => Some(denials),
        Err(error) => {
            tell!("not checked whether {} still holds it: {error}", client.base());
            None
        }
    }
}

async fn asked(client: &Client, receipt: &str, vkey: &VerifierKey) -> anyhow::Result<Vec<String>> {
    let known = Known::receipt("the receipt", receipt, std::slice::from_ref(vkey))?;
    let note = client.text("/checkpoint").await?;
    let own = match SignedCheckpoint::open(&note, vkey) {
        Ok(own) => Ok(own),
        // The log's key may have been rotated since; what follows is proven by the tree.
        Err(_) => signed_newest(client).await.map(|newest| newest.signed),
    };
    let base = client.base();
    let own = match own {
        Err(error @ ClientError::Unreachable(..)) => return Err(error.into()),
        own => own.ok().filter(|own| own.checkpoint().origin == known.signed.checkpoint().origin),
    };
    let Some(own) = own else {
        return Ok(vec![format!("{base}, which was asked, is another ledger")]);
    };
    let source = Source::Running(client.clone());
    let findings = known.findings(&SourceTiles::new(&source, own.checkpoint().size), own.checkpoint())?;
    let shown = format!("What {base} shows");
    Ok(findings
        .into_iter()
        .map(|finding| with_both(finding, &known, &shown, own.note()))
        .map(|finding| format!("{base}, which was asked: {} ({})", finding.what, finding.code))
        .collect())
}
