//! Lists in pages, as Graph and the Resource Manager give them: some items, and the address of the next ones, which has
//! everything that the first request asked for and a skip token (Graph's document "Paging Microsoft Graph data in your app").

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// The beginning of a skip token. A client takes the whole for opaque.
const MARK: &str = "simulated-page ";

/// One page of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The items.
    pub items: Vec<Value>,
    /// Path and query of the next page, where there is one.
    pub next: Option<String>,
}

impl Page {
    /// Returns the page of `size` items that a request asks for by its path and query; `None` where its skip token is
    /// not from here.
    #[must_use]
    pub fn of(items: Vec<Value>, size: usize, path_and_query: &str, token_name: &str) -> Option<Self> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let is_token = |pair: &str| {
            let name = pair.split('=').next().unwrap_or_default();
            let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
            name.eq_ignore_ascii_case(token_name)
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let (token, rest): (Vec<&str>, Vec<&str>) = pairs.partition(|pair| is_token(pair));
        let from = match token.first() {
            Some(pair) => read(pair.split_once('=').map_or("", |(_, value)| value))?,
            None => 0,
        };
        let end = from.saturating_add(size.max(1));
        let next = (end < items.len()).then(|| {
            let token = format!("{token_name}={}", write(end));
            let query: Vec<&str> = rest.into_iter().chain([token.as_str()]).collect();
            format!("{path}?{}", query.join("&"))
        });
        Some(Self { items: items.into_iter().skip(from).take(size.max(1)).collect(), next })
    }
}

/// Returns the skip token of what comes after so many items.
#[must_use]
pub fn write(from: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{MARK}{from}"))
}

/// Returns the number of items that a skip token goes past.
#[must_use]
pub fn read(token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix(MARK)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_follow_each_other_with_the_query_kept() {
        let items = || vec![json!(1), json!(2), json!(3)];
        let first = Page::of(items(), 2, "/x?$filter=a%20eq%20'b'&$top=5", "$skiptoken").unwrap();
        assert_eq!(first.items, [json!(1), json!(2)]);
        let next = first.next.unwrap();
        assert!(next.starts_with("/x?$filter=a%20eq%20'b'&$top=5&$skiptoken="), "{next}");
        let last = Page::of(items(), 2, &next, "$skiptoken").unwrap();
        assert_eq!(last, Page { items: vec![json!(3)], next: None });
        assert_eq!(Page::of(items(), 2, &next.replace("$skiptoken", "%24skipToken"), "$skiptoken").unwrap(), last);
        assert_eq!(Page::of(items(), 2, "/x?$skiptoken=other", "$skiptoken"), None);
        assert_eq!(Page::of(items(), 3, "/x", "$skiptoken").unwrap().next, None);
    }
}
