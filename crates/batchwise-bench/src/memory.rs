//! What a run allocates and holds.

#[cfg(feature = "count-allocations")]
#[global_allocator]
static COUNTED: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// Allocations and growths so far; `None` where they are not counted.
pub(crate) fn allocations() -> Option<u64> {
    #[cfg(feature = "count-allocations")]
    {
        let stats = COUNTED.stats();
        u64::try_from(stats.allocations + stats.reallocations).ok()
    }
    #[cfg(not(feature = "count-allocations"))]
    None
}

/// The most that this process held in memory, in bytes, where the system tells.
pub(crate) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
