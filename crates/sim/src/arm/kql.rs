//! The part of the Kusto query language that a client needs to find clusters, registries and role assignments with Resource Graph:
//! `where`, `project`, `extend`, `order by`, `limit` and `count`. Anything else is refused, never ignored.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

mod parse;

use parse::Tokens;

/// The tables that are served.
const TABLES: &[&str] = &["resources", "resourcecontainers", "authorizationresources"];

/// A parsed query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The table's name in lower case, one of [`TABLES`].
    pub table: String,
    stages: Vec<Stage>,
}

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// Rows for which every condition of one of the lists holds (`and` binds tighter than `or`).
    Where(Vec<Vec<Condition>>),
    Project(Vec<(String, Field)>),
    Extend(Vec<(String, Field)>),
    Sort(Vec<(Field, bool)>),
    Limit(usize),
    Count,
}

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    field: Field,
    test: Test,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Test {
    Equal { case: bool, negated: bool },
    Contains { negated: bool },
    StartsWith,
}

/// A column, or a member of a dynamic one: `properties.servicePrincipalProfile.clientId`.
#[derive(Debug, Clone, PartialEq)]
struct Field {
    path: Vec<String>,
    lower: bool,
}

impl Field {
    fn of(&self, row: &Value) -> Value {
        let found = self.path.iter().try_fold(row, |value, name| value.get(name)).cloned().unwrap_or(Value::Null);
        match found {
            Value::String(text) if self.lower => Value::String(text.to_lowercase()),
            other => other,
        }
    }

    fn text(&self, row: &Value) -> String {
        match self.of(row) {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// Returns the column's name when none is given: `properties_clientId` for a member, as Resource Graph names it.
    fn name(&self) -> String {
        self.path.join("_")
    }
}

impl Condition {
    fn holds(&self, row: &Value) -> bool {
        let held = self.field.text(row);
        match self.test {
            Test::Contains { negated } => {
                let held = held.to_lowercase();
                self.values.iter().any(|value| held.contains(&value.to_lowercase())) != negated
            }
            Test::StartsWith => {
                let held = held.to_lowercase();
                self.values.iter().any(|value| held.starts_with(&value.to_lowercase()))
            }
            Test::Equal { case, negated } => {
                let equal = |value: &String| {
                    if case { *value == held } else { value.eq_ignore_ascii_case(&held) }
                };
                self.values.iter().any(equal) != negated
            }
        }
    }
}

impl Query {
    /// Parses a query.
    ///
    /// # Errors
    /// What is not understood, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Tokens::new(text)?;
        let table = tokens.word()?.to_lowercase();
        if !TABLES.contains(&table.as_str()) {
            return Err(format!("table '{table}' is not known"));
        }
        let mut stages = Vec::new();
        while tokens.accept("|") {
            stages.extend(tokens.stages()?);
        }
        match tokens.next() {
            None => Ok(Self { table, stages }),
            Some(token) => Err(format!("'{}' is not expected here", token.text)),
        }
    }

    /// Runs the query over the table's rows. As long as its stages look at one row after the other, no more than one row is
    /// there at a time beside those that are left.
    #[must_use]
    pub fn run(&self, rows: impl Iterator<Item = Value>) -> Vec<Value> {
        let alone = self.stages.iter().take_while(|stage| stage.is_for_one()).count();
        let (each, all) = self.stages.split_at(alone);
        let left = rows.filter_map(|row| each.iter().try_fold(row, |row, stage| stage.one(row))).collect();
        all.iter().fold(left, |rows, stage| stage.all(rows))
    }

    /// True where rows of a type can pass the conditions that come first, whatever else they are.
    #[must_use]
    pub fn may_want(&self, kind: &str) -> bool {
        let Some(Stage::Where(any)) = self.stages.first() else {
            return true;
        };
        let row = json!({ "type": kind.to_lowercase() });
        let about_type = |condition: &&Condition| condition.field.path == ["type"];
        any.iter().any(|all| all.iter().filter(about_type).all(|condition| condition.holds(&row)))
    }
}

impl Stage {
    /// True where the stage looks at one row after the other.
    fn is_for_one(&self) -> bool {
        matches!(self, Self::Where(_) | Self::Project(_) | Self::Extend(_))
    }

    /// Returns the row that the stage makes of a row. `None` where the stage drops it.
    fn one(&self, mut row: Value) -> Option<Value> {
        match self {
            Self::Where(any) => any.iter().any(|all| all.iter().all(|c| c.holds(&row))).then_some(row),
            Self::Project(columns) => Some(Value::Object(computed(columns, &row))),
            Self::Extend(columns) => {
                let added = computed(columns, &row);
                if let Value::Object(members) = &mut row {
                    members.extend(added);
                }
                Some(row)
            }
            Self::Sort(_) | Self::Limit(_) | Self::Count => Some(row),
        }
    }

    fn all(&self, mut rows: Vec<Value>) -> Vec<Value> {
        match self {
            Self::Where(_) | Self::Project(_) | Self::Extend(_) => {
                rows.into_iter().filter_map(|row| self.one(row)).collect()
            }
            Self::Sort(keys) => {
                rows.sort_by_cached_key(|row| Sorted::of(keys, row));
                rows
            }
            Self::Limit(most) => {
                rows.truncate(*most);
                rows
            }
            Self::Count => vec![json!({"Count": rows.len()})],
        }
    }
}

/// The columns that a row is sorted by.
#[derive(PartialEq, Eq)]
struct Sorted(Vec<(String, bool)>);

impl Sorted {
    fn of(keys: &[(Field, bool)], row: &Value) -> Self {
        Self(keys.iter().map(|(key, descending)| (key.text(row), *descending)).collect())
    }
}

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> Ordering {
        let mut orders = self.0.iter().zip(&other.0).map(|((a, descending), (b, _))| {
            let order = a.cmp(b);
            if *descending { order.reverse() } else { order }
        });
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn computed(columns: &[(String, Field)], row: &Value) -> Map<String, Value> {
    columns.iter().map(|(name, field)| (name.clone(), field.of(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Value> {
        vec![
            json!({"name": "b", "type": "microsoft.containerservice/managedclusters", "properties": {"powerState": {"code": "Running"}}}),
            json!({"name": "a", "type": "microsoft.containerregistry/registries", "properties": {}}),
        ]
    }

    fn run(text: &str) -> Value {
        Value::Array(Query::parse(text).expect("a query").run(rows().into_iter()))
    }

    #[test]
    fn rows_are_chosen_by_type_whatever_its_case() {
        let found = run(
            "Resources | where type =~ 'Microsoft.ContainerService/managedClusters' | project name, state = tostring(properties.powerState.code)",
        );
        assert_eq!(found, json!([{"name": "b", "state": "Running"}]));
    }

    #[test]
    fn a_member_is_named_with_a_point_or_in_brackets() {
        for field in ["properties.powerState.code", "properties['powerState']['code']", "properties.powerState['code']"]
        {
            let found = run(&format!("resources | where {field} in~ ('stopped', 'running') | project name"));
            assert_eq!(found, json!([{"name": "b"}]), "{field}");
        }
    }

    #[test]
    fn an_exact_comparison_minds_the_case() {
        assert_eq!(run("resources | where name == 'A' | project name"), json!([]));
    }

    #[test]
    fn or_joins_what_and_binds() {
        let found =
            run("Resources | where name == 'a' and type contains 'nothing' or name in~ ('B', 'c') | project name");
        assert_eq!(found, json!([{"name": "b"}]));
    }

    #[test]
    fn rows_are_sorted_cut_and_counted() {
        assert_eq!(run("Resources | order by name asc | limit 1 | project name"), json!([{"name": "a"}]));
        assert_eq!(run("Resources | top 1 by name | project name"), json!([{"name": "b"}]));
        assert_eq!(run("Resources | where name !contains 'b' | project name"), json!([{"name": "a"}]));
        assert_eq!(run("Resources | count"), json!([{"Count": 2}]));
    }

    #[test]
    fn rows_that_cannot_be_wanted_are_known_by_their_type() {
        let query = |text: &str| Query::parse(text).expect("a query");
        let (clusters, registries) =
            ("Microsoft.ContainerService/managedClusters", "Microsoft.ContainerRegistry/registries");
        let one =
            query("resources | where type =~ 'microsoft.containerservice/managedclusters' and name startswith 'a'");
        assert!(one.may_want(clusters) && !one.may_want(registries));
        assert!(query("resources | where name == 'x'").may_want(registries));
        assert!(query("resources | where type == 'y' or name == 'x'").may_want(registries));
        assert!(query("resources | project id | where type == 'y'").may_want(registries));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "Nothing",
            "Resources | summarize count() by type",
            "Resources | where name 'a'",
            "Resources | where name == 'a",
            "",
        ] {
            assert!(Query::parse(text).is_err(), "{text}");
        }
    }
}
