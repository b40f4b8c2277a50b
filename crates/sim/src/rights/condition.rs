//! Conditions of role assignments (Azure's document "Azure role assignment condition format and syntax"): how they are written
//! is free, what they say counts.

use crate::roles;

/// The deepest nesting of parentheses.
const DEEPEST: usize = 64;

/// Returns whether a condition of version 2.0 holds for an action, with the attributes that the request has (such as
/// `@Request[Microsoft.ContainerRegistry/registries/repositories:name]`) and their values. `None` where the condition
/// cannot be understood.
#[must_use]
pub fn holds(condition: &str, action: &str, attributes: &[(&str, &str)]) -> Option<bool> {
    let tokens = tokens(condition)?.into_iter().peekable();
    let mut reader = Reader { tokens, depth: 0, action, attributes };
    let held = reader.expression()?;
    reader.tokens.next().is_none().then_some(held)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Sign(char),
    Word(String),
    Text(String),
}

/// Cuts a condition into signs, words and quoted texts; `&&` and `||` are words.
fn tokens(condition: &str) -> Option<Vec<Token>> {
    let mut all = Vec::new();
    let mut rest = condition.trim_start();
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..)?;
        let left = match first {
            '\'' => {
                let (text, left) = after.split_once('\'')?;
                all.push(Token::Text(text.to_owned()));
                left
            }
            '(' | ')' | '{' | '}' | ',' | '!' => {
                all.push(Token::Sign(first));
                after
            }
            _ => {
                let end = word_end(rest, first)?;
                all.push(Token::Word(rest.get(..end)?.to_owned()));
                rest.get(end..)?
            }
        };
        rest = left.trim_start();
    }
    Some(all)
}

/// Returns the end of the word at the beginning of a text. An attribute ends with its bracket.
fn word_end(text: &str, first: char) -> Option<usize> {
    if first == '@' {
        return text.find(']').map(|at| at + 1);
    }
    let ends = |c: char| c.is_whitespace() || "(){},!'".contains(c);
    Some(text.find(ends).unwrap_or(text.len()))
}

/// Reads tokens and says at once what they come to.
struct Reader<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
    action: &'a str,
    attributes: &'a [(&'a str, &'a str)],
}

impl Reader<'_> {
    fn accept(&mut self, sign: char) -> bool {
        self.tokens.next_if_eq(&Token::Sign(sign)).is_some()
    }

    fn accept_word(&mut self, words: &[&str]) -> bool {
        let is =
            |token: &Token| matches!(token, Token::Word(word) if words.iter().any(|w| w.eq_ignore_ascii_case(word)));
        self.tokens.next_if(is).is_some()
    }

    fn word(&mut self) -> Option<String> {
        match self.tokens.next()? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Terms joined by `AND` or by `OR`; of both only with parentheses.
    fn expression(&mut self) -> Option<bool> {
        let (mut all, mut any) = (vec![self.term()?], false);
        loop {
            let and = self.accept_word(&["AND", "&&"]);
            if !and && !self.accept_word(&["OR", "||"]) {
                break;
            }
            if all.len() > 1 && any == and {
                return None;
            }
            any = !and;
            all.push(self.term()?);
        }
        Some(if any { all.contains(&true) } else { !all.contains(&false) })
    }

    fn term(&mut self) -> Option<bool> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let held = if self.accept('!') || self.accept_word(&["NOT"]) {
            !self.term()?
        } else if self.accept('(') {
            let inner = self.expression()?;
            self.accept(')').then_some(inner)?
        } else {
            self.test()?
        };
        self.depth -= 1;
        Some(held)
    }

    fn test(&mut self) -> Option<bool> {
        let word = self.word()?;
        if word.eq_ignore_ascii_case("ActionMatches") {
            let patterns = self.values()?;
            return Some(patterns.iter().any(|pattern| roles::matches(pattern, self.action)));
        }
        if word.eq_ignore_ascii_case("SubOperationMatches") {
            // No action here has suboperations.
            self.values()?;
            return Some(false);
        }
        if word.eq_ignore_ascii_case("Exists") {
            let attribute = self.word()?;
            return attribute.starts_with('@').then(|| self.value(&attribute).is_some());
        }
        let comparison = word.starts_with('@').then(|| self.word())??;
        let values = self.values()?;
        compare(&comparison, self.value(&word), &values)
    }

    fn value(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute)).map(|(_, value)| *value)
    }

    /// Reads one value, or several in braces.
    fn values(&mut self) -> Option<Vec<String>> {
        if !self.accept('{') {
            return self.one_value().map(|value| vec![value]);
        }
        let mut all = vec![self.one_value()?];
        while self.accept(',') {
            all.push(self.one_value()?);
        }
        self.accept('}').then_some(all)
    }

    fn one_value(&mut self) -> Option<String> {
        match self.tokens.next()? {
            Token::Text(value) | Token::Word(value) => Some(value),
            Token::Sign(_) => None,
        }
    }
}

/// Returns the value of a comparison. One of an attribute that the request does not have is not true.
fn compare(comparison: &str, held: Option<&str>, values: &[String]) -> Option<bool> {
    let (quantifier, function) = comparison.split_once(':').map_or((None, comparison), |(q, f)| (Some(q), f));
    let test = Function::read(function)?;
    let compared = |value: &String| held.is_some_and(|held| test.holds(held, value));
    match (quantifier, values) {
        (None, [value]) => Some(compared(value)),
        (None, _) => None,
        // The attributes here have one value each.
        (Some("ForAnyOfAnyValues" | "ForAllOfAnyValues"), _) => Some(values.iter().any(compared)),
        (Some("ForAnyOfAllValues" | "ForAllOfAllValues"), _) => Some(values.iter().all(compared)),
        (Some(_), _) => None,
    }
}

/// A comparison of texts.
struct Function {
    negated: bool,
    ignores_case: bool,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Equals,
    StartsWith,
    Like,
}

impl Function {
    fn read(name: &str) -> Option<Self> {
        let guid = name.strip_prefix("Guid");
        let rest = guid.or_else(|| name.strip_prefix("String"))?;
        let (negated, rest) = rest.strip_prefix("Not").map_or((false, rest), |rest| (true, rest));
        let (ignores_case, rest) = rest.strip_suffix("IgnoreCase").map_or((guid.is_some(), rest), |rest| (true, rest));
        let kind = match rest {
            "Equals" => Kind::Equals,
            "StartsWith" if guid.is_none() => Kind::StartsWith,
            "Like" if guid.is_none() => Kind::Like,
            _ => return None,
        };
        Some(Self { negated, ignores_case, kind })
    }

    fn holds(&self, held: &str, value: &str) -> bool {
        let cased = |text: &str| if self.ignores_case { text.to_lowercase() } else { text.to_owned() };
        let (held, value) = (cased(held), cased(value));
        let held = match self.kind {
            Kind::Equals => held == value,
            Kind::StartsWith => held.starts_with(&value),
            Kind::Like => like(&held, &value),
        };
        held != self.negated
    }
}

/// True where a text is like a pattern: `*` stands for any text, `?` for one character, a backslash takes their
/// meaning.
fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // The beginnings of the text that the pattern so far is like, by their lengths.
    let mut like: Vec<bool> = (0..=text.len()).map(|length| length == 0).collect();
    let mut pattern = pattern.chars();
    while let Some(sign) = pattern.next() {
        let literal = if sign == '\\' { pattern.next() } else { Some(sign).filter(|sign| !"*?".contains(*sign)) };
        let after =
            |length: usize| length.checked_sub(1).and_then(|before| like.get(before)).copied().unwrap_or_default();
        like = if sign == '*' {
            let first = like.iter().position(|like| *like).unwrap_or(usize::MAX);
            (0..=text.len()).map(|length| length >= first).collect()
        } else {
            let fits = |length: usize| {
                let last = length.checked_sub(1).and_then(|before| text.get(before));
                literal.is_none_or(|literal| last == Some(&literal))
            };
            (0..=text.len()).map(|length| after(length) && fits(length)).collect()
        };
    }
    like.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &str = "Microsoft.ContainerRegistry/registries/repositories/content/read";
    const NAME: &str = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";

    fn named(condition: &str, repository: &str) -> Option<bool> {
        let condition = condition.replace("{NAME}", NAME).replace("{CONTENT}", CONTENT);
        holds(&condition, CONTENT, &[(NAME, repository)])
    }

    /// As the visual editor of the portal writes a condition.
    const PORTAL: &str = "(\n (\n  !(ActionMatches{'{CONTENT}'})\n  AND\n  !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})\n )\n OR \n (\n  {NAME} StringEqualsIgnoreCase 'shop/web'\n  OR\n  {NAME} StringStartsWith 'tools/'\n )\n)";

    #[test]
    fn its_layout_counts_for_nothing() {
        for (repository, held) in [("shop/web", true), ("Shop/Web", true), ("tools/base", true), ("shop/api", false)] {
            assert_eq!(named(PORTAL, repository), Some(held), "{repository}");
            let one_line = PORTAL.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(named(&one_line, repository), Some(held), "{repository}");
        }
    }

    #[test]
    fn an_action_that_it_does_not_name_is_let_through() {
        let condition = PORTAL.replace("{NAME}", NAME).replace("{CONTENT}", CONTENT);
        assert_eq!(holds(&condition, "Microsoft.ContainerRegistry/registries/catalog/read", &[]), Some(true));
        assert_eq!(holds(&condition, CONTENT, &[]), Some(false));
    }

    #[test]
    fn every_comparison_has_its_meaning() {
        for (condition, held) in [
            ("{NAME} StringEquals 'shop/web'", true),
            ("{NAME} StringEquals 'SHOP/web'", false),
            ("{NAME} StringNotEquals 'shop/api'", true),
            ("{NAME} StringLike 'shop/*'", true),
            ("{NAME} StringLike '*/w?b'", true),
            ("{NAME} StringLike 's*p'", false),
            ("{NAME} StringLike 'shop/web\\*'", false),
            ("{NAME} StringNotLikeIgnoreCase 'TOOLS/*'", true),
            ("{NAME} ForAnyOfAnyValues:StringEqualsIgnoreCase {'tools/base', 'SHOP/web'}", true),
            ("{NAME} ForAnyOfAllValues:StringNotEquals {'shop/api', 'shop/web'}", false),
            ("Exists {NAME}", true),
            ("NOT Exists @Resource[Other:name]", true),
            ("@Resource[Other:name] StringNotEquals 'x'", false),
            ("!(ActionMatches{'{CONTENT}'} AND SubOperationMatches{'x'})", true),
            ("ActionMatches{'Microsoft.ContainerRegistry/*/read'} && !(Exists {NAME} || Exists @Resource[x])", false),
        ] {
            assert_eq!(named(condition, "shop/web"), Some(held), "{condition}");
        }
    }

    #[test]
    fn what_is_not_understood_is_nothing() {
        for condition in [
            "",
            "(",
            "{NAME}",
            "{NAME} StringEquals",
            "{NAME} StringEquals 'a",
            "{NAME} StringEquals {'a', 'b'}",
            "{NAME} StringResembles 'a'",
            "{NAME} ForSomeOfAnyValues:StringEquals {'a'}",
            "{NAME} StringEquals 'a' extra",
            "Exists {NAME} AND Exists {NAME} OR Exists {NAME}",
            "@Request[no end",
            &"(".repeat(100_000),
        ] {
            assert_eq!(named(condition, "a"), None, "{}", condition.get(..40).unwrap_or(condition));
        }
    }
}
