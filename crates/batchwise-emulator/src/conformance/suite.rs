//! The suite as tests.

/// Makes a module of tests for each named [`Subject`](crate::conformance::Subject): the whole suite, one test a scenario.
///
/// ```ignore
/// batchwise_emulator::conformance! {
///     json => Book::over(Wire::Json),
///     xml => Book::over(Wire::Xml),
/// }
/// ```
#[macro_export]
macro_rules! conformance {
    ($($name:ident => $subject:expr),+ $(,)?) => {$(
        mod $name {
            use super::*;
            $crate::conformance_tests! { $subject =>
                plain {
                    takes_the_least_number_of_requests,
                    takes_lists_of_every_length,
                    sends_a_repeated_record_once,
                }
                records {
                    are_told_alike_however_they_are_asked,
                    have_their_outcome_one_difficulty_at_a_time,
                    that_are_absent_leave_the_others_alone,
                    that_are_all_absent_stop_a_deletion,
                    keep_the_law_among_each_other,
                }
                faults {
                    at_the_first_request,
                    at_a_request_in_the_middle,
                    at_the_last_request,
                    at_every_third_request,
                    at_every_request,
                }
                random {
                    faults_keep_the_law,
                    faults_and_difficult_records_keep_the_law,
                }
                credentials {
                    that_are_refused_in_mid_job_are_renewed_or_stop_it,
                    that_die_every_few_calls_cost_one_login_each,
                    that_cannot_be_had_leave_everything_unsent,
                }
                quota {
                    is_used_to_nine_tenths_and_never_exceeded,
                    that_is_smaller_than_thought_is_waited_for,
                }
                stopping {
                    by_the_token_finishes_what_is_in_flight,
                    by_a_deadline_begins_no_call_after_it,
                    while_calls_fail_leaves_the_truth,
                    by_dropping_the_stream_makes_no_further_request,
                }
            }
        }
    )+};
}

/// One test for each scenario; a part of [`conformance!`](crate::conformance!).
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($subject:expr => $($about:ident { $($scenario:ident),+ $(,)? })+) => {$(
        mod $about {
            use super::*;
            $(
                #[test]
                fn $scenario() {
                    $crate::conformance::$about::$scenario(&$subject);
                }
            )+
        }
    )+};
}
