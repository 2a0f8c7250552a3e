//! How long it takes to see whether a member may do something to somebody's conversation.

use std::{hint::black_box, time::Instant};

use anyhow::Result;
use domain::{
    id::MemberId,
    permission::{Access, Permission},
    role::Role,
};
use serde::Serialize;
use uuid::Uuid;

use crate::figures;

/// Checks that are timed together: one is shorter than a look at the clock.
const TOGETHER: usize = 1_000;
const STRETCHES: usize = 2_000;

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    check_p50_ns: f64,
    check_p99_ns: f64,
}

pub(super) fn run() -> Result<()> {
    let access = Access { permissions: Role::Agent.permissions(), unassigned: true };
    let (me, colleague) = (MemberId(Uuid::from_u128(1)), MemberId(Uuid::from_u128(2)));
    let assignees = [None, Some(me), Some(colleague)];
    let all: Vec<Permission> = Permission::all().collect();
    let mut times = Vec::new();
    for stretch in 0..STRETCHES {
        let begun = Instant::now();
        for nth in 0..TOGETHER {
            let at = stretch + nth;
            let (permission, assignee) = (all[at % all.len()], assignees[at % assignees.len()]);
            let access = black_box(&access);
            black_box(access.allows(black_box(permission)) && access.sight(permission, me).reaches(assignee));
        }
        times.push(u32::try_from(begun.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
    times.sort_unstable();
    // Nanoseconds of a thousand checks: the thousandth part of it is one.
    figures::print(&Line {
        bench: "permission",
        check_p50_ns: figures::round(figures::percentile(&times, 0.5), 1),
        check_p99_ns: figures::round(figures::percentile(&times, 0.99), 1),
    })
}
