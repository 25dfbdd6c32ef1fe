//! The address book over the answer of the input, for both wires.

use batchwise_core::quota::QuotaHandle;
use batchwise_core::transport::SharedTransport;
use dellin_book::{BookEntry, BookObject, BookQuery, Credentials, DellinAccount, DellinBook, Wire};

use crate::answers::{Answered, SECRET};
use crate::lists::{Walked, walk};

fn account(transport: SharedTransport, quota: QuotaHandle) -> DellinAccount {
    DellinAccount::builder("an-app-key-0f-n0b0dy", Credentials::session(SECRET))
        .transport(transport)
        .quota(quota)
        .build()
        .expect("an account")
}

/// A client of the address book with a session of its own.
pub fn book(wire: Wire) -> Answered<DellinBook> {
    Answered::new(|transport| account(transport, QuotaHandle::unlimited()).book_with(wire))
}

/// Reads the whole book from the answers of an input.
pub fn list(input: &[u8]) -> Walked<BookEntry> {
    walk(input, |transport, quota, options| {
        account(transport, quota).list(BookQuery::new(), options)
    })
}

/// Objects that share a request.
pub fn objects() -> Vec<BookObject> {
    ["phone:920031", "phone:920032", "contact:920031", "contact:930042"]
        .iter()
        .map(|key| key.parse().expect("a key"))
        .collect()
}

/// The name of the list that an object is in.
pub fn list_of(object: &BookObject) -> String {
    format!("{}IDs", object.kind())
}
