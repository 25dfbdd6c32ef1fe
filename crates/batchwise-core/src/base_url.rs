//! The origin that requests go to.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use crate::build_error::BuildError;

/// A checked origin: `https://api.example.com`, optionally with a path in front of the provider's own.
///
/// One trailing slash or `/api` is tolerated and dropped. Plain `http://` is taken for loopback only, unless allowed.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    loopback: bool,
    https: bool,
}

impl BaseUrl {
    /// Reads an origin. `allow_http` lets plain HTTP out of the machine.
    ///
    /// # Errors
    /// [`BuildError`] for anything but `http(s)://host[:port][/path]`, for credentials, a query or a fragment in it, and
    /// for plain HTTP to another machine without `allow_http`.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, BuildError> {
        // What does not even parse may hold credentials too, and so may a query.
        let shown = match text.contains('@') {
            true => "(not shown)",
            false => text.split(['?', '#']).next().unwrap_or_default(),
        };
        let bad = |why: &str| BuildError::base_url(shown, why);
        let trimmed = text.trim();
        if trimmed.contains('#') {
            return Err(bad("a fragment does not belong into it"));
        }
        let uri: Uri = trimmed
            .parse()
            .map_err(|_| bad("expected an origin such as https://api.example.com"))?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad("it has to begin with https:// or http://")),
        };
        let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("credentials do not belong into it"));
        }
        if uri.query().is_some() {
            return Err(bad("a query does not belong into it"));
        }
        if authority.host().is_empty() {
            return Err(bad("it names no host"));
        }
        let loopback = is_loopback(authority.host());
        if !https && !loopback && !allow_http {
            return Err(bad(
                "plain http:// would show credentials to the network; use https:// or allow it explicitly",
            ));
        }
        let path = uri.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        let path = path.strip_suffix("/api").unwrap_or(path);
        Ok(Self {
            text: format!("{}://{authority}{path}", if https { "https" } else { "http" }),
            loopback,
            https,
        })
    }

    /// The origin, without a trailing slash; a path that begins with `/` can be put behind it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port, for questions and reports.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.text.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }

    /// Bytes of the path in front of the provider's own.
    #[must_use]
    pub fn path_len(&self) -> usize {
        let rest = self.text.split_once("://").map_or("", |(_, rest)| rest);
        rest.len() - self.host().len()
    }

    /// True for `https://`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// True for this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.text)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(url: &str) -> String {
        BaseUrl::parse(url, false).unwrap().as_str().to_owned()
    }

    #[test]
    fn tolerates_one_trailing_slash_or_api() {
        assert_eq!(text("https://a.example"), "https://a.example");
        assert_eq!(text("https://a.example/"), "https://a.example");
        assert_eq!(text("https://a.example/api"), "https://a.example");
        assert_eq!(text("https://a.example/api/"), "https://a.example");
        assert_eq!(text("https://a.example/proxy/"), "https://a.example/proxy");
    }

    #[test]
    fn plain_http_is_for_loopback_unless_allowed() {
        for url in ["http://127.0.0.1:8085", "http://localhost:1", "http://[::1]:8085"] {
            assert!(BaseUrl::parse(url, false).unwrap().is_loopback(), "{url}");
        }
        assert!(BaseUrl::parse("http://a.example", false).is_err());
        assert!(BaseUrl::parse("http://127.0.0.1.a.example", false).is_err());
        assert!(!BaseUrl::parse("http://a.example", true).unwrap().is_loopback());
    }

    #[test]
    fn refuses_what_is_not_an_origin() {
        for url in [
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https://:443",
            "https://a.example?x=1",
            "https://a.example#x",
            "/api",
        ] {
            assert!(BaseUrl::parse(url, true).is_err(), "{url}");
        }
    }

    #[test]
    fn credentials_in_it_are_refused_and_not_repeated() {
        for url in [
            "https://user:hunter2@a.example",
            "https://user:hunter2 x@a.example",
            "https://user:hunter2#x@a.example",
            "user:hunter2@a.example",
            "https://a.example?token=hunter2",
            "https://a.example/#hunter2",
            "a.example?token=hunter2",
        ] {
            let error = BaseUrl::parse(url, false).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn knows_host_and_path() {
        let base = BaseUrl::parse("https://a.example:444/proxy", false).unwrap();
        assert_eq!((base.host(), base.path_len()), ("a.example:444", 6));
    }
}
