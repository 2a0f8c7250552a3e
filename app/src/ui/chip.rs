use domain::{
    id::LabelId,
    label::{Colour, Label},
};
use leptos::prelude::*;

/// A label. Its name was written by a colleague: it stays within the chip, whatever its direction.
pub fn chip(label: &Label) -> AnyView {
    chip_name(&label.name, label.colour)
}

/// The same for one that is not made yet.
pub fn chip_name(name: &str, colour: Colour) -> AnyView {
    view! { <span class="chip" data-colour=colour.as_str()><bdi>{name.to_owned()}</bdi></span> }.into_any()
}

/// Those of the known labels that are meant, by name; where there is no room it is said how many more they are. One that there is
/// no more is not shown.
pub fn chips(known: &[Label], ids: &[LabelId], most: usize) -> AnyView {
    let labels: Vec<_> = known.iter().filter(|label| ids.contains(&label.id)).collect();
    // The number takes the room of one.
    let most = if labels.len() > most { most.saturating_sub(1) } else { most };
    let more = labels.len().saturating_sub(most);
    let names = labels.iter().skip(most).map(|label| label.name.as_str()).collect::<Vec<_>>().join(", ");
    let title = names.clone();
    let chips = labels.iter().take(most).map(|label| chip(label)).collect_view();
    let more = (more > 0).then(|| {
        view! {
            <span class="chip more" title=title>
                "+"{more}<span class="sr">" more labels: "<bdi>{names}</bdi></span>
            </span>
        }
    });
    view! { {chips}{more} }.into_any()
}
