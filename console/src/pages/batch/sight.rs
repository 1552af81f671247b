//! Who sees the values of what was found in a file. Whoever handed it in knows what stands in it, and must mend it.

use renkei_consumers::inbound::Batch;

use super::records::may_unmask;
use crate::access::Person;

/// How somebody sees the values of findings and faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// As they are, and that they saw them is written down.
    Full,
    /// Masked, until they ask for them; that they did is written down.
    OnAsking,
    /// Masked.
    Masked,
}

/// The sight of somebody who may look at the batch: in full for who may see names and accounts of its topic and for who handed the file
/// in; on asking for who has a role on this very topic, the section whose file it is.
pub(super) fn of(person: &Person, batch: &Batch) -> Sight {
    let own = batch.sender.strip_prefix("console:") == Some(person.login.as_str());
    if own || may_unmask(person, batch) {
        return Sight::Full;
    }
    let theirs = person.permissions.iter().any(|permission| permission.topic.as_deref() == Some(batch.topic.as_str()));
    if theirs { Sight::OnAsking } else { Sight::Masked }
}
