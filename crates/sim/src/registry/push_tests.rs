//! Pushes to a registry.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::images::{CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, digest};
use crate::testbed::{App, Reply, Testbed};

/// Returns the credential of an application that has a role at the registry.
fn with_role(bed: &Testbed, role: &str) -> (App, String) {
    let app = bed.app();
    bed.grant(app.principal_b, role, &bed.registry_id, None);
    let credential = format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", app.client_id, app.secret)));
    (app, credential)
}

async fn send(bed: &Testbed, basic: &str, method: Method, path: &str, kind: &str, body: &str) -> Reply {
    bed.registry(method, path, &[("authorization", basic), ("content-type", kind)], body).await
}

fn manifest(config: &str, layer: &str) -> String {
    let part =
        |kind: &str, text: &str| json!({"mediaType": kind, "digest": digest(text.as_bytes()), "size": text.len()});
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": part(CONFIG_TYPE, config),
        "layers": [part(LAYER_TYPE, layer)],
    });
    manifest.to_string()
}

#[tokio::test]
async fn an_image_is_pushed_whole_and_in_parts_and_read_again() {
    let bed = Testbed::new(|_| {});
    let (app, basic) = with_role(&bed, "AcrPush");
    let ask = async |method, path: &str, kind: &str, body: &str| send(&bed, &basic, method, path, kind, body).await;
    let uploads = "/v2/team/new/blobs/uploads/";
    // Whole.
    let config = "{}";
    let reply =
        ask(Method::POST, &format!("{uploads}?digest={}", digest(b"{}")), "application/octet-stream", config).await;
    assert_eq!((reply.status, reply.header("docker-content-digest")), (StatusCode::CREATED, digest(b"{}").as_str()));
    // In parts.
    let begun = ask(Method::POST, uploads, "application/octet-stream", "").await;
    assert_eq!(begun.status, StatusCode::ACCEPTED);
    let place = begun.header("location").to_owned();
    let part = bed
        .registry(
            Method::PATCH,
            &place,
            &[("authorization", &basic), ("content-range", "0-4"), ("content-type", "x/y")],
            "layer",
        )
        .await;
    assert_eq!((part.status, part.header("range")), (StatusCode::ACCEPTED, "0-4"));
    let gap = bed
        .registry(
            Method::PATCH,
            &place,
            &[("authorization", &basic), ("content-range", "9-10"), ("content-type", "x/y")],
            "xx",
        )
        .await;
    assert_eq!(gap.status, StatusCode::RANGE_NOT_SATISFIABLE);
    let end = format!("{place}&digest={}", digest(b"layer one"));
    assert_eq!(ask(Method::PUT, &end, "x/y", " one").await.status, StatusCode::CREATED);
    assert_eq!(ask(Method::PUT, &end, "x/y", "").await.code(), "BLOB_UPLOAD_UNKNOWN");
    // The manifest, once all that it names is there.
    let path = "/v2/team/new/manifests/1.0";
    let missing = ask(Method::PUT, path, MANIFEST_TYPE, &manifest("{}", "other")).await;
    assert_eq!((missing.status, missing.code().as_str()), (StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN"));
    assert_eq!(ask(Method::PUT, path, MANIFEST_TYPE, "{").await.code(), "MANIFEST_INVALID");
    assert_eq!(ask(Method::GET, path, "x/y", "").await.code(), "NAME_UNKNOWN");
    let whole = manifest("{}", "layer one");
    assert_eq!(ask(Method::PUT, path, MANIFEST_TYPE, &whole).await.status, StatusCode::CREATED);
    assert_eq!(
        ask(Method::PUT, "/v2/team/new/manifests/sha256:00", MANIFEST_TYPE, &whole).await.code(),
        "DIGEST_INVALID"
    );
    let read = ask(Method::GET, path, "x/y", "").await;
    assert_eq!((read.status, read.bytes), (StatusCode::OK, whole.clone().into_bytes()));
    let tags = ask(Method::GET, "/v2/team/new/tags/list", "x/y", "").await.json();
    assert_eq!(tags["tags"], json!(["1.0"]));
    let blob = ask(Method::GET, &format!("/v2/team/new/blobs/{}", digest(b"layer one")), "x/y", "").await;
    assert_eq!(blob.status, StatusCode::TEMPORARY_REDIRECT);
    // From another repository, and over a tag that was there.
    let mount = format!("/v2/shop/web/blobs/uploads/?mount={}&from=team/new", digest(b"layer one"));
    assert_eq!(ask(Method::POST, &mount, "x/y", "").await.status, StatusCode::CREATED);
    let mount = format!("/v2/shop/web/blobs/uploads/?mount={}&from=team/new", digest(b"{}"));
    assert_eq!(ask(Method::POST, &mount, "x/y", "").await.status, StatusCode::CREATED);
    assert_eq!(ask(Method::PUT, "/v2/shop/web/manifests/1.4", MANIFEST_TYPE, &whole).await.status, StatusCode::CREATED);
    let read = ask(Method::GET, "/v2/shop/web/manifests/1.4", "x/y", "").await;
    assert_eq!(read.header("docker-content-digest"), digest(whole.as_bytes()));
    let world = crate::world::view::of(&bed.cloud.world());
    let by = app.client_id.to_string();
    let pushed = |name: &str| json!({"repository": name, "by": by});
    assert_eq!(world["registries"][0]["pushes"], json!([pushed("team/new"), pushed("shop/web")]));
    assert!(world["registries"][0]["repositories"].as_array().is_some_and(|all| all.contains(&json!("team/new"))));
}

#[tokio::test]
async fn who_may_pull_alone_pushes_nothing() {
    let bed = Testbed::new(|_| {});
    let (_, basic) = with_role(&bed, "AcrPull");
    let refused = send(&bed, &basic, Method::POST, "/v2/shop/web/blobs/uploads/", "x/y", "").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let scope = refused
        .header("www-authenticate")
        .contains("scope=\"repository:shop/web:pull,push\",error=\"insufficient_scope\"");
    assert!(scope, "{}", refused.header("www-authenticate"));
    let refused = send(&bed, &basic, Method::PUT, "/v2/shop/web/manifests/1", MANIFEST_TYPE, "{}").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let refused = send(&bed, &basic, Method::DELETE, "/v2/shop/web/manifests/1", "x/y", "").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.header("www-authenticate").contains("scope=\"repository:shop/web:delete\""));
    assert_eq!(
        send(&bed, &basic, Method::DELETE, "/v2/shop/web/blobs/sha256:00", "x/y", "").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let (_, basic) = with_role(&bed, "AcrPush");
    let wrong = format!("/v2/shop/web/blobs/uploads/?digest={}", digest(b"other"));
    let refused = send(&bed, &basic, Method::POST, &wrong, "x/y", "one").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "DIGEST_INVALID"));
    assert_eq!(send(&bed, &basic, Method::POST, "/v2/Shop/blobs/uploads/", "x/y", "").await.code(), "NAME_INVALID");
    let pushes: Value = crate::world::view::of(&bed.cloud.world())["registries"][0]["pushes"].clone();
    assert_eq!(pushes, json!([]));
}

#[tokio::test]
async fn who_may_delete_deletes_manifests_tags_and_repositories() {
    let bed = Testbed::new(|_| {});
    let (app, basic) = with_role(&bed, "AcrPull");
    bed.grant(app.principal_b, "AcrDelete", &bed.registry_id, None);
    let ask = async |method, path: &str| send(&bed, &basic, method, path, "x/y", "").await;
    let tags = async || ask(Method::GET, "/v2/shop/web/tags/list").await.json()["tags"].clone();
    let all: Vec<String> = serde_json::from_value(tags().await).unwrap();
    let head = ask(Method::HEAD, "/v2/shop/web/manifests/1.4").await;
    let digest = head.header("docker-content-digest").to_owned();
    // A tag is taken away and leaves its manifest.
    assert_eq!(ask(Method::DELETE, "/v2/shop/web/manifests/1.4").await.code(), "UNSUPPORTED");
    assert_eq!(ask(Method::DELETE, "/acr/v1/shop/web/_tags/1.4").await.status, StatusCode::ACCEPTED);
    assert_eq!(ask(Method::DELETE, "/acr/v1/shop/web/_tags/1.4").await.code(), "TAG_UNKNOWN");
    assert_eq!(ask(Method::GET, "/v2/shop/web/manifests/1.4").await.code(), "MANIFEST_UNKNOWN");
    let by_digest = format!("/v2/shop/web/manifests/{digest}");
    assert_eq!(ask(Method::HEAD, &by_digest).await.status, StatusCode::OK);
    // A manifest goes with the tags that name it.
    assert_eq!(ask(Method::DELETE, &by_digest).await.status, StatusCode::ACCEPTED);
    assert_eq!(ask(Method::DELETE, &by_digest).await.code(), "MANIFEST_UNKNOWN");
    let left: Vec<&String> = all.iter().filter(|tag| *tag != "1.4").collect();
    assert_eq!(tags().await, json!(left));
    // A repository goes with all that is left.
    let gone = ask(Method::DELETE, "/acr/v1/shop/web").await;
    assert_eq!((gone.status, &gone.json()["tagsDeleted"]), (StatusCode::ACCEPTED, &json!(left)));
    assert_eq!(tags().await, json!([]));
    assert_eq!(ask(Method::DELETE, "/acr/v1/none").await.code(), "NAME_UNKNOWN");
}

#[tokio::test]
async fn what_was_deleted_is_there_again_once_it_is_pushed() {
    let bed = Testbed::new(|_| {});
    let (app, basic) = with_role(&bed, "AcrPush");
    bed.grant(app.principal_b, "AcrDelete", &bed.registry_id, None);
    let ask = async |method, path: &str, body: &str| send(&bed, &basic, method, path, MANIFEST_TYPE, body).await;
    let before = ask(Method::GET, "/v2/shop/web/manifests/1.4", "").await;
    let digest = digest(&before.bytes);
    assert_eq!(ask(Method::DELETE, &format!("/v2/shop/web/manifests/{digest}"), "").await.status, StatusCode::ACCEPTED);
    assert_eq!(ask(Method::GET, "/v2/shop/web/manifests/1.4", "").await.code(), "MANIFEST_UNKNOWN");
    let again = String::from_utf8(before.bytes).unwrap();
    assert_eq!(ask(Method::PUT, "/v2/shop/web/manifests/1.4", &again).await.status, StatusCode::CREATED);
    for reference in ["1.4", digest.as_str()] {
        let read = ask(Method::HEAD, &format!("/v2/shop/web/manifests/{reference}"), "").await;
        assert_eq!(read.status, StatusCode::OK, "{reference}");
    }
}

#[tokio::test]
async fn a_blob_of_a_repository_that_one_may_not_pull_is_not_mounted() {
    let bed = Testbed::new(|_| {});
    let id = &bed.registry_id;
    let actions = json!(["repositories/team/new/content/read", "repositories/team/new/content/write"]);
    let map = json!({"properties": {"actions": actions}});
    bed.arm('b', Method::PUT, &format!("{id}/scopeMaps/writers"), map).await;
    let new = json!({"properties": {"scopeMapId": format!("{id}/scopeMaps/writers")}});
    bed.arm('b', Method::PUT, &format!("{id}/tokens/writer"), new).await;
    let body = json!({"tokenId": format!("{id}/tokens/writer")});
    let made = bed.arm('b', Method::POST, &format!("{id}/generateCredentials"), body).await.json();
    bed.pass(60.0).await;
    let password = made["passwords"][0]["value"].as_str().unwrap();
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("writer:{password}")));
    let (_, reader) = with_role(&bed, "AcrPull");
    let web = send(&bed, &reader, Method::GET, "/v2/shop/web/manifests/1.4", MANIFEST_TYPE, "").await.json();
    let layer = web["layers"][0]["digest"].as_str().unwrap();
    // The upload begins instead, which tells nothing of what the other repository has.
    let path = format!("/v2/team/new/blobs/uploads/?mount={layer}&from=shop/web");
    let begun = send(&bed, &basic, Method::POST, &path, "x/y", "").await;
    assert_eq!(begun.status, StatusCode::ACCEPTED);
    assert!(begun.header("location").starts_with("/v2/team/new/blobs/uploads/"));
}
