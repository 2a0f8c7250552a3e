//! Who is in a workspace.

use crate::support::{PASSWORD, member, workspace};
use domain::role::Role;
use services::{Error, members, sql};

const AVAILABLE: &str = "SELECT available FROM members WHERE id = $1";

crate::on_both! {
    async fn members_are_listed_by_name_in_their_workspace_only(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let two = workspace(&services, "Two").await;
        let slug = one.workspace().slug.clone();
        let (_, rohan) = member(&services, &slug, "Rohan Iyer", Role::Agent).await;
        member(&services, &slug, "Beatriz Lima", Role::Manager).await;
        let names: Vec<_> = members::list(&rohan).await.unwrap().into_iter().map(|m| (m.name, m.role)).collect();
        let expected = [("Beatriz Lima", Role::Manager), ("Rohan Iyer", Role::Agent), ("owner", Role::Owner)];
        assert_eq!(names, expected.map(|(name, role)| (name.to_owned(), role)));
        assert_eq!(members::list(&two).await.unwrap().len(), 1);
    }

    async fn one_account_in_several_workspaces(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let two = workspace(&services, "Two").await;
        let add = |slug: domain::workspace::Slug, name: &'static str, role| {
            let services = services.clone();
            async move { members::add(&services, &slug, "Rohan@example.com", name, PASSWORD, role).await }
        };
        let first = add(one.workspace().slug.clone(), "Rohan Iyer", Role::Agent).await.unwrap();
        let second = add(two.workspace().slug.clone(), "Somebody Else", Role::Viewer).await.unwrap();
        assert_eq!(first.user, second.user);
        assert_eq!(second.member.name, "Rohan Iyer");
        assert!(matches!(add(two.workspace().slug.clone(), "Rohan", Role::Owner).await, Err(Error::Conflict(_))));
        let nowhere = "nowhere".parse().unwrap();
        assert!(matches!(add(nowhere, "Rohan", Role::Owner).await, Err(Error::Domain(_))));
    }

    async fn availability_is_ones_own(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let (rohan, ctx) = member(&services, &one.workspace().slug, "Rohan Iyer", Role::Agent).await;
        for available in [false, true] {
            members::set_available(&ctx, available).await.unwrap();
            let mut read = db.db.read().await.unwrap();
            assert_eq!(sql!(scalar bool, read.conn(), AVAILABLE, rohan.member.id.0).unwrap(), available);
            assert!(sql!(scalar bool, read.conn(), AVAILABLE, one.me().id.0).unwrap());
        }
    }
}
