//! The stages of a contest.

stages! {
    /// How far a contest has come. A day is the one after the last of the policy's window that it names.
    Contesting of "contest" {
        /// The council has yet to admit it; where the policy sets no days for that, to decide it.
        Filed,
        /// Admitted, or not declined in time: its panel is to be seated.
        Admitted,
        /// Its panel is to decide.
        Seated,
        /// Not decided in time: its item is out of the score until it is.
        Overdue,
        /// Decided; the subject may appeal where the policy has days for that.
        Decided,
        /// Appealed: another panel is to be seated; where there is none, the council decides.
        Appealed,
        /// The other panel is to decide.
        AppealSeated,
        /// The appeal was not decided in time: the item is out of the score until it is.
        AppealOverdue,
        /// Decided for good.
        Final,
        /// Not admitted: the item stands.
        Declined,
        /// Given up by the subject before a decision.
        Withdrawn,
    }
    new by event ContestFiled to Filed;
    Filed by event ContestAdmitted to Admitted;
    Filed by event ContestDeclined to Declined;
    Filed by day "windows.admit" to Admitted;
    Filed by day "windows.decide" to Overdue;
    Filed by event ContestExtended to Filed;
    Filed by event ContestDecided to Decided;
    Filed by event ContestWithdrawn to Withdrawn;
    Admitted by event PanelSeated to Seated;
    Admitted by event ContestExtended to Admitted;
    Admitted by day "windows.decide" to Overdue;
    Admitted by event ContestWithdrawn to Withdrawn;
    Seated by event PanelSeated to Seated;
    Seated by event ContestExtended to Seated;
    Seated by event ContestDecided to Decided;
    Seated by day "windows.decide" to Overdue;
    Seated by event ContestWithdrawn to Withdrawn;
    Overdue by event PanelSeated to Overdue;
    Overdue by event ContestDecided to Decided;
    Overdue by event ContestWithdrawn to Withdrawn;
    Decided by event AppealFiled to Appealed;
    Decided by day "windows.appeal" to Final;
    Appealed by event PanelSeated to AppealSeated;
    Appealed by event ContestExtended to Appealed;
    Appealed by event AppealDecided to Final;
    Appealed by day "windows.appeal_decide" to AppealOverdue;
    Appealed by event ContestWithdrawn to Final;
    AppealSeated by event PanelSeated to AppealSeated;
    AppealSeated by event ContestExtended to AppealSeated;
    AppealSeated by event AppealDecided to Final;
    AppealSeated by day "windows.appeal_decide" to AppealOverdue;
    AppealSeated by event ContestWithdrawn to Final;
    AppealOverdue by event PanelSeated to AppealOverdue;
    AppealOverdue by event AppealDecided to Final;
    AppealOverdue by event ContestWithdrawn to Final;
}

impl Contesting {
    /// Whether something waits for a decision.
    pub fn is_open(self) -> bool {
        use Contesting::*;
        matches!(self, Filed | Admitted | Seated | Overdue | Appealed | AppealSeated | AppealOverdue)
    }

    /// Whether that is an appeal.
    pub fn is_appeal(self) -> bool {
        matches!(self, Self::Appealed | Self::AppealSeated | Self::AppealOverdue)
    }
}
