//! Other words for what is more than words: a file and choices stay as they are.

use super::{Scene, all, scene};
use crate::on_both;
use domain::{
    content::{Content, Extras, File, Menu, Quote},
    dead::Words,
    id::{MediaId, MessageId},
    inbox::MessageView,
    message::{Kind, Status},
    outgoing::CAPTION_LIMIT,
    time::DAY,
};
use services::{
    Error,
    clock::new_id,
    conversations,
    dead::{self, Retry},
    sql,
};

const BECOMES: &str =
    "UPDATE messages SET kind = $3, payload = $4, extras = $5 WHERE workspace_id = $1 AND id = $2 AND status = 'dead'";
const FILE: &str = "INSERT INTO media (workspace_id, id, number_id, message_id, state, meta_id, meta_until, mime, size, stored,
    due_at, created_at) SELECT workspace_id, $3, number_id, id, 'kept', '77', $4, 'image/png', 10, FALSE, at, at FROM messages
    WHERE workspace_id = $1 AND id = $2";

impl Scene {
    /// A dead letter that holds this beside its words, and answers the customer.
    async fn dead_with(&self, words: &str, kind: Kind, content: &Content) -> MessageId {
        let id = self.dead(words, "refused").await;
        let extras = Extras { quote: Some(Quote::unknown("wamid.in")), ..Extras::default() };
        let ws = self.owner.workspace().id.0;
        let mut tx = self.services.db().begin().await.unwrap();
        sql!(exec tx.conn(), BECOMES, ws, id.0, kind.as_str(), content.stored(), extras.stored()).unwrap();
        if let Content::Media(File { media: Some(media), .. }) = content {
            let until = self.services.clock().now() + DAY;
            sql!(exec tx.conn(), FILE, ws, id.0, media.0, until).unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// The only one that waits to be sent.
    async fn queued(&self) -> MessageView {
        let thread = conversations::thread(&self.owner, self.conversation).await.unwrap();
        let mut queued = thread.messages.into_iter().filter(|message| message.status == Status::Queued);
        let one = queued.next().unwrap();
        assert!(queued.next().is_none());
        one
    }

    async fn edit(&self, id: MessageId, words: &str) -> Result<(), Error> {
        dead::retry_with_edit(&self.owner, id.0, words, Retry::Once).await
    }
}

fn invalid(result: Result<(), Error>) -> (String, String) {
    match result {
        Err(Error::Domain(domain::Error::Invalid { field, problem })) => (field, problem),
        other => panic!("{other:?}"),
    }
}

fn photo() -> Content {
    let file = File { media: Some(MediaId(new_id())), meta: Some("77".to_owned()), ..File::default() };
    Content::Media(file)
}

on_both! {
    async fn a_caption_is_written_anew_and_the_file_stays(db) {
        let scene = scene(&db).await;
        let photo = photo();
        let id = scene.dead_with("Loook", Kind::Image, &photo).await;
        let detail = dead::get(&scene.owner, id.0).await.unwrap();
        assert_eq!((detail.letter.editable, detail.text.as_deref()), (Some(Words::Caption), Some("Loook")));
        let (field, _) = invalid(scene.edit(id, &"x".repeat(CAPTION_LIMIT + 1)).await);
        assert_eq!((field.as_str(), all(&scene.owner).await.len()), ("caption", 1));

        scene.edit(id, "Look").await.unwrap();
        let sent = scene.queued().await;
        assert_eq!((sent.kind, sent.text.as_str(), &sent.content), (Kind::Image, "Look", &photo));
        assert_eq!(sent.extras.quote.unwrap().wamid, "wamid.in");
        assert!(all(&scene.owner).await.is_empty());
        assert!(matches!(scene.edit(id, "Look").await, Err(Error::Domain(domain::Error::NotFound))));
    }

    async fn a_file_goes_without_words_too(db) {
        let scene = scene(&db).await;
        let file = photo();
        let id = scene.dead_with("Wrong", Kind::Document, &file).await;
        scene.edit(id, " ").await.unwrap();
        let sent = scene.queued().await;
        assert_eq!((sent.kind, sent.text.as_str(), &sent.content), (Kind::Document, "", &file));
    }

    async fn a_file_that_is_not_here_any_more_is_said_to_be_gone(db) {
        let scene = scene(&db).await;
        let id = scene.dead_with("Look", Kind::Image, &photo()).await;
        // Meta keeps it no longer, and it is not in the store.
        scene.services.clock().advance(2 * DAY);
        let (field, _) = invalid(scene.edit(id, "Look!").await);
        assert_eq!((field.as_str(), all(&scene.owner).await.len()), ("file", 1));
    }

    async fn words_above_choices_are_written_anew_and_the_choices_stay(db) {
        let scene = scene(&db).await;
        let buttons = vec![("yes".to_owned(), "Yes".to_owned()), ("no".to_owned(), "No".to_owned())];
        let menu = Content::Menu(Menu::Buttons { header: None, footer: Some("Reply by noon".to_owned()), buttons });
        let id = scene.dead_with("Shal we?", Kind::Interactive, &menu).await;
        assert_eq!(all(&scene.owner).await[0].editable, Some(Words::Choice));
        assert!(matches!(scene.edit(id, " ").await, Err(Error::Domain(domain::Error::EmptyMessage))));
        // Above buttons Meta takes fewer characters than above a list.
        assert_eq!(invalid(scene.edit(id, &"x".repeat(1_025)).await).0, "text");
        scene.edit(id, "Shall we?").await.unwrap();
        let sent = scene.queued().await;
        assert_eq!((sent.kind, sent.text.as_str(), &sent.content), (Kind::Interactive, "Shall we?", &menu));
    }

    async fn what_a_template_says_is_the_templates(db) {
        let scene = scene(&db).await;
        let id = scene.dead_with("Your parcel is here", Kind::Template, &Content::None).await;
        assert_eq!(all(&scene.owner).await[0].editable, None);
        let (field, problem) = invalid(scene.edit(id, "Your parcel is there").await);
        assert!(field == "text" && problem.contains("template"), "{problem}");
        assert_eq!(all(&scene.owner).await.len(), 1);
    }
}
