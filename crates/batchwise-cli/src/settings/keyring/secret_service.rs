//! The Secret Service, by the program that comes with it.

use std::io;
use std::process::{Command, Output, Stdio};

use super::{Refusal, SERVICE, put_it_there};
use crate::failure::Failure;
use crate::output::one_line;
use crate::settings::secret_file::without_line_end;

/// Secrets are put there with it too.
const PROGRAM: &str = "secret-tool";

/// So much of what it says is shown.
const MOST_SHOWN: usize = 200;

/// What the Secret Service has under this name. It may ask its user to unlock it first.
pub(super) fn asked(name: &str) -> Result<String, Refusal> {
    let answer = Command::new(PROGRAM)
        .args(["lookup", "service", SERVICE, "username", name])
        .stdin(Stdio::null())
        .output();
    told(name, answer)
}

/// What its answer means. What it printed is in no error.
fn told(name: &str, answer: io::Result<Output>) -> Result<String, Refusal> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err((
                Failure::usage(format!(
                    "the keyring is read by `{PROGRAM}`, and that is not on this machine"
                )),
                "install it (package libsecret-tools or libsecret)".to_owned(),
            ));
        }
        Err(error) => {
            return Err((
                Failure::usage(format!(
                    "the keyring is read by `{PROGRAM}`, and that cannot be run: {error}"
                )),
                "mend that".to_owned(),
            ));
        }
    };
    if answer.status.success() {
        return match String::from_utf8(answer.stdout) {
            Ok(secret) => Ok(without_line_end(&secret).to_owned()),
            Err(_) => Err((
                Failure::usage("what the keyring has is not one text"),
                put_it_there(name),
            )),
        };
    }
    // It says nothing at all where there is no such entry.
    let said = String::from_utf8_lossy(&answer.stderr);
    let said: String = said.trim().chars().take(MOST_SHOWN).collect();
    if said.is_empty() {
        return Err((Failure::usage("the keyring has no such entry"), put_it_there(name)));
    }
    Err((
        Failure::usage(format!("no keyring can be read on this machine: {}", one_line(&said))),
        "run it where one is unlocked, as a desktop has it".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn answer(code: i32, stdout: &[u8], stderr: &str) -> io::Result<Output> {
        Ok(Output {
            status: ExitStatus::from_raw(code << 8),
            stdout: stdout.to_vec(),
            stderr: stderr.as_bytes().to_vec(),
        })
    }

    #[track_caller]
    fn says(answer: io::Result<Output>, what: &str, to_do: &str) {
        let (failure, help) = told("calltouch", answer).unwrap_err();
        assert!(failure.to_string().starts_with(what), "{failure}");
        assert!(help.starts_with(to_do), "{help}");
        assert!(!format!("{failure} {help}").contains("S3CRET"), "{failure} {help}");
    }

    #[test]
    fn a_secret_is_given_as_it_stands_there_but_for_a_line_end() {
        for stdout in ["S3 CRET ", "S3 CRET \n"] {
            assert_eq!(told("calltouch", answer(0, stdout.as_bytes(), "")).unwrap(), "S3 CRET ");
        }
    }

    #[test]
    fn an_entry_that_is_not_there_comes_with_the_command_that_puts_it_there() {
        says(
            answer(1, b"", ""),
            "the keyring has no such entry",
            "put it there with `secret-tool store --label=calltouch service batchwise username calltouch`",
        );
    }

    #[test]
    fn a_keyring_that_does_not_answer_is_told_in_the_words_of_the_program() {
        says(
            answer(1, b"", "secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY\n"),
            "no keyring can be read on this machine: secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY",
            "run it where one is unlocked",
        );
    }

    #[test]
    fn a_secret_that_is_no_text_is_refused_and_not_shown() {
        says(
            answer(0, b"S3CRET\xff", ""),
            "what the keyring has is not one text",
            "put it there",
        );
    }

    #[test]
    fn a_machine_without_the_program_is_told_what_to_install() {
        says(
            Err(io::ErrorKind::NotFound.into()),
            "the keyring is read by `secret-tool`, and that is not on this machine",
            "install it",
        );
    }
}
