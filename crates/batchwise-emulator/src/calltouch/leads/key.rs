//! What finds a lead.

use std::fmt;
use std::str::FromStr;

/// One thing that finds a lead: an id or a contact, in a normal form.
///
/// As text: `call:700200`, `request:900100`, `phone:79157771122`, `md5:4fec…`, `email:ann@example.com`. A phone and the
/// MD5 of it are the same key: masks go, a leading 8 of eleven digits becomes 7, and the MD5 of the digits is taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeadKey(String);

impl LeadKey {
    /// A call by id.
    #[must_use]
    pub fn call(id: impl fmt::Display) -> Self {
        Self(format!("call:{id}"))
    }

    /// A request by id.
    #[must_use]
    pub fn request(id: impl fmt::Display) -> Self {
        Self(format!("request:{id}"))
    }

    /// A phone number in any mask.
    #[must_use]
    pub fn phone(text: &str) -> Self {
        let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() == 11 && digits.starts_with('8') {
            digits.replace_range(..1, "7");
        }
        Self(format!("md5:{:x}", md5::compute(digits)))
    }

    /// A phone number by the MD5 of its digits.
    #[must_use]
    pub fn md5(hash: &str) -> Self {
        Self(format!("md5:{}", hash.to_ascii_lowercase()))
    }

    /// An e-mail address; case does not matter.
    #[must_use]
    pub fn email(address: &str) -> Self {
        Self(format!("email:{}", address.trim().to_lowercase()))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the key of a call.
    pub(crate) fn is_call(&self) -> bool {
        self.0.starts_with("call:")
    }

    /// The id of a call or a request, if it is a number.
    pub(crate) fn number(&self) -> Option<u64> {
        let id = self
            .0
            .strip_prefix("call:")
            .or_else(|| self.0.strip_prefix("request:"))?;
        id.parse().ok()
    }
}

impl fmt::Display for LeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LeadKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("call", id)) if !id.is_empty() => Ok(Self::call(id)),
            Some(("request", id)) if !id.is_empty() => Ok(Self::request(id)),
            Some(("phone", phone)) if !phone.is_empty() => Ok(Self::phone(phone)),
            Some(("md5", hash)) if !hash.is_empty() => Ok(Self::md5(hash)),
            Some(("email", email)) if !email.trim().is_empty() => Ok(Self::email(email)),
            _ => Err(format!(
                "lead key {text:?}: expected call:ID, request:ID, phone:NUMBER, md5:HASH or email:ADDRESS"
            )),
        }
    }
}

impl TryFrom<String> for LeadKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl<'de> serde::Deserialize<'de> for LeadKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_address_is_no_key() {
        assert!("email: ".parse::<LeadKey>().is_err());
    }

    #[test]
    fn a_phone_and_its_hash_are_one_key() {
        let hash = LeadKey::md5("4FEC00B25336E719D4A0B255EA5AA0F5");
        assert_eq!(LeadKey::phone("+7 (495) 308-01-00"), hash);
        assert_eq!(LeadKey::phone("84953080100"), hash);
        assert_eq!("phone:74953080100".parse(), Ok(hash));
    }
}
