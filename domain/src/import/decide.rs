use super::{Known, Line, Outcome, Plan};
use crate::field::Values;

/// The contact who has a line's number already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    pub name: String,
    pub note: String,
    pub values: Values,
    pub opted_out: bool,
    /// Whether whoever imports may edit them.
    pub editable: bool,
    /// The line of the same file that was about them.
    pub line: Option<i64>,
}

/// What is to be done for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub outcome: Outcome,
    /// In words; empty where nothing is to be said.
    pub why: String,
    /// What becomes of the contact, where it differs.
    pub name: Option<String>,
    pub note: Option<String>,
    pub values: Option<Values>,
    /// To be noted: true for an opt-in.
    pub consent: Option<bool>,
}

impl Decided {
    fn nothing(outcome: Outcome, why: impl Into<String>) -> Self {
        Self { outcome, why: why.into(), name: None, note: None, values: None, consent: None }
    }

    /// A line that cannot be taken.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::nothing(Outcome::Refused, why)
    }
}

const KNOWN: &str = "There is a contact with this number already.";
const NO_PROOF: &str = "The opt-in was not recorded: no proof was given for this import.";

/// What becomes of a line, with what is known of its number. The same for the preview and for the import itself.
pub fn decide(line: &Line, before: Option<&Before>, plan: &Plan) -> Decided {
    // Without a proof nobody is opted in, an opt-out needs none.
    let unproven = line.consent == Some(true) && plan.proof.is_empty();
    let consent = line.consent.filter(|_| !unproven);
    let Some(before) = before else {
        let values = (!line.values.is_empty()).then(|| line.values.clone());
        let why = if unproven { NO_PROOF } else { "" };
        let (name, note) = (line.name.clone(), line.note.clone());
        return Decided { outcome: Outcome::Added, why: why.to_owned(), name, note, values, consent };
    };
    if let Some(other) = before.line {
        return Decided::nothing(Outcome::Skipped, format!("The same number as in line {other}, which counts."));
    }
    if !before.editable {
        return Decided::nothing(Outcome::Skipped, KNOWN);
    }
    let consent = consent.filter(|opts_in| *opts_in == before.opted_out);
    if plan.known == Known::Skip {
        return match consent {
            Some(false) => Decided {
                consent,
                ..Decided::nothing(Outcome::Updated, format!("{KNOWN} Only the opt-out was recorded."))
            },
            _ => Decided::nothing(Outcome::Skipped, KNOWN),
        };
    }
    let fills = plan.known == Known::Fill;
    let text = |new: &Option<String>, old: &str| new.clone().filter(|new| new != old && (!fills || old.is_empty()));
    let mut values = before.values.clone();
    for (id, value) in &line.values {
        if !fills || !values.contains_key(id) {
            values.insert(*id, value.clone());
        }
    }
    let (name, note) = (text(&line.name, &before.name), text(&line.note, &before.note));
    let values = Some(values).filter(|values| *values != before.values);
    let same = name.is_none() && note.is_none() && values.is_none() && consent.is_none();
    let outcome = if same { Outcome::Unchanged } else { Outcome::Updated };
    let why = if unproven && before.opted_out { NO_PROOF } else { "" };
    Decided { outcome, why: why.to_owned(), name, note, values, consent }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::FieldId;

    fn line(name: &str, value: &str, consent: Option<bool>) -> Line {
        let mut values = Values::new();
        if !value.is_empty() {
            values.insert(FieldId(uuid::Uuid::nil()), value.to_owned());
        }
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        Line { phone: "919845550117".to_owned(), name, note: None, consent, values }
    }

    fn before() -> Before {
        Before { name: "Meera".to_owned(), values: line("", "Kochi", None).values, editable: true, ..Before::default() }
    }

    fn plan(known: Known, proof: &str) -> Plan {
        Plan { known, proof: proof.to_owned(), ..Plan::default() }
    }

    #[test]
    fn known_contacts() {
        let says = line("Meera K", "Pune", None);
        let skipped = decide(&says, Some(&before()), &plan(Known::Skip, ""));
        assert_eq!((skipped.outcome, skipped.name), (Outcome::Skipped, None));
        let filled = decide(&says, Some(&before()), &plan(Known::Fill, ""));
        assert_eq!(filled.outcome, Outcome::Unchanged);
        let blank = Before { editable: true, ..Before::default() };
        let filled = decide(&says, Some(&blank), &plan(Known::Fill, ""));
        assert_eq!((filled.outcome, filled.name.as_deref()), (Outcome::Updated, Some("Meera K")));
        let written = decide(&says, Some(&before()), &plan(Known::Overwrite, ""));
        assert_eq!((written.outcome, written.values), (Outcome::Updated, Some(says.values.clone())));
        let same = decide(&line("Meera", "", None), Some(&before()), &plan(Known::Overwrite, ""));
        assert_eq!(same.outcome, Outcome::Unchanged, "an empty cell replaces nothing");
        let colleagues = Before { editable: false, ..before() };
        assert_eq!(decide(&says, Some(&colleagues), &plan(Known::Overwrite, "")).outcome, Outcome::Skipped);
        let double = Before { line: Some(3), ..before() };
        assert!(decide(&says, Some(&double), &plan(Known::Overwrite, "")).why.contains("line 3"));
    }

    #[test]
    fn nobody_is_opted_in_without_a_proof() {
        let out = Before { opted_out: true, ..before() };
        for known in [Known::Fill, Known::Overwrite] {
            let decided = decide(&line("", "", Some(true)), Some(&out), &plan(known, ""));
            assert_eq!((decided.consent, decided.outcome), (None, Outcome::Unchanged));
            assert_eq!(decided.why, NO_PROOF);
            let decided = decide(&line("", "", Some(true)), Some(&out), &plan(known, "Fair in Kochi, list of 3 May"));
            assert_eq!((decided.consent, decided.outcome), (Some(true), Outcome::Updated));
            let decided = decide(&line("", "", None), Some(&out), &plan(known, "Fair in Kochi, list of 3 May"));
            assert_eq!(decided.consent, None, "without the column nobody is");
        }
        assert_eq!(decide(&line("", "", Some(true)), None, &plan(Known::Skip, "")).consent, None);
        assert_eq!(decide(&line("", "", Some(true)), None, &plan(Known::Skip, "Fair")).consent, Some(true));
        let skipped = decide(&line("", "", Some(true)), Some(&out), &plan(Known::Skip, "Fair"));
        assert_eq!((skipped.consent, skipped.outcome), (None, Outcome::Skipped));
    }

    #[test]
    fn an_opt_out_always_counts() {
        for known in Known::ALL {
            let decided = decide(&line("", "", Some(false)), Some(&before()), &plan(known, ""));
            assert_eq!((decided.consent, decided.outcome), (Some(false), Outcome::Updated));
        }
        assert_eq!(decide(&line("", "", Some(false)), None, &plan(Known::Skip, "")).consent, Some(false));
    }
}
