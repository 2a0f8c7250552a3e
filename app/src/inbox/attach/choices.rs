use domain::{
    content::{Line, Menu, Section},
    outgoing::BUTTONS_LIMIT,
};

/// Choices as a person writes them, one a line, with an explanation behind a `|`: up to three without one are buttons, else a list
/// that opens with `button`.
pub fn choices(lines: &str, button: &str) -> Menu {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<(&str, Option<&str>)> = lines
        .map(|line| match line.split_once('|') {
            Some((title, about)) => (title.trim(), Some(about.trim()).filter(|about| !about.is_empty())),
            None => (line, None),
        })
        .collect();
    if lines.len() <= BUTTONS_LIMIT && lines.iter().all(|(_, about)| about.is_none()) {
        let buttons = lines.into_iter().map(|(title, _)| (String::new(), title.to_owned())).collect();
        return Menu::Buttons { header: None, footer: None, buttons };
    }
    let line = |(title, about): (&str, Option<&str>)| Line {
        id: String::new(),
        title: title.to_owned(),
        description: about.map(str::to_owned),
    };
    let sections = vec![Section { title: String::new(), lines: lines.into_iter().map(line).collect() }];
    Menu::List { header: None, footer: None, button: button.trim().to_owned(), sections }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_are_buttons_more_are_a_list() {
        let Menu::Buttons { buttons, .. } = choices(" Yes\n\nNo ", "Choose") else { panic!("no buttons") };
        assert_eq!(buttons, [(String::new(), "Yes".to_owned()), (String::new(), "No".to_owned())]);
        let Menu::List { sections, button, .. } = choices("a\nb\nc\nd", " Choose ") else { panic!("no list") };
        assert_eq!((sections[0].lines.len(), button.as_str()), (4, "Choose"));
        let Menu::List { sections, .. } = choices("Express | 1 day\nPost |", "Choose") else { panic!("no list") };
        let about: Vec<_> = sections[0].lines.iter().map(|line| line.description.as_deref()).collect();
        assert_eq!(about, [Some("1 day"), None]);
    }
}
