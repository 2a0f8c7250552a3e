use super::{
    By::{C, D, F, R, S, U},
    DAY, EXPORT, H, PERSON, Person,
    With::{Asha, Beatriz, Nobody, Rohan},
};

pub(super) const PEOPLE: &[Person] = &[
    Person {
        name: "Johanna Brückner",
        phone: "4915155550201",
        number: EXPORT,
        with: Beatriz,
        ago: 18,
        unread: 1,
        lines: &[
            (C, "Guten Tag, liefern Sie die Leinenbettwäsche auch nach Österreich?"),
            (R, "Guten Tag Frau Brückner, ja, in vier bis sechs Werktagen, Versand 9 €."),
            (C, "Prima. Gibt es 155 × 220 in Salbeigrün?"),
            (R, "Salbei haben wir in 140 × 200 und 155 × 220. Beides ist vorrätig."),
            (C, "Dann bitte zwei Garnituren. Kann ich auf Rechnung zahlen?"),
        ],
        ..PERSON
    },
    Person {
        name: "Zofia Wiśniewska",
        phone: "48505550202",
        number: EXPORT,
        with: Rohan,
        ago: 64,
        lines: &[
            (C, "Dzień dobry, czy ten obrus jest dostępny w rozmiarze 160 × 300?"),
            (R, "Dzień dobry! Tak, mamy jeszcze dwie sztuki."),
            (C, "Świetnie, biorę jedną. Proszę o paczkomat."),
            (S, "Zapisane. Wyślemy jutro rano, numer paczki przyjdzie tutaj."),
        ],
        ..PERSON
    },
    Person {
        name: "Lucía Fernández",
        phone: "34655550203",
        number: EXPORT,
        with: Beatriz,
        ago: 2 * H + 10,
        unread: 1,
        lines: &[
            (C, "¡Hola! ¿La manta de algodón encoge al lavarla?"),
            (R, "Hola, Lucía. Muy poco, un 2 % en el primer lavado a 30 grados."),
            (C, "¿Y en color teja cuándo vuelve a haber?"),
        ],
        ..PERSON
    },
    Person {
        name: "Camille Rousseau",
        phone: "33655550204",
        number: EXPORT,
        with: Nobody,
        ago: 29,
        unread: 1,
        lines: &[
            (C, "Bonjour, je cherche des rideaux occultants mais légers, pour une chambre d'enfant."),
            (C, "La fenêtre fait 1 m 40 sur 2 m 20."),
        ],
        ..PERSON
    },
    Person {
        name: "Giulia Conti",
        phone: "393335550205",
        number: EXPORT,
        with: Asha,
        ago: 23 * H + 20,
        unread: 1,
        lines: &[
            (C, "Buonasera, il copriletto è arrivato ma manca una federa."),
            (R, "Buonasera Giulia, ci dispiace! La spediamo domani senza spese."),
            (C, "Grazie. Posso averla in avorio invece che bianca?"),
        ],
        ..PERSON
    },
    Person {
        name: "Emre Yıldız",
        phone: "905325550206",
        number: EXPORT,
        with: Rohan,
        ago: 5 * H,
        lines: &[
            (C, "Merhaba, otelimiz için 120 adet peştamal düşünüyoruz."),
            (R, "Merhaba Emre Bey, 100 adetten itibaren yüzde 12 indirim yapıyoruz."),
            (C, "Logo işlenebilir mi?"),
            (R, "Evet, tek renk nakış, adet başına 0,80 €. Üretim 18 gün."),
            (C, "Tamam, patronuma soracağım."),
            (R, "Bekliyoruz, iyi çalışmalar!"),
        ],
        ..PERSON
    },
    Person {
        name: "Sanne de Vries",
        phone: "31655550207",
        number: EXPORT,
        with: Nobody,
        ago: 11 * H,
        unread: 1,
        lines: &[(C, "Hoi! Is het tafelkleed met de vijgenbladeren ook rond te krijgen?"), (U, "sticker")],
        ..PERSON
    },
    Person {
        name: "Олена Коваль",
        phone: "380505550208",
        number: EXPORT,
        with: Beatriz,
        ago: 31 * H,
        lines: &[
            (C, "Добрий день! Чи можна замовити рушники з вишивкою імені?"),
            (R, "Добрий день, Олено! Так, до дванадцяти літер. Яке ім'я?"),
            (C, "Соломія. Колір нитки: темно-синій."),
            (D, "Гарний вибір. Надішлю макет, щойно буде готовий."),
        ],
        ..PERSON
    },
    Person {
        name: "Ελένη Παππά",
        phone: "306945550209",
        number: EXPORT,
        with: Rohan,
        closed: true,
        ago: 3 * DAY + 2 * H,
        lines: &[
            (C, "Καλησπέρα, έχετε κουρτίνες από λινό στα 3 μέτρα ύψος;"),
            (R, "Καλησπέρα! Ναι, κατόπιν παραγγελίας σε δέκα ημέρες."),
            (C, "Ευχαριστώ, θα το σκεφτώ."),
        ],
        ..PERSON
    },
    Person {
        name: "Oliver Whitcombe",
        phone: "447700900210",
        number: EXPORT,
        with: Rohan,
        ago: 8 * H + 30,
        unread: 1,
        lines: &[
            (C, "Morning. The blue rug, would it survive a Labrador?"),
            (
                R,
                "Good morning! It is flat woven, so there are no loops to catch. Most spills come out with cold water.",
            ),
            (C, "Sold. What about moths?"),
            (R, "It is all cotton: moths leave it alone."),
            (C, "Brilliant. 170 × 240 then. Do I pay duty on it in the UK?"),
        ],
        ..PERSON
    },
    Person {
        name: "Freja",
        bsuid: "DK.7A3C91E0B5D24F68",
        number: EXPORT,
        with: Nobody,
        ago: 36,
        unread: 2,
        lines: &[
            (C, "Hej! Kan man få stofprøver sendt til Danmark?"),
            (C, "Jeg leder efter noget til en bænkhynde 🌿"),
        ],
        ..PERSON
    },
    Person {
        name: "Mateusz Zając",
        phone: "48605550211",
        number: EXPORT,
        with: Asha,
        ago: 2 * DAY,
        lines: &[
            (C, "Czy mogę jeszcze zmienić adres dostawy? Zamówienie 3187."),
            (R, "Tak, paczka jeszcze nie wyszła. Jaki jest nowy adres?"),
            (C, "ul. Lipowa 4, 30-702 Kraków"),
            (R, "Zmienione."),
            (F, "Paczka wyszła dziś po południu, dotrze w piątek."),
        ],
        ..PERSON
    },
];
