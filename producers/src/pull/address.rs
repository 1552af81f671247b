//! Addresses of files: the day of the run filled in, and where a request may lead.

use jiff::civil::Date;
use renkei_core::partner::address::fits;
pub(super) use renkei_core::partner::address::{checked, shown};
use reqwest::Url;

/// Fills in `{yyyy}`, `{mm}` and `{dd}`; another word in braces is a mistake.
pub(super) fn expanded(template: &str, day: Date) -> Result<String, String> {
    let url = template
        .replace("{yyyy}", &format!("{:04}", day.year()))
        .replace("{mm}", &format!("{:02}", day.month()))
        .replace("{dd}", &format!("{:02}", day.day()));
    if url.contains(['{', '}']) { Err(format!("{template:?} may hold {{yyyy}}, {{mm}} and {{dd}} only")) } else { Ok(url) }
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
    fn the_name_is_the_last_of_the_path() {
        let named = |text: &str| file_name(&checked(text).unwrap());
        assert_eq!(named("https://a/dir/%E6%A5%AD%E8%80%85.csv?x").as_deref(), Some("業者.csv"));
        assert_eq!(named("https://a/dir/"), None);
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
