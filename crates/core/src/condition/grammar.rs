//! A parser of Azure's condition language, as far as it speaks of repositories: what a condition lets in, whatever its
//! layout.
//!
//! Sources: Azure RBAC documentation, "Azure role assignment condition format and syntax"; `docs/facts/azure.md` 3.6.
//! An expression that is not known here stays unknown, and is never guessed.

use std::collections::BTreeSet;

/// The attribute that names a repository.
pub(super) const NAME: &str = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";
/// The data actions of a reader of repositories.
pub(super) const READS: [&str; 2] = [
    "Microsoft.ContainerRegistry/registries/repositories/content/read",
    "Microsoft.ContainerRegistry/registries/repositories/metadata/read",
];
/// The longest text that is parsed, in bytes. No condition of Azure is longer than half of this.
const LONGEST: usize = 16 * 1024;
/// The deepest nesting that is parsed. Nobody nests parentheses so deep.
const DEEPEST: u8 = 50;

/// A token of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
    Not,
    And,
    Or,
    /// A text between single quotes.
    Text(String),
    /// `@Source[name]`, without white space.
    Attribute(String),
    /// An operator, a function, a number.
    Word(String),
}

/// A condition as a tree.
#[derive(Debug)]
enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    /// True for this one of a reader's actions. `None` stands for an action that is not known here.
    Action(Option<usize>),
    /// True for these repositories.
    Named(Vec<String>),
    /// A comparison that is not known here.
    Unknown,
}

/// A condition that was parsed.
#[derive(Debug)]
pub(super) struct Condition {
    expression: Expression,
    /// The repositories that the condition names, in the order of the text.
    named: Vec<String>,
    /// The place in the text after the last comparison with a repository's name.
    end: Option<usize>,
}

impl Condition {
    /// Reads a condition. `None` where its grammar is not known here.
    pub(super) fn read(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, at: 0, named: Vec::new(), end: None };
        let expression = parser.expression(0)?;
        (parser.at == tokens.len()).then_some(Self { expression, named: parser.named, end: parser.end })
    }

    /// Returns the repositories that the condition names, in the order of the text.
    pub(super) fn named(&self) -> &[String] {
        &self.named
    }

    /// Returns the place in the text after the last comparison with a repository's name.
    pub(super) const fn end(&self) -> Option<usize> {
        self.end
    }

    /// Returns the repositories that the condition lets a reader into, where it says nothing else.
    ///
    /// It then allows both of a reader's actions on these repositories and on no other, and every other action.
    pub(super) fn lets_in(&self) -> Option<BTreeSet<String>> {
        let of_action = |action: usize| -> Option<BTreeSet<String>> {
            let any_other = self.expression.is_true(Some(action), None)?;
            let mut let_in = BTreeSet::new();
            for name in &self.named {
                if self.expression.is_true(Some(action), Some(name))? {
                    let_in.insert(name.clone());
                }
            }
            (!any_other).then_some(let_in)
        };
        let other = |name: Option<&str>| self.expression.is_true(None, name) == Some(true);
        let all_else = other(None) && self.named.iter().all(|name| other(Some(name)));
        let (content, metadata) = (of_action(0)?, of_action(1)?);
        (all_else && content == metadata).then_some(content)
    }

    /// True where the condition lets a reader into that repository, whatever else it says.
    pub(super) fn surely_lets_in(&self, name: &str) -> bool {
        (0..READS.len()).all(|action| self.expression.is_true(Some(action), Some(name)) == Some(true))
    }
}

impl Expression {
    /// Judges whether the condition holds for an action on a repository. `None` where that depends on an expression
    /// that is not known.
    ///
    /// An action of `None` is any action but a reader's. A name of `None` is a repository that the condition does not
    /// name.
    fn is_true(&self, action: Option<usize>, name: Option<&str>) -> Option<bool> {
        let parts = |all: &[Self], decides: bool| {
            let mut unknown = false;
            for part in all {
                match part.is_true(action, name) {
                    Some(is) if is == decides => return Some(decides),
                    Some(_) => {}
                    None => unknown = true,
                }
            }
            (!unknown).then_some(!decides)
        };
        match self {
            Self::All(all) => parts(all, false),
            Self::Any(all) => parts(all, true),
            Self::Not(inner) => inner.is_true(action, name).map(|is| !is),
            Self::Action(Some(this)) => Some(action == Some(*this)),
            Self::Named(names) => Some(name.is_some_and(|name| names.iter().any(|n| n == name))),
            Self::Action(None) | Self::Unknown => None,
        }
    }
}

/// True where two conditions differ in white space at most.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let pieces = |text| tokens(text).map(|all| all.into_iter().map(|(token, _)| token).collect::<Vec<_>>());
    one == other || pieces(one).is_some_and(|one| pieces(other).is_some_and(|other| one == other))
}

/// Returns the tokens of a condition, each with its end in the text. `None` where a part of the text is no token.
fn tokens(text: &str) -> Option<Vec<(Token, usize)>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, length) = token(rest)?;
        rest = rest.get(length..)?;
        tokens.push((token, text.len() - rest.len()));
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// Returns the token that a text begins with, and its length.
fn token(text: &str) -> Option<(Token, usize)> {
    let plain = [
        ("(", Token::Open),
        (")", Token::Close),
        ("{", Token::OpenSet),
        ("}", Token::CloseSet),
        (",", Token::Comma),
        ("!", Token::Not),
        ("&&", Token::And),
        ("||", Token::Or),
    ];
    if let Some((sign, token)) = plain.into_iter().find(|(sign, _)| text.starts_with(sign)) {
        return Some((token, sign.len()));
    }
    if let Some(rest) = text.strip_prefix('\'') {
        let (inside, _) = rest.split_once('\'')?;
        return Some((Token::Text(inside.to_owned()), inside.len() + 2));
    }
    if text.starts_with('@') {
        let (inside, _) = text.split_once(']')?;
        let name = inside.split_whitespace().collect::<String>() + "]";
        return Some((Token::Attribute(name), inside.len() + 1));
    }
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '-' | '/' | '*');
    let length = text.find(|c| !is_of_word(c)).unwrap_or(text.len());
    let word = text.get(..length).filter(|word| !word.is_empty())?;
    let token = match word.to_ascii_lowercase().as_str() {
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        _ => Token::Word(word.to_owned()),
    };
    Some((token, length))
}

/// Parses tokens into a tree.
struct Parser<'a> {
    tokens: &'a [(Token, usize)],
    at: usize,
    named: Vec<String>,
    end: Option<usize>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<&'a Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn takes(&mut self, token: &Token) -> Option<()> {
        (self.next()? == token).then_some(())
    }

    /// Reads terms with one operator between them.
    ///
    /// It is documented nowhere which of two operators binds first, so the text is not understood where both stand side
    /// by side.
    fn expression(&mut self, depth: u8) -> Option<Expression> {
        let first = self.term(depth)?;
        let Some(operator @ (Token::And | Token::Or)) = self.peek() else { return Some(first) };
        let mut terms = vec![first];
        while self.peek() == Some(operator) {
            self.at += 1;
            terms.push(self.term(depth)?);
        }
        match (self.peek(), operator) {
            (Some(Token::And | Token::Or), _) => None,
            (_, Token::And) => Some(Expression::All(terms)),
            _ => Some(Expression::Any(terms)),
        }
    }

    fn term(&mut self, depth: u8) -> Option<Expression> {
        if depth > DEEPEST {
            return None;
        }
        match self.next()? {
            Token::Not => Some(Expression::Not(Box::new(self.term(depth + 1)?))),
            Token::Open => {
                let inner = self.expression(depth + 1)?;
                self.takes(&Token::Close)?;
                Some(inner)
            }
            Token::Word(word) if word.eq_ignore_ascii_case("ActionMatches") => self.action(),
            Token::Attribute(name) => self.comparison(name),
            _ => None,
        }
    }

    fn action(&mut self) -> Option<Expression> {
        self.takes(&Token::OpenSet)?;
        let Token::Text(action) = self.next()? else { return None };
        self.takes(&Token::CloseSet)?;
        Some(Expression::Action(READS.iter().position(|known| known.eq_ignore_ascii_case(action))))
    }

    fn comparison(&mut self, attribute: &str) -> Option<Expression> {
        let Token::Word(operator) = self.next()? else { return None };
        let operator = operator.to_ascii_lowercase();
        let (values, in_set) = self.values()?;
        let ignores_case = match (operator.as_str(), in_set) {
            ("stringequals", false) | ("foranyofanyvalues:stringequals", true) => false,
            ("stringequalsignorecase", false) | ("foranyofanyvalues:stringequalsignorecase", true) => true,
            _ => return Some(Expression::Unknown),
        };
        let texts: Option<Vec<&str>> = values.iter().map(|value| name_of(value)).collect();
        let Some(texts) = texts.filter(|_| attribute.eq_ignore_ascii_case(NAME)) else {
            return Some(Expression::Unknown);
        };
        // The names of a registry are in lower case. A name in another spelling, compared by case, matches no
        // repository.
        let names = texts.into_iter().filter(|text| ignores_case || !text.bytes().any(|b| b.is_ascii_uppercase()));
        let names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
        self.named.extend(names.iter().cloned());
        self.end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map(|(_, end)| *end);
        Some(Expression::Named(names))
    }

    /// Reads the values that an attribute is compared with, and whether they are a set.
    fn values(&mut self) -> Option<(Vec<&'a Token>, bool)> {
        let is_value = |token: &Token| matches!(token, Token::Text(_) | Token::Word(_) | Token::Attribute(_));
        let first = self.next()?;
        if is_value(first) {
            return Some((vec![first], false));
        }
        if *first != Token::OpenSet {
            return None;
        }
        let mut values = Vec::new();
        loop {
            values.push(self.next().filter(|token| is_value(token))?);
            match self.next()? {
                Token::Comma => {}
                Token::CloseSet => return Some((values, true)),
                _ => return None,
            }
        }
    }
}

/// Returns the repository's name in a value. `None` where the value cannot be one.
fn name_of(value: &Token) -> Option<&str> {
    let is_of_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-');
    match value {
        Token::Text(text) if !text.is_empty() && text.bytes().all(is_of_name) => Some(text),
        _ => None,
    }
}
