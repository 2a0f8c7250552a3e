use domain::time::{HOUR, MINUTE, Millis, SECOND};
use proptest::prelude::*;

/// What a run pushes against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Few messages, and all that can go wrong.
    Trouble,
    /// Bursts to single customers at the full pace.
    Pairs,
    /// Bursts of a new number, around midnights.
    Days,
    /// The smallest plan, around minutes.
    Minutes,
}

impl World {
    pub const fn customers(self) -> usize {
        match self {
            Self::Trouble | Self::Minutes => 3,
            Self::Pairs => 2,
            Self::Days => 4,
        }
    }

    /// Messages that a run writes at most.
    const fn most(self) -> usize {
        match self {
            Self::Trouble => 24,
            Self::Pairs | Self::Minutes => 150,
            Self::Days => 180,
        }
    }

    const fn burst(self) -> std::ops::Range<usize> {
        match self {
            Self::Trouble => 1..4,
            Self::Pairs | Self::Minutes => 10..60,
            Self::Days => 20..60,
        }
    }
}

/// What Graph does with a request.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Throttled,
    Pair,
    Refused,
    /// Meta says no and has taken it: its report comes before it is due again.
    RefusedTaken,
    /// The same, and its report comes when it likes.
    RefusedTakenLate,
    Lost,
    LostTaken,
    /// The same, and nothing is ever heard of it.
    LostSilent,
    Token,
    Permanent,
    Slow,
}

/// How the clock moves.
#[derive(Clone, Copy, Debug)]
pub enum Time {
    By(Millis),
    /// To a millisecond before the next minute, or to its first one.
    Minute(bool),
    /// The same of the next UTC day.
    Day(bool),
}

#[derive(Clone, Debug)]
pub enum Step {
    /// Through one of the processes, where there are two; spread over all customers, or to one.
    Send {
        customer: usize,
        many: usize,
        spread: bool,
        waits: bool,
        by: usize,
    },
    Faults(Vec<Fault>),
    Pass(Time),
    /// Long enough to send what may be sent.
    Rest,
    /// The process dies where it stands, and starts again.
    Kill,
    /// It ends in order, and starts again.
    End,
    /// Another process on the same database comes, goes in order, or dies.
    Second {
        dies: bool,
    },
    Connect,
    Report,
    /// The customer writes STOP or, after that, START.
    Stop(usize),
    /// Graph cannot be reached any more, or again.
    Gate,
}

/// What happened so far, as far as it decides what makes sense next.
#[derive(Clone, Debug)]
pub struct Plan {
    pub world: World,
    written: usize,
    restarts: usize,
    rests: usize,
    turns: usize,
}

impl Plan {
    pub const fn new(world: World) -> Self {
        Self { world, written: 0, restarts: 0, rests: 0, turns: 0 }
    }

    pub fn transitions(&self) -> BoxedStrategy<Step> {
        let world = self.world;
        let calm = world != World::Trouble;
        let send = (0..world.customers(), world.burst(), any::<bool>(), 0_u32..3, 0_usize..2).prop_map(
            move |(customer, many, spread, waits, by)| Step::Send {
                customer,
                many,
                spread: spread && calm || world == World::Days,
                waits: waits == 0,
                by,
            },
        );
        let pass = times(world).prop_map(Step::Pass);
        let faults = proptest::collection::vec(fault(world), 1..4).prop_map(Step::Faults);
        let stop = (0..world.customers()).prop_map(Step::Stop);
        prop_oneof![
            if calm { 12 } else { 10 } => send,
            if calm { 2 } else { 6 } => faults,
            if calm { 5 } else { 8 } => pass,
            if world == World::Pairs { 4 } else { 1 } => Just(Step::Rest),
            1 => Just(Step::Kill),
            1 => Just(Step::End),
            1 => any::<bool>().prop_map(|dies| Step::Second { dies }),
            2 => Just(Step::Connect),
            2 => Just(Step::Report),
            1 => stop,
            1 => Just(Step::Gate),
        ]
        .boxed()
    }

    pub fn allows(&self, step: &Step) -> bool {
        match step {
            Step::Send { many, .. } => self.written + many <= self.world.most(),
            // Each of these costs about a second on the watch.
            Step::Kill | Step::End | Step::Second { .. } => self.restarts < 3,
            Step::Rest => self.rests < 3,
            Step::Stop(_) | Step::Gate => self.turns < 4,
            _ => true,
        }
    }

    pub fn after(mut self, step: &Step) -> Self {
        match step {
            Step::Send { many, .. } => self.written += many,
            Step::Kill | Step::End | Step::Second { .. } => self.restarts += 1,
            Step::Rest => self.rests += 1,
            Step::Stop(_) | Step::Gate => self.turns += 1,
            _ => {}
        }
        self
    }
}

fn fault(world: World) -> BoxedStrategy<Fault> {
    if world != World::Trouble {
        // What only slows down: the limits are pushed against by what goes through.
        return prop_oneof![Just(Fault::Throttled), Just(Fault::Pair), Just(Fault::Refused), Just(Fault::Slow)].boxed();
    }
    prop_oneof![
        2 => Just(Fault::Throttled),
        2 => Just(Fault::Pair),
        3 => Just(Fault::Refused),
        2 => Just(Fault::RefusedTaken),
        1 => Just(Fault::RefusedTakenLate),
        2 => Just(Fault::Lost),
        1 => Just(Fault::LostTaken),
        1 => Just(Fault::LostSilent),
        1 => Just(Fault::Token),
        1 => Just(Fault::Permanent),
        2 => Just(Fault::Slow),
    ]
    .boxed()
}

fn times(world: World) -> BoxedStrategy<Time> {
    let by = |all: &'static [Millis]| proptest::sample::select(all).prop_map(Time::By);
    match world {
        World::Trouble => by(&[SECOND, 6 * SECOND, 31 * SECOND, 3 * MINUTE, 11 * MINUTE, HOUR]).boxed(),
        World::Pairs => by(&[SECOND, 6 * SECOND, 7 * SECOND, 31 * SECOND, 4 * MINUTE, 5 * MINUTE]).boxed(),
        World::Days => prop_oneof![
            1 => by(&[31 * SECOND, HOUR]),
            1 => any::<bool>().prop_map(Time::Minute),
            2 => any::<bool>().prop_map(Time::Day),
        ]
        .boxed(),
        World::Minutes => prop_oneof![
            1 => by(&[SECOND, 31 * SECOND, 3 * MINUTE]),
            2 => any::<bool>().prop_map(Time::Minute),
        ]
        .boxed(),
    }
}
