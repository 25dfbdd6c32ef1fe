//! A terminal of its own for the command, and everything that was to be seen on it.

use std::io::{ErrorKind, Read, Write};
use std::process::{Command, Stdio};

use pty_process::blocking::{Pty, open};

/// What was to be seen on a terminal.
pub(crate) struct Seen {
    /// The different screens, in order; each is what it showed, without the empty rest.
    pub(crate) screens: Vec<String>,
    /// Everything that was written, with what steers the terminal.
    pub(crate) raw: String,
    /// The most rows that were in use at once.
    pub(crate) most_rows: usize,
    rows: Vec<Vec<String>>,
    pub(crate) code: Option<i32>,
}

/// How wide and high it is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
}

pub(crate) const WIDE: Size = Size { columns: 100, rows: 50 };

/// Runs the command with standard input and standard error on the terminal. Standard output goes there too, unless it is
/// given. `look` sees every new screen and may type.
pub(crate) fn watch(
    command: &Command,
    size: Size,
    stdout: Option<Stdio>,
    mut look: impl FnMut(&str, &mut dyn Write),
) -> Seen {
    let (mut pty, pts) = open().unwrap();
    pty.resize(pty_process::Size::new(size.rows, size.columns)).unwrap();
    let mut on_terminal = pty_process::blocking::Command::new(command.get_program())
        .args(command.get_args())
        .env_clear()
        .env("TERM", "xterm-256color");
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            on_terminal = on_terminal.env(name, value);
        }
    }
    if let Some(stdout) = stdout {
        on_terminal = on_terminal.stdout(stdout);
    }
    let mut child = on_terminal.spawn(pts).unwrap();
    let mut seen = Seen {
        screens: Vec::new(),
        raw: String::new(),
        most_rows: 0,
        rows: Vec::new(),
        code: None,
    };
    let mut screen = vt100::Parser::new(size.rows, size.columns, 0);
    let mut piece = [0; 4096];
    let mut bytes = Vec::new();
    while let Some(length) = next(&mut pty, &mut piece) {
        bytes.extend_from_slice(&piece[..length]);
        screen.process(&piece[..length]);
        let shown = screen.screen().contents();
        let shown = shown.trim_end();
        if seen.screens.last().is_none_or(|last| last != shown) {
            seen.screens.push(shown.to_owned());
            let rows = screen
                .screen()
                .rows(0, size.columns)
                .filter(|row| !row.trim().is_empty());
            seen.rows.push(rows.collect());
            look(shown, &mut pty);
        }
    }
    seen.most_rows = seen.rows.iter().map(Vec::len).max().unwrap_or_default();
    seen.raw = String::from_utf8_lossy(&bytes).into_owned();
    seen.code = child.wait().unwrap().code();
    seen
}

/// The next bytes; `None` once nobody is left on the other side.
fn next(pty: &mut Pty, piece: &mut [u8]) -> Option<usize> {
    loop {
        match pty.read(piece) {
            Ok(0) => return None,
            Ok(length) => return Some(length),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Linux says so with an error of the device.
            Err(_) => return None,
        }
    }
}

impl Seen {
    /// Panics unless some screen showed this.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        assert!(
            self.screens.iter().any(|screen| screen.contains(text)),
            "`{text}` was never shown: {:#?}",
            self.screens
        );
        self
    }

    /// On how many rows at once this was to be seen.
    pub(crate) fn most_rows_with(&self, what: char) -> usize {
        let count = |rows: &Vec<String>| rows.iter().filter(|row| row.contains(what)).count();
        self.rows.iter().map(count).max().unwrap_or_default()
    }

    /// What was to be seen at the end.
    pub(crate) fn last(&self) -> &str {
        self.screens.last().map_or("", String::as_str)
    }
}
