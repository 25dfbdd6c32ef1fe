//! What users get: the packages, and programs that have nothing else.

mod consumer;
mod crates;

pub(crate) use self::consumer::consume;
