//! Addresses: the day of the run filled in, what may be asked at all, and what of them may be shown.

use jiff::civil::Date;
use reqwest::Url;

/// Fills in `{yyyy}`, `{mm}` and `{dd}`; another word in braces is a mistake.
pub(super) fn expanded(template: &str, day: Date) -> Result<String, String> {
    let url = template
        .replace("{yyyy}", &format!("{:04}", day.year()))
        .replace("{mm}", &format!("{:02}", day.month()))
        .replace("{dd}", &format!("{:02}", day.day()));
    if url.contains(['{', '}']) { Err(format!("{template:?} may hold {{yyyy}}, {{mm}} and {{dd}} only")) } else { Ok(url) }
}

/// An address that may be asked: https, or http to this machine; no credentials in it.
pub(super) fn checked(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is no address: {error}"))?;
    fits(&url).map(|()| url)
}

/// What [`checked`] demands of an address that is parsed already.
pub(super) fn fits(url: &Url) -> Result<(), String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password: they stand in the environment or in a file".to_owned());
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err("must begin with https: only this machine is asked without encryption".to_owned()),
        other => Err(format!("must begin with https, not {other}")),
    }
}

/// Whether an address is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

/// The address as people may see it: a query can be a secret.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let has_query = url.query().is_some();
    url.set_query(None);
    url.set_fragment(None);
    let (_, _) = (url.set_username(""), url.set_password(None));
    if has_query { format!("{url}?…") } else { url.to_string() }
}

/// The name of the file an address ends with.
pub(super) fn file_name(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back().filter(|last| !last.is_empty())?;
    Some(crate::names::shown(&crate::names::percent_decoded(last).unwrap_or_else(|| last.to_owned())))
}

/// Where a request may go, and where with credentials.
#[derive(Debug, Clone)]
pub(super) struct Allowed {
    home: Url,
    hosts: Vec<String>,
}

impl Allowed {
    pub(super) fn new(home: Url, hosts: Vec<String>) -> Allowed {
        Allowed { home, hosts }
    }

    /// Whether an address is the partner itself: the same scheme, host and port. Credentials go there only.
    pub(super) fn is_home(&self, url: &Url) -> bool {
        url.origin() == self.home.origin()
    }

    /// Whether an address may be asked at all.
    pub(super) fn may(&self, url: &Url) -> Result<(), String> {
        fits(url)?;
        let named = url.host_str().is_some_and(|host| self.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)));
        if self.is_home(url) || named {
            Ok(())
        } else {
            Err("is another host than the partner's; `hosts` does not name it".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_the_run_is_filled_in() {
        let day = jiff::civil::date(2026, 4, 1);
        assert_eq!(expanded("https://a/{yyyy}/v_{yyyy}{mm}{dd}.csv", day).unwrap(), "https://a/2026/v_20260401.csv");
        assert!(expanded("https://a/{date}", day).is_err());
    }

    #[test]
    fn only_encrypted_addresses_or_this_machine() {
        for good in ["https://a.example/x", "http://127.0.0.1:80/x", "http://[::1]/x", "http://localhost/x"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in
            ["http://a.example/", "ftp://a/", "file:///etc/passwd", "https://u:p@a/", "a.csv", "http://127.0.0.1.evil.example/"]
        {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_query_is_never_shown() {
        let url = checked("https://a.example/v.csv?token=s3cret#x").unwrap();
        assert_eq!(shown(&url), "https://a.example/v.csv?…");
        assert_eq!(file_name(&checked("https://a/dir/%E6%A5%AD%E8%80%85.csv?x").unwrap()).as_deref(), Some("業者.csv"));
        assert_eq!(file_name(&checked("https://a/dir/").unwrap()), None);
    }

    #[test]
    fn credentials_are_for_the_partner_alone() {
        let allowed = Allowed::new(checked("https://a.example/x").unwrap(), vec!["cdn.example".to_owned()]);
        let url = |text: &str| checked(text).unwrap();
        assert!(allowed.is_home(&url("https://a.example/other")) && allowed.may(&url("https://CDN.example/x")).is_ok());
        for other in ["https://a.example:8443/x", "https://cdn.example/x", "https://b.a.example/x"] {
            assert!(!allowed.is_home(&url(other)), "{other}");
        }
        assert!(allowed.may(&url("https://b.a.example/x")).is_err());
    }
}
