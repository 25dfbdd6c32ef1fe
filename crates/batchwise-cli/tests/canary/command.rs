//! The command at its highest level of logging: standard output, standard error, files, the list of its arguments.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::canaries::{
    APPKEY, EMAIL, LOGIN, PASSWORD, PAT, PHONE, SESSION, THULIUM_PASSWORD, TOKEN, no_contact, no_secret,
};
use crate::echoes::{Spelling, bodies};
use crate::hostile::{Hostile, Then};

/// A job, and the variables of one way into the account.
#[derive(Debug, Clone, Copy)]
struct Job {
    args: &'static str,
    input: &'static str,
    variables: &'static [(&'static str, &'static str)],
}

const CALLTOUCH: &[(&str, &str)] = &[("CALLTOUCH_TOKEN", TOKEN), ("CALLTOUCH_SITE_ID", "4711")];
const THULIUM: &[(&str, &str)] = &[("THULIUM_USER", "robot"), ("THULIUM_PASSWORD", THULIUM_PASSWORD)];

const JOBS: &[Job] = &[
    Job {
        args: "calltouch-import delete -i -",
        input: "51001\n51002\n",
        variables: CALLTOUCH,
    },
    Job {
        args: "calltouch-leads add-fields -i -",
        input: concat!(
            r#"{"matching":[{"type":"leadContact","leadContactParams":{"phones":["+48 511 322 733"],"#,
            r#""emails":["lead.kestrel@example.com"],"date":"05-03-2024 14:30:00","leadTypeToMatch":"nearest","searchDepth":60}}],"#,
            r#""addCustomFields":{"overwrite":true,"customFields":[{"field":"a","value":"b"}]}}"#,
            "\n"
        ),
        variables: CALLTOUCH,
    },
    Job {
        args: "dellin-book delete -i -",
        input: "phone:5\n",
        variables: &[("DELLIN_APPKEY", APPKEY), ("DELLIN_SESSION", SESSION)],
    },
    Job {
        args: "dellin-book delete -i - --wire xml",
        input: "phone:5\n",
        variables: &[
            ("DELLIN_APPKEY", APPKEY),
            ("DELLIN_LOGIN", LOGIN),
            ("DELLIN_PASSWORD", PASSWORD),
        ],
    },
    Job {
        args: "dellin-book delete -i -",
        input: "phone:5\n",
        variables: &[("DELLIN_APPKEY", APPKEY), ("DELLIN_PAT", PAT)],
    },
    Job {
        args: "thulium-campaign delete --campaign 00042 -i -",
        input: "7001\n7002\n",
        variables: THULIUM,
    },
    Job {
        args: "thulium-campaign delete --campaign 00042 --by phone -i -",
        input: "+48 511 322 733\n",
        variables: THULIUM,
    },
];

/// A directory that is all the command has: to work in, its home, and its place for temporary files.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, url: &str, args: &str, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("batchwise"));
        command
            .env_clear()
            .current_dir(self.0.path())
            .args(args.split_whitespace());
        for name in ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
            command.env(name, self.0.path());
        }
        for name in ["CALLTOUCH_BASE_URL", "DELLIN_BASE_URL", "THULIUM_BASE_URL"] {
            command.env(name, url);
        }
        command.envs(variables.iter().copied());
        // Whatever asks for it gets it.
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        command
    }

    /// Every job at once: they spend their time with waiting.
    fn run(&self, url: &str, args: &str) -> Vec<(Job, Output)> {
        let running: Vec<(Job, Child)> = JOBS
            .iter()
            .map(|job| {
                let args = format!("{} --rate off --timeout 1 --max-attempts 1 {args}", job.args);
                let mut command = self.command(url, &args, job.variables);
                command
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped());
                let mut child = command.spawn().unwrap();
                child.stdin.take().unwrap().write_all(job.input.as_bytes()).unwrap();
                (*job, child)
            })
            .collect();
        let ended = running
            .into_iter()
            .map(|(job, child)| (job, child.wait_with_output().unwrap()));
        ended.collect()
    }

    /// What the command leaves behind shows no secret and is its owner's alone.
    #[track_caller]
    fn is_discreet(&self) {
        let files = files(self.0.path());
        for file in &files {
            let bytes = std::fs::read(file).unwrap();
            no_secret(&file.display().to_string(), &text(&bytes));
            #[cfg(unix)]
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions()) & 0o077,
                0,
                "{}",
                file.display()
            );
        }
    }

    /// Nothing was left behind.
    #[track_caller]
    fn holds_no_file(&self) {
        let files = files(self.0.path());
        assert!(files.is_empty(), "{files:?}");
    }
}

/// The files in a directory and those within it.
fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn shows_nothing(what: &str, output: &Output) {
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(
        matches!(output.status.code(), Some(0..=3)),
        "{what}: {:?}\n{stderr}",
        output.status
    );
    no_secret(&format!("{what}, standard output"), &stdout);
    no_secret(&format!("{what}, standard error"), &stderr);
    // Outcomes name their records; everything else goes without.
    no_contact(&format!("{what}, standard error"), &stderr);
}

fn against(then: &Then, logs_in: bool, form: &str) {
    let (place, server) = (Place::new(), Hostile::start(then.clone(), logs_in));
    // A login that fails like an outage is tried for some minutes.
    for (job, output) in place.run(&server.url(), &format!("--yes -vvvv -o {form} --deadline 1s")) {
        shows_nothing(&format!("{then:?}, {}, {form}", job.args), &output);
    }
    assert!(server.connections() >= JOBS.len());
    place.is_discreet();
}

const FORMS: [&str; 3] = ["human", "ndjson", "csv"];

#[test]
fn an_echo_shows_nothing() {
    let shapes = bodies("", Spelling::AsItIs).len();
    let mut spellings = Spelling::ALL.into_iter().cycle();
    let mut forms = FORMS.into_iter().cycle();
    for status in [200, 401] {
        for which in 0..shapes {
            let then = Then::Echo(status, which, spellings.next().unwrap());
            against(&then, status != 401, forms.next().unwrap());
        }
    }
}

#[test]
fn an_answer_that_is_compressed_cut_or_garbage_shows_nothing() {
    let all = [
        Then::EchoGzip(401),
        Then::EchoCoded,
        Then::Cut,
        Then::Garbage,
        Then::TlsAlert,
        Then::Close,
        Then::Hang,
    ];
    for (then, form) in all.iter().zip(FORMS.iter().cycle()) {
        against(then, false, form);
    }
}

#[test]
fn a_redirect_is_not_followed_and_shows_nothing() {
    let other = Hostile::start(Then::Close, false);
    for status in [301, 302, 303, 307, 308] {
        against(&Then::Redirect(status, other.url()), false, "ndjson");
    }
    assert_eq!(other.connections(), 0);
    assert_eq!(other.requests(), [""; 0]);
}

#[test]
fn a_server_that_speaks_no_tls_gets_no_byte_of_a_request_and_shows_nothing() {
    for then in [Then::TlsAlert, Then::Close, Then::Garbage] {
        let (place, server) = (Place::new(), Hostile::start(then.clone(), false));
        let url = server.url().replace("http:", "https:");
        for (job, output) in place.run(&url, "--yes -vvvv -o ndjson --deadline 1s") {
            shows_nothing(&format!("{then:?} on https, {}", job.args), &output);
        }
        for request in server.requests() {
            no_secret("what the server read", &request);
        }
    }
}

#[test]
fn a_dry_run_shows_nothing_and_calls_nobody() {
    let (place, server) = (Place::new(), Hostile::start(Then::Close, false));
    for (job, output) in place.run(&server.url(), "--dry-run -vvvv") {
        shows_nothing(job.args, &output);
        no_contact(job.args, &text(&output.stdout));
    }
    assert_eq!(server.connections(), 0);
    place.holds_no_file();
}

#[test]
fn the_emulator_and_its_lines_for_curl_show_nothing() {
    let place = Place::new();
    let variables: Vec<(&str, &str)> = JOBS.iter().flat_map(|job| job.variables).copied().collect();
    let mut child = place
        .command("", "emulator --port 0", &variables)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("auth/logout.json") {
        assert_ne!(
            std::io::BufRead::read_line(&mut stdout, &mut shown).unwrap(),
            0,
            "{shown}"
        );
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    no_secret("the emulator", &(shown + &text(&output.stderr)));
    place.holds_no_file();
}

#[test]
fn a_proxy_with_a_password_shows_nothing() {
    let proxy = Hostile::start(Then::Echo(407, 0, Spelling::AsItIs), false);
    let place = Place::new();
    let address = proxy.url().replace("http://", "http://robot:CANARYproxy@");
    let mut command = place.command(
        "https://api.example.com",
        "calltouch-import delete 1 --yes -vvvv --deadline 1s",
        CALLTOUCH,
    );
    let output = command.env("HTTPS_PROXY", &address).output().unwrap();
    shows_nothing("a proxy", &output);
    assert!(proxy.connections() > 0);
}

#[test]
fn an_address_with_a_secret_in_it_is_not_repeated() {
    for url in [
        "https://robot:CANARY@example.com",
        "https://example.com/?token=CANARY",
        "https://example.com/#CANARY",
        "https://example.com?CANARY",
        "example.com?token=CANARY",
        "https://robot:CANARY#@example.com",
        "https://example.com/%40?t=CANARY",
    ] {
        let place = Place::new();
        let given = place
            .command("", "calltouch-import delete 1 --yes --base-url", CALLTOUCH)
            .arg(url)
            .output()
            .unwrap();
        let set = place
            .command(url, "calltouch-import delete 1 --yes", CALLTOUCH)
            .output()
            .unwrap();
        for output in [given, set] {
            assert_eq!(output.status.code(), Some(2), "{url}");
            shows_nothing(url, &output);
        }
    }
}

#[test]
fn a_secret_among_the_arguments_is_refused_and_not_repeated() {
    for argument in [
        "--token=CANARY",
        "--token CANARY",
        "--appkey=CANARY",
        "--password=CANARY",
        "--pat=CANARY",
        "--session=CANARY",
        "--api-key=CANARY",
        "-pCANARY",
    ] {
        for job in JOBS {
            let place = Place::new();
            let mut command = place.command("http://127.0.0.1:9", job.args, job.variables);
            let output = command.args(argument.split(' ')).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{argument}");
            shows_nothing(argument, &output);
        }
    }
}

#[test]
fn credentials_that_cannot_be_used_are_named_and_not_repeated() {
    for (args, variables, named) in [
        (
            "calltouch-import delete 1",
            vec![("CALLTOUCH_TOKEN", "CANARY\n"), ("CALLTOUCH_SITE_ID", "1")],
            "token",
        ),
        (
            "calltouch-import delete 1",
            vec![("CALLTOUCH_TOKEN", "CANARYä"), ("CALLTOUCH_SITE_ID", "1")],
            "token",
        ),
        (
            "dellin-book delete phone:1",
            vec![("DELLIN_APPKEY", "CANARY\u{1}"), ("DELLIN_PAT", PAT)],
            "appkey",
        ),
        (
            "dellin-book delete phone:1",
            vec![("DELLIN_APPKEY", APPKEY), ("DELLIN_PAT", "CANARY\r\n")],
            "pat",
        ),
        (
            "thulium-campaign delete 00042:1",
            vec![("THULIUM_USER", "robot"), ("THULIUM_PASSWORD", "CANARY\n")],
            "password",
        ),
        (
            "thulium-campaign delete 00042:1",
            vec![("THULIUM_USER", "robot:CANARY"), ("THULIUM_PASSWORD", "x")],
            "user",
        ),
    ] {
        let place = Place::new();
        let mut command = place.command("http://127.0.0.1:9", &format!("{args} --yes"), &variables);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args}");
        assert!(text(&output.stderr).contains(named), "{}", text(&output.stderr));
        shows_nothing(args, &output);
    }
}

#[test]
fn bad_input_with_contacts_is_shown_without_them() {
    let leads = "calltouch-leads add-fields --yes -i -";
    let phones = "thulium-campaign delete --campaign 00042 --by phone --yes -i -";
    for (args, input) in [
        (leads, format!("{PHONE}\n")),
        (leads, format!("{{\"matching\":[{{\"{PHONE}\":1}}]}}\n")),
        (leads, format!("{{\"matching\":[{{\"type\":\"{EMAIL}\"}}]}}\n")),
        (leads, format!("{{\"{EMAIL}\":\"{PHONE}\",\n")),
        (phones, format!("{PHONE}x\n")),
        (phones, format!("{{\"phone\":[\"{PHONE}\"]}}\n")),
        (phones, "{\"phone\":48511322733.5}\n".to_owned()),
        (phones, format!("00043:{PHONE}\n")),
        (phones, format!("\"{PHONE},\n")),
        (
            "thulium-campaign delete --campaign 00042 --by phone --yes --column phone -i -",
            format!("name,{PHONE}\n"),
        ),
    ] {
        let place = Place::new();
        let mut command = place.command("http://127.0.0.1:9", args, &[CALLTOUCH, THULIUM].concat());
        command
            .arg("-vvvv")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(matches!(output.status.code(), Some(2 | 3)), "{input}");
        shows_nothing(&input, &output);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_list_of_arguments_shows_nothing_while_a_job_runs() {
    for job in JOBS {
        let (place, server) = (Place::new(), Hostile::start(Then::Hang, false));
        let args = format!("{} --yes --timeout 60", job.args);
        let mut command = place.command(&server.url(), &args, job.variables);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(job.input.as_bytes()).unwrap();
        while server.requests().is_empty() {
            assert!(child.try_wait().unwrap().is_none(), "{}", job.args);
            std::thread::yield_now();
        }
        let process = format!("/proc/{}", child.id());
        let read = |name: &str| text(&std::fs::read(format!("{process}/{name}")).unwrap()).replace('\0', " ");
        let (line, name) = (read("cmdline"), read("comm"));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(line.contains("delete") || line.contains("add-fields"), "{line}");
        no_secret(job.args, &(line + &name));
    }
}
