//! The campaigns that the conformance suite and the simulator remove customers and phone numbers from.

use std::num::NonZeroU32;

use batchwise_core::quota::Window;
use batchwise_core::{Action, Verdict};
use batchwise_emulator::conformance::{Difficult, Difficulty, Fact, Subject, Wiring};
use batchwise_emulator::{
    CampaignConfig, EmulatorConfig, Method, PhonesConfig, QuotaConfig, Rate, ThuliumConfig, Truth,
};
use thulium_campaign::{
    CampaignCustomer, CampaignPhone, CustomerId, ThuliumCampaign, ThuliumCampaignPhones, ThuliumCredentials,
};

/// Records take turns in these.
const CAMPAIGNS: [&str; 2] = ["00042", "ab7CD"];

fn campaign(number: u64) -> &'static str {
    if number % 2 == 0 { CAMPAIGNS[0] } else { CAMPAIGNS[1] }
}

fn credentials() -> ThuliumCredentials {
    ThuliumCredentials::new("user", "password").unwrap()
}

fn settings(multi_status: bool) -> ThuliumConfig {
    ThuliumConfig {
        multi_status,
        ..ThuliumConfig::default()
    }
}

fn difficulties() -> Vec<Difficulty> {
    let mut difficulties = vec![
        Difficulty::Absent,
        Difficulty::Poison,
        Difficulty::PoisonNameless,
        Difficulty::Silent,
    ];
    difficulties.extend(Difficulty::BUSY);
    difficulties
}

/// A status that is not documented settles nothing, so a record that is refused by one of its own is unknown.
fn expected(difficulty: Difficulty, action: Action) -> Verdict {
    match difficulty {
        Difficulty::Poison => Verdict::Unknown,
        other => other.verdict(action),
    }
}

/// The provider documents no quota: three a second, set by the user and charged by the emulator.
fn windows() -> Vec<Window> {
    vec![Window::per_second(NonZeroU32::new(3).unwrap())]
}

fn emulated_quota() -> QuotaConfig {
    QuotaConfig {
        thulium: vec![Rate::per_second(3)],
        ..QuotaConfig::default()
    }
}

/// Customers of two campaigns.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    /// What the documents leave open: an answer with several statuses comes with 207.
    pub(crate) multi_status: bool,
    /// Ids so long that a request is full by its bytes.
    pub(crate) long_ids: bool,
}

impl Customers {
    fn id(&self, number: u64) -> u64 {
        let first = if self.long_ids {
            10_000_000_000_000_000_000
        } else {
            7_000
        };
        first + number / 2
    }
}

impl Subject for Customers {
    type Client = ThuliumCampaign;

    fn method(&self) -> Method {
        Method::ThuliumCustomers
    }

    fn client(&self, wiring: &Wiring) -> ThuliumCampaign {
        ThuliumCampaign::builder(credentials())
            .system("demo-system")
            .transport(wiring.transport())
            .quota(wiring.quota())
            .build()
            .unwrap()
    }

    fn record(&self, number: u64) -> CampaignCustomer {
        let customer = CustomerId::new(self.id(number)).unwrap();
        CampaignCustomer::new(campaign(number).parse().unwrap(), customer)
    }

    fn arrange(&self, mut world: EmulatorConfig, difficult: &Difficult) -> EmulatorConfig {
        for id in CAMPAIGNS {
            let customers = difficult.space(|number| (campaign(number) == id).then(|| self.id(number)));
            world = world.campaign(CampaignConfig::new(id).customers(customers));
        }
        world.thulium(settings(self.multi_status))
    }

    fn truth(&self, truth: &Truth, number: u64) -> Fact {
        let campaign = truth.thulium.campaign(campaign(number)).unwrap();
        Fact::removed(&campaign.customers, &self.id(number))
    }

    fn windows(&self) -> Vec<Window> {
        windows()
    }

    fn emulated_quota(&self) -> QuotaConfig {
        emulated_quota()
    }

    fn difficulties(&self) -> Vec<Difficulty> {
        difficulties()
    }

    fn expected(&self, _: u64, difficulty: Difficulty, action: Action) -> Verdict {
        expected(difficulty, action)
    }
}

/// Phone numbers of two campaigns; every third has three entries there.
#[derive(Debug, Default)]
pub(crate) struct Phones {
    pub(crate) multi_status: bool,
}

impl Phones {
    fn phone(number: u64) -> String {
        format!("+48 600-{:06}", number / 2)
    }

    fn entries(number: u64) -> u32 {
        if number % 3 == 0 { 3 } else { 1 }
    }
}

/// Most numbers that the suite ever asks for.
const MOST: u64 = 700;

impl Subject for Phones {
    type Client = ThuliumCampaignPhones;

    fn method(&self) -> Method {
        Method::ThuliumPhones
    }

    fn client(&self, wiring: &Wiring) -> ThuliumCampaignPhones {
        ThuliumCampaignPhones::builder(credentials())
            .system("demo-system")
            .transport(wiring.transport())
            .quota(wiring.quota())
            .build()
            .unwrap()
    }

    fn record(&self, number: u64) -> CampaignPhone {
        CampaignPhone::new(campaign(number).parse().unwrap(), Self::phone(number).parse().unwrap())
    }

    fn arrange(&self, mut world: EmulatorConfig, difficult: &Difficult) -> EmulatorConfig {
        for id in CAMPAIGNS {
            let here = |number| (campaign(number) == id).then(|| Self::phone(number));
            let several = (0..MOST).filter(|number| Self::entries(*number) > 1);
            let phones = PhonesConfig {
                numbers: difficult.space(here),
                records: several
                    .filter_map(|number| Some((here(number)?, Self::entries(number))))
                    .collect(),
                ..PhonesConfig::default()
            };
            world = world.campaign(CampaignConfig::new(id).phones(phones));
        }
        world.thulium(settings(self.multi_status))
    }

    fn truth(&self, truth: &Truth, number: u64) -> Fact {
        let campaign = truth.thulium.campaign(campaign(number)).unwrap();
        let phone = Self::phone(number);
        let gone = campaign.phone_records_removed(&phone);
        Fact {
            partly: gone > 0 && gone < Self::entries(number),
            ..Fact::removed(&campaign.phones, &phone)
        }
    }

    fn windows(&self) -> Vec<Window> {
        windows()
    }

    fn emulated_quota(&self) -> QuotaConfig {
        emulated_quota()
    }

    fn difficulties(&self) -> Vec<Difficulty> {
        difficulties()
    }

    fn expected(&self, _: u64, difficulty: Difficulty, action: Action) -> Verdict {
        expected(difficulty, action)
    }
}
