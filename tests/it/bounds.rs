//! The numbers that an operator sets: each starts a ledger that answers, or is refused as an option.

use crate::operator::{ends, served};
use crate::signer::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_serves_by_both_ends_of_every_bound_and_by_no_number_beyond_them() {
    let folder = Folder::new().await;
    folder.shell("cp -a data copy");
    let serve = "serve --data data --listen 127.0.0.1:0";
    for (option, least, most) in [
        ("queue", 1, 1_000_000),
        ("connections", 1, 16),
        ("unread-seconds", 1, 86_400),
        ("batch-mib", 4, 4_096),
        ("key-events", 1, 1_000_000_000_000_u64),
        ("key-mib", 1, 1_000_000_000),
    ] {
        for number in [least, most] {
            let told = served(&folder, &format!("{serve} --{option} {number}"));
            assert!(
                told.contains("stopped: 3 entries") && !told.contains("panicked"),
                "{option} {number}: {told}"
            );
        }
        for number in [0, u64::MAX, u64::MAX - 1] {
            let told = ends(&folder, &format!("{serve} --{option} {number}"), 2, &[&number.to_string()]);
            assert!(!told.contains("panicked"), "{option} {number}: {told}");
        }
    }
    for number in ["0", "18446744073709551615"] {
        ends(
            &folder,
            &format!("{serve} --operator-key gone.pem --commit-every {number}"),
            2,
            &["--commit-every", number],
        );
        ends(&folder, &format!("log --last {number}"), 2, &["--last", number]);
    }
}
