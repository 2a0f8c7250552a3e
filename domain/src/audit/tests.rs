use super::*;
use std::collections::HashSet;

#[test]
fn the_tables_are_in_order_and_names_are_unique() {
    assert!(ACTIONS.len() >= 45, "{}", ACTIONS.len());
    for (i, (action, name, group, label)) in ACTIONS.iter().enumerate() {
        assert_eq!(*action as usize, i);
        assert_eq!(name.split_once('.').unwrap().0, group.as_str(), "{name}");
        assert_eq!(name.parse::<Action>().unwrap(), *action);
        assert!(label.starts_with(char::is_uppercase) && !label.ends_with('.'), "{label}");
    }
    for (i, (group, name, _)) in GROUPS.iter().enumerate() {
        assert_eq!(*group as usize, i);
        assert_eq!(name.parse::<Group>().unwrap(), *group);
        assert!(Action::all().any(|action| action.group() == *group), "{name} groups nothing");
    }
    assert_eq!(ACTIONS.iter().map(|row| row.1).collect::<HashSet<_>>().len(), ACTIONS.len());
    assert!("member.promoted".parse::<Action>().is_err());
}

#[test]
fn what_travels_in_a_url_comes_back() {
    let id = Uuid::from_u128(7);
    for by in [By::System, By::Member(MemberId(id)), By::Token(TokenId(id))] {
        assert_eq!(by.to_string().parse::<By>().unwrap(), by);
    }
    for wrong in ["", "member", "member:", "member:x", "system:1", "somebody"] {
        assert!(wrong.parse::<By>().is_err(), "{wrong}");
    }
    let cursor = Cursor { at: -5, id: AuditId(id) };
    assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    for wrong in ["", ".", "5", "5.x", "x.00000000-0000-0000-0000-000000000007"] {
        assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
    }
}

#[test]
fn a_filter_reads_what_it_is_given() {
    let filter: Filter = serde_json::from_str(r#"{"action":"message.sent","actor":"system"}"#).unwrap();
    let expected = Filter { action: Some(Action::MessageSent), actor: Some(By::System), ..Filter::default() };
    assert_eq!(filter, expected);
    assert!(serde_json::from_str::<Filter>(r#"{"action":"message.thought"}"#).is_err());
}
