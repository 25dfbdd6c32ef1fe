//! The address book over the answer of the input, for both wires.

use batchwise_core::quota::QuotaHandle;
use dellin_book::{BookObject, Credentials, DellinAccount, DellinBook, Wire};

use crate::answers::{Answered, SECRET};

/// A client of the address book with a session of its own.
pub fn book(wire: Wire) -> Answered<DellinBook> {
    Answered::new(|transport| {
        DellinAccount::builder("an-app-key-0f-n0b0dy", Credentials::session(SECRET))
            .transport(transport)
            .quota(QuotaHandle::unlimited())
            .build()
            .expect("an account")
            .book_with(wire)
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
