//! From plain values to signals, changing no more than what is different: a row or bubble that stays the same is not
//! drawn again, and one that changes keeps its place in the page and the focus within it.

use leptos::prelude::*;
use uuid::Uuid;

/// One item of a keyed list, with a signal of its own.
pub struct Cell<T: 'static> {
    pub id: Uuid,
    pub value: ArcRwSignal<T>,
}

impl<T> Clone for Cell<T> {
    fn clone(&self) -> Self {
        Self { id: self.id, value: self.value.clone() }
    }
}

/// Brings `cells` to `items`; the list itself only changes when items come, go or move.
pub fn reconcile<T>(cells: RwSignal<Vec<Cell<T>>>, items: Vec<(Uuid, T)>)
where
    T: PartialEq + Send + Sync + 'static,
{
    let Some(old) = cells.try_get_untracked() else { return };
    let same = old.len() == items.len() && old.iter().zip(&items).all(|(cell, (id, _))| cell.id == *id);
    let new: Vec<Cell<T>> = items
        .into_iter()
        .enumerate()
        .map(|(place, (id, item))| {
            // Most often it stands where it stood.
            let known = old.get(place).filter(|cell| cell.id == id).or_else(|| old.iter().find(|cell| cell.id == id));
            match known {
                Some(cell) => {
                    if *cell.value.read_untracked() != item {
                        cell.value.set(item);
                    }
                    cell.clone()
                }
                None => Cell { id, value: ArcRwSignal::new(item) },
            }
        })
        .collect();
    if !same {
        cells.set(new);
    }
}

/// Sets a signal only when the value is another one.
pub fn put<T>(signal: RwSignal<T>, value: T)
where
    T: PartialEq + Send + Sync + 'static,
{
    let differs = signal.try_with_untracked(|old| *old != value);
    if differs == Some(true) {
        signal.set(value);
    }
}
