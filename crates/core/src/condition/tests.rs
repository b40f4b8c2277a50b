use proptest::prelude::*;

use super::*;

fn named(names: &[&str]) -> Option<String> {
    condition(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

const CONTENT: &str = "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})";
const METADATA: &str = "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})";

/// The layout of the portal's editor (Azure Container Registry documentation, "Microsoft Entra attribute-based access
/// control for repository permissions").
fn portal(comparison: &str) -> String {
    format!("(\n (\n  {CONTENT}\n  AND\n  {METADATA}\n )\n OR \n (\n  {comparison}\n )\n)")
}

fn to(text: Option<&str>) -> Widened {
    Widened::To(text.map(str::to_owned))
}

#[test]
fn a_condition_is_understood_in_every_layout() {
    let lower = NAME.to_ascii_lowercase();
    let loose = NAME.replace('[', "[ ").replace(']', " ]");
    let shouted = CONTENT.replace("ActionMatches", "ACTIONMATCHES").replace("Microsoft", "MICROSOFT");
    let web = format!("{NAME} StringEqualsIgnoreCase 'shop/web'");
    let api = format!("{NAME} StringEqualsIgnoreCase 'shop/api'");
    let one = set(&["shop/web"]);
    let both = set(&["shop/api", "shop/web"]);
    let cases = [
        (named(&["shop/web"]).expect("a condition"), &one),
        (named(&["shop/web", "shop/api"]).expect("a condition"), &both),
        (portal(&web), &one),
        (portal(&web).replace('\n', "\r\n\t"), &one),
        (portal(&format!("{web}\n  OR\n  {api}")), &both),
        (portal(&format!("{NAME} ForAnyOfAnyValues:StringEqualsIgnoreCase {{'shop/web', 'shop/api'}}")), &both),
        (portal(&format!("{NAME} ForAnyOfAnyValues:StringEquals {{'shop/web'}}")), &one),
        (portal(&format!("{lower} stringequalsignorecase 'SHOP/Web'")), &one),
        (portal(&format!("{loose} StringEquals 'shop/web'")), &one),
        (format!("({METADATA} && {shouted}) || {web}"), &one),
        (format!("(({CONTENT} AND {METADATA}) OR ({web}) OR ({api}))"), &both),
        (format!("({CONTENT} OR {web}) AND ({METADATA} OR {web})"), &one),
        (format!("NOT (!({CONTENT} AND {METADATA}) AND !({web}))"), &one),
        (format!("(({CONTENT} AND {METADATA}) OR ({web} AND {web}))"), &one),
        // No repository has a name in capitals, so this condition lets in nothing.
        (portal(&format!("{NAME} StringEquals 'Shop/Web'")), &set(&[])),
    ];
    for (text, names) in cases {
        assert_eq!(repositories_of(&text).as_ref(), Some(names), "{text}");
    }
}

#[test]
fn what_is_not_clear_is_not_understood() {
    let web = format!("{NAME} StringEqualsIgnoreCase 'shop/web'");
    let other = "@Resource[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals 'shop/web'";
    let write = CONTENT.replace("read", "write");
    let cases = [
        String::new(),
        "a person wrote this".to_owned(),
        web.clone(),
        portal(&format!("{NAME} StringStartsWith 'shop/'")),
        portal(&format!("{NAME} StringLike 'shop/*'")),
        portal(&format!("{NAME} StringEquals 'shop/*'")),
        portal(&format!("{NAME} StringNotEquals 'shop/web'")),
        portal(&format!("{NAME} ForAllOfAnyValues:StringEquals {{'shop/web'}}")),
        portal(&format!("{NAME} StringEquals {{'shop/web'}}")),
        portal(&format!("{NAME} StringEquals {NAME}")),
        portal(other),
        portal(&format!("{web} AND {web} OR {web}")),
        // One action stays open, one more is closed, one more is not known.
        format!("({CONTENT} OR {web})"),
        format!("(({CONTENT} AND {METADATA} AND {write}) OR ({web}))"),
        format!("(({CONTENT} AND {METADATA}) OR ({web}))) "),
        format!("(({CONTENT} AND {METADATA}) OR ({web})"),
        format!("(({CONTENT} AND {METADATA}) OR ({NAME} StringEquals 'shop/web))"),
        format!("{}{web}{}", "(".repeat(200), ")".repeat(200)),
        "(".repeat(100_000),
        "!".repeat(100_000),
    ];
    for text in cases {
        assert_eq!(repositories_of(&text), None, "{text}");
        assert_eq!(widened(Some(&text), named(&["shop/db"]).as_deref()), Widened::NotUnderstood, "{text}");
    }
}

#[test]
fn what_two_runs_let_in_adds_up() {
    let (web, api, both) = (named(&["shop/web"]), named(&["shop/api"]), named(&["shop/api", "shop/web"]));
    assert_eq!(widened(web.as_deref(), api.as_deref()), to(both.as_deref()));
    assert_eq!(widened(both.as_deref(), web.as_deref()), Widened::Unchanged);
    assert_eq!(widened(None, web.as_deref()), Widened::Unchanged, "without a condition everything is let in already");
    assert_eq!(widened(web.as_deref(), None), Widened::To(None), "all was asked for");
}

#[test]
fn what_a_person_wrote_keeps_its_layout() {
    let web = format!("{NAME} StringEqualsIgnoreCase 'shop/web'");
    let api = named(&["shop/api"]);
    let more = portal(&format!("{web} OR {NAME} StringEqualsIgnoreCase 'shop/api'"));
    assert_eq!(widened(Some(&portal(&web)), api.as_deref()), to(Some(&more)));
    // Where the name stands in several places, crosspull's own layout says as much.
    let twice = format!("({CONTENT} OR {web}) AND ({METADATA} OR {web})");
    assert_eq!(widened(Some(&twice), api.as_deref()), to(named(&["shop/api", "shop/web"]).as_deref()));
}

#[test]
fn one_that_lets_the_wanted_in_for_certain_stays_whatever_else_it_says() {
    let wanted = named(&["shop/web"]);
    let known = format!("{NAME} StringStartsWith 'tools/' OR {NAME} StringEqualsIgnoreCase 'shop/web'");
    assert_eq!(widened(Some(&portal(&known)), wanted.as_deref()), Widened::Unchanged);
    let all_but = portal(&format!("!({NAME} StringEquals 'shop/db')"));
    assert_eq!((repositories_of(&all_but), widened(Some(&all_but), wanted.as_deref())), (None, Widened::Unchanged));
    let unknown = portal(&format!("{NAME} StringStartsWith 'shop/'"));
    assert_eq!(widened(Some(&unknown), wanted.as_deref()), Widened::NotUnderstood);
    assert_eq!(widened(Some(&unknown), None), Widened::NotUnderstood, "it is not taken away");
    let spaced = unknown.replace('\n', " ");
    assert_eq!(widened(Some(&unknown), Some(&spaced)), Widened::Unchanged, "it is what is wanted");
}

#[test]
fn what_a_run_let_in_is_taken_out_and_nothing_else() {
    let (web, api, db) = (named(&["shop/web"]), named(&["shop/api"]), named(&["shop/db"]));
    let both = named(&["shop/api", "shop/web"]);
    let three = named(&["shop/api", "shop/db", "shop/web"]);
    let took = |present: &Option<String>| narrowed(present.as_deref(), web.as_deref(), api.as_deref());
    assert_eq!(took(&both), Narrowed::To(web.clone()));
    assert_eq!(took(&three), Narrowed::To(named(&["shop/db", "shop/web"])), "a later run's stays");
    assert_eq!(took(&web), Narrowed::To(web.clone()), "it is out already");
    assert_eq!(took(&db), Narrowed::To(db), "it is out already, and more");
    assert_eq!(took(&Some("a person wrote this".to_owned())), Narrowed::NotUnderstood);
    assert_eq!(took(&None), Narrowed::NotUnderstood, "a person let everything in");
}

#[test]
fn a_condition_of_nothing_is_never_written() {
    let (web, api) = (named(&["shop/web"]), named(&["shop/api"]));
    assert_eq!(narrowed(api.as_deref(), web.as_deref(), api.as_deref()), Narrowed::NothingLeft);
    let portal = portal(&format!("{NAME} StringEquals 'shop/api'"));
    assert_eq!(narrowed(Some(&portal), web.as_deref(), api.as_deref()), Narrowed::NothingLeft);
}

#[test]
fn what_a_person_wrote_is_put_back_as_it_was() {
    let web = portal(&format!("{NAME} StringEquals 'shop/web'"));
    let api = named(&["shop/api"]);
    let Widened::To(Some(written)) = widened(Some(&web), api.as_deref()) else { panic!("it is understood") };
    assert_eq!(narrowed(Some(&written), Some(&web), api.as_deref()), Narrowed::To(Some(web.clone())));
    // Somebody added a repository since, in the same layout.
    let since = written.replacen("'shop/web'", &format!("'shop/web' OR {NAME} StringEquals 'shop/db'"), 1);
    let left = portal(&format!("{NAME} StringEquals 'shop/web' OR {NAME} StringEquals 'shop/db'"));
    assert_eq!(narrowed(Some(&since), Some(&web), api.as_deref()), Narrowed::To(Some(left)));
    // The first versions put their own condition in the place of the present one.
    let foreign = portal(&format!("{NAME} StringStartsWith 'tools/'"));
    assert_eq!(narrowed(api.as_deref(), Some(&foreign), api.as_deref()), Narrowed::To(Some(foreign.clone())));
}

/// Returns some names of repositories.
fn some_names() -> impl Strategy<Value = BTreeSet<String>> {
    let all = ["a", "shop/web", "shop/api", "tools/base.image", "x-1/y_2", "z"].map(str::to_owned);
    prop::sample::subsequence(all.to_vec(), 1..=all.len()).prop_map(|names| names.into_iter().collect())
}

/// Returns a condition for these repositories in some layout.
fn laid_out(names: BTreeSet<String>) -> impl Strategy<Value = String> {
    (0..4_u8, any::<[bool; 5]>()).prop_map(move |(shape, [swap, signs, lines, lower, exact])| {
        let operator = if exact { "StringEquals" } else { "StringEqualsIgnoreCase" };
        let (and, or) = if signs { ("&&", "||") } else { ("AND", "OR") };
        let one = |name: &String| format!("{NAME} {operator} '{name}'");
        let joined = |all: Vec<String>| all.join(&format!(" {or} "));
        let comparison = match shape {
            0 | 1 => joined(names.iter().map(one).collect()),
            2 => joined(names.iter().map(|name| format!("({})", one(name))).collect()),
            _ => {
                let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
                format!("{NAME} ForAnyOfAnyValues:{operator} {{{}}}", quoted.join(", "))
            }
        };
        let (first, second) = if swap { (METADATA, CONTENT) } else { (CONTENT, METADATA) };
        let text = match shape {
            0 => format!("({first} {or} ({comparison})) {and} ({second} {or} ({comparison}))"),
            _ => format!("(({first} {and} {second}) {or} ({comparison}))"),
        };
        let text = if lines { text.replace(' ', "\r\n  ") } else { text };
        // Names and operators may be in any case. These names are in lower case already.
        if lower { text.to_ascii_lowercase() } else { text }
    })
}

fn some_condition() -> impl Strategy<Value = (BTreeSet<String>, String)> {
    some_names().prop_flat_map(|names| (Just(names.clone()), laid_out(names)))
}

proptest! {
    #[test]
    fn widened_lets_in_the_union_in_every_layout(
        (present, text) in some_condition(),
        (wanted, asked) in some_condition(),
    ) {
        prop_assert_eq!(repositories_of(&text), Some(present.clone()));
        let union: BTreeSet<String> = present.union(&wanted).cloned().collect();
        let let_in = match widened(Some(&text), Some(&asked)) {
            Widened::Unchanged => Some(present),
            Widened::To(Some(text)) => repositories_of(&text),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(let_in, Some(union));
    }

    #[test]
    fn narrowed_lets_in_the_difference_in_every_layout(
        (present, text) in some_condition(),
        (before, former) in some_condition(),
        (wanted, asked) in some_condition(),
    ) {
        let added: BTreeSet<String> = wanted.difference(&before).cloned().collect();
        let left: BTreeSet<String> = present.difference(&added).cloned().collect();
        let written = widened(Some(&former), Some(&asked)) == Widened::To(Some(text.clone()));
        let replaced = was_replaced(Some(&text), Some(&former), Some(&asked));
        prop_assume!(!written && !replaced && text != former);
        match narrowed(Some(&text), Some(&former), Some(&asked)) {
            Narrowed::To(Some(text)) => prop_assert_eq!(repositories_of(&text), Some(left)),
            Narrowed::NothingLeft => prop_assert!(left.is_empty()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn there_and_back_is_what_was_there((_, text) in some_condition(), (_, asked) in some_condition()) {
        if let Widened::To(written) = widened(Some(&text), Some(&asked)) {
            prop_assert_eq!(narrowed(written.as_deref(), Some(&text), Some(&asked)), Narrowed::To(Some(text)));
        }
    }

    #[test]
    fn any_text_is_read_or_not(text in r#"(\(|\)|\{|\}|,|!|&&|\|\||'[a-z/]*'?|@[A-Z]*\[[ a-z:]*\]?|[A-Za-z:]+| |é)*"#) {
        let _ = (repositories_of(&text), widened(Some(&text), Some(&text)), narrowed(Some(&text), None, Some(&text)));
    }
}
