use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

/// As people type them, in nine languages.
const STOPS: &[&str] = &[
    // The list that English-speaking carriers and Meta name.
    "STOP",
    "stop",
    "Stop",
    "sToP",
    "STOP ALL",
    "Stop-All",
    "STOPALL",
    "UNSUBSCRIBE",
    "Unsubscribe.",
    "UNSUB",
    "OPT OUT",
    "OPT-OUT",
    "OPTOUT",
    "Opt out!",
    "opt_out",
    "REMOVE",
    "REMOVE ME",
    "Remove me.",
    "QUIT",
    "CANCEL",
    "Cancel",
    "END",
    "end.",
    "UNFOLLOW",
    "STOP PROMOTIONS",
    "STOP MESSAGES",
    "stop  messages",
    "Please stop",
    "Stop please!!",
    "Unsubscribe me",
    "don't contact me",
    "Don’t contact me",
    "DO NOT CONTACT ME",
    "No more messages!",
    // Around it, and how it is drawn.
    " STOP ",
    "\n\tSTOP\n",
    "STOP!",
    "STOP!!!",
    "STOP.",
    "\"STOP\"",
    "'stop'",
    "«STOP»",
    "“Stop”",
    "(stop)",
    "*STOP*",
    "_STOP_",
    "~stop~",
    "STOP 🛑",
    "🛑🛑 STOP 🛑🛑",
    "🙏stop🙏🏽",
    "👨‍👩‍👧 stop",
    "STOP❤️",
    "STOP 🇮🇳",
    "🅰️ STOP",
    "STOP…",
    "...stop...",
    "¡STOP!",
    "STOP?",
    "# stop",
    "/stop",
    "ＳＴＯＰ",
    "Ⓢⓣⓞⓟ",
    "𝐒𝐓𝐎𝐏",
    "𝓼𝓽𝓸𝓹",
    "ST\u{200B}OP",
    "\u{200E}STOP\u{200F}",
    "\u{202B}STOP\u{202C}",
    "\u{FEFF}stop",
    "st\u{00AD}op",
    "stop\u{00A0}all",
    "STOP\u{3000}ALL",
    "opt\u{2011}out",
    "opt – out",
    "OPT\u{2013}OUT",
    // A Turkish keyboard.
    "UNSUBSCRİBE",
    "unsubscrıbe",
    "QUİT",
    // Spanish
    "ALTO",
    "Parar",
    "Basta",
    "¡Basta!",
    "BAJA",
    "Baja.",
    "Dar de baja",
    "Darme de baja",
    "Quiero darme de baja",
    "Cancelar",
    "Cancelar suscripción",
    "CANCELAR SUSCRIPCION",
    "Cancelar la suscripción",
    "Desuscribir",
    "desuscribirme",
    "Eliminar",
    "Elimíname",
    "eliminame",
    "Salir",
    "Fin",
    "No más mensajes",
    "no mas mensajes",
    "¡No me escriban más!",
    "Detener",
    // Portuguese
    "PARE",
    "Pare!",
    "Sair",
    "SAIR",
    "Fim",
    "Remover",
    "Remova-me",
    "remova me",
    "Me remova",
    "Descadastrar",
    "Descadastre-me",
    "Cancelar inscrição",
    "cancelar inscricao",
    "CANCELAR INSCRIÇÃO",
    "Não quero mais receber",
    "nao quero mais receber",
    "Encerrar",
    "Me tire da lista",
    "não enviar mais",
    // Hindi
    "बंद",
    "बन्द",
    "बंद करो",
    "बन्द करो",
    "बंद करें",
    "बँद करो",
    "बंद कर दो।",
    "रोको",
    "रोकें!",
    "स्टॉप",
    "हटाओ",
    "मुझे हटाओ",
    "संदेश बंद करें",
    "मैसेज बंद करो 🙏",
    "मैसेज मत भेजो",
    "हटाएँ",
    // Hindi in Latin letters
    "band karo",
    "Band Karo",
    "BAND KARO!!",
    "band kar do",
    "band kardo",
    "band karein",
    "roko",
    "Rok do",
    "stop karo",
    "message band karo",
    "Msg mat bhejo",
    "hatao",
    // Arabic
    "توقف",
    "تَوَقَّف",
    "قف",
    "إيقاف",
    "ايقاف",
    "أوقف",
    "اوقف",
    "إلغاء",
    "الغاء",
    "إلغاء الاشتراك",
    "الغاء الإشتراك",
    "الغاء الأشتراك",
    "إلغـــاء",
    "ستوب",
    "انسحاب",
    "إزالة",
    "ازاله",
    "توقف!",
    "توقف؟",
    "أوقفوا الرسائل",
    "لا ترسلوا",
    "الغي",
    // French
    "Arrêt",
    "ARRET",
    "Arrêter",
    "arreter",
    "ARRÊTEZ",
    "Arre\u{0302}ter",
    "Désabonner",
    "desabonner",
    "Désabonnement",
    "Me désabonner",
    "Désabonnez-moi",
    "desabonnez moi",
    "Désinscription",
    "Annuler",
    "Supprimer",
    "Ne plus recevoir",
    "STOP PUB",
    "Arrêtez les messages",
    // German
    "STOPP",
    "Stopp!",
    "Abmelden",
    "ABMELDEN",
    "Abmeldung",
    "Bitte abmelden",
    "Abbestellen",
    "Austragen",
    "Aufhören",
    "aufhoeren",
    "Ende",
    "Beenden",
    "Entfernen",
    "Abbrechen",
    "Keine Werbung",
    "Keine Nachrichten mehr",
    "keine Werbung mehr!",
    // Indonesian
    "Berhenti",
    "BERHENTI",
    "berhenti berlangganan",
    "Hentikan",
    "UNREG",
    "unreg all",
    "Batal",
    "Batalkan langganan",
    "Keluar",
    "Hapus saya",
    "Jangan kirim lagi",
    "jangan hubungi saya",
    "Stop promosi",
    // Italian
    "Ferma",
    "Annulla",
    "ANNULLA ISCRIZIONE",
    "Cancellami",
    "Disiscrivimi",
    "disiscriviti",
    "Disiscrizione",
    "Rimuovimi",
    "Smettila",
    "Esci",
    "Basta messaggi",
    "Basta pubblicità",
    "basta pubblicita",
    "Non scrivetemi più",
    "non voglio piu messaggi",
];

const STARTS: &[&str] = &[
    "START",
    "start",
    "Start!",
    "UNSTOP",
    "Unstop",
    "SUBSCRIBE",
    "Subscribe",
    "OPT IN",
    "Opt-in",
    "OPTIN",
    "RESUME",
    "resume 🙂",
    "ＳＴＡＲＴ",
    "Iniciar",
    "Comenzar",
    "ALTA",
    "Suscribirme",
    "Suscríbeme",
    "suscribeme",
    "Reanudar",
    "Começar",
    "comecar",
    "Inscrever-me",
    "Retomar",
    "शुरू",
    "शुरु करो",
    "शुरू करें",
    "चालू करो",
    "shuru karo",
    "Shuru",
    "start karo",
    "ابدأ",
    "ابدا",
    "اشتراك",
    "اشترك",
    "استئناف",
    "Commencer",
    "Démarrer",
    "demarrer",
    "S'abonner",
    "S’abonner",
    "Reprendre",
    "Starten",
    "Anmelden",
    "Abonnieren",
    "Mulai",
    "mulai lagi",
    "Berlangganan",
    "Aktifkan",
    "Inizia",
    "Iscrivimi",
    "Riattiva",
];

const NEITHER: &[&str] = &[
    // With something else said, it is for a person to read.
    "Please cancel my order",
    "please cancel my order.",
    "Cancel order 1042",
    "CANCEL my booking for tomorrow",
    "Can I cancel?",
    "How do I unsubscribe from the premium plan and keep basic?",
    "Stop by our shop",
    "The bus stop is closed",
    "non-stop",
    "nonstop",
    "Don't stop",
    "don't stop sending these",
    "I never said stop",
    "stop 2",
    "STOP1",
    "1 stop",
    "Is this the end?",
    "the end",
    "weekend",
    "end of month",
    "Remove the onions please",
    "remove me from the Friday booking",
    "I quit my job",
    "quite",
    "Unsubscribed already",
    "stopover",
    "STOPP-Schild",
    "Where do I start?",
    "start date?",
    "Let's get started",
    "When do you start",
    "my resume is attached",
    "resume attached",
    "subscribers",
    "opt",
    "out",
    "opt outs",
    "all",
    "messages",
    "promotions",
    "stop loss",
    "full stop",
    "stop watch",
    "cancelled",
    "cancellation policy?",
    "ok stop the car",
    "s t o p",
    // What is said all day.
    "",
    " ",
    "👍",
    "🛑",
    "...",
    "?",
    "yes",
    "no",
    "NO",
    "ok",
    "Fine",
    "fine",
    "thanks",
    "hi",
    "1",
    "2",
    "wait",
    "continue",
    "next",
    // Spanish
    "Quiero cancelar mi pedido",
    "Cancela mi cita de mañana",
    "para",
    "para mañana",
    "baja el precio",
    "¿La talla baja?",
    "planta baja",
    "¿Cuánto es en total?",
    "al fin",
    "fin de semana",
    "alto o bajo",
    "salir a las 5",
    "alta calidad",
    "gracias",
    // Portuguese
    "Quero cancelar meu pedido",
    "vou sair agora",
    "pare no portão",
    "fim de semana",
    "remover a cebola",
    "obrigado",
    "para",
    "começar quando?",
    "assinar o contrato",
    // Hindi
    "ruko",
    "रुको",
    "बस",
    "bas",
    "band",
    "दुकान बंद है?",
    "kya dukaan band hai",
    "दुकान कब बंद होती है",
    "order band karo mat",
    "बाद",
    "नहीं",
    "kab shuru hoga",
    "शुरू कब होगा",
    "ऑर्डर रद्द करें",
    "mera order cancel karo",
    // Arabic
    "إلغاء الطلب",
    "الغاء طلبي رقم 12",
    "أين موقف الحافلة",
    "متى تبدأون",
    "شكرا",
    "لا",
    "اشتراك شهري كم",
    "بس",
    "توقف المطر",
    // French
    "Annuler ma commande",
    "annuler le rendez-vous",
    "arrêt de bus",
    "fin de mois",
    "non",
    "merci",
    "d'accord",
    "commencer lundi ?",
    "mon abonnement",
    // German
    "Bitte meine Bestellung abbrechen",
    "Ende des Monats",
    "am Ende",
    "Endlich",
    "Werbung",
    "danke",
    "nein",
    "Wochenende",
    "anmelden zum Kurs",
    // Indonesian
    "batalkan pesanan saya",
    "lanjut",
    "daftar",
    "daftar harga",
    "keluar jam berapa?",
    "tidak",
    "terima kasih",
    "hapus bawang",
    "mulai jam berapa",
    // Italian
    "Annulla il mio ordine",
    "annullare la prenotazione",
    "fine settimana",
    "la fine",
    "ferma alla stazione",
    "basta così?",
    "grazie",
    "inizia alle 9",
    "esci alle 8?",
];

#[test]
fn whole_messages_that_opt_out() {
    for text in STOPS {
        assert_eq!(read(text, &Words::default()), Some(Intent::Stop), "{text:?} as {:?}", fold(text));
    }
}

#[test]
fn whole_messages_that_opt_in() {
    for text in STARTS {
        assert_eq!(read(text, &Words::default()), Some(Intent::Start), "{text:?} as {:?}", fold(text));
    }
}

#[test]
fn everything_else_is_for_people() {
    for text in NEITHER {
        assert_eq!(read(text, &Words::default()), None, "{text:?} as {:?}", fold(text));
    }
    assert!(STOPS.len() + STARTS.len() + NEITHER.len() > 400);
}

#[test]
fn no_built_in_word_is_empty_long_or_means_both() {
    let of = |list: &[&str]| list.iter().map(|phrase| fold(phrase)).collect::<HashSet<_>>();
    let (stop, start) = (of(STOP), of(START));
    assert!(stop.is_disjoint(&start), "{:?}", stop.intersection(&start).collect::<Vec<_>>());
    for phrase in stop.union(&start) {
        assert!(!phrase.is_empty() && phrase.chars().count() <= LIMIT, "{phrase}");
        assert_eq!(fold(phrase), *phrase, "folding twice changes it");
    }
    for phrase in STOP.iter().chain(START) {
        assert!(read(phrase, &Words::default()).is_some(), "{phrase}");
    }
}

#[test]
fn a_workspace_adds_and_takes_away() {
    let words = Words {
        stop: vec!["No thanks".to_owned(), "Ya basta".to_owned()],
        start: vec!["¡Vamos!".to_owned()],
        without: vec!["Cancel".to_owned(), "START".to_owned()],
    };
    let asks = |text| read(text, &words);
    assert_eq!((asks("no-thanks!"), asks("YA BASTA 🛑")), (Some(Intent::Stop), Some(Intent::Stop)));
    assert_eq!(asks("vamos"), Some(Intent::Start));
    assert_eq!((asks("CANCEL."), asks("start")), (None, None));
    assert_eq!(asks("stop"), Some(Intent::Stop));
}

#[test]
fn settings_are_cleaned() {
    let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let given = Settings {
        words: Words {
            stop: words(&[" Halt ", "halt!", "", "🛑"]),
            start: words(&["los"]),
            without: words(&["end", "End"]),
        },
        stopped_text: "  ".to_owned(),
        ..Settings::default()
    };
    let kept = given.clone().checked().unwrap();
    assert_eq!(kept.words, Words { stop: words(&["Halt"]), start: words(&["los"]), without: words(&["end"]) });
    assert_eq!(kept.stopped_text, Settings::default().stopped_text);
    assert_eq!(kept.clone().checked().unwrap(), kept);
    let with = |words: Words| Settings { words, ..given.clone() }.checked().is_err();
    assert!(with(Words { stop: words(&["go"]), start: words(&["GO!"]), without: vec![] }), "both");
    assert!(with(Words { stop: words(&["x".repeat(LIMIT + 1).as_str()]), ..Words::default() }), "long");
    assert!(with(Words { stop: (0..=WORDS_LIMIT).map(|i| format!("word {i}")).collect(), ..Words::default() }), "many");
    assert!(Settings { started_text: "é".repeat(TEXT_LIMIT + 1), ..given }.checked().is_err());
}

#[test]
fn who_may_be_written_to() {
    for (opted_out_at, scope, marketing, despite, refused) in [
        (None, Scope::All, true, false, false),
        (Some(5), Scope::All, false, false, true),
        (Some(5), Scope::All, true, false, true),
        (Some(5), Scope::All, false, true, false),
        (Some(5), Scope::Marketing, false, false, false),
        (Some(5), Scope::Marketing, true, false, true),
    ] {
        assert_eq!(refuses(opted_out_at, scope, marketing, despite), refused);
    }
    use crate::time::DAY;
    assert!(!wrote_since(5, None));
    assert!(!wrote_since(5, Some(5 + DAY)), "the STOP itself");
    assert!(wrote_since(5, Some(6 + DAY)));
}

proptest! {
    #[test]
    fn folding_is_total_and_done_once(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn what_stands_around_a_word_does_not_matter(
        nth in 0..STOP.len(),
        before in "[ !?.,;:*_~🛑🙏😡…-]{0,6}",
        after in "[ !?.,;:*_~🛑🙏😡…-]{0,6}",
    ) {
        let text = format!("{before}{}{after}", STOP[nth].to_uppercase());
        prop_assert_eq!(read(&text, &Words::default()), Some(Intent::Stop), "{}", text);
    }

    #[test]
    fn a_word_more_is_another_message(nth in 0..STOP.len(), word in "[qxz]{3,9}") {
        prop_assert_eq!(read(&format!("{} {word}", STOP[nth]), &Words::default()), None);
    }
}
