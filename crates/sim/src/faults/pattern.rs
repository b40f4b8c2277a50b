//! The requests that a fault is for.

use http::Method;
use serde::Deserialize;

use crate::plane::Plane;

/// The place among the matching requests of those that a fault is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum Nth {
    /// Each one.
    Every,
    /// These, counted from 1.
    These(Vec<u64>),
}

impl Default for Nth {
    fn default() -> Self {
        Self::These(vec![1])
    }
}

impl TryFrom<toml::Value> for Nth {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        let one = |value: &toml::Value| value.as_integer().and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        let these = match &value {
            toml::Value::String(text) if text == "every" => return Ok(Self::Every),
            toml::Value::Array(list) => list.iter().map(one).collect(),
            single => one(single).map(|n| vec![n]),
        };
        these
            .map(Self::These)
            .ok_or_else(|| format!("`nth` is {value}; it must be 1 or more, a list of such numbers, or \"every\""))
    }
}

/// Plane, method and path of the requests a fault is for. In the path `{name}` stands for one segment and `**` for any number of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern {
    plane: Plane,
    method: Option<Method>,
    path: Vec<String>,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let shape = || {
            format!(
                "`on` is '{text}'; it must be a plane, a method (or *) and a path, such as 'graph POST /applications'"
            )
        };
        let mut words = text.split_whitespace();
        let (Some(plane), Some(method), Some(path), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(shape());
        };
        let plane = Plane::named(plane).ok_or_else(shape)?;
        let method =
            if method == "*" { None } else { Some(Method::from_bytes(method.as_bytes()).map_err(|_| shape())?) };
        Ok(Self { plane, method, path: segments(path) })
    }
}

impl Pattern {
    /// True where a request is one of these. Graph's version is no part of the pattern.
    #[must_use]
    pub fn matches(&self, plane: Plane, method: &Method, path: &str) -> bool {
        let path = if plane == Plane::Graph { path.trim_start_matches("/v1.0") } else { path };
        self.plane == plane
            && self.method.as_ref().is_none_or(|wanted| wanted == method)
            && alike(&self.path, &segments(path))
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

fn alike(pattern: &[String], path: &[String]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((first, rest)) if first == "**" => {
            (0..=path.len()).any(|skip| alike(rest, path.get(skip..).unwrap_or_default()))
        }
        Some((first, rest)) => path.split_first().is_some_and(|(segment, others)| {
            let any = first.starts_with('{') && first.ends_with('}');
            (any || first.eq_ignore_ascii_case(segment)) && alike(rest, others)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_pattern_knows_its_requests() {
        let add = pattern("graph POST /applications/{id}/addPassword");
        assert!(add.matches(Plane::Graph, &Method::POST, "/v1.0/applications/1/addPassword"));
        assert!(!add.matches(Plane::Graph, &Method::POST, "/v1.0/applications/1"));
        assert!(!add.matches(Plane::Graph, &Method::GET, "/v1.0/applications/1/addPassword"));
        let grant = pattern("arm PUT /**/roleAssignments/{name}");
        assert!(grant.matches(Plane::ResourceManager, &Method::PUT, "/subscriptions/1/providers/X/ROLEASSIGNMENTS/2"));
        assert!(!grant.matches(Plane::Entra, &Method::PUT, "/subscriptions/1/providers/X/roleAssignments/2"));
        assert!(pattern("registry * /v2/**").matches(Plane::Registry, &Method::HEAD, "/v2/"));
        assert!(Pattern::try_from("graph /applications".to_owned()).is_err());
        assert!(Pattern::try_from("moon GET /".to_owned()).is_err());
    }
}
