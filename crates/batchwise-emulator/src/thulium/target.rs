//! The two addresses and the query.

use crate::method::Method;

/// Which method of which campaign.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(super) method: Method,
    pub(super) campaign: String,
}

impl Target {
    pub(crate) fn of(path: &str) -> Option<Self> {
        let mut parts = path.strip_prefix("/api/batch/")?.split('/');
        let method = match parts.next()? {
            "crm_outbounds" => Method::ThuliumCustomers,
            "outbounds" => Method::ThuliumPhones,
            _ => return None,
        };
        let campaign = decode(parts.next()?, false);
        (parts.next()? == "records" && parts.next().is_none()).then_some(Self { method, campaign })
    }
}

/// The parameters of a query, decoded, in order.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decode(name, true), decode(value, true))
    })
}

/// True for `name[]` and `name[3]`.
pub(super) fn is_list(parameter: &str, name: &str) -> bool {
    parameter
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('['))
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Undoes percent-encoding, and the plus sign of a query.
pub(super) fn decode(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let hex = |byte: u8| char::from(byte).to_digit(16);
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        match escaped.and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None if first == b'+' && plus_is_space => bytes.push(b' '),
            None => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_and_escaped_brackets_read_alike() {
        for query in [
            "customer_id[]=441",
            "customer_id%5B%5D=441",
            "customer_id%5b%5d=441",
            "customer_id[0]=441",
        ] {
            let found: Vec<_> = parameters(query)
                .filter(|(name, _)| is_list(name, "customer_id"))
                .collect();
            assert_eq!(found.len(), 1, "{query}");
        }
        assert!(!is_list("customer_id", "customer_id"));
    }

    #[test]
    fn an_escaped_plus_stays_and_a_raw_one_is_a_space() {
        let values: Vec<_> = parameters("a=%2B48&a=+48").map(|(_, value)| value).collect();
        assert_eq!(values, ["+48", " 48"]);
    }
}
