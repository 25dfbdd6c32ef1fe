//! Thulium: removal from campaigns, by customer and by phone number.

mod campaign;
mod reading;
mod target;
mod wire;

pub use campaign::CampaignTruth;
pub(crate) use reading::{Reading, ReadingCall};
pub(crate) use target::Target;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{Request, Response};

use crate::answer;
use crate::config::{CampaignConfig, EmulatorConfig, ThuliumConfig, User};
use crate::fault::Twist;
use crate::method::Method;
use crate::turn::Turn;
use wire::Entry;

/// The campaigns, and what truly happened in each.
#[derive(Debug, Clone, Default)]
pub struct CampaignsTruth(BTreeMap<String, CampaignTruth>);

impl CampaignsTruth {
    /// A campaign; `None` when it is unknown or no request named it.
    #[must_use]
    pub fn campaign(&self, id: &str) -> Option<&CampaignTruth> {
        self.0.get(id)
    }

    /// The campaigns that are configured or that requests named.
    pub fn campaigns(&self) -> impl Iterator<Item = (&str, &CampaignTruth)> {
        self.0.iter().map(|(id, campaign)| (id.as_str(), campaign))
    }

    /// True when the server removed the customer from the campaign.
    #[must_use]
    pub fn is_removed(&self, campaign: &str, customer: u64) -> bool {
        self.campaign(campaign)
            .is_some_and(|campaign| campaign.customers.is_removed(&customer))
    }

    /// True when the server removed every record of the phone number from the campaign.
    #[must_use]
    pub fn is_phone_removed(&self, campaign: &str, phone: &str) -> bool {
        self.campaign(campaign)
            .is_some_and(|campaign| campaign.phones.is_removed(&phone.to_owned()))
    }

    /// How many customers were removed from all campaigns.
    #[must_use]
    pub fn removed_count(&self) -> u64 {
        self.0.values().map(|campaign| campaign.customers.removed_count()).sum()
    }
}

/// A request as it was read.
#[derive(Debug, Clone)]
pub(crate) struct CampaignCall {
    target: Target,
    credentials: Option<(String, String)>,
    wants_json: bool,
    line_bytes: usize,
    parameters: Vec<(String, String)>,
}

impl CampaignCall {
    pub(crate) fn read(request: &Request<Bytes>, target: Target) -> Self {
        let uri = request.uri();
        Self {
            target,
            credentials: basic(request),
            wants_json: names_json(request),
            line_bytes: "DELETE  HTTP/1.1\r\n".len() + uri.path_and_query().map_or(0, |target| target.as_str().len()),
            parameters: target::parameters(uri.query().unwrap_or("")).collect(),
        }
    }

    pub(crate) const fn method(&self) -> Method {
        self.target.method
    }

    pub(crate) const fn wants_json(&self) -> bool {
        self.wants_json
    }

    const fn parameter(&self) -> &'static str {
        match self.target.method {
            Method::ThuliumPhones => "phone_number",
            _ => "customer_id",
        }
    }

    /// The values of the list, as far as the server reads parameters.
    fn values(&self, most: usize) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .take(most)
            .filter(|(name, _)| target::is_list(name, self.parameter()))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn carries(&self, key: &str) -> bool {
        self.values(usize::MAX).any(|value| value == key)
    }

    fn additional(&self) -> bool {
        let found = self
            .parameters
            .iter()
            .find(|(name, _)| name == "search_in_additional_numbers");
        found.is_some_and(|(_, value)| value == "true" || value == "1")
    }
}

/// True when errors are to be JSON.
fn names_json(request: &Request<Bytes>) -> bool {
    let names = |name: HeaderName| {
        let value = request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        value.contains("application/json") || value.contains("application/*")
    };
    names(ACCEPT) || names(CONTENT_TYPE)
}

/// Name and password of `Authorization: Basic`.
fn basic(request: &Request<Bytes>) -> Option<(String, String)> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// Campaigns that are listed where every campaign exists.
const SAMPLES: [&str; 2] = ["00001", "00042"];

/// Thulium's state.
#[derive(Debug)]
pub(crate) struct Thulium {
    config: ThuliumConfig,
    campaigns: CampaignsTruth,
    /// True when only the configured campaigns exist.
    closed: bool,
    samples: bool,
}

impl Thulium {
    pub(crate) fn new(config: &EmulatorConfig) -> Self {
        let campaigns = &config.thulium_campaigns;
        Self {
            config: config.thulium.clone(),
            campaigns: CampaignsTruth(
                campaigns
                    .iter()
                    .map(|campaign| (campaign.id.clone(), CampaignTruth::new(campaign)))
                    .collect(),
            ),
            closed: !campaigns.is_empty() && !config.thulium.other_campaigns,
            samples: config.samples,
        }
    }

    pub(crate) fn truth(&self) -> CampaignsTruth {
        self.campaigns.clone()
    }

    /// The campaign; one that exists by default is made when it is first named.
    fn campaign(&mut self, id: &str) -> Option<&mut CampaignTruth> {
        let well_formed = id.len() == 5 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if well_formed && !self.closed && !self.campaigns.0.contains_key(id) {
            let campaign = if self.samples && id == "00001" {
                CampaignTruth::sample(id)
            } else {
                CampaignTruth::new(&CampaignConfig::new(id))
            };
            self.campaigns.0.insert(id.to_owned(), campaign);
        }
        self.campaigns.0.get_mut(id)
    }

    pub(crate) fn receive(&mut self, call: &CampaignCall) {
        let most = self.config.max_input_vars;
        let Some(campaign) = self.campaign(&call.target.campaign) else {
            return;
        };
        for value in call.values(most) {
            match call.target.method {
                Method::ThuliumPhones => {
                    let phone = campaign.owner(value, call.additional());
                    campaign.phones.receive(&phone);
                }
                _ => {
                    if let Some(id) = customer(value) {
                        campaign.customers.receive(&id);
                    }
                }
            }
        }
    }

    pub(crate) fn answer(&mut self, call: &CampaignCall, turn: &mut Turn) -> Response<Bytes> {
        if call.line_bytes > self.config.max_request_line {
            return answer::html(414);
        }
        if turn.expired || !self.knows(call.credentials.as_ref()) {
            return wire::error(call.wants_json, 401, "Wrong user or password.", turn);
        }
        let values: Vec<String> = call.values(self.config.max_input_vars).map(str::to_owned).collect();
        let multi_status = self.config.multi_status;
        let Some(campaign) = self.campaign(&call.target.campaign) else {
            return wire::error(call.wants_json, 404, "Campaign does not exist.", turn);
        };
        if values.is_empty() {
            let message = format!("Parameter {}[] is required.", call.parameter());
            return wire::error(call.wants_json, 400, &message, turn);
        }
        let answer = match call.target.method {
            Method::ThuliumPhones => phones(campaign, &values, call.additional(), multi_status, turn),
            _ => customers(campaign, &values, multi_status, turn),
        };
        answer.unwrap_or_else(|message| wire::error(call.wants_json, 400, message, turn))
    }

    pub(crate) fn read(&mut self, call: &ReadingCall, turn: &Turn) -> Response<Bytes> {
        if turn.expired || !self.knows(call.credentials()) {
            return wire::error(call.wants_json(), 401, "Wrong user or password.", turn);
        }
        let Reading::Records { campaign, .. } = call.reading() else {
            return self.stats();
        };
        match self.campaign(campaign) {
            Some(campaign) => campaign.page(call, turn),
            None => wire::error(call.wants_json(), 404, "Campaign does not exist.", turn),
        }
    }

    /// The campaigns that are known one by one. Where every campaign exists, those of the samples are.
    fn stats(&mut self) -> Response<Bytes> {
        if !self.closed {
            for id in SAMPLES {
                self.campaign(id);
            }
        }
        let campaigns = self.campaigns.campaigns();
        let stats: Vec<wire::Stats<'_>> = campaigns
            .map(|(id, campaign)| wire::Stats::new(id, campaign.records_count()))
            .collect();
        answer::json(200, &stats)
    }

    fn knows(&self, credentials: Option<&(String, String)>) -> bool {
        let Some((user, password)) = credentials else {
            return false;
        };
        let is_it = |known: &User| known.user == *user && known.password == *password;
        let users = &self.config.users;
        !user.is_empty() && !password.is_empty() && (users.is_empty() || users.iter().any(is_it))
    }
}

/// A well-formed customer id.
fn customer(value: &str) -> Option<u64> {
    value.parse().ok().filter(|id| *id > 0)
}

const REFUSED: &str = "The batch cannot be processed.";

fn customers(
    campaign: &mut CampaignTruth,
    values: &[String],
    multi_status: bool,
    turn: &mut Turn,
) -> Result<Response<Bytes>, &'static str> {
    let ids: Option<Vec<u64>> = values.iter().map(|value| customer(value)).collect();
    let ids = ids.ok_or("Parameter customer_id is invalid.")?;
    if campaign::spoils(&campaign.customers, &ids) {
        return Err(REFUSED);
    }
    let mut rows: Vec<(String, Entry)> = Vec::new();
    // A repeat in the query is one member of the answer (not documented; the keys of an object are unique).
    let mut seen = BTreeSet::new();
    for id in ids.into_iter().filter(|id| seen.insert(*id)) {
        let entry = campaign.remove_customer(id, turn);
        if !campaign.customers.is_silent(&id) {
            rows.push((id.to_string(), entry));
        }
    }
    let several = differ(rows.iter().map(|(_, entry)| entry));
    spoil(&mut rows, turn.twist, Entry::opposite, || Entry::removed(1));
    Ok(wire::members(rows, several, multi_status))
}

fn phones(
    campaign: &mut CampaignTruth,
    values: &[String],
    additional: bool,
    multi_status: bool,
    turn: &mut Turn,
) -> Result<Response<Bytes>, &'static str> {
    if values.iter().any(|value| value.trim().is_empty()) {
        return Err("Parameter phone_number is invalid.");
    }
    if campaign::spoils(&campaign.phones, values) {
        return Err(REFUSED);
    }
    let mut rows: Vec<(String, Vec<Entry>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for phone in values.iter().filter(|phone| seen.insert(*phone)) {
        let entries = campaign.remove_phone(phone, additional, turn);
        if !campaign.phones.is_silent(phone) {
            rows.push((phone.clone(), entries));
        }
    }
    let several = differ(rows.iter().flat_map(|(_, entries)| entries));
    let opposite = |entries: &Vec<Entry>| entries.iter().map(Entry::opposite).collect();
    spoil(&mut rows, turn.twist, opposite, || vec![Entry::removed(1)]);
    Ok(wire::members(rows, several, multi_status))
}

fn differ<'a>(mut entries: impl Iterator<Item = &'a Entry>) -> bool {
    let first = entries.next();
    entries.any(|entry| Some(entry.status) != first.map(|first| first.status))
}

fn spoil<V: Clone>(
    rows: &mut Vec<(String, V)>,
    twist: Option<Twist>,
    opposite: impl FnOnce(&V) -> V,
    extra: impl FnOnce() -> V,
) {
    if let Some(twist) = twist {
        twist.apply(
            rows,
            |(key, value)| (key.clone(), opposite(value)),
            || ("1000000007".to_owned(), extra()),
        );
    }
}

/// An error that Thulium does not document, in its error body.
pub(crate) fn error(wants_json: bool, status: u16, turn: &Turn) -> Response<Bytes> {
    wire::error(wants_json, status, "The request failed.", turn)
}
