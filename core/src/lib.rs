//! Vocabulary and pure mechanisms of renkei. Nothing here knows the database.
//!
//! Read `verdict` and `fault` first: they are the language every other module answers in. Then `layout` (bytes ↔ named
//! fields), `message` (what travels), `registry` (which topics exist) and `broker` (how it travels).

/// Content-addressed store of every file that came in or went out.
pub mod archive;
/// The only code that speaks AMQP.
pub mod broker;
/// A bucket that somebody else reads, where objects are put once.
pub mod bucket;
/// Japanese dates, fiscal years, eras, business days.
pub mod calendar;
/// Error codes with their Japanese and English texts, cause and remedy.
pub mod catalogue;
/// Encodings of the partners' files and the character classes of bank fields.
pub mod charset;
/// The body of a chunk of records.
pub mod chunk;
/// Check digits and composite codes.
pub mod codes;
/// Named points where a test can kill the process.
pub mod crash;
/// Documents that belong to a file and arrive with it.
pub mod evidence;
/// One finding about one place in one file.
pub mod fault;
/// Sample files for publishers, sound or broken, made from the layouts.
pub mod kit;
/// Bytes ↔ records, driven by `layout.toml`.
pub mod layout;
/// The message contract: headers, kinds, deterministic ids.
pub mod message;
/// Prometheus metrics shared by the roles.
pub mod metrics;
/// Whole yen with checked arithmetic.
pub mod money;
/// What an order for an outgoing file may say.
pub mod params;
/// The line to a partner's server: addresses, credentials, certificates.
pub mod partner;
/// `queues.toml` and the `integrations/` folders as checked types.
pub mod registry;
/// When things are due: cron expressions and business-day rules.
pub mod schedule;
/// Columns and keys that must not come: passwords and the like.
pub mod secrets;
/// The list of HTTP senders that producers read.
pub mod senders;
/// Printable payment slips with their eL-QR.
pub mod slip;
/// Certificates of our own doors, and whom we believe about a client's address.
pub mod tls;
/// What must happen after an error: retry, reject, hold, or park as a bug.
pub mod verdict;
/// A TOML table asked key by key, for layouts and `queues.toml`.
mod walk;
/// Files that are written whole or not at all.
mod whole;
/// Values of the database in the reader's words.
pub mod words;
/// Zip archives, read strictly.
pub mod zip;
