//! The libraries: reports, errors, `Debug` of every type, and everything that is logged at trace level, by the HTTP stack too.

use std::error::Error;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use batchwise::calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use batchwise::calltouch_leads::{CalltouchLeads, LeadUpdate};
use batchwise::dellin_book::{Credentials, DellinAccount, Wire};
use batchwise::observe::{CallFinished, CallStarted, Observer, Waiting};
use batchwise::quota::{LocalQuota, QuotaHandle};
use batchwise::test_util::FakeClock;
use batchwise::thulium_campaign::{CampaignId, ThuliumCampaign, ThuliumCampaignPhones, ThuliumCredentials};
use batchwise::transport::{SharedTransport, Transport, TransportError};
use batchwise::{BatchMethod, Deletes, Record, Report, RunOptions, run_all};
use bytes::Bytes;
use tracing_subscriber::fmt::MakeWriter;

use crate::canaries::{
    APPKEY, EMAIL, FRESH, LOGIN, PASSWORD, PAT, PHONE, SECRETS, SESSION, THULIUM_PASSWORD, TOKEN, no_contact, no_secret,
};
use crate::echoes::{Spelling, bodies};
use crate::hostile::{Hostile, Then};

/// Everything that any crate of the process logs, at every level.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn of_process() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
                .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
                .with_writer(log.clone());
            tracing_subscriber::util::SubscriberInitExt::init(subscriber.finish());
            log
        })
        .clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Writes down every event of a job.
#[derive(Debug, Default)]
struct Watch(Mutex<String>);

impl Watch {
    fn note(&self, event: &dyn Debug) {
        self.0.lock().unwrap().push_str(&format!("{event:?}\n"));
    }
}

impl Observer for Watch {
    fn call_started(&self, call: &CallStarted) {
        self.note(call);
    }

    fn call_finished(&self, call: &CallFinished) {
        self.note(call);
    }

    fn waiting(&self, waiting: &Waiting) {
        self.note(waiting);
    }
}

/// Answers each request with an echo of it, without a network.
#[derive(Debug)]
struct EchoTransport {
    status: u16,
    which: usize,
    spelling: Spelling,
    logs_in: bool,
}

#[async_trait]
impl Transport for EchoTransport {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let (parts, body) = request.into_parts();
        let mut text = format!("{} {}\r\n", parts.method, parts.uri);
        for (name, value) in &parts.headers {
            text.push_str(&format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes())));
        }
        text.push_str(&format!("\r\n{}", String::from_utf8_lossy(&body)));
        if self.logs_in && parts.uri.path().contains("/auth/login") {
            let session = serde_json::json!({"metadata": {"status": 200}, "data": {"sessionID": FRESH}});
            return Ok(http::Response::new(Bytes::from(session.to_string())));
        }
        // A secret may be all that stands in the header.
        let secret = SECRETS[self.which % SECRETS.len()];
        let ascii: String = secret.chars().filter(char::is_ascii).collect();
        let body = bodies(&text, self.spelling).swap_remove(self.which);
        let response = http::Response::builder().status(self.status);
        let response = match text.contains(&ascii) {
            true => response.header("x-request-id", &ascii).header(
                "location",
                format!("https://elsewhere.example/?{}", ascii.replace(' ', "+")),
            ),
            false => response.header("location", format!("/{}", parts.uri)),
        };
        Ok(response.body(Bytes::from(body)).unwrap())
    }
}

/// Everything that a report tells, in every way that it can be asked.
fn told<R: Record>(report: &Report<R>) -> String {
    let mut text = format!("{report:?}\n");
    let reasons = report.outcomes.iter().filter_map(|outcome| outcome.reason.as_ref());
    for reason in reasons.chain(report.summary.stop.as_ref()) {
        text.push_str(&format!(
            "{reason} {reason:?} {:?} {:?}\n",
            reason.text(),
            reason.code()
        ));
        let Some(error) = reason.error() else { continue };
        text.push_str(&format!(
            "{:?} {:?} {:?} {:?} {:?}\n",
            error.message(),
            error.code(),
            error.request_id(),
            error.snippet(),
            error.violations()
        ));
        let mut cause: Option<&dyn Error> = Some(error);
        while let Some(error) = cause {
            text.push_str(&format!("{error} {error:?} {error:#?}\n"));
            cause = error.source();
        }
    }
    for outcome in &report.outcomes {
        text.push_str(&format!("{:?} {:?}\n", outcome.detail(), outcome.facts));
    }
    text
}

/// Where the clients of a test send their requests.
#[derive(Debug, Clone)]
enum Way {
    Over(SharedTransport),
    To(String),
}

macro_rules! towards {
    ($builder:expr, $way:expr) => {
        match $way {
            Way::Over(transport) => $builder.transport(Arc::clone(transport)),
            Way::To(url) => $builder.base_url(url),
        }
        .timeout(Duration::from_millis(100))
    };
}

async fn run<M: BatchMethod + Debug>(clock: &FakeClock, method: M, records: Vec<M::Record>, told_all: &mut Vec<String>)
where
    M::Record: Debug,
{
    let watch = Arc::new(Watch::default());
    let shown = format!("{method:?} {method:#?}");
    let options = RunOptions::new()
        .clock(clock.shared())
        .max_attempts(2)
        .retry_budget(2)
        .observer(Arc::clone(&watch) as Arc<dyn Observer>);
    let report = run_all(method, records, options).await;
    assert!(!report.outcomes.is_empty());
    told_all.push(shown);
    told_all.push(told(&report));
    told_all.push(watch.0.lock().unwrap().clone());
}

fn keys<M: Deletes>(method: &M, keys: &[&str]) -> Vec<M::Record> {
    keys.iter().map(|key| method.parse_key(key).unwrap()).collect()
}

fn lead() -> LeadUpdate {
    let lead = serde_json::json!({
        "matching": [{"type": "leadContact", "leadContactParams": {
            "phones": [PHONE], "emails": [EMAIL], "date": "05-03-2024 14:30:00", "leadTypeToMatch": "nearest",
            "searchDepth": 60}}],
        "addCustomFields": {"overwrite": true, "customFields": [{"field": "contract_no", "value": "A-17"}]}});
    LeadUpdate::from_json(&lead).unwrap()
}

fn thulium_credentials() -> ThuliumCredentials {
    ThuliumCredentials::new("robot", THULIUM_PASSWORD).unwrap()
}

/// A job of every method with every way of entering an account; what all of them tell.
async fn every_job(way: &Way) -> Vec<String> {
    let mut all = Vec::new();
    // A quota on another clock than the job's would pause it in true time.
    let clock = FakeClock::new();
    let unlimited = || QuotaHandle::new(LocalQuota::on_clock(clock.shared(), []));
    let credentials = CalltouchCredentials::new(TOKEN, "4711").unwrap();
    let builder = towards!(CalltouchImport::builder(credentials.clone()), way).quota(unlimited());
    all.push(format!("{credentials:?} {builder:?}"));
    let records = [51_001, 51_002].map(ImportLogId::new).to_vec();
    run(&clock, builder.build().unwrap(), records, &mut all).await;
    let builder = towards!(CalltouchLeads::builder(credentials), way).quota(unlimited());
    all.push(format!("{builder:?}"));
    run(&clock, builder.build().unwrap(), vec![lead()], &mut all).await;
    for credentials in [
        Credentials::session(SESSION),
        Credentials::password(LOGIN, PASSWORD),
        Credentials::pat(PAT),
    ] {
        for wire in [Wire::Json, Wire::Xml] {
            all.push(format!("{credentials:?}"));
            let builder = towards!(DellinAccount::builder(APPKEY, credentials.clone()), way).quota(unlimited());
            all.push(format!("{builder:?}"));
            let account = builder.build().unwrap();
            let book = account.book_with(wire);
            let records = keys(&book, &["phone:5", "phone:6"]);
            run(&clock, book, records, &mut all).await;
            let info = account.session_info().await;
            all.push(format!("{account:?} {info:?}"));
        }
    }
    let campaign: CampaignId = "00042".parse().unwrap();
    let builder = towards!(ThuliumCampaign::builder(thulium_credentials()), way)
        .system("demo-system")
        .quota(unlimited())
        .campaign(campaign);
    all.push(format!("{:?} {builder:?}", thulium_credentials()));
    let client = builder.build().unwrap();
    let records = keys(&client, &["7001", "7002"]);
    run(&clock, client, records, &mut all).await;
    let builder = towards!(ThuliumCampaignPhones::builder(thulium_credentials()), way)
        .system("demo-system")
        .quota(unlimited())
        .campaign(campaign);
    all.push(format!("{builder:?}"));
    let client = builder.build().unwrap();
    let records = keys(&client, &[PHONE]);
    run(&clock, client, records, &mut all).await;
    all
}

fn over(status: u16, which: usize, spelling: Spelling, logs_in: bool) -> Way {
    Way::Over(Arc::new(EchoTransport {
        status,
        which,
        spelling,
        logs_in,
    }))
}

/// Every shape of an answer in every spelling, with the statuses that mean something in turns.
#[tokio::test]
async fn no_echo_of_a_request_shows_a_secret_in_anything_that_is_told() {
    let log = Log::of_process();
    let mut statuses = [400, 200, 401, 302, 500, 404, 413, 429].into_iter().cycle();
    for which in 0..bodies("", Spelling::AsItIs).len() {
        for spelling in Spelling::ALL {
            let status = statuses.next().unwrap();
            for told in every_job(&over(status, which, spelling, status != 401)).await {
                no_secret(&format!("{status} {which} {spelling:?}"), &told);
            }
        }
    }
    no_secret("log", &log.text());
    no_contact("log", &log.text());
}

/// What the HTTP stack itself logs and returns, over a real connection.
#[tokio::test]
async fn nothing_below_the_libraries_shows_a_secret_whatever_the_server_does() {
    let log = Log::of_process();
    let other = Hostile::start(Then::Close, false);
    let mut all = vec![
        Then::EchoGzip(401),
        Then::EchoCoded,
        Then::Cut,
        Then::Garbage,
        Then::TlsAlert,
        Then::Close,
        Then::Hang,
        Then::Echo(401, 2, Spelling::AsItIs),
        Then::Echo(500, 1, Spelling::AsItIs),
    ];
    all.extend([301, 302, 303, 307, 308].map(|status| Then::Redirect(status, other.url())));
    for then in all {
        for logs_in in [false, true] {
            let server = Hostile::start(then.clone(), logs_in);
            for told in every_job(&Way::To(server.url())).await {
                no_secret(&format!("{then:?}"), &told);
            }
            assert!(server.connections() > 0);
        }
    }
    assert_eq!(other.connections(), 0, "a redirect was followed");
    assert!(
        log.text().contains("starting new connection"),
        "the HTTP stack is heard"
    );
    no_secret("log", &log.text());
    no_contact("log", &log.text());
}

/// An address may hold a password by mistake; a builder has not looked yet.
#[test]
fn a_builder_shows_no_address_that_was_not_checked() {
    let url = "https://robot:CANARY@example.com/?token=CANARY";
    let credentials = CalltouchCredentials::new(TOKEN, "4711").unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        CalltouchImport::builder(credentials.clone()).base_url(url),
        CalltouchLeads::builder(credentials).base_url(url),
        DellinAccount::builder(APPKEY, Credentials::pat(PAT)).base_url(url),
        ThuliumCampaign::builder(thulium_credentials())
            .base_url(url)
            .system(url),
    );
    no_secret("builders", &shown);
}
