/// Who may do what.
pub(crate) mod accounts;
/// Style sheet, script, icon.
pub(crate) mod assets;
/// Who did what.
pub(crate) mod audit;
/// One batch.
pub(crate) mod batch;
/// What came in.
pub(crate) mod batches;
/// The 24 連携 at a glance.
pub(crate) mod board;
/// How many messages wait.
pub(crate) mod depths;
/// One file that goes out.
pub(crate) mod export;
/// Files that go out.
pub(crate) mod exports;
/// Corrections of parked messages.
pub(crate) mod failure_edit;
/// Parked messages of one cause.
pub(crate) mod failure_group;
/// Parked messages.
pub(crate) mod failures;
/// What a topic takes as a file.
mod kinds;
/// Samples and schemas.
pub(crate) mod kit;
/// The books.
pub(crate) mod ledger;
/// Lists of the ledger, as they were found last.
pub(crate) mod lists;
/// One's own password and one-time codes.
pub(crate) mod me;
/// The door through an OpenID provider.
pub(crate) mod oidc;
/// Who looks after something that waits.
mod owners;
/// Pay by person: another day, once more.
pub(crate) mod pay;
/// Tells open pages that there is something new.
pub(crate) mod pulse;
/// Tokens of upstream systems.
mod seen;
pub(crate) mod senders;
/// What the office sets by itself.
pub(crate) mod settings;
/// Money that finds its receivable.
pub(crate) mod settle;
/// The door.
pub(crate) mod sign_in;
/// Topics that stand still.
pub(crate) mod still;
/// What people must do by a time.
pub(crate) mod tasks;
/// One 連携.
pub(crate) mod topics;
/// Files handed in.
pub(crate) mod upload;
/// What waits for a person.
pub(crate) mod worklists;
