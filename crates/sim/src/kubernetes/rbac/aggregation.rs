//! The roles that are put together of others: the controller of aggregated roles
//! (`pkg/controller/clusterroleaggregation`).

use serde_json::{Value, json};

use crate::world::{Kubernetes, Stored};

/// Gives every cluster role that has an aggregation rule the rules of those that it selects, until nothing changes.
pub fn settle(kubernetes: &mut Kubernetes) {
    let aggregated = kubernetes.of("clusterroles", "").filter(|role| role.object.get("aggregationRule").is_some());
    let uids: Vec<String> = aggregated.map(|role| role.text("/metadata/uid").to_owned()).collect();
    // Each round reaches one role further up, so there are no more rounds than roles.
    for _ in 0..=uids.len() {
        let changed = uids.iter().filter_map(|uid| Some((uid, changed(kubernetes, uid)?))).collect::<Vec<_>>();
        if changed.is_empty() {
            return;
        }
        for (uid, rules) in changed {
            kubernetes.change(uid, |role| role["rules"] = rules);
        }
    }
}

/// Returns the rules that a role should have; `None` where it has them.
fn changed(kubernetes: &Kubernetes, uid: &str) -> Option<Value> {
    let role = kubernetes.find(uid)?;
    let selectors = role.object.pointer("/aggregationRule/clusterRoleSelectors").and_then(Value::as_array)?;
    let mut rules: Vec<Value> = Vec::new();
    let all = kubernetes.of("clusterroles", "");
    for part in all.filter(|part| part.name() != role.name() && selectors.iter().any(|one| selects(one, part))) {
        for rule in part.object.get("rules").and_then(Value::as_array).into_iter().flatten() {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
    }
    let rules = json!(rules);
    (role.object.get("rules").unwrap_or(&json!([])) != &rules).then_some(rules)
}

/// True where a role has every label of a selector. Selectors by expressions select nothing here.
fn selects(selector: &Value, role: &Stored) -> bool {
    let wanted = selector.get("matchLabels").and_then(Value::as_object);
    let labels = role.object.pointer("/metadata/labels");
    wanted.is_some_and(|wanted| {
        !wanted.is_empty()
            && wanted.iter().all(|(name, value)| labels.and_then(|labels| labels.get(name)) == Some(value))
    })
}
