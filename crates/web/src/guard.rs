//! Who may ask: requests from this machine's own pages and programs, or from whoever has the
//! token. Other pages in the same browser may not, whatever name they give this address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

/// The longest address, in bytes.
const MAX_ADDRESS: usize = 8 * 1024;

/// Where `healthz` is: it tells nothing, and needs no token.
pub(crate) const HEALTH: &str = "/healthz";

/// What a page may do: load what this server has, and nothing else; no script or style
/// stands in a page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Who may ask.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    address: SocketAddr,
    /// Names by which the server is called besides its address.
    hosts: Arc<[String]>,
    token: Option<Arc<str>>,
}

impl Guard {
    pub(crate) fn new(address: SocketAddr, hosts: &[String], token: Option<&str>) -> Guard {
        let hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Guard { address, hosts, token: token.map(Arc::from) }
    }

    /// Whether the server is really called so. A page from elsewhere may let its own name
    /// lead to this machine (DNS rebinding); a browser then sends that name.
    fn is_own(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        if self.hosts.contains(&host) {
            return true;
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host.as_str(), Some(80)),
        };
        if self.hosts.iter().any(|own| own == name) {
            return true;
        }
        if port != Some(self.address.port()) {
            return false;
        }
        let number = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        match (self.address.ip(), number) {
            (_, Some(number)) if number.is_loopback() => true,
            // Where all addresses are listened at, a number is one of them: it needs no name
            // to lead here.
            (own, Some(number)) => own == number || own.is_unspecified(),
            (own, None) => name == "localhost" && (own.is_loopback() || own.is_unspecified()),
        }
    }

    /// Why a request is refused, if it is.
    fn refuses(&self, request: &Request) -> Option<(StatusCode, &'static str)> {
        let headers = request.headers();
        let uri = request.uri();
        if uri.path_and_query().is_some_and(|address| address.as_str().len() > MAX_ADDRESS) {
            return Some((StatusCode::URI_TOO_LONG, "the address is too long; at most 8 KiB are read"));
        }
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else {
            return Some((StatusCode::BAD_REQUEST, "one Host header is needed"));
        };
        if !self.is_own(host) || uri.authority().is_some_and(|named| named.as_str() != host) {
            return Some((StatusCode::FORBIDDEN, "this server is not called so; see `serve --host`"));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let of_own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            if !of_own.is_some_and(|name| name.eq_ignore_ascii_case(host)) {
                return Some((StatusCode::FORBIDDEN, "pages from elsewhere may not ask"));
            }
        }
        match &self.token {
            Some(token) if uri.path() != HEALTH && !has_token(headers, token) => Some((
                StatusCode::UNAUTHORIZED,
                "a token is needed: `Authorization: Bearer TOKEN`, or as password",
            )),
            _ => None,
        }
    }
}

/// Whether a request has the token, as a bearer's or as the password of any user: browsers
/// and feed readers know how to ask for that.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok()).unwrap_or_default();
    let Some((scheme, given)) = given.split_once(' ') else { return false };
    let given = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => given.trim().as_bytes().to_vec(),
        "basic" => {
            let decoded = STANDARD.decode(given.trim()).unwrap_or_default();
            match decoded.iter().position(|byte| *byte == b':') {
                Some(colon) => decoded[colon + 1..].to_vec(),
                None => return false,
            }
        }
        _ => return false,
    };
    given.ct_eq(token.as_bytes()).into()
}

/// Lets pass what may ask, and tells browsers what its pages may do.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.refuses(&request) {
        None => next.run(request).await,
        Some((status, why)) => {
            let mut response = (status, why).into_response();
            if status == StatusCode::UNAUTHORIZED {
                let challenge = HeaderValue::from_static("Basic realm=\"paper-search\", charset=\"UTF-8\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

    use super::*;

    #[test]
    fn only_own_names_are_answered() {
        let hosts = ["papers.example".to_string()];
        for (address, host, own) in [
            ("127.0.0.1:7878", "127.0.0.1:7878", true),
            ("127.0.0.1:7878", "localhost:7878", true),
            ("127.0.0.1:7878", "LOCALHOST:7878", true),
            ("127.0.0.1:7878", "[::1]:7878", true),
            ("127.0.0.1:7878", "127.0.0.1", false),
            ("127.0.0.1:80", "127.0.0.1", true),
            ("127.0.0.1:7878", "127.0.0.1:7879", false),
            ("127.0.0.1:7878", "evil.example:7878", false),
            ("127.0.0.1:7878", "localhost.evil.example:7878", false),
            ("127.0.0.1:7878", "192.168.0.7:7878", false),
            ("127.0.0.1:7878", "papers.example", true),
            ("127.0.0.1:7878", "papers.example:443", true),
            ("127.0.0.1:7878", "", false),
            ("0.0.0.0:7878", "192.168.0.7:7878", true),
            ("0.0.0.0:7878", "evil.example:7878", false),
            ("192.168.0.7:7878", "192.168.0.7:7878", true),
            ("192.168.0.7:7878", "192.168.0.8:7878", false),
            ("[::1]:7878", "[::1]:7878", true),
        ] {
            let guard = Guard::new(address.parse().unwrap(), &hosts, None);
            assert_eq!(guard.is_own(host), own, "{host} at {address}");
        }
    }

    #[test]
    fn the_token_is_a_bearers_or_a_password() {
        for (given, has) in [
            ("Bearer s3cret", true),
            ("bearer s3cret", true),
            ("Basic YW5uOnMzY3JldA==", true),
            ("Basic OnMzY3JldA==", true),
            ("Basic czNjcmV0", false),
            ("Bearer s3cre", false),
            ("Bearer s3crets", false),
            ("s3cret", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(given));
            assert_eq!(has_token(&headers, "s3cret"), has, "{given}");
        }
    }
}
