use serde::{Deserialize, Serialize};

/// A place on the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees, north is positive.
    pub latitude: f64,
    /// Degrees, east is positive.
    pub longitude: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// As its sender gives it: check it before it becomes a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Its degrees are finite: [`Place::at`] sees to it, and JSON knows no others.
impl Eq for Place {}

impl Place {
    /// A place by its degrees, to a centimetre: seven places behind the point come back from JSON as they were. `None` where
    /// there is no such place.
    pub fn at(latitude: f64, longitude: f64) -> Option<Self> {
        let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
        let there = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        there.then(|| Self {
            latitude: round(latitude),
            longitude: round(longitude),
            name: None,
            address: None,
            url: None,
        })
    }

    /// `37.442215, -122.1616592`
    pub fn degrees(&self) -> String {
        format!("{}, {}", self.latitude, self.longitude)
    }
}
