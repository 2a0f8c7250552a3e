//! The audit trail as a page, before any script.

use axum::http::StatusCode;
use domain::{audit::Filter, role::Role};
use services::{audit, members};

use crate::support::{Installation, PASSWORD, location, owner_id, text};

#[tokio::test]
async fn the_address_says_what_is_shown() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    let ctx = installation.services.ctx(owner_id(&installation).await, &slug).await.unwrap();
    let mut owner = installation.signed_in().await;
    owner.get(&format!("/w/{slug}/audit/export.csv?what=member")).await;
    let entry = audit::list(&ctx, &Filter::default(), None, 1).await.unwrap().items.remove(0);
    assert_eq!(entry.action, "export.audit");

    let page = text(owner.get(&format!("/w/{slug}/audit?what=export.audit")).await).await;
    assert!(page.contains("export.audit") && page.contains(&entry.cursor().to_string()), "{page}");
    assert!(!page.contains("entry-title"), "nothing is open");
    let page = text(owner.get(&format!("/w/{slug}/audit?entry={}", entry.cursor())).await).await;
    assert!(page.contains("id=\"entry-title\">Exported the audit trail"), "{page}");
    let address = entry.address.clone().unwrap();
    let page = text(owner.get(&format!("/w/{slug}/audit?what=export&address={address}")).await).await;
    assert!(page.contains(&entry.cursor().to_string()) && page.contains(&format!("value=\"{address}\"")), "{page}");
    let page = text(owner.get(&format!("/w/{slug}/audit?what=export&address=203.0.113.99")).await).await;
    assert!(page.contains("No entry matches"), "{page}");
    let page = text(owner.get(&format!("/w/{slug}/audit?address=203.0.113")).await).await;
    assert!(page.contains("is not an IP address, so it narrows nothing") && page.contains(">Clear<"), "{page}");
    // Also one that the filters leave out, as a link to it was handed on.
    let page = text(owner.get(&format!("/w/{slug}/audit?what=role&entry={}", entry.cursor())).await).await;
    assert!(
        page.contains("No entry matches") && page.contains("id=\"entry-title\">Exported the audit trail"),
        "{page}"
    );
    for gone in ["5.00000000-0000-0000-0000-000000000007", "nonsense"] {
        let page = owner.get(&format!("/w/{slug}/audit?entry={gone}")).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(text(page).await.contains("This entry is not there"), "{gone}");
    }
}

#[tokio::test]
async fn it_is_for_those_who_may_see_the_trail() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    members::add(&installation.services, &slug, "rohan@example.com", "Rohan", PASSWORD, Role::Agent).await.unwrap();
    members::add(&installation.services, &slug, "lucia@example.com", "Lucia", PASSWORD, Role::Manager).await.unwrap();
    services::accounts::create_owner(&installation.services, "Other", "mallory@example.com", PASSWORD).await.unwrap();
    for (email, status) in [
        ("lucia@example.com", StatusCode::OK),
        ("rohan@example.com", StatusCode::FORBIDDEN),
        ("mallory@example.com", StatusCode::NOT_FOUND),
    ] {
        let mut browser = installation.browser();
        let response = browser.post("/login", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(location(&response), "/");
        let response = browser.get(&format!("/w/{slug}/audit")).await;
        assert_eq!(response.status(), status, "{email}");
        let page = text(response).await;
        assert!(status != StatusCode::FORBIDDEN || page.contains("<code>audit.view<"), "{email}: {page}");
        assert_eq!(page.contains("Chain of"), status == StatusCode::OK, "{email}");
    }
}
