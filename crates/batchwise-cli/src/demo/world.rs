//! The emulated providers of the demo, and what goes wrong with them.

use batchwise_emulator::{Busy, CampaignConfig, DellinConfig, EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};

/// The campaign of the demo.
pub(super) const CAMPAIGN: &str = "00042";

/// Imports that are not there, among the first thousand.
const NO_IMPORTS: [u64; 3] = [51_500, 51_501, 51_777];

/// An import whose id the provider refuses by name.
const POISON_IMPORT: u64 = 51_313;

/// A customer for whom the provider refuses the whole batch without saying why.
const POISON_CUSTOMER: u64 = 7_123;

/// Everything that goes wrong.
pub(super) fn config() -> EmulatorConfig {
    let imports = SpaceConfig::any()
        .absent(NO_IMPORTS.to_vec())
        .poison(vec![POISON_IMPORT]);
    let dellin = DellinConfig {
        session_calls: Some(4),
        ..DellinConfig::default()
    };
    let customers = SpaceConfig::any()
        .absent(vec![7_005])
        .busy(vec![7_010, 7_011], Busy::Answers(2))
        .busy(vec![7_012], Busy::Forever)
        .poison_nameless(vec![POISON_CUSTOMER])
        .silent(vec![7_020]);
    EmulatorConfig::default()
        .calltouch_import(imports)
        .dellin(dellin)
        .campaign(CampaignConfig::new(CAMPAIGN).customers(customers))
        .fault(
            FaultRule::new(Fault::TooManyRequests { retry_after: Some(1) })
                .on(Method::CalltouchImport)
                .nth(2),
        )
        .fault(FaultRule::new(Fault::ResetAfter).on(Method::CalltouchImport).nth(4))
        .fault(FaultRule::new(Fault::Truncate).on(Method::CalltouchLeads).nth(2))
        .fault(
            FaultRule::new(Fault::Html {
                status: 502,
                acts: true,
            })
            .on(Method::DellinBook)
            .nth(3),
        )
        .fault(FaultRule::new(Fault::Garbage).on(Method::ThuliumCustomers).nth(1))
}

/// Where a process is killed: a call takes its time, so that the kill meets one.
pub(super) fn of_the_killed() -> EmulatorConfig {
    let slow = Fault::Slow(std::time::Duration::from_millis(150));
    EmulatorConfig::default().fault(FaultRule::new(slow).on(Method::CalltouchImport))
}
