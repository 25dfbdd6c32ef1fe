//! Credentials, addresses, and what nobody may see.

use crate::support::{Canned, Cli, Emulated, Recorder};

#[test]
fn a_missing_variable_is_named() {
    for (args, missing, named) in [
        ("calltouch-import delete 1", "CALLTOUCH_TOKEN", "CALLTOUCH_TOKEN"),
        ("calltouch-import delete 1", "CALLTOUCH_SITE_ID", "CALLTOUCH_SITE_ID"),
        ("calltouch-leads add-fields -i -", "CALLTOUCH_TOKEN", "CALLTOUCH_TOKEN"),
        ("dellin-book delete phone:1", "DELLIN_APPKEY", "DELLIN_APPKEY"),
        ("dellin-book delete phone:1", "DELLIN_SESSION", "DELLIN_PAT"),
        (
            "thulium-campaign delete --campaign 00042 1",
            "THULIUM_USER",
            "THULIUM_USER",
        ),
        (
            "thulium-campaign delete --campaign 00042 1",
            "THULIUM_PASSWORD",
            "THULIUM_PASSWORD",
        ),
        (
            "thulium-campaign delete --campaign 00042 1",
            "THULIUM_BASE_URL",
            "THULIUM_SYSTEM",
        ),
    ] {
        let ended = Cli::new("http://127.0.0.1:9", &format!("{args} --yes"))
            .without(missing)
            .run();
        ended.with_code(2).says(named);
    }
}

#[test]
fn one_slash_or_api_behind_the_origin_is_tolerated() {
    let emulated = Emulated::any();
    for (id, tail) in ["", "/", "/api", "/api/"].into_iter().enumerate() {
        let url = format!("{}{tail}", emulated.url());
        let args = format!(
            "thulium-campaign delete --campaign 00042 {} --yes --base-url {url}",
            id + 7001
        );
        Cli::new("http://127.0.0.1:9", &args).run().with_code(0);
    }
}

#[test]
fn the_flag_goes_before_the_variable() {
    let emulated = Emulated::any();
    let args = format!("calltouch-import delete 51001 --yes --base-url {}", emulated.url());
    Cli::new("http://127.0.0.1:9", &args).run().with_code(0);
}

#[test]
fn plain_http_to_another_machine_has_to_be_allowed() {
    let delete = "calltouch-import delete 51001 --yes --base-url http://192.0.2.1";
    let ended = Cli::new("http://127.0.0.1:9", delete).run();
    ended.with_code(2).says("http://192.0.2.1");
    // Allowed, and shown by a plan that calls nobody.
    Cli::new("http://127.0.0.1:9", &format!("{delete} --allow-http --dry-run"))
        .run()
        .with_code(0);
}

#[test]
fn lifting_every_limit_warns_unless_it_stays_on_this_machine() {
    let delete = "calltouch-import delete 51001 --dry-run --base-url";
    let warned = |url: &str| {
        let ended = Cli::new("", &format!("{delete} {url}")).run().with_code(0);
        ended.stderr.contains("--rate off")
    };
    assert!(warned("http://192.0.2.1 --allow-http"));
    assert!(!warned("http://127.0.0.1:9"));
}

#[test]
fn no_secret_is_shown_when_a_refusal_echoes_the_request() {
    let recorder = Recorder::start(Canned::Echo(401));
    for args in [
        "calltouch-import delete 51001",
        "dellin-book delete phone:1",
        "dellin-book delete phone:1 --wire xml",
        "thulium-campaign delete --campaign 00042 7001",
    ] {
        for form in ["human", "ndjson", "csv"] {
            let ended = Cli::new(recorder.url(), &format!("{args} --yes -vvv -o {form}")).run();
            let ended = ended.with_code(3);
            let shown = format!("{}{}", ended.stdout, ended.stderr);
            // The last one is `robot:secret-password`, as Basic authorization writes it.
            for secret in ["secret-", "cm9ib3Q6c2VjcmV0LXBhc3N3b3Jk"] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}

#[test]
fn credentials_in_an_address_are_refused_and_not_repeated() {
    let args = "calltouch-import delete 51001 --yes --base-url https://robot:secret-word@example.com";
    let ended = Cli::new("http://127.0.0.1:9", args).run().with_code(2);
    assert!(!ended.stderr.contains("secret-word"), "{}", ended.stderr);
}
