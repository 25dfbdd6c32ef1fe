//! The leads that the conformance suite and the simulator write to.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use batchwise_core::quota::Window;
use batchwise_core::{Action, Verdict};
use batchwise_emulator::conformance::{Difficult, Difficulty, Fact, Subject, Wiring};
use batchwise_emulator::{EmulatorConfig, Lead, LeadKey, LeadsConfig, Method, Truth};
use calltouch_leads::{
    CalltouchCredentials, CalltouchLeads, CalltouchQuota, LeadContactParams, LeadUpdate, NEAREST, RequestParams,
};

/// Most leads that the suite ever asks for.
const MOST: u64 = 10_000;

const FIELD: &str = "contract_no";

/// Leads that are found by their request, each with a contract of its own. Two in three replace a value that is there.
#[derive(Debug)]
pub(crate) struct Leads;

impl Leads {
    fn id(number: u64) -> u64 {
        900_000 + number
    }

    fn key(number: u64) -> LeadKey {
        LeadKey::request(Self::id(number))
    }

    /// Every third leaves a value alone that is there.
    fn overwrite(number: u64) -> bool {
        number % 3 != 2
    }

    fn contract(number: u64) -> String {
        format!("A-{number}")
    }
}

impl Subject for Leads {
    type Client = CalltouchLeads;

    fn method(&self) -> Method {
        Method::CalltouchLeads
    }

    fn client(&self, wiring: &Wiring) -> CalltouchLeads {
        CalltouchLeads::builder(CalltouchCredentials::new("token", "4242").unwrap())
            .transport(wiring.transport())
            .quota(wiring.quota())
            .build()
            .unwrap()
    }

    fn record(&self, number: u64) -> LeadUpdate {
        // A second row that finds nothing makes the requests more like real ones.
        LeadUpdate::builder()
            .matching(RequestParams::by_request_id(Self::id(number)))
            .matching(
                LeadContactParams::new()
                    .phone(format!("+7 (915) 000-{number:04}"))
                    .date("05-03-2024 14:30:00".parse().unwrap())
                    .type_to_match(NEAREST)
                    .search_depth(NonZeroU32::new(60).unwrap()),
            )
            .field(FIELD, Self::contract(number))
            .overwrite(Self::overwrite(number))
            .build()
            .unwrap()
    }

    fn arrange(&self, world: EmulatorConfig, difficult: &Difficult) -> EmulatorConfig {
        let keys = |difficulty| difficult.all(difficulty).map(Self::key).collect();
        let kept = difficult.all(Difficulty::Kept).map(|number| Lead {
            keys: vec![Self::key(number)],
            fields: BTreeMap::from([(FIELD.to_owned(), "theirs".into())]),
        });
        world.calltouch_leads(LeadsConfig {
            requests: Some((Self::id(0)..=Self::id(MOST)).into()),
            lead: kept.collect(),
            unmatched: keys(Difficulty::Absent),
            poison: keys(Difficulty::Poison),
            poison_nameless: keys(Difficulty::PoisonNameless),
            ..LeadsConfig::default()
        })
    }

    fn truth(&self, truth: &Truth, number: u64) -> Fact {
        let key = Self::key(number);
        let lead = truth.leads.lead(&key).cloned().unwrap_or_default();
        Fact {
            existed: truth.leads.find(&key).is_some(),
            done: u32::try_from(lead.written_by.len()).unwrap(),
            partly: false,
            // A lead whose values are to be left alone is as wanted with any value.
            reached: lead
                .fields
                .get(FIELD)
                .is_some_and(|value| !Self::overwrite(number) || *value == Self::contract(number)),
            received: None,
            looked_at: lead.found,
        }
    }

    fn windows(&self) -> Vec<Window> {
        vec![CalltouchQuota::default_window()]
    }

    fn difficulties(&self) -> Vec<Difficulty> {
        vec![
            Difficulty::Absent,
            Difficulty::Poison,
            Difficulty::PoisonNameless,
            Difficulty::Kept,
        ]
    }

    /// A value that is there is kept only by a record that does not replace it.
    fn expected(&self, number: u64, difficulty: Difficulty, action: Action) -> Verdict {
        match difficulty {
            Difficulty::Kept if Self::overwrite(number) => Verdict::Updated,
            other => other.verdict(action),
        }
    }

    fn fault_key(&self, number: u64) -> String {
        format!("request:{}", Self::id(number))
    }

    fn repeat_tells(&self, number: u64) -> bool {
        Self::overwrite(number)
    }
}
