use super::{Plan, Target, number};
use crate::{
    contact,
    field::{Field, Values, yes_no},
    text,
};

/// What a line says of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Digits.
    pub phone: String,
    pub name: Option<String>,
    pub note: Option<String>,
    /// Whether they want to hear from us, where it says so.
    pub consent: Option<bool>,
    pub values: Values,
}

/// Reads the cells of a line. Cells that are missing at its end are empty.
///
/// # Errors
/// Why it is refused, in words: a line is taken as a whole or not at all.
pub fn read(cells: &[&str], plan: &Plan, fields: &[Field]) -> Result<Line, String> {
    if cells.len() > plan.targets.len() && cells.iter().skip(plan.targets.len()).any(|cell| !cell.trim().is_empty()) {
        return Err(format!("It has {} cells, and the file has {} columns.", cells.len(), plan.targets.len()));
    }
    let mut line = Line::default();
    for (target, cell) in plan.targets.iter().zip(cells) {
        let cell = text::storable(unguarded(cell).trim());
        if cell.is_empty() {
            continue;
        }
        let wrong = |error: crate::Error| error.to_string();
        match target {
            Target::Skip => {}
            Target::Phone => line.phone = number(&cell, &plan.calling_code)?,
            Target::Name => line.name = Some(contact::name(&cell).map_err(wrong)?),
            Target::Note => line.note = Some(contact::note(&cell).map_err(wrong)?),
            Target::Consent => {
                let said = yes_no(&cell).or_else(|| decision(&cell));
                line.consent = Some(said.ok_or_else(|| format!("{cell:?} is neither a yes nor a no to messages."))?);
            }
            Target::Field(id) => {
                let Some(field) = fields.iter().find(|field| field.id == *id) else { continue };
                if let Some(value) = field.value(&cell).map_err(wrong)? {
                    line.values.insert(*id, value);
                }
            }
        }
    }
    if line.phone.is_empty() { Err("There is no phone number.".to_owned()) } else { Ok(line) }
}

/// Our own exports put a quote mark before what a spreadsheet would run.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| text::is_formula(rest)).unwrap_or(cell)
}

fn decision(cell: &str) -> Option<bool> {
    match contact::name_key(&cell.replace(['_', '-'], " ")).as_str() {
        "opted in" | "opt in" | "subscribed" | "granted" => Some(true),
        "opted out" | "opt out" | "unsubscribed" | "stop" | "withdrawn" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{field::Kind, id::FieldId};

    fn setting() -> (Plan, Vec<Field>) {
        let id = FieldId(uuid::Uuid::from_u128(1));
        let fields = vec![Field { id, name: "Orders".to_owned(), kind: Kind::Number, choices: Vec::new() }];
        let targets = vec![Target::Name, Target::Phone, Target::Field(id), Target::Consent, Target::Note, Target::Skip];
        (Plan { targets, calling_code: "91".to_owned(), ..Plan::default() }, fields)
    }

    #[test]
    fn a_line_is_read() {
        let (plan, fields) = setting();
        let line = read(&["'=1+1", "'+91 98455 50117", "7", "Opted_Out", "a\0b", "x"], &plan, &fields).unwrap();
        assert_eq!((line.name.as_deref(), line.phone.as_str()), (Some("=1+1"), "919845550117"));
        assert_eq!((line.consent, line.note.as_deref()), (Some(false), Some("ab")));
        assert_eq!(line.values.values().collect::<Vec<_>>(), ["7"]);
        let short = read(&["", "9845550117"], &plan, &fields).unwrap();
        assert_eq!(short, Line { phone: "919845550117".to_owned(), ..Line::default() });
        assert_eq!(read(&["'tis", "9845550117"], &plan, &fields).unwrap().name.as_deref(), Some("'tis"));
    }

    #[test]
    fn a_line_is_refused_as_a_whole() {
        let (plan, fields) = setting();
        for (cells, says) in [
            (&["Meera"][..], "no phone number"),
            (&["", "98"], "no phone number"),
            (&["", "9845550117", "seven"], "Orders takes a number"),
            (&["", "9845550117", "", "perhaps"], "neither a yes nor a no"),
            (&["", "9845550117", "", "", "", "", "more"], "It has 7 cells"),
        ] {
            let problem = read(cells, &plan, &fields).unwrap_err();
            assert!(problem.contains(says), "{problem}");
        }
        let long = "x".repeat(129);
        assert!(read(&[&long, "9845550117"], &plan, &fields).unwrap_err().starts_with("A name has"));
    }
}
