use super::{
    content::{ButtonKind, Content, Header},
    fill::Values,
    parts::variables,
    slot::is_position,
};
use crate::Error;
use serde_json::Value;

/// What Meta's `components` of a message fill in: the other way round of [`super::components`], so that a request that was written
/// for Meta works here too. Whether everything is filled in, and as it has to be, [`super::check`] tells.
///
/// # Errors
/// `Invalid` names the component that the template does not have, or a parameter that cannot be sent from here.
pub fn given(content: &Content, components: &[Value]) -> Result<Values, Error> {
    let mut values = Values::new();
    // The code on a button is the one of the text; it is looked at when the text is known.
    let mut codes = Vec::new();
    for component in components {
        let what = word(component, "type");
        match what.as_str() {
            "header" => read_header(content, component, &mut values)?,
            "body" => read_text("body", &content.body, component, &mut values)?,
            "button" => codes.extend(read_button(content, component, &mut values)?),
            _ => return Err(wrong(&format!("type {what:?}"), "expected header, body or button")),
        }
    }
    let code = variables(&content.body).first().and_then(|name| values.get(&format!("body.{name}")));
    if codes.iter().any(|given| Some(given) != code) {
        return Err(wrong("button", "has another code than the text"));
    }
    Ok(values)
}

fn read_header(content: &Content, component: &Value, values: &mut Values) -> Result<(), Error> {
    match &content.header {
        Some(Header::Text(text)) => read_text("header", text, component, values),
        Some(Header::Media(media)) => {
            let kind = media.as_str();
            let [parameter] = parameters(component) else {
                return Err(wrong("header", &format!("takes one parameter, of type {kind}")));
            };
            let link = parameter.get(kind).and_then(|file| file.get("link")).and_then(Value::as_str);
            let link = link.filter(|_| word(parameter, "type") == kind);
            let link = link.ok_or_else(|| wrong("header", &format!("takes a parameter of type {kind} with a link")))?;
            values.insert("header.link".to_owned(), link.to_owned());
            Ok(())
        }
        None if parameters(component).is_empty() => Ok(()),
        None => Err(wrong("header", "this template has none that takes a value")),
    }
}

fn read_text(place: &str, text: &str, component: &Value, values: &mut Values) -> Result<(), Error> {
    let names = variables(text);
    let parameters = parameters(component);
    if parameters.len() != names.len() {
        return Err(wrong(place, &format!("takes {} parameters, {} were given", names.len(), parameters.len())));
    }
    for (nth, parameter) in parameters.iter().enumerate() {
        let text = text_of(place, parameter)?;
        let name = match parameter.get("parameter_name").and_then(Value::as_str) {
            Some(name) if names.contains(&name) => name,
            Some(name) => return Err(wrong(place, &format!("has no variable {name:?}"))),
            None if is_position(names[nth]) => names[nth],
            None => return Err(wrong(place, "takes a parameter_name with each of its parameters")),
        };
        if values.insert(format!("{place}.{name}"), text).is_some() {
            return Err(wrong(place, &format!("the variable {name:?} is given twice")));
        }
    }
    Ok(())
}

/// The code, where the button copies the one of an authentication message.
fn read_button(content: &Content, component: &Value, values: &mut Values) -> Result<Option<String>, Error> {
    let index = component.get("index");
    let nth = index.and_then(|index| index.as_u64().or_else(|| index.as_str()?.parse().ok()));
    let nth = nth.and_then(|nth| usize::try_from(nth).ok());
    let Some((nth, button)) = nth.and_then(|nth| Some((nth, content.buttons.get(nth)?))) else {
        return Err(wrong("button", "the index is that of none of this template's buttons"));
    };
    let (sub_type, place) = (word(component, "sub_type"), format!("button {nth}"));
    let value = match (parameters(component), sub_type.as_str(), &button.kind) {
        ([parameter], "url", ButtonKind::OneTimeCode) => return text_of(&place, parameter).map(Some),
        ([parameter], "url", ButtonKind::Url(url)) if !variables(url).is_empty() => text_of(&place, parameter)?,
        ([parameter], "copy_code", ButtonKind::CopyCode) => {
            let code = parameter.get("coupon_code").and_then(Value::as_str);
            code.ok_or_else(|| wrong(&place, "takes a parameter of type coupon_code"))?.to_owned()
        }
        ([], ..) => return Ok(None),
        _ => return Err(wrong(&place, "takes no such parameter here")),
    };
    values.insert(format!("button.{nth}"), value);
    Ok(None)
}

fn text_of(place: &str, parameter: &Value) -> Result<String, Error> {
    let text = parameter.get("text").and_then(Value::as_str).filter(|_| word(parameter, "type") == "text");
    text.map(str::to_owned).ok_or_else(|| wrong(place, "takes parameters of type text, with a text"))
}

fn parameters(component: &Value) -> &[Value] {
    component.get("parameters").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Meta takes either case.
fn word(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase()
}

fn wrong(place: &str, why: &str) -> Error {
    Error::invalid(format!("components: {place}"), why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::components, *};
    use serde_json::json;

    fn content(components: Value) -> Content {
        let content = Content::read(&components);
        assert_eq!(content.unsupported, None);
        content
    }

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// What is made for Meta is understood again.
    #[test]
    fn there_and_back() {
        for (template, filled) in [
            (
                json!([
                    {"type": "HEADER", "format": "IMAGE"},
                    {"type": "BODY", "text": "Hi {{1}}, {{2}}"},
                    {"type": "BUTTONS", "buttons": [
                        {"type": "QUICK_REPLY", "text": "Yes"},
                        {"type": "URL", "text": "Track", "url": "https://x.example/{{1}}"},
                        {"type": "COPY_CODE", "text": "Copy"},
                    ]},
                ]),
                values(&[
                    ("header.link", "https://x.example/a.png"),
                    ("body.1", "Asha"),
                    ("body.2", "today"),
                    ("button.1", "A-7"),
                    ("button.2", "SAVE10"),
                ]),
            ),
            (
                json!([{"type": "HEADER", "format": "TEXT", "text": "Order {{order}}"},
                    {"type": "BODY", "text": "For {{name}} on {{day}}"}]),
                values(&[("header.order", "17"), ("body.name", "Asha"), ("body.day", "Monday")]),
            ),
            (
                json!([{"type": "BODY", "text": "{{1}} is your code"},
                    {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copy"}]}]),
                values(&[("body.1", "123456")]),
            ),
            (json!([{"type": "BODY", "text": "Closed today"}]), values(&[])),
        ] {
            let content = content(template);
            assert_eq!(given(&content, &components(&content, &filled)).unwrap(), filled);
        }
    }

    #[test]
    fn what_the_template_does_not_take_is_said() {
        let content = content(json!([
            {"type": "BODY", "text": "Hi {{1}}"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}, {"type": "OTP", "text": "Copy"}]},
        ]));
        let text = |text: &str| json!({"type": "text", "text": text});
        let body = |parameters: Value| json!({"type": "BODY", "parameters": parameters});
        for wrong in [
            json!({"type": "footer"}),
            json!({"type": "header", "parameters": [text("x")]}),
            body(json!([])),
            body(json!([text("a"), text("b")])),
            body(json!([{"type": "currency", "currency": {"fallback_value": "1 €"}}])),
            body(json!([{"type": "text", "parameter_name": "order", "text": "17"}])),
            json!({"type": "button", "sub_type": "url", "index": "7", "parameters": [text("x")]}),
            json!({"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "x"}]}),
            json!({"type": "button", "sub_type": "url", "index": 1, "parameters": [text("another")]}),
            json!("body"),
        ] {
            assert!(matches!(given(&content, std::slice::from_ref(&wrong)), Err(Error::Invalid { .. })), "{wrong}");
        }
        let twice = [body(json!([text("a")])), body(json!([text("b")]))];
        assert!(given(&content, &twice).is_err());
        let header = json!([{"type": "HEADER", "format": "VIDEO"}, {"type": "BODY", "text": "See"}]);
        let by_id = json!({"type": "header", "parameters": [{"type": "video", "video": {"id": "5"}}]});
        assert!(given(&Content::read(&header), &[by_id]).is_err());
    }
}
