//! The part of the Kusto query language that a client needs to find clusters and registries with Resource Graph:
//! `where`, `project`, `extend`, `order by`, `limit` and `count`. Anything else is refused, never ignored.

use serde_json::{Map, Value, json};

mod parse;

use parse::Tokens;

/// A parsed query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The table's name in lower case: `resources` or `resourcecontainers`.
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
    Contains,
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

    /// The column's name when none is given: `properties_clientId` for a member, as Resource Graph names it.
    fn name(&self) -> String {
        self.path.join("_")
    }
}

impl Condition {
    fn holds(&self, row: &Value) -> bool {
        let held = self.field.text(row);
        match self.test {
            Test::Contains => self.values.iter().any(|value| held.to_lowercase().contains(&value.to_lowercase())),
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
        if !["resources", "resourcecontainers"].contains(&table.as_str()) {
            return Err(format!("table '{table}' is not known"));
        }
        let mut stages = Vec::new();
        while tokens.accept("|") {
            stages.push(tokens.stage()?);
        }
        match tokens.next() {
            None => Ok(Self { table, stages }),
            Some(token) => Err(format!("'{}' is not expected here", token.text)),
        }
    }

    /// Runs the query over the table's rows.
    #[must_use]
    pub fn run(&self, rows: Vec<Value>) -> Vec<Value> {
        self.stages.iter().fold(rows, |rows, stage| stage.apply(rows))
    }
}

impl Stage {
    fn apply(&self, mut rows: Vec<Value>) -> Vec<Value> {
        match self {
            Self::Where(any) => {
                rows.retain(|row| any.iter().any(|all| all.iter().all(|c| c.holds(row))));
                rows
            }
            Self::Project(columns) => rows.iter().map(|row| Value::Object(computed(columns, row))).collect(),
            Self::Extend(columns) => {
                for row in &mut rows {
                    let added = computed(columns, row);
                    if let Value::Object(members) = row {
                        members.extend(added);
                    }
                }
                rows
            }
            Self::Sort(keys) => {
                rows.sort_by(|a, b| {
                    keys.iter()
                        .map(|(key, descending)| {
                            let order = key.text(a).cmp(&key.text(b));
                            if *descending { order.reverse() } else { order }
                        })
                        .find(|order| order.is_ne())
                        .unwrap_or(std::cmp::Ordering::Equal)
                });
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
        Value::Array(Query::parse(text).expect("a query").run(rows()))
    }

    #[test]
    fn rows_are_chosen_by_type_whatever_its_case() {
        let found = run(
            "Resources | where type =~ 'Microsoft.ContainerService/managedClusters' | project name, state = tostring(properties.powerState.code)",
        );
        assert_eq!(found, json!([{"name": "b", "state": "Running"}]));
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
        assert_eq!(run("Resources | count"), json!([{"Count": 2}]));
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
