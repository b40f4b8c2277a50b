//! The `$filter` expressions that Resource Manager's lists know: comparisons and functions joined by `and`.

/// One term of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// `name eq 'value'`, the name in lower case.
    Equal(String, String),
    /// `name('value')` or `name()`, the name in lower case.
    Call(String, String),
}

impl Term {
    /// True where this is the comparison of that property (lower case) and the value differs, whatever its case.
    #[must_use]
    pub fn excludes(&self, property: &str, value: &str) -> bool {
        matches!(self, Self::Equal(name, wanted) if name == property && !wanted.eq_ignore_ascii_case(value))
    }
}

/// Parses a filter; `known` lists the properties and functions, in lower case, that this list understands.
///
/// # Errors
/// The term that is not understood.
pub fn parse(filter: &str, known: &[&str]) -> Result<Vec<Term>, String> {
    split(filter)
        .into_iter()
        .map(|text| {
            let term = term(text).ok_or_else(|| text.to_owned())?;
            let (Term::Equal(name, _) | Term::Call(name, _)) = &term;
            if known.contains(&name.as_str()) { Ok(term) } else { Err(text.to_owned()) }
        })
        .collect()
}

/// Cuts at each ` and ` that is not inside quotation marks.
fn split(filter: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let mut rest = filter.trim();
    let mut from = 0;
    while let Some(at) = find_and(rest, from) {
        let (term, after) = (&rest[..at], &rest[at + " and ".len()..]);
        if term.matches('\'').count() % 2 == 0 {
            terms.push(term.trim());
            rest = after;
            from = 0;
        } else {
            from = at + 1;
        }
    }
    if !rest.is_empty() {
        terms.push(rest.trim());
    }
    terms
}

fn find_and(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?.to_ascii_lowercase();
    rest.find(" and ").map(|at| from + at)
}

fn term(text: &str) -> Option<Term> {
    if let Some(call) = text.strip_suffix(')') {
        let (name, argument) = call.split_once('(')?;
        let argument = argument.trim().trim_matches('\'');
        return Some(Term::Call(name.trim().to_lowercase(), argument.to_owned()));
    }
    let (name, rest) = text.split_once(' ')?;
    let value = rest.trim_start().strip_prefix("eq ")?.trim();
    // Azure takes GUIDs without quotation marks too.
    let value = value.strip_prefix('\'').map_or(Some(value), |quoted| quoted.strip_suffix('\''))?;
    Some(Term::Equal(name.to_lowercase(), value.replace("''", "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_az_sends_is_understood() {
        let equal = |name: &str, value: &str| Term::Equal(name.to_owned(), value.to_owned());
        assert_eq!(parse("roleName eq 'AcrPull'", &["rolename"]), Ok(vec![equal("rolename", "AcrPull")]));
        assert_eq!(parse("atScope()", &["atscope"]), Ok(vec![Term::Call("atscope".to_owned(), String::new())]));
        assert_eq!(
            parse("atScope() and assignedTo('12 and 3')", &["atscope", "assignedto"]),
            Ok(vec![
                Term::Call("atscope".to_owned(), String::new()),
                Term::Call("assignedto".to_owned(), "12 and 3".to_owned())
            ])
        );
        assert_eq!(parse("principalId eq 12ab", &["principalid"]), Ok(vec![equal("principalid", "12ab")]));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(parse("createdOn gt 'x'", &["createdon"]), Err("createdOn gt 'x'".to_owned()));
        assert_eq!(parse("color eq 'x'", &["rolename"]), Err("color eq 'x'".to_owned()));
    }

    #[test]
    fn a_comparison_excludes_other_values_of_its_property_only() {
        let term = Term::Equal("rolename".to_owned(), "AcrPull".to_owned());
        assert!(term.excludes("rolename", "Owner"));
        assert!(!term.excludes("rolename", "acrpull"));
        assert!(!term.excludes("type", "Owner"));
    }
}
