//! A client that looks into the journal before each call.

use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Descriptor, Reply};

use crate::journal::ModelJournal;

/// A client of a job that keeps a journal, or of one that keeps none.
#[derive(Debug)]
pub(crate) struct Noted<M> {
    method: M,
    journal: Option<ModelJournal>,
}

impl<M> Noted<M> {
    pub(crate) const fn new(method: M, journal: Option<ModelJournal>) -> Self {
        Self { method, journal }
    }
}

impl<M: BatchMethod> BatchMethod for Noted<M> {
    type Record = M::Record;

    fn descriptor(&self) -> &Descriptor {
        self.method.descriptor()
    }

    fn quotas(&self) -> &[QuotaHandle] {
        self.method.quotas()
    }

    fn cost(&self, records: &[M::Record]) -> u32 {
        self.method.cost(records)
    }

    async fn call(&self, records: &[M::Record]) -> Result<Reply, CallError> {
        if let Some(journal) = &self.journal {
            records.iter().for_each(|record| journal.sends(record));
        }
        self.method.call(records).await
    }

    fn can_renew(&self) -> bool {
        self.method.can_renew()
    }

    fn needs_renewal(&self) -> bool {
        self.method.needs_renewal()
    }

    async fn renew(&self, refused: &CallError) -> Result<bool, CallError> {
        self.method.renew(refused).await
    }
}
