//! The stages of a certificate.

stages! {
    /// Whether a certificate stands. While it does, a sanction may suspend or end it by itself.
    CertificateStage of "certificate" {
        /// Until the end of its last day.
        Granted,
        /// Its last day is over.
        Lapsed,
        /// Withdrawn, in the place of a newer one, or its subject has left.
        Ended,
    }
    new by event CertificateGranted to Granted;
    Granted by day "valid_until" to Lapsed;
    Granted by event CertificateWithdrawn to Ended;
    Granted by event CertificateGranted to Ended;
    Granted by event SubjectDeparted to Ended;
    Lapsed by event CertificateGranted to Ended;
    Lapsed by event SubjectDeparted to Ended;
}
