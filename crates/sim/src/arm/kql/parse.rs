//! The parser of a query's text into its stages.

use super::{Condition, Field, Stage, Test};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    quoted: bool,
}

pub(super) struct Tokens(std::iter::Peekable<std::vec::IntoIter<Token>>);

impl Iterator for Tokens {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.0.next()
    }
}

impl Tokens {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let (token, left) = match first {
                '\'' | '"' => {
                    let (inside, left) = rest[1..].split_once(first).ok_or("a quotation is not closed")?;
                    (Token { text: inside.to_owned(), quoted: true }, left)
                }
                _ => {
                    let end = token_end(rest, first);
                    let (word, left) = rest.split_at(end);
                    (Token { text: word.to_owned(), quoted: false }, left)
                }
            };
            tokens.push(token);
            rest = left.trim_start();
        }
        Ok(Self(tokens.into_iter().peekable()))
    }

    /// Takes the next token when it is this word or sign, whatever its case.
    pub(super) fn accept(&mut self, text: &str) -> bool {
        self.0.next_if(|token| !token.quoted && token.text.eq_ignore_ascii_case(text)).is_some()
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.accept(text) { Ok(()) } else { Err(format!("'{text}' is expected")) }
    }

    pub(super) fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token { text, quoted: false }) if text.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
                Ok(text)
            }
            Some(token) => Err(format!("'{}' is not a name", token.text)),
            None => Err("the query ends too early".to_owned()),
        }
    }

    fn literal(&mut self) -> Result<String, String> {
        self.next().map(|token| token.text).ok_or_else(|| "a value is expected".to_owned())
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut all = vec![one(self)?];
        while self.accept(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// Reads one stage of the query; `top` is two.
    pub(super) fn stages(&mut self) -> Result<Vec<Stage>, String> {
        if self.accept("top") {
            let most = self.rows()?;
            self.expect("by")?;
            return Ok(vec![Stage::Sort(self.list(Self::sort_key)?), Stage::Limit(most)]);
        }
        self.stage().map(|stage| vec![stage])
    }

    fn rows(&mut self) -> Result<usize, String> {
        let most = self.word()?;
        most.parse().map_err(|_| format!("'{most}' is not a number of rows"))
    }

    fn stage(&mut self) -> Result<Stage, String> {
        let operator = self.word()?;
        match operator.to_lowercase().as_str() {
            "where" => self.conditions().map(Stage::Where),
            "project" => self.list(Self::column).map(Stage::Project),
            "extend" => self.list(Self::column).map(Stage::Extend),
            "order" | "sort" => {
                self.expect("by")?;
                self.list(Self::sort_key).map(Stage::Sort)
            }
            "limit" | "take" => self.rows().map(Stage::Limit),
            "count" => Ok(Stage::Count),
            _ => Err(format!("operator '{operator}' is not known")),
        }
    }

    fn conditions(&mut self) -> Result<Vec<Vec<Condition>>, String> {
        let mut any = Vec::new();
        loop {
            let mut all = vec![self.condition()?];
            while self.accept("and") {
                all.push(self.condition()?);
            }
            any.push(all);
            if !self.accept("or") {
                return Ok(any);
            }
        }
    }

    fn condition(&mut self) -> Result<Condition, String> {
        let field = self.field()?;
        let operator = self.literal()?;
        let equal = |case, negated| Test::Equal { case, negated };
        let (test, many) = match operator.to_lowercase().as_str() {
            "==" => (equal(true, false), false),
            "!=" => (equal(true, true), false),
            "=~" => (equal(false, false), false),
            "!~" => (equal(false, true), false),
            "in" => (equal(true, false), true),
            "in~" => (equal(false, false), true),
            "contains" | "has" => (Test::Contains { negated: false }, false),
            "!contains" | "!has" => (Test::Contains { negated: true }, false),
            "startswith" => (Test::StartsWith, false),
            _ => return Err(format!("comparison '{operator}' is not known")),
        };
        let values = if many {
            self.expect("(")?;
            let values = self.list(Self::literal)?;
            self.expect(")")?;
            values
        } else {
            vec![self.literal()?]
        };
        Ok(Condition { field, test, values })
    }

    fn column(&mut self) -> Result<(String, Field), String> {
        let field = self.field()?;
        if self.accept("=") {
            let value = self.field()?;
            return Ok((field.name(), value));
        }
        Ok((field.name(), field))
    }

    fn sort_key(&mut self) -> Result<(Field, bool), String> {
        let field = self.field()?;
        // Kusto sorts downwards unless told otherwise.
        let descending = !self.accept("asc");
        if descending {
            self.accept("desc");
        }
        Ok((field, descending))
    }

    fn field(&mut self) -> Result<Field, String> {
        let word = self.word()?;
        if self.accept("(") {
            let lower = match word.to_lowercase().as_str() {
                "tolower" => true,
                "tostring" => false,
                _ => return Err(format!("function '{word}' is not known")),
            };
            let inner = self.field()?;
            self.expect(")")?;
            return Ok(Field { lower: lower || inner.lower, ..inner });
        }
        let mut path: Vec<String> = word.split('.').map(str::to_owned).collect();
        while self.accept("[") {
            path.push(self.literal()?);
            self.expect("]")?;
        }
        Ok(Field { path, lower: false })
    }
}

/// Returns the end of the word or sign at the start of the text.
fn token_end(text: &str, first: char) -> usize {
    let in_word = |c: char| c.is_alphanumeric() || ['_', '.', '-'].contains(&c);
    if in_word(first) {
        let end = text.find(|c| !in_word(c)).unwrap_or(text.len());
        // `in~` is one word.
        let tilde = text[..end].eq_ignore_ascii_case("in") && text[end..].starts_with('~');
        return end + usize::from(tilde);
    }
    if let Some(rest) = text.strip_prefix('!')
        && rest.starts_with(in_word)
    {
        // `!contains` is one word.
        return 1 + rest.find(|c| !in_word(c)).unwrap_or(rest.len());
    }
    if ["==", "!=", "=~", "!~"].iter().any(|sign| text.starts_with(sign)) {
        return 2;
    }
    first.len_utf8()
}
