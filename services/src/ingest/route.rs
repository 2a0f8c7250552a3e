use crate::{
    db::{Conn, system},
    error::Result,
};
use domain::number::NumberBrief;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// A connected business number, as ingest needs it.
#[derive(Debug, PartialEq, Eq)]
pub struct Number {
    pub workspace: Uuid,
    pub waba_id: String,
    pub brief: NumberBrief,
}

/// Which workspace a delivery belongs to: numbers by Meta's id, and for fields without a number the WABA.
#[derive(Default)]
pub struct Routes {
    numbers: HashMap<String, Arc<Number>>,
    wabas: HashMap<String, Uuid>,
}

impl Routes {
    /// Every connected number of the installation. Read once a batch: connecting and disconnecting take effect at once.
    pub async fn load(conn: Conn<'_>) -> Result<Self> {
        let mut routes = Self::default();
        for row in system::active_numbers(conn).await? {
            let number = Arc::new(Number {
                workspace: row.workspace_id,
                waba_id: row.waba_id.clone(),
                brief: NumberBrief { id: row.id.into(), name: row.name, display_number: row.display_number },
            });
            routes.wabas.insert(row.waba_id, row.workspace_id);
            routes.numbers.insert(row.phone_number_id, number);
        }
        Ok(routes)
    }

    pub fn number(&self, phone_number_id: &str) -> Option<&Arc<Number>> {
        self.numbers.get(phone_number_id)
    }

    pub fn waba(&self, waba_id: &str) -> Option<Uuid> {
        self.wabas.get(waba_id).copied()
    }
}
