use serde::{Deserialize, Serialize};

/// A basket that the customer sent off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Meta's id of the catalog.
    pub catalog: String,
    /// What the customer wrote with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub items: Vec<OrderItem>,
}

/// One line of an order. Amounts stay as Meta writes them: nothing is added up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The shop's own number of the product.
    pub product: String,
    pub quantity: String,
    /// Of one piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}
