//! The message templates that the simulated accounts have.

use serde::{Deserialize, Serialize};

/// A template as Graph lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    pub id: String,
    pub name: String,
    pub language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    /// `APPROVED`, `PAUSED`, `REJECTED`, ...
    pub status: String,
    /// `POSITIONAL` or `NAMED`.
    pub parameter_format: String,
    pub components: Vec<Component>,
}

/// One part of a template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// `HEADER`, `BODY`, `FOOTER` or `BUTTONS`.
    pub r#type: String,
    /// Of a header: `TEXT`, `IMAGE`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// One button of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// `QUICK_REPLY`, `URL` or `PHONE_NUMBER`.
    pub r#type: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Template {
    /// The component of this type.
    pub(crate) fn part(&self, kind: &str) -> Option<&Component> {
        self.components.iter().find(|part| part.r#type == kind)
    }

    pub(crate) fn buttons(&self) -> &[Button] {
        self.part("BUTTONS").map_or(&[], |part| &part.buttons)
    }
}

/// The variables of a text in the order of their first use: `1`, `2`, or their names.
pub(crate) fn variables(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        if !names.contains(&name) {
            names.push(name);
        }
        rest = behind;
    }
    names
}

/// A shop's templates: several languages, with and without variables, one paused, one rejected.
pub(crate) fn of_a_shop() -> Vec<Template> {
    let text = |kind: &str, text: &str| Component {
        r#type: kind.to_owned(),
        format: (kind == "HEADER").then(|| "TEXT".to_owned()),
        text: Some(text.to_owned()),
        ..Component::default()
    };
    let reply = |text: &str| Button { r#type: "QUICK_REPLY".to_owned(), text: text.to_owned(), url: None };
    let link =
        |text: &str, url: &str| Button { r#type: "URL".to_owned(), text: text.to_owned(), url: Some(url.to_owned()) };
    let buttons = |buttons: Vec<Button>| Component { r#type: "BUTTONS".to_owned(), buttons, ..Component::default() };
    let track = "https://kaveri.example/orders/{{1}}";
    let shop = "https://kaveri.example/new";
    let all = [
        (
            "order_confirmed",
            "en",
            "UTILITY",
            "APPROVED",
            vec![
                text("HEADER", "Order {{1}} confirmed ✅"),
                text("BODY", "Namaste {{1}}, your order leaves our workshop on {{2}}."),
                text("FOOTER", "Reply STOP to opt out"),
                buttons(vec![link("Track my order", track), reply("Change address")]),
            ],
        ),
        (
            "order_confirmed",
            "es",
            "UTILITY",
            "APPROVED",
            vec![
                text("HEADER", "Pedido {{1}} confirmado ✅"),
                text("BODY", "Hola, {{1}}: tu pedido sale de nuestro taller el {{2}}."),
                text("FOOTER", "Responde BAJA para no recibir más mensajes"),
                buttons(vec![link("Seguir mi pedido", track), reply("Cambiar dirección")]),
            ],
        ),
        (
            "order_confirmed",
            "hi",
            "UTILITY",
            "APPROVED",
            vec![
                text("HEADER", "ऑर्डर {{1}} की पुष्टि ✅"),
                text("BODY", "नमस्ते {{1}}, आपका ऑर्डर {{2}} को हमारी कार्यशाला से निकलेगा।"),
                text("FOOTER", "मना करने के लिए STOP लिखें"),
                buttons(vec![link("ऑर्डर देखें", track), reply("पता बदलें")]),
            ],
        ),
        (
            "question_answered",
            "en",
            "UTILITY",
            "APPROVED",
            vec![text(
                "BODY",
                "We have an answer to your question. Write back whenever it suits you and we go on from there.",
            )],
        ),
        (
            "question_answered",
            "es",
            "UTILITY",
            "APPROVED",
            vec![text("BODY", "Ya tenemos respuesta a tu pregunta. Escríbenos cuando te venga bien y seguimos.")],
        ),
        (
            "appointment_reminder",
            "en",
            "UTILITY",
            "APPROVED",
            vec![
                text(
                    "BODY",
                    "Hello {{name}}, we expect you on {{day}} at {{time}} in our shop. Shall we keep the place?",
                ),
                buttons(vec![reply("Yes, I am coming"), reply("Another day, please")]),
            ],
        ),
        (
            "autumn_collection",
            "en",
            "MARKETING",
            "APPROVED",
            vec![
                text("HEADER", "The autumn collection is here"),
                text(
                    "BODY",
                    "Hello {{1}}, the new dhurries and throws have arrived. Until {{2}} they are 15 % off for you.",
                ),
                text("FOOTER", "Not interested? Press the button below"),
                buttons(vec![link("See the collection", shop), reply("Stop promotions")]),
            ],
        ),
        (
            "autumn_collection",
            "es",
            "MARKETING",
            "APPROVED",
            vec![
                text("HEADER", "Ha llegado la colección de otoño"),
                text(
                    "BODY",
                    "Hola, {{1}}: ya están aquí las nuevas alfombras y mantas. Hasta el {{2}} tienes un 15 % de descuento.",
                ),
                buttons(vec![link("Ver la colección", shop), reply("Parar promociones")]),
            ],
        ),
        (
            "review_request",
            "en",
            "MARKETING",
            "PAUSED",
            vec![text("BODY", "Hello {{1}}, how do you like what you bought? Two words help us a lot.")],
        ),
        ("flash_sale", "en", "MARKETING", "REJECTED", vec![text("BODY", "Hurry, {{1}}: everything must go today!!!")]),
    ];
    let template = |(nth, (name, language, category, status, components)): (usize, (&str, &str, &str, &str, _))| {
        let named = name == "appointment_reminder";
        Template {
            id: format!("1{:015}", 406_500_000_000_u64 + 7_919 * nth as u64),
            name: name.to_owned(),
            language: language.to_owned(),
            category: category.to_owned(),
            status: status.to_owned(),
            parameter_format: if named { "NAMED" } else { "POSITIONAL" }.to_owned(),
            components,
        }
    };
    all.into_iter().enumerate().map(template).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_once() {
        assert_eq!(variables("Hello {{1}}, {{2}} and {{1}} {{"), ["1", "2"]);
        assert_eq!(variables("Hello {{name}}."), ["name"]);
        assert!(variables("Hello").is_empty());
    }

    #[test]
    fn a_shop_has_a_bit_of_everything() {
        let all = of_a_shop();
        let has = |test: fn(&Template) -> bool| all.iter().any(test);
        assert!(has(|t| t.category == "MARKETING" && t.status == "APPROVED"));
        assert!(has(|t| t.category == "UTILITY" && t.language == "es"));
        assert!(has(|t| t.status == "PAUSED") && has(|t| t.parameter_format == "NAMED"));
        for (nth, one) in all.iter().enumerate() {
            assert!(one.part("BODY").and_then(|body| body.text.as_ref()).is_some(), "{}", one.name);
            assert!(!all[..nth].iter().any(|old| old.id == one.id));
            assert!(!all[..nth].iter().any(|old| old.name == one.name && old.language == one.language));
        }
    }
}
