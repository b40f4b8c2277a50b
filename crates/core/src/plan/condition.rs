//! Conditions of role assignments on a registry whose roles hold on repositories. What several runs let one principal
//! into adds up: a run takes nothing from what another let in, neither on its way nor on its way back.

const REPOSITORIES: &str = "Microsoft.ContainerRegistry/registries/repositories";
const NAMED: &str = "StringEqualsIgnoreCase '";

/// The condition that lets a reader into the named repositories alone, version 2.0 (`azure-facts.md` 3.6); none where
/// none is named.
#[must_use]
pub fn condition(repositories: &[String]) -> Option<String> {
    if repositories.is_empty() {
        return None;
    }
    let named: Vec<String> =
        repositories.iter().map(|r| format!("@Request[{REPOSITORIES}:name] {NAMED}{r}'")).collect();
    Some(format!(
        "((!(ActionMatches{{'{REPOSITORIES}/content/read'}}) AND !(ActionMatches{{'{REPOSITORIES}/metadata/read'}})) OR \
         ({}))",
        named.join(" OR ")
    ))
}

/// The condition that lets in what either lets in; none is no condition. One that [`condition`] did not write cannot be
/// added to: the wanted one takes its place.
#[must_use]
pub fn widened(present: Option<&str>, wanted: Option<&str>) -> Option<String> {
    let (present, wanted) = (present?, wanted?);
    let Some((mut names, more)) = names_in(present).zip(names_in(wanted)) else { return Some(wanted.to_owned()) };
    names.extend(more);
    if names_in(present).is_some_and(|present| names.iter().all(|name| present.contains(name))) {
        return Some(present.to_owned());
    }
    names.sort();
    names.dedup();
    condition(&names)
}

/// The condition that is left when what was added to `before` is taken out of the present one. The outer none means that
/// this cannot be told, since somebody wrote the present one.
#[must_use]
pub fn narrowed(present: Option<&str>, before: Option<&str>, wanted: Option<&str>) -> Option<Option<String>> {
    let is_ours = present == widened(before, wanted).as_deref() || present == wanted || present == before;
    if is_ours {
        return Some(before.map(str::to_owned));
    }
    let (present, before, wanted) = (names_in(present?)?, names_in(before?)?, names_in(wanted?)?);
    let added = |name: &String| wanted.contains(name) && !before.contains(name);
    let left: Vec<String> = present.into_iter().filter(|name| !added(name)).collect();
    condition(&left).map(Some)
}

/// The repositories that a condition names; none where [`condition`] did not write it.
fn names_in(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> =
        text.split(NAMED).skip(1).filter_map(|rest| rest.split_once('\'')).map(|(name, _)| name.to_owned()).collect();
    (condition(&names).as_deref() == Some(text)).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Option<String> {
        condition(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_two_runs_let_in_adds_up() {
        let (web, api, both) = (named(&["shop/web"]), named(&["shop/api"]), named(&["shop/api", "shop/web"]));
        assert_eq!(widened(web.as_deref(), api.as_deref()), both);
        assert_eq!(widened(both.as_deref(), web.as_deref()), both, "nothing is to be changed");
        assert_eq!(widened(None, web.as_deref()), None, "without a condition everything is let in already");
        assert_eq!(widened(web.as_deref(), None), None, "all was asked for");
        assert_eq!(widened(Some("@Resource[x] StringEquals 'y'"), web.as_deref()), web);
    }

    #[test]
    fn what_a_run_let_in_is_taken_out_and_nothing_else() {
        let (web, api, db) = (named(&["shop/web"]), named(&["shop/api"]), named(&["shop/db"]));
        let three = named(&["shop/api", "shop/db", "shop/web"]);
        let took = |present: &Option<String>| narrowed(present.as_deref(), web.as_deref(), api.as_deref());
        assert_eq!(took(&widened(web.as_deref(), api.as_deref())), Some(web.clone()));
        assert_eq!(took(&three), Some(named(&["shop/db", "shop/web"])), "a later run's stays");
        assert_eq!(took(&web), Some(web.clone()), "it is out already");
        assert_eq!(took(&api), Some(web.clone()), "the first version put its own in the place of another's");
        assert_eq!(took(&Some("a person wrote this".to_owned())), None);
        assert_eq!(took(&None), None, "a person let everything in");
        assert_eq!(took(&db), Some(db));
    }
}
