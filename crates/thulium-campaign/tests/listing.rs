//! The list of a campaign against the emulator's truth: the same, or an error that says that it is not whole.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use batchwise_core::BatchMethod;
use batchwise_core::list::{ListError, ListErrorKind, ListOptions};
use batchwise_core::test_util::FakeClock;
use batchwise_emulator::{
    CampaignConfig, EmulatorConfig, Fault, FaultRule, InMemoryTransport, Method, PhonesConfig, SpaceConfig,
};
use futures_util::StreamExt;
use thulium_campaign::{
    CampaignCustomer, CampaignId, CampaignRecord, SystemStatus, ThuliumBuilder, ThuliumCampaign, ThuliumCampaignPhones,
    ThuliumCredentials,
};

fn campaign() -> CampaignId {
    "00042".parse().unwrap()
}

/// 350 customers: four pages.
fn world() -> EmulatorConfig {
    let campaign = CampaignConfig::new("00042").customers(SpaceConfig::only(7001..=7350));
    EmulatorConfig::default().campaign(campaign.status("NO_CALL", 7101..=7250))
}

struct Wired {
    world: InMemoryTransport,
    clock: FakeClock,
}

impl Wired {
    fn to(world: EmulatorConfig) -> Self {
        let clock = FakeClock::new();
        Self {
            world: InMemoryTransport::new(world, clock.shared()),
            clock,
        }
    }

    fn builder<C>(&self, builder: ThuliumBuilder<C>) -> ThuliumBuilder<C> {
        builder.system("demo").transport(Arc::new(self.world.clone()))
    }

    fn customers(&self) -> ThuliumCampaign {
        let credentials = ThuliumCredentials::new("user", "password").unwrap();
        self.builder(ThuliumCampaign::builder(credentials)).build().unwrap()
    }

    fn options(&self) -> ListOptions {
        ListOptions::new().clock(self.clock.shared())
    }

    async fn list(&self, statuses: &[SystemStatus]) -> Result<Vec<CampaignRecord<CampaignCustomer>>, ListError> {
        let statuses = statuses.iter().copied();
        self.customers()
            .list(campaign(), statuses, self.options())
            .whole()
            .await
    }

    fn truth(&self) -> Vec<u64> {
        self.world.truth().thulium.campaign("00042").unwrap().listed_customers()
    }
}

fn ids(records: &[CampaignRecord<CampaignCustomer>]) -> Vec<u64> {
    records.iter().map(|record| record.member.customer.get()).collect()
}

#[tokio::test]
async fn the_list_is_the_campaign() {
    let wired = Wired::to(world());
    let records = wired.list(&[]).await.unwrap();
    assert_eq!(ids(&records), wired.truth());
    assert_eq!(records.len(), 350);
    assert_eq!(wired.world.truth().tally(Method::ThuliumLists).received, 4);
}

#[tokio::test]
async fn a_list_of_some_statuses_is_that_part_of_the_campaign() {
    let wired = Wired::to(world());
    let records = wired.list(&[SystemStatus::NoCall]).await.unwrap();
    assert_eq!(ids(&records), (7101..=7250).collect::<Vec<_>>());
}

#[tokio::test]
async fn any_single_fault_is_got_over() {
    for fault in [
        Fault::Refuse,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CloseAfter,
        Fault::HangBefore,
        Fault::Truncate,
        Fault::Garbage,
        Fault::Html {
            status: 200,
            acts: false,
        },
        Fault::Html {
            status: 502,
            acts: false,
        },
        Fault::Status {
            status: 500,
            acts: false,
        },
        Fault::TooManyRequests { retry_after: Some(3) },
        // A page that lost its last rows: the next one begins with them.
        Fault::DropFromAnswer(3),
    ] {
        for at in 1..=3 {
            let wired = Wired::to(world().fault(FaultRule::new(fault).on(Method::ThuliumLists).nth(at)));
            let records = wired.list(&[]).await;
            let records = records.unwrap_or_else(|error| panic!("{fault} at {at}: {error}"));
            assert_eq!(ids(&records), wired.truth(), "{fault} at {at}");
        }
    }
}

#[tokio::test]
async fn rows_that_stand_twice_or_are_strangers_are_no_whole_list() {
    for fault in [Fault::Duplicate, Fault::Extra] {
        for at in [1, 4] {
            let wired = Wired::to(world().fault(FaultRule::new(fault).on(Method::ThuliumLists).nth(at)));
            let error = wired.list(&[]).await.unwrap_err();
            let kind = error.kind();
            assert!(
                matches!(kind, ListErrorKind::Odd | ListErrorKind::Changed),
                "{fault} at {at}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn under_random_faults_the_list_is_the_campaign_or_an_error() {
    let mut whole = 0;
    for seed in 0..60 {
        let chance = |fault, seed| FaultRule::new(fault).probability(0.1, seed);
        let wired = Wired::to(world().faults([
            chance(Fault::ResetAfter, seed),
            chance(Fault::Truncate, seed + 1000),
            chance(Fault::DropFromAnswer(7), seed + 2000),
            chance(Fault::TooManyRequests { retry_after: Some(1) }, seed + 3000),
            chance(
                Fault::Status {
                    status: 503,
                    acts: false,
                },
                seed + 4000,
            ),
        ]));
        if let Ok(records) = wired.list(&[]).await {
            whole += 1;
            assert_eq!(ids(&records), wired.truth(), "seed {seed}");
        }
    }
    assert!(whole > 30, "{whole} of 60 lists are whole");
}

#[tokio::test]
async fn customers_that_are_removed_while_they_are_listed_are_noticed() {
    let wired = Wired::to(world());
    let client = wired.customers();
    let mut list = client.list(campaign(), [], wired.options());
    let first = list.next().await.unwrap().unwrap();
    client.call(&[first.member]).await.unwrap();
    let mut last = None;
    while let Some(entry) = list.next().await {
        last = Some(entry);
    }
    let error = last.unwrap().unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Changed);
    assert!(error.to_string().contains("had 350 records, and now 349"), "{error}");
}

#[tokio::test]
async fn records_of_phone_numbers_are_those_of_the_campaign() {
    let phones = PhonesConfig {
        numbers: SpaceConfig::only(["600700801", "+48600700802"]),
        records: [("600700801".to_owned(), 3)].into(),
        ..PhonesConfig::default()
    };
    let wired = Wired::to(EmulatorConfig::default().campaign(CampaignConfig::new("00042").phones(phones)));
    let credentials = ThuliumCredentials::new("user", "password").unwrap();
    let client = wired
        .builder(ThuliumCampaignPhones::builder(credentials))
        .build()
        .unwrap();
    let records = client.list(campaign(), [], wired.options()).whole().await.unwrap();
    let listed: Vec<String> = records.iter().map(|record| record.member.phone.to_string()).collect();
    assert_eq!(
        listed,
        wired.world.truth().thulium.campaign("00042").unwrap().listed_phones()
    );
}

#[tokio::test]
async fn counts_are_those_of_the_campaigns() {
    let wired = Wired::to(world());
    let campaigns = wired.customers().stats(wired.options()).whole().await.unwrap();
    assert_eq!(campaigns.len(), 1);
    assert_eq!((campaigns[0].id.as_str(), campaigns[0].records), ("00042", 350));
}
