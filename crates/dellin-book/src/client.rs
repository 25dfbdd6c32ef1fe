//! The client: one account's address book over one wire.

use std::num::NonZeroUsize;

use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Deletes, Descriptor, InvalidRecord, Reply};

use crate::account::DellinAccount;
use crate::decode;
use crate::record::BookObject;
use crate::wire::{self, MAX_OBJECTS, Wire};

const MOST: NonZeroUsize = match NonZeroUsize::new(MAX_OBJECTS) {
    Some(most) => most,
    None => NonZeroUsize::MIN,
};

/// Calls in flight when the number is left to us: at 40 a minute this covers answers that take 20 s. Nothing is documented that
/// would ask for one at a time; stages never overlap.
const AUTO_CONCURRENCY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

static DESCRIPTOR: Descriptor =
    Descriptor::deleting("dellin-book", "delete", MOST).with_auto_concurrency(AUTO_CONCURRENCY);

/// Deletes objects from an account's address book: `POST /v2/book/delete.json`, or `.xml`.
///
/// Made by [`DellinAccount::book`]; clones and siblings share the account's session and quota.
#[derive(Debug, Clone)]
pub struct DellinBook {
    account: DellinAccount,
    wire: Wire,
}

impl DellinBook {
    pub(crate) fn new(account: DellinAccount, wire: Wire) -> Self {
        Self { account, wire }
    }

    /// The account it works for.
    #[must_use]
    pub fn account(&self) -> &DellinAccount {
        &self.account
    }

    /// The format of its requests.
    #[must_use]
    pub fn wire(&self) -> Wire {
        self.wire
    }
}

impl BatchMethod for DellinBook {
    type Record = BookObject;

    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn quotas(&self) -> &[QuotaHandle] {
        self.account.quotas()
    }

    async fn call(&self, records: &[BookObject]) -> Result<Reply, CallError> {
        // What the service does with none or too many is not documented, so it never sees either.
        if records.is_empty() || records.len() > MAX_OBJECTS {
            let message = format!("{} objects in one request; it takes 1 to {MAX_OBJECTS}", records.len());
            return Err(CallError::local(message));
        }
        let session = self.account.session().ok_or_else(CallError::no_session)?;
        let outcome = async {
            let request = wire::delete(
                self.account.base_url(),
                self.wire,
                self.account.xml_content_type(),
                self.account.appkey(),
                &session.id,
                records,
            )?;
            decode::reply(&session.caller.send(request).await?)
        };
        outcome.await.map_err(|error| error.with_epoch(session.epoch))
    }

    fn can_renew(&self) -> bool {
        self.account.can_log_in()
    }

    fn needs_renewal(&self) -> bool {
        self.account.session().is_none()
    }

    async fn renew(&self, refused: &CallError) -> Result<bool, CallError> {
        self.account.renew(refused).await
    }
}

impl Deletes for DellinBook {
    fn parse_key(&self, key: &str) -> Result<BookObject, InvalidRecord> {
        key.parse()
    }
}
