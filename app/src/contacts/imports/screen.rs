//! The state of the page of an import.

use std::sync::Arc;

use domain::{
    field::Field,
    id::ImportId,
    import::{Checked, Import, Plan, Previewed, State, Target},
};
use leptos::{prelude::*, task::spawn_local};

use super::server::{ImportView, cancel_import, check_import, preview_import, start_import};
use crate::{
    frame::Frame,
    ui::{Task, Toast},
};

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub frame: StoredValue<Arc<Frame>>,
    pub import: RwSignal<Import>,
    pub fields: StoredValue<Vec<Field>>,
    pub samples: StoredValue<Vec<Vec<String>>>,
    /// As it is chosen.
    pub plan: RwSignal<Plan>,
    /// What would become of the first lines of this plan; nothing until somebody asks.
    pub shown: RwSignal<Option<(Plan, Vec<Previewed>)>>,
    /// What is known of the whole file by this plan, and whether that is all; nothing until somebody asks.
    pub checked: RwSignal<Option<(Checked, bool)>>,
    /// Which reading of the file is the last one.
    reading: StoredValue<u32>,
    pub task: Task,
    pub toast: Toast,
}

impl Screen {
    pub fn new(view: ImportView) -> Self {
        let ImportView { frame, import, fields, samples } = view;
        Self {
            frame: StoredValue::new(Arc::new(frame)),
            plan: RwSignal::new(import.plan.clone()),
            import: RwSignal::new(import),
            fields: StoredValue::new(fields),
            samples: StoredValue::new(samples),
            shown: RwSignal::new(None),
            checked: RwSignal::new(None),
            reading: StoredValue::new(0),
            task: Task::default(),
            toast: Toast::default(),
        }
    }

    pub fn slug(&self) -> domain::workspace::Slug {
        self.frame.with_value(|frame| frame.workspace.slug.clone())
    }

    pub fn id(&self) -> ImportId {
        self.import.with_untracked(|import| import.id)
    }

    /// Sends a column somewhere; whatever went there before is skipped.
    pub fn send(&self, column: usize, to: Target) {
        self.plan.update(|plan| {
            for (place, target) in plan.targets.iter_mut().enumerate() {
                if place == column {
                    *target = to;
                } else if to != Target::Skip && *target == to {
                    *target = Target::Skip;
                }
            }
        });
    }

    /// Whether what is shown is of the plan as it is chosen now.
    pub fn is_checked(&self) -> bool {
        self.shown.with(|shown| self.plan.with(|plan| shown.as_ref().is_some_and(|(of, _)| of == plan)))
    }

    pub fn check(&self) {
        let (screen, plan) = (*self, self.plan.get_untracked());
        let ask = preview_import(self.slug(), self.id(), plan.clone());
        self.task.run(ask, move |lines| {
            screen.shown.set(Some((plan.clone(), lines)));
            screen.read(plan);
        });
    }

    /// Reads the whole file, a stretch at a time, until it is read, started or read again.
    fn read(&self, plan: Plan) {
        let screen = *self;
        let (slug, id) = (self.slug(), self.id());
        let nth = self.reading.get_value() + 1;
        self.reading.set_value(nth);
        self.checked.set(Some((Checked::default(), false)));
        let wanted = move || {
            screen.reading.try_get_value() == Some(nth)
                && screen.import.try_with_untracked(|import| import.state == State::Draft) == Some(true)
        };
        spawn_local(async move {
            let mut checked = Checked::default();
            loop {
                let stretch = check_import(slug.clone(), id, plan.clone(), checked.next).await;
                // The page may have gone meanwhile.
                if !wanted() {
                    return;
                }
                match stretch {
                    Ok(stretch) => checked = checked.and(stretch),
                    Err(fault) => {
                        screen.checked.try_set(None);
                        screen.task.problem.try_set(Some(fault.to_string()));
                        return;
                    }
                }
                let is_all = checked.next.is_none();
                screen.checked.try_set(Some((checked.clone(), is_all)));
                if is_all {
                    return;
                }
            }
        });
    }

    pub fn start(&self) {
        let screen = *self;
        let ask = start_import(self.slug(), self.id(), self.plan.get_untracked());
        self.task.run(ask, move |import| screen.import.set(import));
    }

    pub fn cancel(&self) {
        let screen = *self;
        let ask = cancel_import(self.slug(), self.id());
        self.task.run(ask, move |import| screen.import.set(import));
    }
}
