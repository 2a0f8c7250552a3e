//! The sign-in page.

use app::{
    flash::Flash,
    login::page::{Asked, sign_in},
    shell::DemoMember,
};
use domain::{id::UserId, role::Role};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;

use crate::support::{has, has_not, id, plain};

fn draw(asked: Asked) -> String {
    Owner::new().with(|| {
        provide_meta_context();
        plain(&sign_in(asked).to_html())
    })
}

#[test]
fn a_plain_form() {
    let html =
        draw(Asked { next: "/w/a/inbox?view=mine".to_owned(), host: "chat.example".to_owned(), ..Asked::default() });
    has(&html, "method=\"post\" action=\"/login\"");
    has(&html, "name=\"email\"");
    has(&html, "name=\"password\"");
    has(&html, "name=\"next\" value=\"/w/a/inbox?view=mine\"");
    has(&html, "chat.example");
    has_not(&html, "/demo/sign-in");
    has_not(&html, " style=");
}

#[test]
fn the_address_is_kept_and_the_reason_is_said() {
    let flash = Flash {
        error: Some("That email and password do not match.".to_owned()),
        email: Some("asha@\"kaveri\".example".to_owned()),
        text: None,
    };
    let html = draw(Asked { flash, ..Asked::default() });
    has(&html, "role=\"alert\"");
    has(&html, "do not match");
    has(&html, "asha@&quot;kaveri&quot;.example");
    has(&html, "aria-invalid=\"true\"");
}

#[test]
fn the_demo_offers_its_members_by_one_click() {
    let demo = vec![DemoMember { user: UserId(id(7)), name: "Asha Menon".to_owned(), role: Role::Owner }];
    let html = draw(Asked { demo: Some(demo), ..Asked::default() });
    has(&html, "action=\"/demo/sign-in\"");
    has(&html, &format!("name=\"member\" value=\"{}\"", id(7)));
    has(&html, "Asha Menon");
    has(&html, "Owner");
}
