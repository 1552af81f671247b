//! Addresses: what may be asked at all, and what of them may be shown.

use reqwest::Url;

/// An address that may be asked: https, or http to this machine; no credentials in it.
pub fn checked(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is no address: {error}"))?;
    fits(&url).map(|()| url)
}

/// What [`checked`] demands of an address that is parsed already.
pub fn fits(url: &Url) -> Result<(), String> {
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
pub fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

/// The address as people may see it: a query can be a secret.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let has_query = url.query().is_some();
    url.set_query(None);
    url.set_fragment(None);
    let (_, _) = (url.set_username(""), url.set_password(None));
    if has_query { format!("{url}?…") } else { url.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
