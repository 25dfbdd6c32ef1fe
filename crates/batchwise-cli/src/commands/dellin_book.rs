//! `batchwise dellin-book delete`.

use std::sync::Arc;

use batchwise::dellin_book::{BookKind, BookObject, Credentials, DEFAULT_BASE_URL, DellinAccount, Wire};
use batchwise::quota::QuotaHandle;
use batchwise::{RunOptions, Secret};
use serde_json::Value;

use crate::args::{ConnectArgs, JobArgs, Keys, WireArg};
use crate::failure::{Exit, Failure};
use crate::input::{Shape, Source, expected, last_four, number, text_or_number};
use crate::inspect::Book;
use crate::job::Job;
use crate::nearest::nearest;
use crate::settings::Environment;
use crate::target::Target;
use crate::values::Rate;

/// Deletes address-book objects.
pub(crate) async fn delete(
    environment: &Environment,
    keys: Keys,
    wire: WireArg,
    verify: bool,
    args: &JobArgs,
) -> Result<Exit, Failure> {
    let source = Source::of(keys.keys, args)?;
    let (account, target) = account(environment, &args.connect)?;
    let wire = match wire {
        WireArg::Json => Wire::Json,
        WireArg::Xml => Wire::Xml,
    };
    let job = Job {
        method: account.book_with(wire),
        shape: BookShape,
        target,
        with_campaign: false,
        led_by_line: false,
        options: RunOptions::new(),
        inspect: Some(Arc::new(Book(account))),
        verify,
        map: None,
    };
    job.run(args, source).await
}

/// The account that environment and flags name, and where it is.
pub(crate) fn account(environment: &Environment, args: &ConnectArgs) -> Result<(DellinAccount, Target), Failure> {
    let (credentials, account_label) = needed_credentials(environment)?;
    let base = environment.base_url("DELLIN_BASE_URL", args, DEFAULT_BASE_URL)?;
    let target = Target {
        provider: "dellin-book",
        verb: "delete",
        records: ["address-book object", "address-book objects"],
        host: base.host().to_owned(),
        loopback: base.is_loopback(),
        account: account_label,
        contacts: false,
        campaigns: None,
    };
    let windows = Rate::applied(args.rate, DellinAccount::default_windows().to_vec());
    let account = DellinAccount::builder(environment.secret("DELLIN_APPKEY")?, credentials)
        .base_url(base.as_str())
        .allow_http(args.allow_http)
        .transport_options(args.transport()?)
        .quota(QuotaHandle::of_windows(windows))
        .build()?;
    Ok((account, target))
}

/// The credentials that are set, and a label of the account that shows no secret.
pub(crate) fn credentials(environment: &Environment) -> Option<(Credentials, String)> {
    if let Some(session) = environment.get("DELLIN_SESSION") {
        let credentials = Credentials::session(Secret::from(session));
        return Some((credentials, "of DELLIN_SESSION".to_owned()));
    }
    if let (Some(login), Some(password)) = (environment.get("DELLIN_LOGIN"), environment.get("DELLIN_PASSWORD")) {
        let credentials = Credentials::password(Secret::from(login), Secret::from(password));
        return Some((credentials, last_four(login)));
    }
    let token = environment.get("DELLIN_PAT")?;
    Some((Credentials::pat(Secret::from(token)), "of DELLIN_PAT".to_owned()))
}

/// The credentials that a job has to have. A dry run goes without.
fn needed_credentials(environment: &Environment) -> Result<(Credentials, String), Failure> {
    if let Some(found) = credentials(environment) {
        return Ok(found);
    }
    if environment.is_rehearsal() {
        return Ok((Credentials::session(Secret::from("dry-run")), "none".to_owned()));
    }
    Err(
        Failure::usage("no Dellin credentials in the environment or in the settings file").mend(
            "set DELLIN_PAT, or DELLIN_LOGIN and DELLIN_PASSWORD, or DELLIN_SESSION (`batchwise config init` writes a settings file)",
        ),
    )
}

/// Book objects in lines, columns and JSON.
#[derive(Debug)]
pub(crate) struct BookShape;

impl Shape for BookShape {
    type Record = BookObject;

    fn of_text(&self, text: &str, to: &mut Vec<BookObject>) -> Result<(), String> {
        to.push(text.parse().map_err(|error| with_nearest_kind(text, expected(error)))?);
        Ok(())
    }

    fn columns(&self) -> &'static [&'static [&'static str]] {
        &[&["record"], &["kind", "id"]]
    }

    fn of_columns(&self, values: &[&str], to: &mut Vec<BookObject>) -> Result<(), String> {
        match values {
            [kind, id] => self.of_text(&format!("{}:{}", kind.to_ascii_lowercase(), id), to),
            [key] => self.of_text(key, to),
            _ => Err("expected kind and id".to_owned()),
        }
    }

    fn companion(&self) -> Option<&'static str> {
        Some("kind")
    }

    fn of_json(&self, value: Value, to: &mut Vec<BookObject>) -> Result<(), String> {
        let Value::Object(object) = &value else {
            return self.of_text(&text_or_number(&value)?, to);
        };
        if let Some(record) = number(object, &["record"]) {
            return self.of_text(&record?, to);
        }
        match (number(object, &["kind"]), number(object, &["id"])) {
            (Some(kind), Some(id)) => self.of_text(&format!("{}:{}", kind?, id?), to),
            _ => Err("expected the members `kind` and `id`".to_owned()),
        }
    }

    fn stages(&self) -> u8 {
        3
    }
}

/// What was expected, and the kind that was meant.
fn with_nearest_kind(text: &str, expected: String) -> String {
    let kinds = BookKind::ALL.map(BookKind::as_str);
    let kind = text.split_once(':').map_or("", |(kind, _)| kind.trim());
    match nearest(kind, kinds).filter(|near| *near != kind) {
        Some(near) => format!("{expected}; did you mean `{near}`?"),
        None => expected,
    }
}
