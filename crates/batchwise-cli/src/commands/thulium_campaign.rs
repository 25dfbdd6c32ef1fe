//! `batchwise thulium-campaign delete`.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use batchwise::quota::QuotaHandle;
use batchwise::thulium_campaign::{
    CampaignCustomer, CampaignId, CampaignPhone, CustomerId, PhoneNumber, ThuliumBuilder, ThuliumCampaign,
    ThuliumCampaignPhones, ThuliumCredentials,
};
use batchwise::transport::TransportOptions;
use batchwise::{BaseUrl, RunOptions};
use serde_json::Value;

use crate::args::{ByArg, ConnectArgs, JobArgs, Keys};
use crate::failure::{Exit, Failure};
use crate::input::{
    Shape, Source, Standing, expected, last_four, number, plain_number, plain_phone, text_or_number, unquoted,
};
use crate::inspect::{CampaignClient, Campaigns};
use crate::job::Job;
use crate::settings::Environment;
use crate::target::Target;
use crate::values::Rate;

/// The flags that only this command has.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) campaigns: Vec<String>,
    pub(crate) by: ByArg,
    pub(crate) additional_numbers: bool,
    pub(crate) busy_wait: Duration,
    pub(crate) busy_rounds: u32,
    pub(crate) verify: bool,
}

/// Removes customers, or phone numbers, from campaigns.
pub(crate) async fn delete(
    environment: &Environment,
    keys: Keys,
    settings: Settings,
    args: &JobArgs,
) -> Result<Exit, Failure> {
    let source = Source::of(keys.keys, args)?;
    let campaigns = campaign_ids(&settings.campaigns)?;
    let access = Access::of(environment, &args.connect)?;
    let target = Target {
        provider: "thulium-campaign",
        verb: "remove",
        records: if settings.by == ByArg::Phone {
            ["phone number", "phone numbers"]
        } else {
            ["customer", "customers"]
        },
        host: access.base.host().to_owned(),
        loopback: access.base.is_loopback(),
        account: access.user().to_owned(),
        contacts: settings.by == ByArg::Phone,
        campaigns: Some(match campaigns.as_slice() {
            [] => "named by each record".to_owned(),
            some => some
                .iter()
                .map(|campaign| campaign.as_str().to_owned())
                .collect::<Vec<_>>()
                .join(", "),
        }),
    };
    let options = RunOptions::new()
        .busy_wait(settings.busy_wait)
        .busy_rounds(settings.busy_rounds);
    match settings.by {
        ByArg::Customer => {
            if settings.additional_numbers {
                return Err(Failure::usage("--additional-numbers goes with --by phone"));
            }
            let method = access.customers()?;
            let inspect = Campaigns {
                client: CampaignClient::Customers(method.clone()),
                campaigns: campaigns.clone(),
            };
            Job {
                verify: settings.verify,
                ..job(method, customers(campaigns), target, options, inspect)
            }
            .run(args, source)
            .await
        }
        ByArg::Phone => {
            let method = access.phones(settings.additional_numbers)?;
            let inspect = Campaigns {
                client: CampaignClient::Phones {
                    client: method.clone(),
                    additional_numbers: settings.additional_numbers,
                },
                campaigns: campaigns.clone(),
            };
            Job {
                verify: settings.verify,
                ..job(method, phones(campaigns), target, options, inspect)
            }
            .run(args, source)
            .await
        }
    }
}

/// The campaigns of the flags, each once.
pub(crate) fn campaign_ids(texts: &[String]) -> Result<Vec<CampaignId>, Failure> {
    let mut campaigns = Vec::new();
    for text in texts {
        let campaign: CampaignId = text
            .parse()
            .map_err(|error| Failure::usage(format!("--campaign: {error}")))?;
        if !campaigns.contains(&campaign) {
            campaigns.push(campaign);
        }
    }
    Ok(campaigns)
}

/// What environment and flags say of a system: where it is, and who calls.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) base: BaseUrl,
    credentials: ThuliumCredentials,
    allow_http: bool,
    transport: TransportOptions,
    quota: QuotaHandle,
}

impl Access {
    pub(crate) fn of(environment: &Environment, args: &ConnectArgs) -> Result<Self, Failure> {
        let user = environment.need("THULIUM_USER")?;
        let credentials = ThuliumCredentials::new(user, environment.secret("THULIUM_PASSWORD")?)?;
        Ok(Self {
            base: base_url(environment, args)?,
            credentials,
            allow_http: args.allow_http,
            transport: args.transport()?,
            quota: QuotaHandle::of_windows(Rate::applied(args.rate, Vec::new())),
        })
    }

    /// The API user.
    pub(crate) fn user(&self) -> &str {
        self.credentials.user()
    }

    fn applied<C>(&self, builder: ThuliumBuilder<C>) -> ThuliumBuilder<C> {
        builder
            .base_url(self.base.as_str())
            .allow_http(self.allow_http)
            .transport_options(self.transport.clone())
            .quota(self.quota.clone())
    }

    pub(crate) fn customers(&self) -> Result<ThuliumCampaign, Failure> {
        let builder = ThuliumCampaign::builder(self.credentials.clone());
        Ok(self.applied(builder).build()?)
    }

    pub(crate) fn phones(&self, additional_numbers: bool) -> Result<ThuliumCampaignPhones, Failure> {
        let builder = ThuliumCampaignPhones::builder(self.credentials.clone());
        let builder = self.applied(builder).search_in_additional_numbers(additional_numbers);
        Ok(builder.build()?)
    }
}

fn job<M, S>(method: M, shape: S, target: Target, options: RunOptions, inspect: Campaigns) -> Job<M, S> {
    Job {
        method,
        shape,
        target,
        with_campaign: true,
        led_by_line: false,
        options,
        inspect: Some(Arc::new(inspect)),
        verify: false,
        map: None,
    }
}

/// The origin: `--base-url`, else THULIUM_BASE_URL, else the host of THULIUM_SYSTEM.
fn base_url(environment: &Environment, args: &ConnectArgs) -> Result<BaseUrl, Failure> {
    let host = match system_url(environment)? {
        Some(url) => url,
        None if environment.is_rehearsal() => "https://dry-run.thulium.com".to_owned(),
        None if args.base_url.is_none() && environment.get("THULIUM_BASE_URL").is_none() => {
            return Err(
                Failure::usage("THULIUM_SYSTEM (or THULIUM_BASE_URL) is not set in the environment")
                    .mend("set it, or `system` in [thulium] of the settings file (`batchwise config init` writes one)"),
            );
        }
        None => String::new(),
    };
    environment.base_url("THULIUM_BASE_URL", args, &host)
}

/// The origin of THULIUM_SYSTEM.
pub(crate) fn system_url(environment: &Environment) -> Result<Option<String>, Failure> {
    match environment.get("THULIUM_SYSTEM") {
        None => Ok(None),
        Some(system) if is_host_label(system) => Ok(Some(format!("https://{system}.thulium.com"))),
        Some(_) => Err(Failure::usage(
            "THULIUM_SYSTEM: expected the name of a system, such as demo-system for https://demo-system.thulium.com",
        )),
    }
}

fn is_host_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// How a key is named in columns and JSON members, besides `record`.
#[derive(Debug)]
struct KeyNames {
    members: &'static [&'static str],
    columns: &'static [&'static [&'static str]],
    /// Keys are contacts.
    contacts: bool,
}

const CUSTOMER_NAMES: KeyNames = KeyNames {
    members: &["customer_id"],
    columns: &[&["campaign", "record"], &["campaign", "customer_id"], &["customer_id"]],
    contacts: false,
};

const PHONE_NAMES: KeyNames = KeyNames {
    members: &["phone_number", "phone"],
    columns: &[
        &["campaign", "record"],
        &["campaign", "phone_number"],
        &["campaign", "phone"],
        &["phone_number"],
        &["phone"],
    ],
    contacts: true,
};

/// Customers of these campaigns, or of those that each line names.
pub(crate) fn customers(campaigns: Vec<CampaignId>) -> CampaignShape<CampaignCustomer> {
    CampaignShape::new(campaigns, &CUSTOMER_NAMES, |campaign, key| {
        let customer: CustomerId = key.parse().map_err(expected)?;
        Ok(CampaignCustomer::new(campaign, customer))
    })
}

/// Phone numbers of these campaigns, or of those that each line names.
pub(crate) fn phones(campaigns: Vec<CampaignId>) -> CampaignShape<CampaignPhone> {
    CampaignShape::new(campaigns, &PHONE_NAMES, |campaign, key| {
        let phone: PhoneNumber = key.parse().map_err(expected)?;
        Ok(CampaignPhone::new(campaign, phone))
    })
}

/// Records of campaigns in lines, columns and JSON. A key without a campaign is meant for each `--campaign`.
pub(crate) struct CampaignShape<R> {
    campaigns: Vec<CampaignId>,
    names: &'static KeyNames,
    build: fn(CampaignId, &str) -> Result<R, String>,
}

impl<R> CampaignShape<R> {
    fn new(
        campaigns: Vec<CampaignId>,
        names: &'static KeyNames,
        build: fn(CampaignId, &str) -> Result<R, String>,
    ) -> Self {
        Self {
            campaigns,
            names,
            build,
        }
    }

    fn in_campaign(&self, campaign: &str, key: &str, to: &mut Vec<R>) -> Result<(), String> {
        let campaign: CampaignId = campaign.trim().parse().map_err(expected)?;
        if !self.campaigns.is_empty() && !self.campaigns.contains(&campaign) {
            return Err(format!(
                "campaign {} is none of those given with --campaign",
                campaign.as_str()
            ));
        }
        to.push((self.build)(campaign, key.trim())?);
        Ok(())
    }

    fn in_each(&self, key: &str, to: &mut Vec<R>) -> Result<(), String> {
        if self.campaigns.is_empty() {
            return Err("it names no campaign: give --campaign, or the columns campaign,customer_id".to_owned());
        }
        for campaign in &self.campaigns {
            to.push((self.build)(*campaign, key.trim())?);
        }
        Ok(())
    }
}

impl<R: batchwise::Record> Shape for CampaignShape<R> {
    type Record = R;

    fn of_text(&self, text: &str, to: &mut Vec<R>) -> Result<(), String> {
        match text.split_once(':') {
            Some((campaign, key)) => self.in_campaign(campaign, key, to),
            None => self.in_each(text, to),
        }
    }

    fn columns(&self) -> &'static [&'static [&'static str]] {
        self.names.columns
    }

    fn companion(&self) -> Option<&'static str> {
        Some("campaign")
    }

    fn of_columns(&self, values: &[&str], to: &mut Vec<R>) -> Result<(), String> {
        match values {
            [campaign, key] => self.in_campaign(campaign, key, to),
            [key] => self.in_each(key, to),
            _ => Err("expected a campaign and a key".to_owned()),
        }
    }

    fn of_json(&self, value: Value, to: &mut Vec<R>) -> Result<(), String> {
        let Value::Object(object) = &value else {
            return self.of_text(&text_or_number(&value)?, to);
        };
        let key = number(object, &["record"])
            .or_else(|| number(object, self.names.members))
            .ok_or_else(|| format!("expected a member `record` or `{}`", self.names.members.join("` or `")))??;
        match number(object, &["campaign"]) {
            Some(campaign) => self.in_campaign(&campaign?, &key, to),
            None => self.in_each(&key, to),
        }
    }

    fn plain<'a>(&self, key: &'a str, standing: Standing) -> Result<Cow<'a, str>, String> {
        let plain = |key: &'a str| match self.names.contacts {
            true => plain_phone(key),
            false => plain_number(key, standing),
        };
        let key = unquoted(key);
        match key.split_once(':') {
            None => plain(key),
            Some((campaign, key)) => Ok(Cow::Owned(format!("{campaign}:{}", plain(key)?))),
        }
    }

    fn shown(&self, record: &R) -> String {
        let key = record.key();
        let key = if self.names.contacts { last_four(&key) } else { key };
        match record.scope().filter(|_| self.campaigns.len() != 1) {
            Some(campaign) => format!("{campaign}:{key}"),
            None => key,
        }
    }

    fn shown_text(&self, text: &str) -> String {
        if self.names.contacts {
            last_four(text)
        } else {
            text.to_owned()
        }
    }
}
