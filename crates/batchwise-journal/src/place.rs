//! Where a journal may lie: on a local disk.

use std::path::{Component, Path};

/// File systems over a network, or shared with another kernel, by the names that Linux gives them.
const REMOTE: [&str; 20] = [
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "fuse.ceph",
    "fuse.davfs",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "smb3",
    "smbfs",
];

/// The network file system that `directory` (absolute, without links) is on, if it is on one.
///
/// Told on Linux from the table of mounts, and on Windows from the form of the path; elsewhere nobody can tell.
pub(crate) fn network_file_system(directory: &Path) -> Option<String> {
    if let Some(Component::Prefix(prefix)) = directory.components().next() {
        use std::path::Prefix::{UNC, VerbatimUNC};
        if matches!(prefix.kind(), UNC(..) | VerbatimUNC(..)) {
            return Some("a share".to_owned());
        }
    }
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    file_system(&mounts, directory).filter(|name| is_remote(name))
}

fn is_remote(file_system: &str) -> bool {
    REMOTE.contains(&file_system) || file_system.starts_with("nfs")
}

/// The file system of a directory, after a table in the form of `/proc/self/mountinfo`.
fn file_system(mounts: &str, directory: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((mount, rest)) = line.split_once(" - ") else {
            continue;
        };
        let Some(point) = mount.split(' ').nth(4) else { continue };
        let point = unescape(point);
        let Some(name) = rest.split(' ').next() else { continue };
        if !directory.starts_with(&point) {
            continue;
        }
        // Of mounts on one place the last is the one that is seen.
        let depth = Path::new(&point).components().count();
        if best.is_none_or(|(deepest, _)| depth >= deepest) {
            best = Some((depth, name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

/// Blanks, tabs, line ends and backslashes are written in octal: `\040`.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(text.to_owned(), |text, (code, character)| text.replace(code, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 22 0:35 / /home rw - nfs4 server:/home rw,vers=4.2
41 40 254:9 / /home/ann/local\\040disk rw - xfs /dev/vdb rw
42 22 0:36 / /mnt/share rw - cifs //server/share rw
43 22 0:37 / /over rw - ext4 /dev/vdc rw
44 43 0:38 / /over rw - fuse.sshfs ann@server: rw
";

    #[test]
    fn the_deepest_mount_decides_and_of_equals_the_last() {
        let of = |path: &str| file_system(MOUNTS, Path::new(path)).unwrap();
        assert_eq!(of("/var/lib"), "ext4");
        assert_eq!(of("/home/ann"), "nfs4");
        assert_eq!(of("/home/ann/local disk/jobs"), "xfs");
        assert_eq!(of("/mnt/share"), "cifs");
        assert_eq!(of("/mnt/shared"), "ext4");
        assert_eq!(of("/over/jobs"), "fuse.sshfs");
    }

    #[test]
    fn what_goes_over_a_network_is_refused_and_local_disks_are_not() {
        for name in ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "ceph"] {
            assert!(is_remote(name), "{name}");
        }
        for name in ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs", "fuseblk"] {
            assert!(!is_remote(name), "{name}");
        }
    }
}
