//! From counteragents down to phones, one question after the other.

use std::collections::{HashSet, VecDeque};

use batchwise_core::CallError;
use batchwise_core::list::{Flaw, ListMethod};
use batchwise_core::quota::QuotaHandle;

use super::answer::{self, Address, BookAnswer, Card, Counteragent};
use super::{Anonymous, BookEntry, BookQuery};
use crate::account::DellinAccount;
use crate::record::{BookKind, BookObject};
use crate::session_info::ServerTime;
use crate::wire;

/// A walk through the book of an account: a counteragent, its addresses, and the contact details of each of them before the
/// next counteragent.
#[derive(Debug)]
pub(crate) struct BookWalk {
    account: DellinAccount,
    query: BookQuery,
    begun: bool,
    /// Those whose addresses are still to be asked for; the first is the one whose addresses stand beside it.
    counteragents: VecDeque<Counteragent>,
    /// Addresses of the counteragent in hand whose contact details are still to be asked for.
    addresses: VecDeque<Address>,
    in_hand: Option<(BookObject, Option<bool>)>,
    seen: HashSet<BookObject>,
}

impl BookWalk {
    pub(crate) fn new(account: DellinAccount, query: BookQuery) -> Self {
        Self {
            account,
            query,
            begun: false,
            counteragents: VecDeque::new(),
            addresses: VecDeque::new(),
            in_hand: None,
            seen: HashSet::new(),
        }
    }

    /// Every object stands in one place of a book.
    fn first_time(&mut self, object: BookObject) -> Result<(), Flaw> {
        if self.seen.insert(object) {
            return Ok(());
        }
        Err(Flaw::odd(format!("{object} is listed twice")))
    }

    fn counteragents(&mut self, all: Vec<Counteragent>) -> Result<Vec<BookEntry>, Flaw> {
        self.begun = true;
        for counteragent in &all {
            self.first_time(counteragent.object)?;
            if self.query.anonymous == Anonymous::Only && counteragent.anonymous != Some(true) {
                return Err(Flaw::odd(format!(
                    "anonymous receivers alone were asked for, and {} is not said to be one",
                    counteragent.object
                )));
            }
        }
        if self.query.asks_for_addresses() {
            self.counteragents = all.into();
            return Ok(Vec::new());
        }
        Ok(all.into_iter().map(Counteragent::into_entry).collect())
    }

    fn addresses(&mut self, all: Vec<Address>) -> Result<Vec<BookEntry>, Flaw> {
        for address in &all {
            self.first_time(address.object)?;
        }
        let Some(counteragent) = self.counteragents.pop_front() else {
            return Ok(Vec::new());
        };
        let (parent, anonymous) = (counteragent.object, counteragent.anonymous);
        let listed = length(&all);
        if let Some(counted) = counteragent.addresses.filter(|counted| *counted > listed) {
            return Err(Flaw::changed(format!(
                "{parent} counts {counted} addresses, and {listed} are listed"
            )));
        }
        let mut entries = Vec::new();
        if self.query.wants(BookKind::Counteragent) {
            entries.push(counteragent.into_entry());
        }
        if self.query.asks_for_cards() {
            self.in_hand = Some((parent, anonymous));
            self.addresses = all.into();
        } else {
            entries.extend(
                all.into_iter()
                    .map(|address| address.into_entry(parent, anonymous, None)),
            );
        }
        Ok(entries)
    }

    fn card(&mut self, card: Card) -> Result<Vec<BookEntry>, Flaw> {
        let (Some(address), Some((parent, anonymous))) = (self.addresses.pop_front(), self.in_hand) else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        for (kind, counted, list) in [
            (BookKind::Phone, address.phones, card.phones),
            (BookKind::Contact, address.contacts, card.contacts),
        ] {
            let listed = whole(address.object, kind, counted, list)?;
            for (object, name) in listed {
                self.first_time(object)?;
                if self.query.wants(kind) {
                    entries.push(BookEntry {
                        object,
                        name,
                        parent: Some(address.object),
                        last_update: card.last_update.clone(),
                        anonymous,
                    });
                }
            }
        }
        if self.query.wants(BookKind::Address) {
            entries.insert(0, address.into_entry(parent, anonymous, card.last_update));
        }
        Ok(entries)
    }
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// The list, if it is as long as the address says. Without a list nothing but a count of none says that it is empty.
fn whole(
    address: BookObject,
    kind: BookKind,
    counted: Option<u64>,
    list: Option<Vec<(BookObject, String)>>,
) -> Result<Vec<(BookObject, String)>, Flaw> {
    let Some(list) = list else {
        return match counted {
            Some(0) => Ok(Vec::new()),
            Some(counted) => Err(Flaw::odd(format!(
                "{address} counts {counted} of kind {kind}, and its contact details have no list of them"
            ))),
            None => Err(Flaw::odd(format!(
                "the contact details of {address} have no list of kind {kind}"
            ))),
        };
    };
    let listed = length(&list);
    match counted {
        Some(counted) if counted > listed => Err(Flaw::changed(format!(
            "{address} counts {counted} of kind {kind}, and its contact details list {listed}"
        ))),
        _ => Ok(list),
    }
}

impl Counteragent {
    fn into_entry(self) -> BookEntry {
        BookEntry {
            object: self.object,
            name: self.name,
            parent: None,
            last_update: self.last_update,
            anonymous: self.anonymous,
        }
    }
}

impl Address {
    fn into_entry(
        self,
        counteragent: BookObject,
        anonymous: Option<bool>,
        last_update: Option<ServerTime>,
    ) -> BookEntry {
        BookEntry {
            object: self.object,
            name: self.name,
            parent: Some(counteragent),
            last_update,
            anonymous,
        }
    }
}

impl ListMethod for BookWalk {
    type Item = BookEntry;
    type Answer = BookAnswer;

    fn quotas(&self) -> &[QuotaHandle] {
        self.account.quotas()
    }

    async fn ask(&self) -> Result<BookAnswer, CallError> {
        let session = self.account.session().ok_or_else(CallError::no_session)?;
        let (base, appkey) = (self.account.base_url(), self.account.appkey());
        let outcome = async {
            if let Some(address) = self.addresses.front() {
                let request = wire::list_card(base, appkey, &session.id, address.object.id())?;
                return answer::card(&session.caller.send(request).await?);
            }
            if let Some(counteragent) = self.counteragents.front() {
                let request = wire::list_addresses(base, appkey, &session.id, counteragent.object.id())?;
                return answer::addresses(&session.caller.send(request).await?);
            }
            let request = wire::list_counteragents(base, appkey, &session.id, self.query.anonymous)?;
            answer::counteragents(&session.caller.send(request).await?)
        };
        outcome.await.map_err(|error| error.with_epoch(session.epoch))
    }

    fn take(&mut self, answer: BookAnswer) -> Result<Vec<BookEntry>, Flaw> {
        match answer {
            BookAnswer::Counteragents(all) => self.counteragents(all),
            BookAnswer::Addresses(all) => self.addresses(all),
            BookAnswer::Card(card) => self.card(card),
        }
    }

    fn is_whole(&self) -> bool {
        self.begun && self.counteragents.is_empty() && self.addresses.is_empty()
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
