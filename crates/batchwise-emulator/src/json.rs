//! What of a request's JSON is read.

use batchwise_core::json_values;

/// Most values of a request: a hundred leads of twenty rows and twenty fields have a quarter of it.
const MOST_VALUES: usize = 100_000;

/// The body for a parser; `None` where its tree would take far more memory than its text.
pub(crate) fn readable(body: &[u8]) -> Option<&[u8]> {
    (json_values(body) <= MOST_VALUES).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_too_many_values_is_not_read() {
        assert!(readable("[1]".as_bytes()).is_some());
        assert!(readable("[".repeat(MOST_VALUES + 1).as_bytes()).is_none());
    }
}
