//! The tests that open no socket, in one program: `cargo xtask mutants` builds it again for each deliberate bug.

#[path = "../batches.rs"]
mod batches;
#[path = "../bounds.rs"]
mod bounds;
#[path = "../combined_faults.rs"]
mod combined_faults;
#[path = "../failures.rs"]
mod failures;
#[path = "../in_flight.rs"]
mod in_flight;
#[path = "../input.rs"]
mod input;
#[path = "../journal.rs"]
mod journal;
#[path = "../late_answers.rs"]
mod late_answers;
#[path = "../law.rs"]
mod law;
#[path = "../plan.rs"]
mod plan;
#[path = "../quota.rs"]
mod quota;
#[path = "../quota_arrivals.rs"]
mod quota_arrivals;
#[path = "../refusals.rs"]
mod refusals;
#[path = "../stacked_quotas.rs"]
mod stacked_quotas;
#[path = "../stopping.rs"]
mod stopping;
