use crate::{Error, contact::name_key, field::Field, id::FieldId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Characters of the proof.
const PROOF_LIMIT: usize = 200;

/// What a column goes to. Written `skip`, `name`, `phone`, `consent`, `note` or `field:<id>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    #[default]
    Skip,
    Name,
    Phone,
    /// Whether they want to hear from us: yes or no.
    Consent,
    Note,
    Field(FieldId),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Skip => f.write_str("skip"),
            Target::Name => f.write_str("name"),
            Target::Phone => f.write_str("phone"),
            Target::Consent => f.write_str("consent"),
            Target::Note => f.write_str("note"),
            Target::Field(id) => write!(f, "field:{id}"),
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        Ok(match s {
            "skip" => Target::Skip,
            "name" => Target::Name,
            "phone" => Target::Phone,
            "consent" => Target::Consent,
            "note" => Target::Note,
            other => {
                let id = other.strip_prefix("field:").and_then(|id| id.parse().ok());
                Target::Field(id.ok_or_else(|| Error::invalid("targets", "this is nothing that a column can go to"))?)
            }
        })
    }
}

impl TryFrom<String> for Target {
    type Error = Error;

    fn try_from(s: String) -> Result<Self, Error> {
        s.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

/// What becomes of a line whose number a contact has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// The contact stays as it is. An opt-out counts all the same.
    #[default]
    Skip,
    /// What is empty is filled.
    Fill,
    /// What the line says replaces what is there; its empty cells replace nothing.
    Overwrite,
}

impl Known {
    pub const ALL: [Known; 3] = [Known::Skip, Known::Fill, Known::Overwrite];

    pub const fn as_str(self) -> &'static str {
        match self {
            Known::Skip => "skip",
            Known::Fill => "fill",
            Known::Overwrite => "overwrite",
        }
    }

    /// As people read it, after "When a contact exists".
    pub const fn label(self) -> &'static str {
        match self {
            Known::Skip => "Skip the line",
            Known::Fill => "Fill empty fields only",
            Known::Overwrite => "Overwrite",
        }
    }
}

/// How a file is imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// One for each column.
    pub targets: Vec<Target>,
    pub known: Known,
    /// For numbers that have none: `91`. Empty: they are refused.
    pub calling_code: String,
    /// Where and how those who opted in said so. Without it nobody is opted in.
    pub proof: String,
}

impl Plan {
    /// The same as it is kept.
    ///
    /// # Errors
    /// `Invalid` names the field.
    pub fn checked(&self, columns: usize, fields: &[Field]) -> Result<Self, Error> {
        if self.targets.len() != columns {
            return Err(Error::invalid("targets", format!("expected one for each of the {columns} columns")));
        }
        for (place, target) in self.targets.iter().enumerate().filter(|(_, target)| **target != Target::Skip) {
            if self.targets.iter().take(place).any(|other| other == target) {
                return Err(Error::invalid("targets", "two columns go to the same place: skip one of them"));
            }
            if matches!(target, Target::Field(id) if fields.iter().all(|field| field.id != *id)) {
                return Err(Error::invalid("targets", "a column goes to a custom field that is not there any more"));
            }
        }
        if !self.targets.contains(&Target::Phone) {
            return Err(Error::invalid("targets", "choose the column that holds the phone number"));
        }
        let code = self.calling_code.trim().trim_start_matches('+');
        let fine =
            code.is_empty() || (code.len() <= 3 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0'));
        if !fine {
            return Err(Error::invalid("calling_code", "expected a country's calling code such as 91, or nothing"));
        }
        let proof = crate::text::storable(self.proof.trim());
        if proof.chars().count() > PROOF_LIMIT {
            return Err(Error::invalid("proof", format!("the proof may have at most {PROOF_LIMIT} characters")));
        }
        Ok(Self { targets: self.targets.clone(), known: self.known, calling_code: code.to_owned(), proof })
    }
}

/// The sign that most often stands between the columns of the first line, outside of quotes.
pub fn delimiter(first_line: &str) -> char {
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0), ('|', 0)];
    let mut quoted = false;
    for c in first_line.chars() {
        match c {
            '"' => quoted = !quoted,
            c if !quoted => counts.iter_mut().filter(|(sign, _)| *sign == c).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // Of equals the first counts, and so the comma where there is none at all.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(sign, _)| *sign)
}

/// What the names of the columns say; each goal once, for the first column that names it.
pub fn propose(header: &[String], fields: &[Field]) -> Vec<Target> {
    let mut taken = Vec::new();
    header
        .iter()
        .map(|name| {
            let target = meant(&name_key(&name.replace(['_', '-'], " ")), fields);
            if target == Target::Skip || taken.contains(&target) {
                return Target::Skip;
            }
            taken.push(target);
            target
        })
        .collect()
}

fn meant(name: &str, fields: &[Field]) -> Target {
    // A workspace's own words come first.
    if let Some(field) = fields.iter().find(|field| name_key(&field.name.replace(['_', '-'], " ")) == name) {
        return Target::Field(field.id);
    }
    match name {
        "name" | "full name" | "fullname" | "contact" | "contact name" | "customer" | "customer name"
        | "display name" | "nombre" | "nombre completo" | "nome" | "nome completo" | "nom" | "नाम" | "الاسم" => {
            Target::Name
        }
        "phone" | "phone number" | "mobile" | "mobile number" | "number" | "whatsapp" | "whatsapp number" | "wa id"
        | "tel" | "telephone" | "cell" | "msisdn" | "telefono" | "telefone" | "celular" | "movil"
        | "telephone number" => Target::Phone,
        "consent" | "opt in" | "optin" | "opted in" | "newsletter" | "marketing" | "marketing consent"
        | "subscribed" | "consentimiento" => Target::Consent,
        "note" | "notes" | "comment" | "comments" | "remark" | "remarks" | "notas" | "nota" => Target::Note,
        _ => Target::Skip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Kind;

    fn fields() -> Vec<Field> {
        let field = |nth, name: &str| Field {
            id: FieldId(uuid::Uuid::from_u128(nth)),
            name: name.to_owned(),
            kind: Kind::Text,
            choices: Vec::new(),
        };
        vec![field(1, "City"), field(2, "Last order")]
    }

    #[test]
    fn names_of_columns_propose() {
        let header =
            ["full_name", "Mobile", "CITY", "last-order", "newsletter", "phone", "notes_int"].map(str::to_owned);
        let targets = propose(&header, &fields());
        let [city, order] = [1, 2].map(|nth| Target::Field(FieldId(uuid::Uuid::from_u128(nth))));
        assert_eq!(targets, [Target::Name, Target::Phone, city, order, Target::Consent, Target::Skip, Target::Skip]);
        for target in targets {
            assert_eq!(target.to_string().parse(), Ok(target));
        }
    }

    #[test]
    fn delimiters() {
        for (line, sign) in [
            ("name,phone", ','),
            ("name;phone;a,b", ';'),
            ("\"a,b,c\";phone", ';'),
            ("name\tphone", '\t'),
            ("a|b|c", '|'),
            ("phone", ','),
            ("", ','),
        ] {
            assert_eq!(delimiter(line), sign, "{line}");
        }
    }

    #[test]
    fn plans_are_checked() {
        let plan = |targets: &[Target]| Plan { targets: targets.to_vec(), ..Plan::default() };
        let city = Target::Field(fields()[0].id);
        let fine = Plan { calling_code: " +91".to_owned(), ..plan(&[Target::Phone, city, Target::Skip, Target::Skip]) };
        assert_eq!(fine.checked(4, &fields()).unwrap().calling_code, "91");
        for wrong in [
            plan(&[Target::Name, Target::Skip]),
            plan(&[Target::Phone, Target::Phone]),
            plan(&[Target::Phone]),
            plan(&[Target::Phone, Target::Field(FieldId(uuid::Uuid::nil()))]),
            Plan { calling_code: "0".to_owned(), ..plan(&[Target::Phone, Target::Skip]) },
            Plan { proof: "x".repeat(201), ..plan(&[Target::Phone, Target::Skip]) },
        ] {
            assert!(wrong.checked(2, &fields()).is_err(), "{wrong:?}");
        }
    }
}
