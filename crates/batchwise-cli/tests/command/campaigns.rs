//! Thulium: customers and phones of campaigns.

use batchwise_emulator::{Busy, CampaignConfig, EmulatorConfig, Method, SpaceConfig};

use crate::support::{Canned, Cli, Emulated, Recorder, file};

#[test]
fn keys_are_removed_from_each_campaign() {
    let emulated = Emulated::any();
    let ended = Cli::new(
        &emulated.url(),
        "thulium-campaign delete --campaign 00042 --campaign 00043 7001 7002 --yes",
    )
    .run();
    assert_eq!(
        ended.with_code(0).outcomes(),
        [
            ("00042:7001", "deleted"),
            ("00042:7002", "deleted"),
            ("00043:7001", "deleted"),
            ("00043:7002", "deleted")
        ]
    );
}

#[test]
fn csv_rows_name_their_own_campaign() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "thulium-campaign delete --yes")
        .input(&file(".csv", "campaign,customer_id\n00042,7001\n00043,7001\n"))
        .run();
    assert_eq!(
        ended.with_code(0).outcomes(),
        [("00042:7001", "deleted"), ("00043:7001", "deleted")]
    );
}

#[test]
fn a_row_of_another_campaign_than_asked_for_is_a_bad_line() {
    let rows = "campaign,crm\n00042,7001\n00043,7001\n";
    let emulated = Emulated::any();
    let run = |args: &str| {
        Cli::new(&emulated.url(), &format!("thulium-campaign delete --yes {args}"))
            .input(&file(".csv", rows))
            .run()
    };
    run("--campaign 00042 --column crm").with_code(2).says("line 3");
    assert_eq!(emulated.truth().tally(Method::ThuliumCustomers).received, 0);
    run("--column crm").with_code(0);
}

#[test]
fn a_column_of_customers_is_no_column_of_phones() {
    Cli::new("http://127.0.0.1:9", "thulium-campaign delete --yes --by phone")
        .input(&file(".csv", "campaign,customer_id\n00042,7001\n"))
        .run()
        .with_code(2)
        .says("phone_number");
}

#[test]
fn outcomes_carry_the_campaign_and_can_be_fed_back() {
    let emulated = Emulated::any();
    let first = Cli::new(
        &emulated.url(),
        "thulium-campaign delete --campaign 00042 7001 7002 --limit 1 --yes -o ndjson",
    )
    .run()
    .with_code(3);
    assert!(first.rows().iter().all(|row| row["campaign"] == "00042"));
    let second = Cli::new(&emulated.url(), "thulium-campaign delete --yes")
        .input(&file(".ndjson", &first.stdout))
        .run();
    assert_eq!(
        second.with_code(0).outcomes(),
        [("00042:7001", "not_found"), ("00042:7002", "deleted")]
    );
}

#[test]
fn busy_customers_are_asked_again_in_rounds() {
    let customers = SpaceConfig::any()
        .busy([7001], Busy::Answers(1))
        .busy([7002], Busy::Forever);
    let campaign = CampaignConfig::new("00042").customers(customers);
    let emulated = Emulated::with(EmulatorConfig::default().campaign(campaign));
    let ended = Cli::new(
        &emulated.url(),
        "thulium-campaign delete --campaign 00042 7001 7002 7003 --yes --busy-wait 0 --busy-rounds 2",
    )
    .run();
    assert_eq!(
        ended.with_code(1).outcomes(),
        [
            ("00042:7001", "deleted"),
            ("00042:7002", "busy"),
            ("00042:7003", "deleted")
        ]
    );
    assert_eq!(emulated.truth().tally(Method::ThuliumCustomers).received, 3);
}

#[test]
fn phones_go_to_their_own_method_with_the_additional_numbers() {
    let emulated = Emulated::any();
    let recorder = Recorder::start(Canned::Forward(emulated.url().replace("http://", "")));
    let delete = "thulium-campaign delete --campaign 00042 --by phone 333444555 --yes";
    Cli::new(recorder.url(), &format!("{delete} --additional-numbers"))
        .run()
        .with_code(0);
    let requests = recorder.requests();
    assert!(
        requests[0].contains("/api/batch/outbounds/00042/records"),
        "{requests:?}"
    );
    assert!(
        requests[0].contains("search_in_additional_numbers=true"),
        "{requests:?}"
    );
}

#[test]
fn a_phone_that_was_not_found_has_not_reached_its_state() {
    let campaign = CampaignConfig::new("00042");
    let emulated = Emulated::with(EmulatorConfig::default().campaign(campaign));
    let delete = "thulium-campaign delete --campaign 00042 --by phone 333444555 444555666 --yes";
    Cli::new(&emulated.url(), delete).run().with_code(0);
    Cli::new(&emulated.url(), &format!("{delete} 555666777"))
        .run()
        .with_code(1);
}
