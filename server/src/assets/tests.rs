use super::*;

static FILE: File = File {
    role: "js",
    url: "/assets/a.0123.js",
    etag: "\"0123\"",
    plain: b"plain",
    brotli: Some(b"br"),
    gzip: Some(b"gz"),
};

fn request(name: HeaderName, value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
}

#[test]
fn the_smallest_accepted_form_is_served() {
    for (accept, encoding, length) in
        [("gzip, deflate, br", Some("br"), "2"), ("gzip", Some("gzip"), "2"), ("identity", None, "5")]
    {
        let response = respond(&FILE, &request(header::ACCEPT_ENCODING, accept), "public");
        let got = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
        assert_eq!(got, encoding);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(axum::body::HttpBody::size_hint(response.body()).exact().unwrap().to_string(), length);
    }
}

#[test]
fn a_known_etag_gets_no_body() {
    for tag in ["\"0123\"", "W/\"0123\"", "\"x\", \"0123\"", "*"] {
        assert_eq!(respond(&FILE, &request(header::IF_NONE_MATCH, tag), "public").status(), StatusCode::NOT_MODIFIED);
    }
    assert_eq!(respond(&FILE, &request(header::IF_NONE_MATCH, "\"x\""), "public").status(), StatusCode::OK);
}

#[tokio::test]
async fn every_asset_of_this_build_is_served_and_nothing_else() {
    for file in FILES {
        let name = file.url.strip_prefix("/assets/").unwrap().to_owned();
        let response = serve(Path(name), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", file.url);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    }
    for name in ["", "parlance.js", "../Cargo.toml", "manifest.tsv"] {
        assert_eq!(serve(Path(name.to_owned()), HeaderMap::new()).await.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(manifest().is_some(), !FILES.is_empty());
}
