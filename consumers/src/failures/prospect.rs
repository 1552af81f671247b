use super::drain::CODE_UNROUTED;

/// What a person may expect of sending a parked message again, by the code it is parked with: the code stands for the verdict of the
/// error, and so for what must change before another attempt can end otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prospect {
    /// What was in the way passes by itself, or is not known.
    Open,
    /// The program, its setup or what the message meets stood in the way: that is mended first.
    AfterMending,
    /// The body cannot be understood: as it is, it fails again.
    OnlyCorrected,
    /// It is an order that cannot be carried out as it stands: somebody orders anew.
    OnlyOrderedAnew,
    /// Its type or headers cannot be understood, and nobody corrects those here: only its sender can send it as it should be.
    OnlySentAnew,
    /// No queue takes it: it cannot be sent at all.
    Nowhere,
}

/// Verdict `Retry` until the ladder ended, and what the broker gave no reason for.
const OPEN: [&str; 7] = [
    "BROKER_DEAD_LETTER",
    "EXPORT_ARCHIVE",
    "EXPORT_BUCKET",
    "EXPORT_CONTENDED",
    "EXPORT_DATABASE",
    "EXPORT_OUTBOX",
    "INTAKE_DATABASE",
];
/// Verdict `Bug` for the type and the headers of the message.
const OF_THE_PROPERTIES: [&str; 2] = ["EXPORT_PROPERTIES_NOT_UNDERSTOOD", "INTAKE_PROPERTIES_NOT_UNDERSTOOD"];
/// Verdict `Bug` for what an order says.
const OF_THE_ORDER: [&str; 2] = ["EXPORT_ORDER_NOT_UNDERSTOOD", "EXPORT_RUN_REUSED"];
/// Verdict `Bug` for what the body says.
const OF_THE_MESSAGE: [&str; 1] = ["INTAKE_MESSAGE_NOT_UNDERSTOOD"];

impl Prospect {
    /// The prospect of a message parked with this code.
    pub fn of(code: &str) -> Prospect {
        match code {
            CODE_UNROUTED => Prospect::Nowhere,
            code if OPEN.contains(&code) => Prospect::Open,
            code if OF_THE_PROPERTIES.contains(&code) => Prospect::OnlySentAnew,
            code if OF_THE_ORDER.contains(&code) || code.starts_with("EXPORT_PARAM_") => Prospect::OnlyOrderedAnew,
            code if OF_THE_MESSAGE.contains(&code) => Prospect::OnlyCorrected,
            _ => Prospect::AfterMending,
        }
    }
}

#[cfg(test)]
mod tests {
    use renkei_core::catalogue;

    use super::*;

    #[test]
    fn what_cannot_end_otherwise_is_known_by_its_code() {
        for (code, prospect) in [
            ("UPSTREAM_UNROUTED", Prospect::Nowhere),
            ("INTAKE_MESSAGE_NOT_UNDERSTOOD", Prospect::OnlyCorrected),
            ("EXPORT_PARAM_UNKNOWN", Prospect::OnlyOrderedAnew),
            ("EXPORT_PROPERTIES_NOT_UNDERSTOOD", Prospect::OnlySentAnew),
            ("INTAKE_DATABASE", Prospect::Open),
            ("INTAKE_SQL_FAILED", Prospect::AfterMending),
            ("BROKER_DELIVERY_LIMIT", Prospect::AfterMending),
        ] {
            assert_eq!(Prospect::of(code), prospect, "{code}");
        }
        for code in OPEN.iter().chain(&OF_THE_MESSAGE).chain(&OF_THE_ORDER).chain(&OF_THE_PROPERTIES) {
            assert!(catalogue::codes().any(|known| known == *code), "{code} is no code");
        }
    }
}
