//! A provider crate as a dependency of a small program: what it costs to build and to ship.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::Extent;
use super::report::Report;
use super::row::{Row, Section, Target, number};
use crate::workspace::Workspace;

/// A small program that sends one request.
struct Hello {
    name: &'static str,
    dependencies: &'static str,
    main: &'static str,
}

/// Ours, with its default features; `PATH` is the crate's.
const OURS: Hello = Hello {
    name: "calltouch-import",
    dependencies: r#"batchwise-core = { path = "PATH/../batchwise-core", default-features = false }
calltouch-import = { path = "PATH" }
tokio = { version = "1", features = ["rt", "macros"] }
"#,
    main: r#"use batchwise_core::{RunOptions, run_all};
use calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = CalltouchImport::builder(CalltouchCredentials::new("token", "1")?).build()?;
    let report = run_all(client, [ImportLogId::new(51001)], RunOptions::new()).await;
    for outcome in &report.outcomes {
        println!("{} {}", outcome.key(), outcome.verdict);
    }
    Ok(())
}
"#,
};

const BARE: Hello = Hello {
    name: "reqwest + rustls",
    dependencies: r#"reqwest = { version = "0.13", default-features = false, features = ["json", "rustls"] }
tokio = { version = "1", features = ["rt", "macros"] }
"#,
    main: r#"#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", reqwest::get("https://example.org").await?.text().await?);
    Ok(())
}
"#,
};

const OTHERS: [Hello; 3] = [
    Hello {
        name: "octocrab",
        dependencies: r#"octocrab = "0.54"
tokio = { version = "1", features = ["rt", "macros"] }
"#,
        main: r#"#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:?}", octocrab::instance().repos("a", "b").get().await?.name);
    Ok(())
}
"#,
    },
    Hello {
        name: "async-stripe, one group",
        dependencies: r#"async-stripe = "=1.0.0-rc.10"
async-stripe-core = { version = "=1.0.0-rc.10", features = ["customer"] }
tokio = { version = "1", features = ["rt", "macros"] }
"#,
        main: r#"use stripe_core::customer::ListCustomer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = stripe::Client::new("key");
    println!("{}", ListCustomer::new().send(&client).await?.data.len());
    Ok(())
}
"#,
    },
    Hello {
        name: "aws-sdk-s3",
        dependencies: r#"aws-config = "1"
aws-sdk-s3 = "1"
tokio = { version = "1", features = ["rt", "macros"] }
"#,
        main: r#"#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = aws_sdk_s3::Client::new(&aws_config::load_from_env().await);
    println!("{:?}", client.list_buckets().send().await?);
    Ok(())
}
"#,
    },
];

/// What a build came to.
#[derive(Debug, Clone, Copy)]
struct Weight {
    crates: usize,
    cpu_seconds: Option<f64>,
    bytes: u64,
}

pub(super) fn measure(workspace: &Workspace, extent: Extent, report: &mut Report) -> Result<()> {
    let mut rows = Vec::new();
    let ours = weigh(workspace, &OURS, report)?;
    let bare = weigh(workspace, &BARE, report)?;
    let ratio = |ours: f64, theirs: f64| ours / theirs;
    let crates = u32::try_from(ours.crates)?;
    rows.push(
        Row::new(
            "crates, the program's own included",
            Target::AtMost(105.0),
            f64::from(crates),
            "",
        )
        .detail(format!("{} for reqwest + rustls", bare.crates)),
    );
    let cpu = ours.cpu_seconds.zip(bare.cpu_seconds);
    let name = "processor time of a clean release build / reqwest + rustls";
    rows.push(match cpu {
        Some((ours, bare)) => Row::new(name, Target::AtMost(1.15), ratio(ours, bare), "x").detail(format!(
            "{} s / {} s",
            number(ours),
            number(bare)
        )),
        None => Row::missing(name, Target::AtMost(1.15), "this system does not tell it"),
    });
    let detail = format!("{} / {}", mega(ours.bytes), mega(bare.bytes));
    rows.push(
        Row::new(
            "stripped program / reqwest + rustls",
            Target::AtMost(1.15),
            mib(ours.bytes) / mib(bare.bytes),
            "x",
        )
        .detail(detail),
    );
    for other in &OTHERS {
        let cpu = format!("processor time of {} / ours", other.name);
        let size = format!("stripped program of {} / ours", other.name);
        if !extent.all_builds {
            report.lack(format!("{} as a dependency: built only with --all-builds", other.name));
            continue;
        }
        match weigh(workspace, other, report) {
            Ok(weight) => {
                if let (Some(theirs), Some(ours)) = (weight.cpu_seconds, ours.cpu_seconds) {
                    let detail = format!("{} s; {} crates", number(theirs), weight.crates);
                    rows.push(Row::new(cpu, Target::AtLeast(1.0), ratio(theirs, ours), "x").detail(detail));
                }
                let ratio = ratio(mib(weight.bytes), mib(ours.bytes));
                rows.push(Row::new(size, Target::AtLeast(1.0), ratio, "x").detail(mega(weight.bytes)));
            }
            Err(error) => report.lack(format!("{} as a dependency: {error:#}", other.name)),
        }
    }
    report.push(Section {
        title: "A provider crate as a dependency",
        how: "a program that sends one request; cargo build --release with strip = true and nothing else tuned, from nothing; \
              crates as cargo tree -e normal lists them, each once"
            .to_owned(),
        rows,
    });
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    super::throughput::to_float(bytes) / 1024.0 / 1024.0
}

fn mega(bytes: u64) -> String {
    format!("{} MiB", number(mib(bytes)))
}

fn weigh(workspace: &Workspace, hello: &Hello, report: &Report) -> Result<Weight> {
    report.note(&format!("a clean build with {}", hello.name));
    let home = workspace.target().join("bench").join("hello");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(home.join("src"))?;
    let crate_path = workspace.root().join("crates").join("calltouch-import");
    let dependencies = hello.dependencies.replace("PATH", &crate_path.display().to_string());
    let manifest = format!(
        "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
         [profile.release]\nstrip = true\n\n[workspace]\n"
    );
    fs::write(home.join("Cargo.toml"), manifest)?;
    fs::write(home.join("src").join("main.rs"), hello.main)?;
    let shell = Shell::new()?;
    shell.change_dir(&home);
    shell.set_var("CARGO_TARGET_DIR", home.join("target"));
    cmd!(shell, "cargo fetch --quiet")
        .quiet()
        .run()
        .context("its crates cannot be fetched")?;
    let tree = cmd!(shell, "cargo tree --edges normal --prefix none --offline")
        .quiet()
        .read()?;
    let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let before = children_cpu();
    build(&home)?;
    let cpu_seconds = children_cpu().zip(before).map(|(after, before)| after - before);
    let bytes = fs::metadata(home.join("target").join("release").join("hello"))?.len();
    fs::remove_dir_all(home.join("target"))?;
    Ok(Weight {
        crates: crates.len(),
        cpu_seconds,
        bytes,
    })
}

fn build(home: &Path) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--quiet", "--offline"])
        .current_dir(home);
    cargo
        .env("CARGO_TARGET_DIR", home.join("target"))
        .env_remove("RUSTFLAGS")
        .stdout(Stdio::null());
    // What cargo and rustup tell their children would change the build.
    for (name, _) in std::env::vars()
        .filter(|(name, _)| name.starts_with("CARGO_") && !matches!(name.as_str(), "CARGO_HOME" | "CARGO_TARGET_DIR"))
    {
        cargo.env_remove(name);
    }
    super::programs::succeed(&mut cargo).context("it does not build")
}

/// Seconds of processor time of all children that have ended, and of theirs.
fn children_cpu() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in brackets, may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    // A tick is a hundredth of a second in what the kernel tells, whatever it counts in.
    Some((ticks(13)? + ticks(14)?) / 100.0)
}
