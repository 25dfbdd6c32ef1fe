//! Quotas as the providers charge them: strict sliding windows on arrival time.

mod rate;
mod window;

pub use rate::Rate;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use batchwise_core::clock::Tick;
use serde::Deserialize;
use window::SlidingWindow;

use crate::method::Provider;

/// What each provider allows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaConfig {
    /// Lifts every quota; arrivals are still counted against the windows.
    pub off: bool,
    /// Calltouch, over both methods. Default: 5 a second (documented).
    pub calltouch: Vec<Rate>,
    /// Dellin, for each appkey, logins included. Default: 45 a minute and 1600 an hour (from client code).
    pub dellin: Vec<Rate>,
    /// Thulium. Default: none (none is documented).
    pub thulium: Vec<Rate>,
    /// Says `Retry-After` with a 429: the whole seconds until one more request fits. Default: no (not documented).
    pub retry_after: bool,
}

impl Default for QuotaConfig {
    fn default() -> Self {
        Self {
            off: false,
            calltouch: vec![Rate::per_second(5)],
            dellin: vec![Rate::per_minute(45), Rate::per_hour(1600)],
            thulium: Vec::new(),
            retry_after: false,
        }
    }
}

/// What arrived in one window of one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WindowTruth {
    /// Whose quota.
    pub provider: Provider,
    /// The quota.
    pub rate: Rate,
    /// Most requests that arrived in any window of that length, refused ones included; for Dellin over its busiest appkey.
    pub most: usize,
}

/// All windows: one set for Calltouch and Thulium, one for each appkey of Dellin.
#[derive(Debug, Clone)]
pub(crate) struct Quotas {
    config: QuotaConfig,
    windows: BTreeMap<(Provider, String), Vec<SlidingWindow>>,
}

/// Why a request is too many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Excess {
    pub(crate) rate: Rate,
    pub(crate) retry_after: Option<u64>,
}

impl Quotas {
    pub(crate) const fn new(config: QuotaConfig) -> Self {
        Self {
            config,
            windows: BTreeMap::new(),
        }
    }

    /// Counts an arrival, and says whether it is one too many.
    pub(crate) fn arrive(&mut self, provider: Provider, account: &str, now: Tick) -> Result<(), Excess> {
        let rates = match provider {
            Provider::Calltouch => &self.config.calltouch,
            Provider::Dellin => &self.config.dellin,
            Provider::Thulium => &self.config.thulium,
        };
        let windows = self
            .windows
            .entry((provider, account.to_owned()))
            .or_insert_with(|| rates.iter().copied().map(SlidingWindow::new).collect());
        for window in windows.iter_mut() {
            window.arrive(now);
        }
        if self.config.off {
            return Ok(());
        }
        let fullest = windows
            .iter_mut()
            .filter_map(|window| window.full_for(now).map(|wait| (wait, window.rate())))
            .max_by_key(|(wait, _)| *wait);
        if let Some((wait, rate)) = fullest {
            let retry_after = self.config.retry_after.then(|| whole_seconds(wait));
            return Err(Excess { rate, retry_after });
        }
        for window in windows.iter_mut() {
            window.admit(now);
        }
        Ok(())
    }

    pub(crate) fn truth(&self) -> Vec<WindowTruth> {
        let mut truths: Vec<WindowTruth> = Vec::new();
        let mut places: HashMap<(Provider, Rate), usize> = HashMap::new();
        for ((provider, _), windows) in &self.windows {
            for window in windows {
                let (provider, rate, most) = (*provider, window.rate(), window.most());
                let place = *places.entry((provider, rate)).or_insert(truths.len());
                match truths.get_mut(place) {
                    Some(truth) => truth.most = truth.most.max(most),
                    None => truths.push(WindowTruth { provider, rate, most }),
                }
            }
        }
        truths
    }
}

/// Rounded up: a client that waits so long is let in.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calltouch(quotas: &mut Quotas, millis: u64) -> bool {
        quotas
            .arrive(Provider::Calltouch, "", Duration::from_millis(millis))
            .is_ok()
    }

    #[test]
    fn of_eleven_requests_in_one_second_five_run() {
        let mut quotas = Quotas::new(QuotaConfig::default());
        let run = (0..11).filter(|n| calltouch(&mut quotas, n * 90)).count();
        assert_eq!(run, 5);
        assert_eq!(quotas.truth().first().map(|truth| truth.most), Some(11));
    }

    #[test]
    fn the_window_slides() {
        let mut quotas = Quotas::new(QuotaConfig::default());
        for millis in [800, 850, 900, 950, 990] {
            assert!(calltouch(&mut quotas, millis));
        }
        // A fixed window would let the next second's five in.
        assert!(!calltouch(&mut quotas, 1_100));
        assert!(calltouch(&mut quotas, 1_800));
    }

    #[test]
    fn dellin_counts_each_appkey_apart() {
        let mut quotas = Quotas::new(QuotaConfig {
            dellin: vec![Rate::per_minute(1)],
            ..QuotaConfig::default()
        });
        assert!(quotas.arrive(Provider::Dellin, "a", Duration::ZERO).is_ok());
        assert!(quotas.arrive(Provider::Dellin, "b", Duration::ZERO).is_ok());
        assert!(quotas.arrive(Provider::Dellin, "a", Duration::ZERO).is_err());
    }
}
