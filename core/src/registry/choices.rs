//! What an entry of `queues.toml` may choose between, and the words for it.

use serde::{Deserialize, Serialize};

/// Which way the data goes, seen from the accounting system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A partner hands in.
    In,
    /// We hand out.
    Out,
}

impl Direction {
    /// `in` or `out`, the head of the routing key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }
}

/// Whether a topic is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Carried end to end.
    Active,
    /// In the requirements, not built: starts nothing.
    Planned,
}

/// 連携方法.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 手動: a person carries the file.
    Manual,
    /// 自動: systems talk.
    Automatic,
}

/// 連携タイミング.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// 随時
    OnDemand,
    /// 日次
    Daily,
    /// 月次
    Monthly,
    /// 年次
    Yearly,
    /// 随時（5分毎）
    #[serde(rename = "every_5_minutes")]
    EveryFiveMinutes,
}

/// Who confirms an inbound batch before it is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// Posted as soon as it is whole and checked.
    Automatic,
    /// Waits for a person who has seen the preview.
    Operator,
}

/// What a held line does to the rest of its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Only that line waits.
    Line,
    /// The whole batch waits.
    Batch,
}

/// What a sender must state beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Totals {
    /// 件数 and 合計金額 are compared when they are stated.
    #[default]
    Optional,
    /// A file without a stated 合計金額 is refused: it comes from another paper than the file (the partner's bill).
    Stated,
}

/// Who releases an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// At once.
    Automatic,
    /// One person.
    Operator,
    /// Maker and another approver.
    TwoPerson,
}

/// Where a released file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryTarget {
    /// A folder from which a person carries the file.
    Outbox,
    /// Pushed to the partner's address, which is a setting of the installation.
    Http,
    /// Put into a bucket the partner reads, which is one too.
    ObjectStorage,
}

impl DeliveryTarget {
    /// The name in `queues.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeliveryTarget::Outbox => "outbox",
            DeliveryTarget::Http => "http",
            DeliveryTarget::ObjectStorage => "object_storage",
        }
    }
}

/// A protocol of its own by which a partner hands in, beside files and records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// SCIM 2.0 users (RFC 7644), `/scim/v2`.
    Scim,
}

impl Door {
    /// The name in `queues.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Door::Scim => "scim",
        }
    }
}

/// What a run with nothing to send does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// Ends as `empty`; no file.
    #[default]
    Nothing,
    /// A file without data records.
    File,
}

/// Archives a topic takes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unpack {
    /// Zip: each file in it is a file of the topic.
    Zip,
}

/// The words of `queues.toml`.
pub(super) const DIRECTIONS: &[(&str, Direction)] = &[("in", Direction::In), ("out", Direction::Out)];
pub(super) const STATUSES: &[(&str, Status)] = &[("active", Status::Active), ("planned", Status::Planned)];
pub(super) const METHODS: &[(&str, Method)] = &[("manual", Method::Manual), ("automatic", Method::Automatic)];
pub(super) const TIMINGS: &[(&str, Timing)] = &[
    ("on_demand", Timing::OnDemand),
    ("daily", Timing::Daily),
    ("monthly", Timing::Monthly),
    ("yearly", Timing::Yearly),
    ("every_5_minutes", Timing::EveryFiveMinutes),
];
pub(super) const CONFIRMS: &[(&str, Confirm)] = &[("automatic", Confirm::Automatic), ("operator", Confirm::Operator)];
pub(super) const HOLDS: &[(&str, Hold)] = &[("line", Hold::Line), ("batch", Hold::Batch)];
pub(super) const TOTALS: &[(&str, Totals)] = &[("optional", Totals::Optional), ("stated", Totals::Stated)];
pub(super) const RELEASES: &[(&str, Release)] =
    &[("automatic", Release::Automatic), ("operator", Release::Operator), ("two_person", Release::TwoPerson)];
pub(super) const DELIVERIES: &[(&str, DeliveryTarget)] = &[
    (DeliveryTarget::Outbox.as_str(), DeliveryTarget::Outbox),
    (DeliveryTarget::Http.as_str(), DeliveryTarget::Http),
    (DeliveryTarget::ObjectStorage.as_str(), DeliveryTarget::ObjectStorage),
];
pub(super) const UNPACKS: &[(&str, Unpack)] = &[("zip", Unpack::Zip)];
pub(super) const DOORS: &[(&str, Door)] = &[(Door::Scim.as_str(), Door::Scim)];
pub(super) const EMPTIES: &[(&str, Empty)] = &[("nothing", Empty::Nothing), ("file", Empty::File)];
