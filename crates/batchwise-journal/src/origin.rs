//! Who runs a job, and where.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::SystemTime;

/// Who runs a job, where, and with which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The version of the program.
    pub version: String,
    /// The user of the operating system.
    pub user: String,
    /// The machine's name.
    pub machine: String,
    /// The process.
    pub process: u32,
}

impl Origin {
    /// This process, run by that version of the program.
    #[must_use]
    pub fn here(version: impl Into<String>) -> Self {
        Self {
            version: version.into(),
            user: user(),
            machine: machine(),
            process: std::process::id(),
        }
    }
}

/// The user's name as the system knows it, since the environment says what it is told to.
fn user() -> String {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        if let Ok(process) = std::fs::metadata("/proc/self") {
            let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
            return name_of(&users, process.uid()).unwrap_or_else(|| format!("user {}", process.uid()));
        }
    }
    from_environment(&["USER", "LOGNAME", "USERNAME"])
}

/// The name of a user id in the form of `/etc/passwd`.
#[cfg(target_os = "linux")]
fn name_of(users: &str, wanted: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(wanted)).then(|| name.to_owned())
    })
}

fn machine() -> String {
    #[cfg(target_os = "linux")]
    if let Ok(name) = std::fs::read_to_string("/proc/sys/kernel/hostname") {
        return name.trim().to_owned();
    }
    from_environment(&["HOSTNAME", "COMPUTERNAME"])
}

fn from_environment(names: &[&str]) -> String {
    let values = names.iter().filter_map(|name| std::env::var(name).ok());
    values.into_iter().next().unwrap_or_else(|| "unknown".to_owned())
}

/// A new job id: 12 hexadecimal digits of chance, enough to tell the jobs of one place apart.
#[must_use]
pub fn new_job_id() -> String {
    let chance = RandomState::new().hash_one((SystemTime::now(), std::process::id()));
    format!("{:012x}", chance >> 16)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_by_the_system() {
        let users = "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/sh\n";
        assert_eq!(name_of(users, 1000).as_deref(), Some("ann"));
        assert_eq!(name_of(users, 7), None);
    }

    #[test]
    fn job_ids_differ() {
        assert_ne!(new_job_id(), new_job_id());
        assert_eq!(new_job_id().len(), 12);
    }
}
