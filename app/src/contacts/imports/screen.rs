//! The state of the page of an import.

use std::sync::Arc;

use domain::{
    field::Field,
    id::ImportId,
    import::{Import, Plan, Previewed, Target},
};
use leptos::prelude::*;

use super::server::{ImportView, cancel_import, preview_import, start_import};
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
        self.task.run(ask, move |lines| screen.shown.set(Some((plan, lines))));
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
