//! What stands between this machine and Azure is told apart from Azure, and each kind of it from the others. What cannot
//! change is asked for once by each call.

use std::io::Write as _;

use crosspull_support::{End, Story, path_text};

use crate::connection::{Authority, LOGIN, Listener, PUBLIC, behind, head, is_told, tries};

/// Returns an answer with that body.
fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// Plans on the public cloud, through a proxy that is trusted and answers so in every host's place.
fn planned_behind(answer: String) -> (Story, End) {
    let authority = Authority::new();
    let names = |params: &mut rcgen::CertificateParams| {
        let host = |name: &str| rcgen::SanType::DnsName(name.try_into().expect("a name"));
        params.subject_alt_names = [LOGIN, "management.azure.com", "graph.microsoft.com"].map(host).to_vec();
    };
    let proxy = Listener::inspecting(authority.server(LOGIN, names), answer);
    let story = behind(&proxy.address());
    let file = story.path("inspection.pem");
    std::fs::write(&file, &authority.pem).expect("written");
    let end = story.plan(&[&PUBLIC[..], &["--ca-file", path_text(&file)]].concat());
    story.called_nothing();
    (story, end)
}

#[test]
fn what_a_tunnel_leads_to_is_told_in_the_services_words() {
    let body =
        r#"{"error":"invalid_request","error_description":"AADSTS90002: Tenant not found.","error_codes":[90002]}"#;
    let head = "400 Bad Request\r\nContent-Type: application/json\r\nx-ms-request-id: r-1\r\nVia: 1.1 gate (squid/5.7)";
    let (_, end) = planned_behind(answer(head, body));
    is_told(&end, "there is no such tenant in this cloud", "Check the tenant", "Tenant not found.", 1);
    let named = end.findings("stop").any(|finding| finding["refusal"]["request_id"] == "r-1");
    assert!(named, "the id for support goes along\n{end}");
}

#[test]
fn a_page_of_something_on_the_way_is_not_taken_for_azures_refusal() {
    let page = "<html><head><title>ERROR: Access Denied</title></head></html>";
    for (head, words) in [
        (
            "403 Forbidden\r\nServer: squid/5.7\r\nContent-Type: text/html",
            "status 403, a page \"ERROR: Access Denied\" of squid/5.7",
        ),
        ("404 Not Found\r\nContent-Type: text/html", "status 404, a page \"ERROR: Access Denied\""),
        ("200 OK\r\nContent-Type: text/html", "status 200, a page \"ERROR: Access Denied\""),
        ("302 Found\r\nLocation: http://portal.example/in?for=x", "which leads to portal.example"),
    ] {
        let (_, end) = planned_behind(answer(head, page));
        is_told(&end, "what answered is not Azure, but something on the way", "sign in to it", words, 1);
        assert!(!end.out.contains("portal.example/in"), "\n{end}");
    }
}

#[test]
fn a_proxy_that_wants_credentials_within_the_tunnel_is_told_so() {
    let head = "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Type: text/html";
    let (_, end) = planned_behind(answer(head, "<html>"));
    is_told(&end, "the proxy wants credentials", "HTTPS_PROXY", "status 407", 1);
}

#[test]
fn what_is_not_of_entra_never_makes_a_tenant_unknown() {
    for (said, words) in [
        (answer("403 Forbidden\r\nContent-Type: text/plain", "Blocked by policy"), "the words \"Blocked by policy\""),
        (answer("403 Forbidden\r\nContent-Type: application/json", r#"{"error":"blocked"}"#), "status 403"),
        (answer("200 OK\r\nContent-Type: application/json", r#"{"blocked":true}"#), "status 200"),
        (answer("200 OK", ""), "status 200"),
        (answer("204 No Content", ""), "status 204"),
    ] {
        let (_, end) = planned_behind(said);
        is_told(&end, ") cannot be asked: what answered is not Azure", "to let the host through", words, 1);
        for never in ["is not known:", "report it", "docs.rs"] {
            assert!(!end.out.contains(never), "{never}\n{end}");
        }
    }
    let (_, end) = planned_behind(String::new());
    end.is_stopped_by(") cannot be asked: no answer came", "Check the network and the proxy");
    assert!(!end.out.contains("is not known:") && !end.out.contains("docs.rs"), "\n{end}");
}

#[test]
fn what_lies_beyond_a_proxy_is_told_from_the_proxy() {
    let closes = Listener::proxy("200 OK");
    let end = behind(&closes.address()).plan(&PUBLIC);
    is_told(
        &end,
        "the proxy answers, and what lies beyond it does not",
        "Try again later",
        "it answers 200 OK, then",
        2,
    );

    let shows = Listener::new(|mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>In</title></html>");
    });
    let end = behind(&shows.address()).plan(&PUBLIC);
    is_told(&end, "what answered is not Azure", "sign in to it", "status 200, a page \"In\"", 1);
}

#[test]
fn what_is_no_proxy_or_a_portal_is_asked_once_by_each_call() {
    for status in ["400 Bad Request", "404 Not Found", "405 Method Not Allowed", "501 Not Implemented"] {
        let server = Listener::proxy(status);
        let end = behind(&server.address()).plan(&PUBLIC);
        is_told(&end, "answers as a web server, and is no proxy", "Check host and port", status, 1);
    }
    for status in ["302 Found\r\nLocation: http://portal.example/in?for=x", "511 Network Authentication Required"] {
        let portal = Listener::proxy(status);
        let end = behind(&portal.address()).plan(&PUBLIC);
        let words = status.get(..3).expect("a status");
        is_told(&end, "the proxy wants a sign-in on a page of its own", "in a browser", words, 1);
        assert!(!end.out.contains("portal.example/in"), "\n{end}");
    }
}

#[test]
fn a_gateway_with_trouble_of_its_own_is_asked_again_and_told() {
    let head = "502 Bad Gateway\r\nVia: 1.1 gate.corp\r\nContent-Type: text/html";
    let (_, end) = planned_behind(answer(head, "<html><title>Bad Gateway</title>"));
    end.is_stopped_by("a gateway on the way that has trouble of its own", "Try again later");
    assert!(tries(&end).contains(&5), "\n{end}");
}

#[test]
fn a_proxy_that_does_not_get_through_is_told_from_one_that_forbids() {
    let proxy = Listener::proxy("503 Service Unavailable");
    let end = behind(&proxy.address()).plan(&PUBLIC);
    end.is_stopped_by("the proxy does not get through to the host", "ask whoever runs the proxy");
    assert!(end.out.contains("it answers 503 Service Unavailable"), "\n{end}");
    assert!(tries(&end).contains(&5), "\n{end}");
}

#[test]
fn a_port_that_speaks_something_else_is_no_proxy() {
    for (said, words) in [
        (&b"SSH-2.0-OpenSSH_9.6\r\n"[..], "it does not answer as an HTTP proxy, but says \\\"SSH-2.0-OpenSSH_9.6\\\""),
        (b"\x15\x03\x01\x00\x02\x02\x46", "it speaks TLS; its address begins with https://"),
        (b"", "it ends the connection without a word"),
    ] {
        let other = Listener::new(move |mut stream| {
            head(&mut stream);
            let _ = stream.write_all(said);
        });
        let end = behind(&other.address()).plan(&PUBLIC);
        end.is_stopped_by("the proxy is of a kind that crosspull does not know", "Name an HTTP proxy");
        assert!(end.out.contains(words), "{words}\n{end}");
        let tries = tries(&end);
        assert!(tries.iter().all(|n| *n == 1), "tried {tries:?}\n{end}");
        assert!(other.taken() <= 2 * tries.len(), "each call asks, and asks for the words\n{end}");
    }
}
