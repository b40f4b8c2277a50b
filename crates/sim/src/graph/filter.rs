//! `$filter` as the Azure CLI and this job send it: `appId eq '…'`, `startswith(displayName,'…')`,
//! `servicePrincipalNames/any(c:c eq '…')`, joined by `and`.

use serde_json::Value;

/// Conditions that all must hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Filter(Vec<Condition>);

#[derive(Debug, PartialEq, Eq)]
enum Condition {
    Is(String, String),
    StartsWith(String, String),
    Has(String, String),
}

impl Filter {
    /// Reads a filter; `None` when it is of no form known here.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut conditions = Vec::new();
        let mut rest = text.trim();
        loop {
            let (condition, after) = condition(rest)?;
            conditions.push(condition);
            let after = after.trim_start();
            if after.is_empty() {
                return Some(Self(conditions));
            }
            rest = after.strip_prefix("and ")?.trim_start();
        }
    }

    /// Returns the properties that it compares.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|condition| match condition {
            Condition::Is(name, _) | Condition::StartsWith(name, _) | Condition::Has(name, _) => name.as_str(),
        })
    }

    /// True where an object, as Graph shows it, is let through.
    #[must_use]
    pub fn lets_through(&self, object: &Value) -> bool {
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        self.0.iter().all(|condition| match condition {
            Condition::Is(name, value) => text(name).eq_ignore_ascii_case(value),
            Condition::StartsWith(name, value) => text(name).to_lowercase().starts_with(&value.to_lowercase()),
            Condition::Has(name, value) => {
                let items = object.get(name).and_then(Value::as_array).into_iter().flatten();
                items.filter_map(Value::as_str).any(|item| item.eq_ignore_ascii_case(value))
            }
        })
    }
}

fn condition(text: &str) -> Option<(Condition, &str)> {
    if let Some(rest) = text.strip_prefix("startswith(") {
        let (name, rest) = rest.split_once(',')?;
        let (value, rest) = literal(rest.trim_start())?;
        return Some((Condition::StartsWith(property(name)?, value), rest.trim_start().strip_prefix(')')?));
    }
    let end = text.find([' ', '/'])?;
    let (name, rest) = text.split_at(end);
    if let Some(rest) = rest.strip_prefix("/any(") {
        let (variable, rest) = rest.split_once(':')?;
        let rest = rest.strip_prefix(variable)?.trim_start().strip_prefix("eq ")?;
        let (value, rest) = literal(rest.trim_start())?;
        return Some((Condition::Has(property(name)?, value), rest.trim_start().strip_prefix(')')?));
    }
    let (value, rest) = literal(rest.trim_start().strip_prefix("eq ")?.trim_start())?;
    Some((Condition::Is(property(name)?, value), rest))
}

fn property(name: &str) -> Option<String> {
    let name = name.trim();
    (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| name.to_owned())
}

/// Returns a quoted text, in which a quote is written twice.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let (head, tail) = rest.split_once('\'')?;
        value.push_str(head);
        match tail.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, tail)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(filter: &str) -> bool {
        let object = json!({ "appId": "1-A", "displayName": "Bob's app", "servicePrincipalNames": ["1-A", "x"] });
        Filter::read(filter).unwrap().lets_through(&object)
    }

    #[test]
    fn the_forms_the_azure_cli_sends_are_understood() {
        assert!(passes("appId eq '1-a'"));
        assert!(!passes("appId eq '2'"));
        assert!(passes("startswith(displayName,'bob''s')"));
        assert!(passes("servicePrincipalNames/any(c:c eq '1-A')"));
        assert!(!passes("servicePrincipalNames/any(c:c eq '2')"));
        assert!(passes("displayName eq 'Bob''s app' and appId eq '1-A'"));
        assert!(!passes("displayName eq 'Bob''s app' and appId eq '2'"));
    }

    #[test]
    fn other_forms_are_refused() {
        for filter in ["", "appId", "appId gt '1'", "appId eq 1", "appId eq 'x' or appId eq 'y'", "appId eq 'x"] {
            assert_eq!(Filter::read(filter), None, "{filter}");
        }
    }
}
