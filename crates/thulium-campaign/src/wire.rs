//! The exact shape of the one request.

use std::collections::HashSet;
use std::fmt::Write;

use batchwise_core::{BaseUrl, CallError};
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Method, Request};

use crate::list::SystemStatus;
use crate::record::{CampaignId, Member};

/// Errors come as JSON only when this is asked for in so many words.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Also looks for a number among the additional numbers of a record. Sent only when wanted.
pub(crate) const ADDITIONAL_NUMBERS: &str = "search_in_additional_numbers=true";

/// The path of a batch, the question mark included; the campaign is five bytes whatever it is.
fn path<M: Member>(campaign: &str) -> String {
    format!("/api/batch/{}/{campaign}/records?", M::COLLECTION)
}

/// The bytes of the request target before the first member, and those of the option behind the last one.
///
/// Each member counts a separator, so the one before the option is counted already.
pub(crate) fn fixed_bytes<M: Member>(base: &BaseUrl, option: Option<&str>) -> usize {
    base.path_len() + path::<M>("00000").len() + option.map_or(0, str::len)
}

/// Builds `DELETE {base}/api/batch/{collection}/{campaign}/records?{parameter}%5B%5D={value}&...` without a body.
///
/// A member that is given twice is named once.
///
/// # Errors
/// [`CallError`] without a request for no members (what the provider does then is not documented) and for members of
/// more than one campaign.
pub(crate) fn request<M: Member>(
    base: &BaseUrl,
    authorization: &HeaderValue,
    members: &[M],
    option: Option<&str>,
) -> Result<Request<Bytes>, CallError> {
    let Some(first) = members.first() else {
        return Err(CallError::local("a request without members is never sent"));
    };
    let campaign = first.campaign();
    if members.iter().any(|member| member.campaign() != campaign) {
        return Err(CallError::local("one request removes from one campaign only"));
    }
    let mut uri = String::with_capacity(fixed_bytes::<M>(base, option) + base.as_str().len() + encoded_len(members));
    // Writing into a string cannot fail.
    let _ = write!(uri, "{base}{}", path::<M>(campaign.as_str()));
    // A planner's batch has none; nobody else's has to be sorted.
    let may_repeat = !members
        .windows(2)
        .all(|pair| matches!(pair, [left, right] if left < right));
    let mut named = HashSet::new();
    let mut separator = "";
    for member in members {
        if may_repeat && !named.insert(member.identity()) {
            continue;
        }
        for part in [separator, M::PARAMETER, "%5B%5D="] {
            uri.push_str(part);
        }
        member.encode(&mut uri);
        separator = "&";
    }
    if let Some(option) = option {
        uri.push_str(separator);
        uri.push_str(option);
    }
    Request::builder()
        .method(Method::DELETE)
        .uri(uri)
        .header(ACCEPT, JSON)
        .header(AUTHORIZATION, authorization)
        .body(Bytes::new())
        .map_err(|error| CallError::local(error.to_string()))
}

/// Records of one page: the most that the provider gives.
pub(crate) const PAGE_RECORDS: u64 = 100;

/// Builds `GET {base}/api/{collection}/{campaign}/records?limit=100&offset={offset}[&system_status%5B%5D={status}]...`.
pub(crate) fn page<M: Member>(
    base: &BaseUrl,
    authorization: &HeaderValue,
    campaign: CampaignId,
    offset: u64,
    statuses: &[SystemStatus],
) -> Result<Request<Bytes>, CallError> {
    let mut uri = format!(
        "{base}/api/{}/{campaign}/records?limit={PAGE_RECORDS}&offset={offset}",
        M::COLLECTION
    );
    for status in statuses {
        // Writing into a string cannot fail.
        let _ = write!(uri, "&system_status%5B%5D={status}");
    }
    get(uri, authorization)
}

/// Builds `GET {base}/api/outbounds/stats`.
pub(crate) fn stats(base: &BaseUrl, authorization: &HeaderValue) -> Result<Request<Bytes>, CallError> {
    get(format!("{base}/api/outbounds/stats"), authorization)
}

fn get(uri: String, authorization: &HeaderValue) -> Result<Request<Bytes>, CallError> {
    Request::builder()
        .method(Method::GET)
        .uri(uri)
        .header(ACCEPT, JSON)
        .header(AUTHORIZATION, authorization)
        .body(Bytes::new())
        .map_err(|error| CallError::local(error.to_string()))
}

/// Bytes of the query that names these members.
fn encoded_len<M: Member>(members: &[M]) -> usize {
    members.iter().map(batchwise_core::Record::encoded_len).sum()
}

#[cfg(test)]
mod tests {
    use batchwise_core::{CallErrorKind, Record};
    use proptest::prelude::*;

    use super::*;
    use crate::record::{CampaignCustomer, CampaignId, CampaignPhone};

    fn build<M: Member>(base: &str, members: &[M], option: Option<&str>) -> Result<Request<Bytes>, CallError> {
        let base = BaseUrl::parse(base, false).unwrap();
        request(&base, &HeaderValue::from_static("Basic eDp5"), members, option)
    }

    fn members<M: Member>(texts: &[&str]) -> Vec<M> {
        let campaign: CampaignId = "00042".parse().unwrap();
        texts.iter().map(|text| M::parse(campaign, text).unwrap()).collect()
    }

    #[test]
    fn customers_are_named_in_the_query_in_their_order_and_brackets_are_encoded() {
        let customers = members::<CampaignCustomer>(&["7001", "7003", "7002"]);
        let request = build("https://demo-system.thulium.com", &customers, None).unwrap();
        assert_eq!(request.method(), Method::DELETE);
        assert_eq!(
            request.uri(),
            "https://demo-system.thulium.com/api/batch/crm_outbounds/00042/records\
             ?customer_id%5B%5D=7001&customer_id%5B%5D=7003&customer_id%5B%5D=7002"
        );
        assert!(request.body().is_empty());
    }

    #[test]
    fn a_request_asks_for_json_and_carries_the_credentials_and_nothing_else() {
        let request = build("https://a.example", &members::<CampaignCustomer>(&["7001"]), None).unwrap();
        assert_eq!(request.headers()[ACCEPT], "application/json");
        assert_eq!(request.headers()[AUTHORIZATION], "Basic eDp5");
        assert_eq!(request.headers().len(), 2);
    }

    #[test]
    fn a_plus_of_a_phone_number_is_encoded() {
        let phones = members::<CampaignPhone>(&["+48600700801", "(22) 60"]);
        let request = build("https://a.example", &phones, None).unwrap();
        assert_eq!(
            request.uri(),
            "https://a.example/api/batch/outbounds/00042/records\
             ?phone_number%5B%5D=%2B48600700801&phone_number%5B%5D=%2822%29%2060"
        );
    }

    #[test]
    fn the_option_stands_behind_the_numbers() {
        let phones = members::<CampaignPhone>(&["600700801"]);
        let request = build("https://a.example", &phones, Some(ADDITIONAL_NUMBERS)).unwrap();
        assert_eq!(
            request.uri().query(),
            Some("phone_number%5B%5D=600700801&search_in_additional_numbers=true")
        );
    }

    #[test]
    fn a_path_in_front_of_the_providers_own_stays() {
        let customers = members::<CampaignCustomer>(&["7001"]);
        let request = build("https://a.example/thulium/api/", &customers, None).unwrap();
        assert_eq!(request.uri().path(), "/thulium/api/batch/crm_outbounds/00042/records");
    }

    #[test]
    fn a_customer_given_twice_is_named_once() {
        let customers = members::<CampaignCustomer>(&["7001", "7002", "7001"]);
        let request = build("https://a.example", &customers, None).unwrap();
        assert_eq!(
            request.uri().query(),
            Some("customer_id%5B%5D=7001&customer_id%5B%5D=7002")
        );
    }

    #[test]
    fn a_request_without_customers_is_never_built() {
        let error = build::<CampaignCustomer>("https://a.example", &[], None).unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Local);
    }

    #[test]
    fn customers_of_two_campaigns_share_no_request() {
        let customers = ["00042:7001", "00043:7002"].map(|text| text.parse::<CampaignCustomer>().unwrap());
        let error = build("https://a.example", &customers, None).unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Local);
    }

    /// Bytes of the request target, as they stand in the request line.
    fn target_len(request: &Request<Bytes>) -> usize {
        request.uri().path_and_query().unwrap().as_str().len()
    }

    fn counted<M: Member>(base: &str, members: &[M], option: Option<&str>) -> usize {
        let base = BaseUrl::parse(base, false).unwrap();
        fixed_bytes::<M>(&base, option) + members.iter().map(Record::encoded_len).sum::<usize>()
    }

    const BASES: [&str; 3] = [
        "https://a.example",
        "https://a.example/api",
        "https://a.example/some/proxy",
    ];

    proptest! {
        #[test]
        fn the_counted_bytes_of_customers_are_never_fewer_than_the_target_has(
            base in prop::sample::select(&BASES[..]),
            ids in prop::collection::hash_set(1..=u64::MAX, 1..120),
        ) {
            let texts: Vec<String> = ids.iter().map(u64::to_string).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let customers = members::<CampaignCustomer>(&texts);
            let target = target_len(&build(base, &customers, None).unwrap());
            // One separator more than there are: the last member has none behind it.
            prop_assert_eq!(counted(base, &customers, None), target + 1);
        }

        #[test]
        fn the_counted_bytes_of_phones_are_never_fewer_than_the_target_has(
            base in prop::sample::select(&BASES[..]),
            phones in prop::collection::hash_set(r"\+?[0-9][0-9() -]{0,30}[0-9]", 1..60),
            additional in any::<bool>(),
        ) {
            let texts: Vec<&str> = phones.iter().map(String::as_str).collect();
            let phones = members::<CampaignPhone>(&texts);
            let option = additional.then_some(ADDITIONAL_NUMBERS);
            let target = target_len(&build(base, &phones, option).unwrap());
            prop_assert_eq!(counted(base, &phones, option), target + usize::from(!additional));
        }

        #[test]
        fn a_batch_within_the_limit_has_a_target_within_the_limit(
            ids in prop::collection::hash_set(1..=u64::MAX, 1..400),
        ) {
            let base = BaseUrl::parse("https://a.example", false).unwrap();
            let texts: Vec<String> = ids.iter().map(u64::to_string).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut counted = fixed_bytes::<CampaignCustomer>(&base, None);
            let batch: Vec<CampaignCustomer> = members::<CampaignCustomer>(&texts)
                .into_iter()
                .take_while(|customer| {
                    counted += customer.encoded_len();
                    counted <= 4000
                })
                .collect();
            prop_assert!(target_len(&build("https://a.example", &batch, None).unwrap()) <= 4000);
        }
    }
}
