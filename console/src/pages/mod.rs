/// Who may do what.
pub(crate) mod accounts;
/// Style sheet, script, icon.
pub(crate) mod assets;
/// What came in.
pub(crate) mod batches;
/// The 24 連携 at a glance.
pub(crate) mod board;
/// How many messages wait.
pub mod depths;
/// One's own password and one-time codes.
pub(crate) mod me;
/// Tells open pages that there is something new.
pub mod pulse;
/// The door.
pub(crate) mod sign_in;
