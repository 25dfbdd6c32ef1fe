//! Any answer to a login, and to the question how long a session lives.
#![no_main]

use std::sync::LazyLock;

use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError};
use batchwise_fuzz::{Answered, SECRET, dellin, now};
use dellin_book::{BookObject, Credentials, DellinAccount, DellinBook};
use libfuzzer_sys::fuzz_target;

static OBJECTS: LazyLock<Vec<BookObject>> = LazyLock::new(dellin::objects);

fn client() -> Answered<DellinBook> {
    Answered::new(|transport| {
        DellinAccount::builder("an-app-key-0f-n0b0dy", Credentials::password("+70000000000", SECRET))
            .transport(transport)
            .quota(QuotaHandle::unlimited())
            .build()
            .expect("an account")
            .book()
    })
}

fuzz_target!(|input: &[u8]| {
    let client = client();
    let (_, body) = client.answer(input);
    let account = client.client.account();
    let renewed = now(client.client.renew(&CallError::no_session()));
    match &renewed {
        Ok(called) => {
            assert!(*called, "the first login makes a call");
            assert_eq!(account.logins(), 1);
            assert!(!client.client.needs_renewal(), "a login brings a session");
            let text = String::from_utf8_lossy(body);
            assert!(text.contains("session") || text.contains("\\u") || text.contains("&#"), "a session out of nothing");
            let info = now(account.session_info());
            if let Ok(info) = &info {
                if let (Some(left), Some(_)) = (info.remaining(), info.expires()) {
                    assert!(info.is_expired() == left.is_zero() || !info.is_expired(), "a dead session has no time left");
                }
            }
            assert!(!format!("{info:?}").contains(SECRET));
            let deleted = client.call(&OBJECTS);
            assert!(!format!("{deleted:?}").contains(SECRET));
        }
        Err(error) => {
            assert_eq!(account.logins(), 0, "a login that failed is none");
            assert!(client.client.needs_renewal(), "a login that failed brings no session");
            assert!(!format!("{error} {error:?}").contains(SECRET));
            assert!(client.call(&OBJECTS).is_err(), "without a session nothing is sent");
        }
    }
});
