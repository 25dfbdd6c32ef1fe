//! Phones as Calltouch compares and hashes them.

use crate::LeadError;

/// What ten digits without a country code stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TenDigits {
    /// An unknown country: refused.
    #[default]
    Refuse,
    /// A Russian number: 7 is put before it.
    Russian,
}

/// The digits of a Russian phone in any mask: eleven, the first of them 7; a leading 8 becomes 7.
///
/// # Errors
/// [`LeadError`], which does not repeat the phone, for letters, for another number of digits, for another country code
/// (`+8...` is none of Russia's), and for ten digits unless `ten_digits` says what they are.
pub fn normal_phone(phone: &str, ten_digits: TenDigits) -> Result<String, LeadError> {
    let refuse = || {
        LeadError::new(
            "phone",
            "a Russian phone of 11 digits that begins with 7 or 8, such as 8 (495) 308-01-00",
        )
    };
    if phone.chars().any(|c| c.is_alphanumeric() && !c.is_ascii_digit()) {
        return Err(refuse());
    }
    let mut digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let international = phone.trim_start().starts_with('+');
    match (digits.len(), digits.bytes().next()) {
        (11, Some(b'7')) => {}
        (11, Some(b'8')) if !international => digits.replace_range(..1, "7"),
        (10, _) if !international && ten_digits == TenDigits::Russian => digits.insert(0, '7'),
        _ => return Err(refuse()),
    }
    Ok(digits)
}

/// The hash of a phone for `md5Phones`: the MD5 of its eleven digits, in lower case.
///
/// The phone may have any mask and a leading 8; ten digits need [`md5_phone_with`]. The rule is read off a documented
/// sample, since the documents do not state it.
///
/// ```
/// # fn main() -> Result<(), calltouch_leads::LeadError> {
/// let hash = calltouch_leads::md5_phone("8 (495) 308-01-00")?;
/// assert_eq!(hash, "4fec00b25336e719d4a0b255ea5aa0f5");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`normal_phone`].
pub fn md5_phone(phone: &str) -> Result<String, LeadError> {
    md5_phone_with(phone, TenDigits::Refuse)
}

/// The hash of a phone, with a say in what ten digits stand for.
///
/// # Errors
/// As [`normal_phone`].
pub fn md5_phone_with(phone: &str, ten_digits: TenDigits) -> Result<String, LeadError> {
    normal_phone(phone, ten_digits).map(|digits| md5_of_digits(&digits))
}

pub(crate) fn md5_of_digits(digits: &str) -> String {
    format!("{:x}", md5::compute(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "4fec00b25336e719d4a0b255ea5aa0f5";
    const SECOND: &str = "4e4ba20f78121c0c351f6829b24ebbfc";

    #[test]
    fn both_known_phones_have_their_known_hashes() {
        assert_eq!(md5_phone("74953080100").unwrap(), FIRST);
        assert_eq!(md5_phone("70000000000").unwrap(), SECOND);
    }

    #[test]
    fn a_mask_and_a_leading_eight_are_normalised_before_hashing() {
        for spelling in [
            "+7 (495) 308-01-00",
            "8 (495) 308-01-00",
            "84953080100",
            " 7.495.308.01.00\n",
        ] {
            assert_eq!(md5_phone(spelling).unwrap(), FIRST, "{spelling}");
        }
    }

    #[test]
    fn ten_digits_are_russian_only_when_told_so() {
        assert!(md5_phone("495 308-01-00").is_err());
        assert_eq!(md5_phone_with("495 308-01-00", TenDigits::Russian).unwrap(), FIRST);
        assert!(md5_phone_with("+4953080100", TenDigits::Russian).is_err());
    }

    #[test]
    fn other_numbers_are_refused_and_not_repeated() {
        for bad in [
            "",
            "5550100",
            "174953080100",
            "14953080100",
            "+81312345678",
            "7495308010O",
            "７4953080100",
        ] {
            let error = md5_phone(bad).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }
}
