//! Each outcome in a sentence.

use batchwise::Verdict;

/// What the word claims, for somebody who has not read the manual.
pub(super) const fn sentence(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Deleted => "The provider confirmed that it deleted the record.",
        Verdict::Updated => "The provider confirmed that it wrote to the record.",
        Verdict::Unchanged => "The record was found, nothing was written, and the provider reported no error.",
        Verdict::NotFound => "The record was not there, and no call of this job can have removed it.",
        Verdict::PresumedDeleted => {
            "The record is not there, and an earlier call of this job, the answer to which was lost or unclear, may have \
             removed it."
        }
        Verdict::Unmatched => "Nothing was found that matches the record; nothing was written.",
        Verdict::Busy => "The record was still in use after the last attempt; it was not removed.",
        Verdict::Rejected => "The provider refused this record, or it is not valid; the reason is given.",
        Verdict::Unknown => {
            "A call that may have acted on the record got no readable answer about it; it has to be looked up at the provider."
        }
        Verdict::NotSent => "No call that can have acted on the record carried it; the reason is given.",
        _ => "See the documentation of this version.",
    }
}
