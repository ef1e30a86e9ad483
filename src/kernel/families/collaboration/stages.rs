//! The stages of paid work.

stages! {
    /// Whether paid work goes on.
    CollaborationStage of "collaboration" {
        /// Until the end of its last day; ended early, that is the day on which it was.
        Declared,
        /// Its last day is over.
        Over,
    }
    new by event CollaborationDeclared to Declared;
    new by event CollaborationDeclared "after its end" to Over;
    Declared by event CollaborationEnded to Declared;
    Declared by day "ends_on" to Over;
}
