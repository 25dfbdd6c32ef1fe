//! A client whose windows are handles of their own, one above the other.

use std::sync::Arc;

use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Descriptor, Reply};

/// A client under more quotas than its builder takes. Clones are the same caller, as they share their connections.
#[derive(Debug, Clone)]
pub(crate) struct Stacked<M> {
    method: M,
    /// The client's own when empty.
    quotas: Arc<[QuotaHandle]>,
}

impl<M> Stacked<M> {
    /// The client under these quotas, slowest first; under its own when there are none.
    pub(crate) fn new(method: M, quotas: Vec<QuotaHandle>) -> Self {
        Self {
            method,
            quotas: quotas.into(),
        }
    }
}

impl<M: BatchMethod> BatchMethod for Stacked<M> {
    type Record = M::Record;

    fn descriptor(&self) -> &Descriptor {
        self.method.descriptor()
    }

    fn quotas(&self) -> &[QuotaHandle] {
        if self.quotas.is_empty() {
            self.method.quotas()
        } else {
            &self.quotas
        }
    }

    fn cost(&self, records: &[M::Record]) -> u32 {
        self.method.cost(records)
    }

    async fn call(&self, records: &[M::Record]) -> Result<Reply, CallError> {
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
