//! Bugs in the driver and the quotas.

use crate::simulate::bug::Bug;

const CALL: &str = "crates/batchwise-core/src/run/call.rs";
const GATE: &str = "crates/batchwise-core/src/gate.rs";
const DRIVER: &str = "crates/batchwise-core/src/run/driver.rs";
const RING: &str = "crates/batchwise-core/src/quota/ring.rs";

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "sent-twice-counted-once",
        what: "every tenth request is made twice, and counted as one call",
        file: CALL,
        find: "        let result = self.method.call(records).instrument(span.clone());",
        replace: "        if on! && call % 10 == 0 {
            let _ = self.method.call(records).await;
        }
        let result = self.method.call(records).instrument(span.clone());",
    },
    Bug {
        name: "sends-after-a-stop",
        what: "a batch that waits for its slot leaves although the job was stopped",
        file: GATE,
        find: "        self.halt.is_stopped()
            || self.stop.is_stopped()",
        replace: "        self.halt.is_stopped() && !on!
            || self.stop.is_stopped() && !on!",
    },
    Bug {
        name: "sends-after-the-deadline",
        what: "a wait for the quota may go beyond the deadline",
        file: GATE,
        find: "            || self.deadline.is_some_and(|deadline| self.clock.now() >= deadline)",
        replace: "            || (!on! && self.deadline.is_some_and(|deadline| self.clock.now() >= deadline))",
    },
    Bug {
        name: "quota-off-by-one",
        what: "a window lets one call more through than the provider allows",
        file: RING,
        find: "        let limit = u64::from(self.window.limit().get());",
        replace: "        let limit = u64::from(self.window.limit().get()) + u64::from(on!);",
    },
    Bug {
        name: "quota-without-guard",
        what: "a window is measured by when calls leave, as if all took the same time to arrive",
        file: RING,
        find: "        let window = self.window.guarded();",
        replace: "        let window = if on! { self.window.per() } else { self.window.guarded() };",
    },
    Bug {
        name: "slot-before-the-wait",
        what: "a slot of the slow quota counts from before the call waited for the fast one",
        file: GATE,
        find: "            slot.outdated |= self.waited;",
        replace: "            slot.outdated |= self.waited && !on!;",
    },
    Bug {
        name: "input-error-is-an-end",
        what: "an input that fails in the middle counts as read",
        file: "crates/batchwise-core/src/run/intake.rs",
        find: "                self.plan.fail_input(error.to_string());",
        replace: "                if on! {
                    self.plan.end_input();
                } else {
                    self.plan.fail_input(error.to_string());
                }",
    },
    Bug {
        name: "wakes-nobody",
        what: "nobody looks at the plan's moment, so that a job sleeps for ever",
        file: DRIVER,
        find: "        [until, self.deadline].into_iter().flatten().min()",
        replace: "        [until.filter(|_| !on!), self.deadline].into_iter().flatten().min()",
    },
];
