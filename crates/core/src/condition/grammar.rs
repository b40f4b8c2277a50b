//! A parser of Azure's condition language: a condition as a tree, whatever its layout.
//!
//! Sources: Azure RBAC documentation, "Azure role assignment condition format and syntax"; `docs/facts/azure.md` 3.6.
//! What a comparison says is the matter of those who read the tree. An expression that is not known here makes the whole
//! text unknown, and is never guessed.

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
pub(crate) enum Expression {
    /// True where all of these are.
    All(Vec<Self>),
    /// True where one of these is.
    Any(Vec<Self>),
    /// True where this is not.
    Not(Box<Self>),
    /// A question that the request answers.
    Leaf(Leaf),
}

/// A question of a condition that the request answers.
#[derive(Debug)]
pub(crate) enum Leaf {
    /// `ActionMatches`: is the action of the request this one?
    Action(String),
    /// A comparison of an attribute with values.
    Comparison(Comparison),
}

/// A comparison of an attribute with values.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The attribute, as `@Source[name]`.
    pub attribute: String,
    /// The operator in lower case, such as `foranyofanyvalues:guidequals`.
    pub operator: String,
    /// The values, in their order.
    pub values: Vec<Value>,
    /// True where the values are in braces.
    pub in_set: bool,
    /// The place in the text after the comparison.
    pub end: usize,
}

/// A value that an attribute is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text between single quotes.
    Text(String),
    /// A number, a GUID, a word.
    Word(String),
    /// Another attribute.
    Attribute,
}

impl Value {
    fn of(token: &Token) -> Option<Self> {
        match token {
            Token::Text(text) => Some(Self::Text(text.clone())),
            Token::Word(word) => Some(Self::Word(word.clone())),
            Token::Attribute(_) => Some(Self::Attribute),
            _ => None,
        }
    }
}

impl Expression {
    /// Reads a condition. `None` where its grammar is not known here.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, at: 0 };
        let expression = parser.expression(0)?;
        (parser.at == tokens.len()).then_some(expression)
    }

    /// Judges whether the condition holds, by what each question comes to. `None` where that depends on a question
    /// whose answer is not known.
    pub(crate) fn is_true(&self, answer: &impl Fn(&Leaf) -> Option<bool>) -> Option<bool> {
        let parts = |all: &[Self], decides: bool| {
            let mut unknown = false;
            for part in all {
                match part.is_true(answer) {
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
            Self::Not(inner) => inner.is_true(answer).map(|is| !is),
            Self::Leaf(leaf) => answer(leaf),
        }
    }

    /// Returns the comparisons, in the order of the text.
    pub(crate) fn comparisons(&self) -> Vec<&Comparison> {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().flat_map(Self::comparisons).collect(),
            Self::Not(inner) => inner.comparisons(),
            Self::Leaf(Leaf::Comparison(comparison)) => vec![comparison],
            Self::Leaf(Leaf::Action(_)) => Vec::new(),
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
        Some(Expression::Leaf(Leaf::Action(action.clone())))
    }

    fn comparison(&mut self, attribute: &str) -> Option<Expression> {
        let Token::Word(operator) = self.next()? else { return None };
        let (values, in_set) = self.values()?;
        let end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map(|(_, end)| *end)?;
        let (attribute, operator) = (attribute.to_owned(), operator.to_ascii_lowercase());
        Some(Expression::Leaf(Leaf::Comparison(Comparison { attribute, operator, values, in_set, end })))
    }

    /// Reads the values that an attribute is compared with, and whether they are a set.
    fn values(&mut self) -> Option<(Vec<Value>, bool)> {
        let first = self.next()?;
        if let Some(value) = Value::of(first) {
            return Some((vec![value], false));
        }
        if *first != Token::OpenSet {
            return None;
        }
        let mut values = Vec::new();
        loop {
            values.push(Value::of(self.next()?)?);
            match self.next()? {
                Token::Comma => {}
                Token::CloseSet => return Some((values, true)),
                _ => return None,
            }
        }
    }
}
