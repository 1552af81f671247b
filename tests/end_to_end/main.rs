//! The whole program on real RabbitMQ and Postgres: producers and consumers in processes of their own, files dropped into
//! folders, decisions taken at the command line. Each test has a virtual host, a database and a folder of its own, and when it
//! is over nothing may be left (`tests/support/world.rs`).
//!
//! The accidents that must not happen, and the test that shows it:
//!
//! | accident | test |
//! |--|--|
//! | the same payment date exported twice | `expenditure::a_payment_date_is_paid_once` |
//! | a released file asked for again | `expenditure::a_payment_date_is_paid_once` (same run, same bytes; download) |
//! | a file approved and then changed | `expenditure::an_approval_dies_with_the_bytes_it_was_given_for` |
//! | the maker approves his own file | `expenditure::a_payment_date_is_paid_once`, `revenue::…`; `consumers/tests/guards` |
//! | an older file with equal count and total | `expenditure::an_older_file_of_equal_count_and_total_is_not_the_file` |
//! | two completion notices for one eL番号 | `revenue::fees_are_assessed_billed_and_paid`; cases of 18 |
//! | two identical rows posted, the same file again not | `toy::…`: of the built topics every record has a key of its own, so only there can two rows be truly identical |
//! | one yen off the control total | `toy::…`; cases of 16 and 18 |
//! | CP932 bytes in a UTF-8 file | `revenue::a_refused_file_comes_back_with_its_faults`; cases of 01, 12, 16 |
//! | 髙 and 〜 through CP932 and back | `revenue::names_outside_jis_survive_cp932`; `core/src/charset/tests.rs` |
//! | a character the bank does not allow | case `payees_refused` of 09; `core` tests of kana classes |
//! | a consumer killed 25 times on one message | `fuse::a_message_that_kills_its_consumer_is_set_aside` |
//! | kill -9 anywhere, servers restarted, chunks twice | `tests/crash_matrix` |

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by saying where")]

/// Login ids from a portal that speaks SCIM.
mod accounts;
/// The commands: what they print and how they end.
mod commands;
/// Decisions of the accounting office.
mod decisions;
/// The guided tour, twice, and killed on its way.
mod demo;
/// Messages of upstream systems that publish themselves.
mod direct;
/// Invoices to bank file.
mod expenditure;
/// A message that kills its consumer.
mod fuse;
/// The bank master against published states of it.
mod institutions;
/// What Prometheus asks.
mod monitor;
/// Files fetched from a partner, packed or not.
mod pull;
/// What the READMEs and the operations guide tell people to type.
mod readme;
/// A payment that comes back and is made once more.
mod returns;
/// Assessments to slips to payments.
mod revenue;
/// Exports by the clock.
mod schedule;
#[path = "../support/mod.rs"]
mod support;
/// A 25th integration.
mod toy;
/// `renkei up` as a newcomer starts it.
mod up;
