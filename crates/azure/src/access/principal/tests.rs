use super::*;

const ID: &str = "bbbbbbbb-0000-4000-8000-000000000002";

fn object(json: &str) -> DirectoryObject {
    serde_json::from_str(json).expect("an object")
}

fn of(rest: &str) -> DirectoryObject {
    object(&format!(r#"{{ "id": "{ID}", {rest} }}"#))
}

#[test]
fn each_kind_is_known_to_kubernetes_by_what_its_token_says() {
    for (rest, kind, name, kubernetes) in [
        (
            r##""@odata.type": "#microsoft.graph.user", "userPrincipalName": "ada@contoso.com""##,
            PrincipalKind::User,
            "ada@contoso.com",
            "ada@contoso.com",
        ),
        (
            r##""@odata.type": "#microsoft.graph.user", "userPrincipalName": "eve_x.org#EXT#@contoso.com", "mail": "eve@x.org""##,
            PrincipalKind::User,
            "eve@x.org",
            ID,
        ),
        (
            r##""@odata.type": "#microsoft.graph.group", "displayName": "Cluster admins""##,
            PrincipalKind::Group,
            "Cluster admins",
            ID,
        ),
        (
            r##""@odata.type": "#microsoft.graph.servicePrincipal", "displayName": "build", "appId": "aaaaaaaa-0000-4000-8000-000000000001""##,
            PrincipalKind::ServicePrincipal,
            "build",
            ID,
        ),
        (r##""@odata.type": "#microsoft.graph.group", "displayName": null"##, PrincipalKind::Group, ID, ID),
    ] {
        let found = of_any_kind(&of(rest)).expect("a principal");
        assert_eq!((found.kind, found.name.as_str(), found.kubernetes_name.as_str()), (kind, name, kubernetes));
        assert_eq!(found.object, ID.parse().ok());
    }
}

#[test]
fn an_app_is_no_principal_and_a_hidden_person_has_no_name() {
    let app = of_any_kind(&of(
        r##""@odata.type": "#microsoft.graph.application", "displayName": "shop", "appId": "aaaaaaaa-0000-4000-8000-000000000001""##,
    ));
    assert!(app.expect_err("no principal").why.contains("Its app id is aaaaaaaa"), "the id that helps is told");
    let person = of_any_kind(&of(r##""@odata.type": "#microsoft.graph.user", "userPrincipalName": null"##));
    assert!(person.expect_err("hidden").why.contains("does not show you"));
}

#[test]
fn several_of_one_name_are_told_with_their_ids() {
    let one = |id: &str| Principal {
        kind: PrincipalKind::Group,
        object: id.parse().ok(),
        name: "shop".to_owned(),
        kubernetes_name: id.to_owned(),
    };
    let other = "cccccccc-0000-4000-8000-000000000003";
    let trouble = only("shop", vec![one(ID), one(other)]).expect_err("two");
    assert_eq!(trouble.why, format!("They are: group {ID}, group {other}"));
    assert!(trouble.refusal.is_none());
    assert_eq!(only("shop", vec![one(ID)]).expect("one"), Some(one(ID)));
    assert_eq!(only("shop", Vec::new()).expect("an answer"), None);
}

#[test]
fn who_is_signed_in_is_known_by_the_token() {
    let object: ObjectId = ID.parse().expect("an id");
    let by = |kind, name: &str| signed_in(object, &Account { name: name.to_owned(), kind });
    assert_eq!(by(AccountKind::Member, "ada@contoso.com").kubernetes_name, "ada@contoso.com");
    assert_eq!(by(AccountKind::Guest, "eve@x.org").kubernetes_name, ID);
    let app = by(AccountKind::App, "aaaaaaaa-0000-4000-8000-000000000001");
    assert_eq!((app.kind, app.kubernetes_name.as_str()), (PrincipalKind::ServicePrincipal, ID));
}
