//! What a process takes while it runs, as Linux tells it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time between two looks. The peak of memory is kept by the system, so that only what is taken in the last moment before
/// the end can be missed.
const BETWEEN: Duration = Duration::from_millis(5);

/// The most that was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Peak {
    /// Bytes of resident memory.
    pub(crate) memory: u64,
    /// Open descriptors.
    pub(crate) descriptors: usize,
}

/// Looks at a process until it is told to end.
pub(crate) struct Watch {
    end: Arc<AtomicBool>,
    looking: JoinHandle<Peak>,
}

impl Watch {
    pub(crate) fn process(id: u32) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&end);
        let looking = std::thread::spawn(move || {
            let mut peak = Peak::default();
            while !ended.load(Ordering::Relaxed) {
                let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
                peak.memory = peak.memory.max(most_memory(&status).unwrap_or(0));
                let descriptors = fs::read_dir(format!("/proc/{id}/fd")).map_or(0, Iterator::count);
                peak.descriptors = peak.descriptors.max(descriptors);
                std::thread::sleep(BETWEEN);
            }
            peak
        });
        Self { end, looking }
    }

    pub(crate) fn end(self) -> Peak {
        self.end.store(true, Ordering::Relaxed);
        self.looking.join().unwrap_or_default()
    }
}

/// The peak of resident memory in bytes, out of `/proc/ID/status`.
fn most_memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::most_memory;

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(
            most_memory("VmPeak:\t  9 kB\nVmHWM:\t  12 kB\nVmRSS: 3 kB\n"),
            Some(12 * 1024)
        );
        assert_eq!(most_memory("Name: x\n"), None);
    }
}
