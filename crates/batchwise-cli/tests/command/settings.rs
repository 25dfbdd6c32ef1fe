//! Settings: where they come from, and that nobody sees a secret.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Canned, Cli, Emulated, Ended, Recorder};

/// A directory with a settings file.
struct Place(TempDir);

impl Place {
    fn new(settings: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.file(), settings).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("config.toml")
    }

    /// A file beside the settings file that only its owner may read.
    fn with_secret(self, name: &str, secret: &str) -> Self {
        let path = self.0.path().join(name);
        fs::write(&path, secret).unwrap();
        set_mode(&path, 0o600);
        self
    }

    fn run(&self, args: &str) -> Ended {
        Cli::with_settings(&self.file(), args).run()
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) {}

/// Two accounts at this address.
fn two_accounts(url: &str) -> Place {
    let settings = format!(
        "[calltouch]\nbase_url = \"{url}\"\nsite_id = 1\ntoken = {{ file = \"token\" }}\n\
         [profile.prod.calltouch]\nsite_id = \"2\"\ntoken = {{ file = \"prod-token\" }}\n"
    );
    Place::new(&settings)
        .with_secret("token", "TOKEN-OF-ALL\n")
        .with_secret("prod-token", "TOKEN-OF-PROD\n")
}

const DELETE: &str = "calltouch-import delete 51001 --yes";

/// Where the credentials of the one request came from.
fn sent(recorder: &Recorder) -> String {
    recorder.requests().concat()
}

#[test]
fn a_settings_file_is_all_that_a_job_needs() {
    let emulated = Emulated::any();
    two_accounts(&emulated.url()).run(DELETE).with_code(0);
    assert!(emulated.truth().calltouch.is_removed(&51001));
}

#[test]
fn the_environment_goes_before_the_profile_and_that_before_what_stands_for_all() {
    for (args, variable, expected) in [
        ("", None, ["TOKEN-OF-ALL", "1"]),
        ("--profile prod", None, ["TOKEN-OF-PROD", "2"]),
        (
            "--profile prod",
            Some(("CALLTOUCH_TOKEN", "TOKEN-OF-ENV")),
            ["TOKEN-OF-ENV", "2"],
        ),
        ("", Some(("BATCHWISE_PROFILE", "prod")), ["TOKEN-OF-PROD", "2"]),
    ] {
        let emulated = Emulated::any();
        let recorder = Recorder::start(Canned::Forward(emulated.url().replace("http://", "")));
        let place = two_accounts(recorder.url());
        let mut cli = Cli::with_settings(&place.file(), &format!("{DELETE} {args}"));
        if let Some((name, value)) = variable {
            cli = cli.env(name, value);
        }
        cli.run().with_code(0);
        let heads = recorder.heads().concat();
        let [token, site] = expected;
        assert!(heads.contains(token), "{args}: {heads} {}", sent(&recorder));
        assert!(
            heads.to_lowercase().contains(&format!("siteid: {site}")),
            "{args}: {heads}"
        );
    }
}

#[test]
fn the_flag_goes_before_every_address_that_is_set() {
    let emulated = Emulated::any();
    let place = two_accounts("http://127.0.0.1:9");
    place
        .run(&format!("{DELETE} --base-url {}", emulated.url()))
        .with_code(0);
}

#[test]
fn a_variable_that_goes_before_a_profile_that_was_asked_for_is_said() {
    let emulated = Emulated::any();
    let place = two_accounts(&emulated.url());
    let run = |args: &str| {
        Cli::with_settings(&place.file(), &format!("{DELETE} --allow-missing {args}"))
            .env("CALLTOUCH_SITE_ID", "7")
            .run()
            .with_code(0)
    };
    run("--profile prod").says("CALLTOUCH_SITE_ID goes before what profile `prod` says");
    assert!(!run("").stderr.contains("goes before"));
}

#[test]
fn a_secret_may_be_in_a_variable_of_any_name() {
    let emulated = Emulated::any();
    let settings = format!(
        "[thulium]\nbase_url = \"{}\"\nuser = \"robot\"\npassword = {{ env = \"ROBOTS_WORD\" }}\n",
        emulated.url()
    );
    let place = Place::new(&settings);
    let delete = "thulium-campaign delete --campaign 00042 7001 --yes";
    let without = place.run(delete).with_code(2).says("thulium password");
    assert!(without.stderr.contains("ROBOTS_WORD is not set"), "{}", without.stderr);
    Cli::with_settings(&place.file(), delete)
        .env("ROBOTS_WORD", "x")
        .run()
        .with_code(0);
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_may_read_is_refused_and_nothing_is_sent() {
    let emulated = Emulated::any();
    let place = two_accounts(&emulated.url());
    set_mode(&place.0.path().join("token"), 0o644);
    let ended = place
        .run(DELETE)
        .with_code(2)
        .says("calltouch token")
        .says("mode 0644")
        .says("chmod 600");
    assert!(!ended.stderr.contains("TOKEN-OF-ALL"));
    assert_eq!(emulated.truth().calltouch.removed_count(), 0);
}

#[test]
fn a_keyring_that_cannot_be_read_ends_the_job_with_what_helps() {
    let place = Place::new("[calltouch]\nsite_id = 1\ntoken = { keyring = \"no-such-entry-of-batchwise\" }\n");
    let ended = place.run(DELETE).with_code(2).says("calltouch token");
    ended
        .says("service batchwise, name no-such-entry-of-batchwise")
        .says("{ file = \"PATH\" }");
}

#[test]
fn a_dry_run_reads_no_secret() {
    let place = Place::new("[calltouch]\nsite_id = 1\ntoken = { file = \"nowhere\" }\n");
    place.run("calltouch-import delete 51001 --dry-run").with_code(0);
    place.run(DELETE).with_code(2).says("nowhere");
}

#[test]
fn a_mistake_in_the_file_ends_every_job_with_what_helps() {
    let place = Place::new("[calltouch]\nsiteid = 1\n");
    let ended = place.run(DELETE).with_code(2);
    assert!(ended.stderr.contains("did you mean `site_id`?"), "{}", ended.stderr);
    assert!(
        ended.stderr.contains(&place.file().display().to_string()),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let ended = Cli::with_settings(Path::new("/nowhere/config.toml"), DELETE).run();
    ended.with_code(2).says("/nowhere/config.toml");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_name_the_file_is_looked_for_at_the_platforms_place() {
    let home = tempfile::tempdir().unwrap();
    let run = |name: &str, value: &Path| {
        let cli = Cli::with_settings(Path::new(""), "config path").env(name, value.to_str().unwrap());
        cli.run().with_code(0).stdout
    };
    let shown = |path: &str| format!("{}\n", home.path().join(path).display());
    assert_eq!(run("HOME", home.path()), shown(".config/batchwise/config.toml"));
    assert_eq!(run("XDG_CONFIG_HOME", home.path()), shown("batchwise/config.toml"));
}

#[test]
fn init_writes_a_file_that_can_be_read_and_never_writes_over_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new").join("config.toml");
    let init = || Cli::with_settings(&path, "config init").run();
    assert_eq!(init().with_code(0).stdout, format!("{}\n", path.display()));
    Cli::with_settings(&path, "config show").run().with_code(0);
    fs::write(&path, "# mine\n").unwrap();
    init().with_code(2).says("stays as it is");
    assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
}

#[test]
fn every_setting_of_the_file_that_init_writes_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    Cli::with_settings(&path, "config init").run().with_code(0);
    let text = fs::read_to_string(&path).unwrap();
    // The examples, without their leading mark.
    let examples = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if !rest.starts_with(' ') && (rest.contains(" = ") || rest.starts_with('[')) => rest.to_owned(),
        _ => line.to_owned(),
    };
    let all: Vec<String> = text.lines().map(examples).collect();
    fs::write(&path, all.join("\n")).unwrap();
    let shown = Cli::with_settings(&path, "config show").run().with_code(0).stdout;
    assert!(shown.contains("profile        test"), "{shown}");
    // All of them are taken in, and of alternatives the first is.
    let left: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.strip_suffix(" -"))
        .map(str::trim)
        .collect();
    assert_eq!(left, ["login", "password", "pat", "system"], "{shown}");
}

#[test]
fn show_tells_every_source_and_no_secret() {
    let place = two_accounts("http://127.0.0.1:8085");
    let shown = Cli::with_settings(&place.file(), "config show --profile prod")
        .env("DELLIN_LOGIN", "+79157771122")
        .env("DELLIN_PASSWORD", "CANARY")
        .env("THULIUM_BASE_URL", "https://robot:CANARY@example.com")
        .run()
        .with_code(0)
        .stdout;
    for line in [
        "profile        prod",
        "site_id   2                         profile prod",
        "base_url  http://127.0.0.1:8085     settings file",
        "login     …1122                     environment DELLIN_LOGIN",
        "password  ***                       environment DELLIN_PASSWORD",
        "base_url  no usable address         environment THULIUM_BASE_URL",
    ] {
        assert!(shown.contains(line), "`{line}` is not in:\n{shown}");
    }
    assert!(shown.contains("prod-token") && !shown.contains("TOKEN-OF"), "{shown}");
    assert!(!shown.contains("CANARY") && !shown.contains("7771122"), "{shown}");
}
