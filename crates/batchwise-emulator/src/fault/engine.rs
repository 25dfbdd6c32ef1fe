//! Fault rules at work.

use super::Fault;
use super::rule::FaultRule;
use crate::method::Method;

/// A rule with what it has seen.
#[derive(Debug, Clone)]
struct Armed {
    rule: FaultRule,
    seen: u64,
    fired: u64,
}

/// All rules, in order: the first that holds fires.
#[derive(Debug, Clone)]
pub(crate) struct FaultEngine(Vec<Armed>);

/// A rule that fired.
#[derive(Debug, Clone)]
pub(crate) struct Firing {
    pub(crate) fault: Fault,
    pub(crate) why: String,
}

impl FaultEngine {
    pub(crate) fn new(rules: Vec<FaultRule>) -> Self {
        Self(
            rules
                .into_iter()
                .map(|rule| Armed {
                    rule,
                    seen: 0,
                    fired: 0,
                })
                .collect(),
        )
    }

    /// Lets every rule count the request, and fires the first that holds.
    pub(crate) fn fire(&mut self, method: Method, carries: impl Fn(&str) -> bool) -> Option<Firing> {
        let mut firing = None;
        for (index, armed) in self.0.iter_mut().enumerate() {
            if armed.holds(method, &carries) && firing.is_none() {
                armed.fired += 1;
                firing = Some(Firing {
                    fault: armed.rule.fault,
                    why: format!("rule {}: {} (its request {})", index + 1, armed.rule, armed.seen),
                });
            }
        }
        firing
    }
}

impl Armed {
    fn holds(&mut self, method: Method, carries: &impl Fn(&str) -> bool) -> bool {
        let rule = &self.rule;
        if !rule.methods.is_empty() && !rule.methods.contains(&method) {
            return false;
        }
        if rule.record.as_deref().is_some_and(|record| !carries(record)) {
            return false;
        }
        self.seen += 1;
        rule.turn.is(self.seen)
            && rule.times.is_none_or(|times| self.fired < times)
            && rule
                .chance
                .is_none_or(|(probability, seed)| fraction(seed, self.seen) < probability)
    }
}

/// A fraction in `0.0..1.0` that depends on the seed and the count alone (splitmix64).
fn fraction(seed: u64, count: u64) -> f64 {
    let mut bits = seed.wrapping_add(count.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    let high = u32::try_from(bits >> 32).unwrap_or(0);
    f64::from(high) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(rule: FaultRule, requests: usize) -> Vec<usize> {
        let mut engine = FaultEngine::new(vec![rule]);
        (1..=requests)
            .map(|turn| (turn, engine.fire(Method::CalltouchImport, |_| false).is_some()))
            .filter_map(|(turn, fired)| fired.then_some(turn))
            .collect()
    }

    #[test]
    fn a_rule_counts_its_own_requests() {
        assert_eq!(turns(FaultRule::new(Fault::Garbage).nth(2), 6), [2]);
        assert_eq!(turns(FaultRule::new(Fault::Garbage).every(3), 7), [3, 6]);
        assert_eq!(turns(FaultRule::new(Fault::Garbage).between(2, 3).times(1), 6), [2]);
        assert_eq!(turns(FaultRule::new(Fault::Garbage).on(Method::DellinBook), 3), [0; 0]);
        assert_eq!(turns(FaultRule::new(Fault::Garbage).record("1"), 3), [0; 0]);
    }

    #[test]
    fn a_seed_repeats_itself() {
        let rule = FaultRule::new(Fault::Garbage).probability(0.3, 7);
        let first = turns(rule.clone(), 1000);
        assert_eq!(first, turns(rule, 1000));
        assert!((250..350).contains(&first.len()), "{}", first.len());
    }
}
