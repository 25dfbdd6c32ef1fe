//! `batchwise calltouch-import delete`.

use std::num::NonZeroU32;

use batchwise::calltouch_import::{CalltouchCredentials, CalltouchImport, CalltouchQuota, ImportLogId};
use batchwise::quota::{QuotaHandle, Window};
use batchwise::{BaseUrl, RunOptions};
use serde_json::Value;

use crate::args::{ConnectArgs, JobArgs, Keys};
use crate::failure::{Exit, Failure};
use crate::input::{Shape, Source, expected, number, text_or_number};
use crate::job::Job;
use crate::settings::Environment;
use crate::target::Target;
use crate::values::Rate;

/// Deletes import logs.
pub(crate) async fn delete(environment: &Environment, keys: Keys, args: &JobArgs) -> Result<Exit, Failure> {
    let source = Source::of(keys.keys, args)?;
    let (credentials, base) = account(environment, &args.connect)?;
    let target = Target {
        provider: "calltouch-import",
        verb: "delete",
        records: ["import log", "import logs"],
        host: base.host().to_owned(),
        loopback: base.is_loopback(),
        account: credentials.site_id().to_owned(),
        contacts: false,
        campaigns: None,
    };
    let method = CalltouchImport::builder(credentials)
        .base_url(base.as_str())
        .allow_http(args.connect.allow_http)
        .transport_options(args.connect.transport()?)
        .quota(quota(args.connect.rate))
        .build()?;
    let job = Job {
        method,
        shape: ImportShape,
        target,
        with_campaign: false,
        led_by_line: false,
        options: RunOptions::new(),
        inspect: None,
        verify: false,
        map: None,
    };
    job.run(args, source).await
}

/// Credentials and origin of a Calltouch account.
pub(super) fn account(
    environment: &Environment,
    args: &ConnectArgs,
) -> Result<(CalltouchCredentials, BaseUrl), Failure> {
    let token = environment.secret("CALLTOUCH_TOKEN")?;
    let credentials = CalltouchCredentials::new(token, environment.need("CALLTOUCH_SITE_ID")?)?;
    let base = environment.base_url("CALLTOUCH_BASE_URL", args, batchwise::calltouch_import::BASE_URL)?;
    Ok((credentials, base))
}

/// The quota of this machine's address, as `--rate` wants it.
pub(super) fn quota(rate: Option<Rate>) -> CalltouchQuota {
    match rate {
        None => CalltouchQuota::per_ip(),
        Some(rate) => {
            let default = NonZeroU32::new(5).map(Window::per_second);
            CalltouchQuota::from(QuotaHandle::of_windows(Rate::applied(
                Some(rate),
                default.into_iter().collect(),
            )))
        }
    }
}

/// Import logs in lines, columns and JSON.
#[derive(Debug)]
pub(crate) struct ImportShape;

impl Shape for ImportShape {
    type Record = ImportLogId;

    fn of_text(&self, text: &str, to: &mut Vec<ImportLogId>) -> Result<(), String> {
        to.push(text.parse().map_err(expected)?);
        Ok(())
    }

    fn columns(&self) -> &'static [&'static [&'static str]] {
        &[&["record"], &["importLogId"], &["import_log_id"], &["id"]]
    }

    fn of_columns(&self, values: &[&str], to: &mut Vec<ImportLogId>) -> Result<(), String> {
        self.of_text(values.first().copied().unwrap_or_default(), to)
    }

    fn of_json(&self, value: Value, to: &mut Vec<ImportLogId>) -> Result<(), String> {
        let text = match &value {
            Value::Object(object) => number(object, &["record", "importLogId", "import_log_id", "id"])
                .unwrap_or_else(|| Err("expected a member `record` or `importLogId`".to_owned()))?,
            other => text_or_number(other)?,
        };
        self.of_text(&text, to)
    }
}
