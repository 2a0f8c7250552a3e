//! What open phone pages are told as it happens.

use serde::Serialize;

use crate::config::Customer;
use crate::state::{ChatKey, Line};

/// One event of the stream.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Live {
    /// A bubble is new or its ticks have changed.
    Message { number: String, customer: String, line: Line },
    /// The business types until then (Unix milliseconds; 0 = stopped).
    Typing { number: String, customer: String, until: i64 },
    /// A webhook was posted.
    Wire(WireEntry),
    /// A customer was added.
    Customer(Customer),
    /// Faults have changed: fetch them.
    Network,
    /// Events were missed: fetch everything.
    Resync,
}

impl Live {
    pub fn message(key: &ChatKey, line: Line) -> Self {
        Self::Message { number: key.number.clone(), customer: key.customer.clone(), line }
    }

    pub fn typing(key: &ChatKey, until: i64) -> Self {
        Self::Typing { number: key.number.clone(), customer: key.customer.clone(), until }
    }
}

/// One webhook as the page lists it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WireEntry {
    pub seq: u64,
    pub at: i64,
    /// `inbound`, `raw`, or the status.
    pub what: &'static str,
    pub wamid: String,
    /// The customer it is about.
    pub who: String,
    /// HTTP status of the last try; `None` when no answer came.
    pub answer: Option<u16>,
    pub tries: u32,
}
