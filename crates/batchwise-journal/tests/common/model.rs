//! A provider in memory that deletes, and tells what it did.
#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use batchwise_core::quota::QuotaHandle;
use batchwise_core::{
    BatchMethod, CallError, Descriptor, Identity, Outcome, Record, Reply, RunOptions, Said, Statement, Summary, run,
};
use batchwise_journal::SqliteJournal;
use futures_util::{StreamExt, stream};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id(pub u64);

impl Record for Id {
    fn key(&self) -> String {
        self.0.to_string()
    }
    fn identity(&self) -> Identity {
        Identity::number(self.0)
    }
}

/// Deletes whatever it is told to; ids that end in 9 are not there, those that end in 8 are refused.
#[derive(Debug, Clone)]
pub struct Deleting {
    descriptor: Descriptor,
    pub deleted: Arc<Mutex<BTreeSet<u64>>>,
    pub calls: Arc<Mutex<Vec<Vec<u64>>>>,
}

impl Deleting {
    pub fn in_batches_of(size: usize) -> Self {
        Self {
            descriptor: Descriptor::deleting("model", "delete", NonZeroUsize::new(size).unwrap()),
            deleted: Arc::default(),
            calls: Arc::default(),
        }
    }
}

impl BatchMethod for Deleting {
    type Record = Id;

    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn quotas(&self) -> &[QuotaHandle] {
        &[]
    }

    async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
        let mut deleted = self.deleted.lock().unwrap();
        self.calls.lock().unwrap().push(records.iter().map(|id| id.0).collect());
        let said = records.iter().map(|id| {
            let said = match id.0 % 10 {
                8 => Said::Refused { conclusive: true },
                9 => Said::Absent,
                _ if deleted.insert(id.0) => Said::Done,
                _ => Said::Absent,
            };
            let statement = match said {
                Said::Refused { .. } => Statement::new(said).with_text("it is protected").with_code("E8"),
                said => Statement::new(said),
            };
            (id.identity(), statement)
        });
        Ok(Reply::Named(said.collect()))
    }
}

/// Runs a job over these ids to its end.
pub fn run_job(method: &Deleting, journal: SqliteJournal, ids: Vec<u64>) -> (Vec<Outcome<Id>>, Summary) {
    let options = RunOptions::new().journal(Arc::new(journal)).allow_missing(true);
    let records = stream::iter(ids.into_iter().map(Id));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut stream = run(method.clone(), records, options);
        let mut outcomes = Vec::new();
        while let Some(outcome) = stream.next().await {
            outcomes.push(outcome);
        }
        (outcomes, stream.summary())
    })
}
