use super::{
    By::{C, D, F, R, U},
    DAY, H, HOME, PERSON, Person,
    With::{Asha, Beatriz, Nobody, Rohan},
};

pub(super) const PEOPLE: &[Person] = &[
    Person {
        name: "Meera Krishnan",
        phone: "919845550101",
        with: Rohan,
        ago: 3,
        unread: 2,
        lines: &[
            (C, "Hello! The indigo bedspread, is it still available in king size?"),
            (R, "Hello Meera, yes: 270 × 270 cm, four left. Cotton, block printed, washable at 40 °C."),
            (C, "Lovely. And two matching pillow covers?"),
            (R, "We have those too, 650 rupees the pair. Shall I put both aside for you?"),
            (C, "Yes please, until Friday 🙏"),
            (C, "Do you also deliver to Mysuru?"),
        ],
        ..PERSON
    },
    Person {
        name: "Meera Krishnan",
        phone: "919845550101",
        with: Rohan,
        closed: true,
        ago: 9 * DAY,
        lines: &[
            (C, "The curtains arrived today. The colour is exactly as in the picture."),
            (R, "Wonderful, thank you for telling us!"),
            (C, "I'll be back for a bedspread."),
        ],
        ..PERSON
    },
    Person {
        name: "अनिता शर्मा",
        phone: "919815550102",
        with: Rohan,
        ago: 12,
        unread: 1,
        lines: &[
            (C, "नमस्ते, क्या सूती परदे सात फुट की लंबाई में मिलेंगे?"),
            (R, "नमस्ते अनिता जी, हाँ, सात और नौ फुट दोनों में। रंग: गेरुआ, नील और सफ़ेद।"),
            (C, "गेरुआ के चार परदे चाहिए। कितने दिन में आ जाएँगे?"),
        ],
        ..PERSON
    },
    Person {
        name: "രമ്യ നായർ",
        phone: "919947550103",
        with: Asha,
        ago: 41,
        lines: &[
            (C, "ഓണത്തിന് മുമ്പ് കസവ് മേശവിരി കിട്ടുമോ?"),
            (R, "കിട്ടും! ആറു പേർക്കുള്ളതും എട്ടു പേർക്കുള്ളതും ഉണ്ട്."),
            (C, "എട്ടു പേർക്കുള്ള ഒന്ന് മതി. കൊച്ചിയിലേക്ക് അയക്കാമോ?"),
            (D, "അയക്കാം. നാളെ പാക്ക് ചെയ്യും, മൂന്നു ദിവസത്തിനകം എത്തും."),
        ],
        ..PERSON
    },
    Person {
        name: "Karthik S",
        phone: "919962550104",
        with: Nobody,
        ago: 7,
        unread: 1,
        lines: &[(C, "வணக்கம், கைத்தறி போர்வை விலை என்ன?"), (C, "Single and double, both rates please")],
        ..PERSON
    },
    Person {
        name: "সুদীপ্তা ঘোষ",
        phone: "919830550105",
        with: Nobody,
        ago: 58,
        unread: 2,
        lines: &[(C, "কাঁথা স্টিচের কুশন কভার কি স্টকে আছে?"), (U, "image"), (C, "এই রকম নকশা চাই, ছয়টা")],
        ..PERSON
    },
    Person {
        name: "ಲಕ್ಷ್ಮಿ ಹೆಗಡೆ",
        phone: "919880550106",
        with: Beatriz,
        ago: 22 * H + 55,
        lines: &[
            (C, "ನಿಮ್ಮ ಅಂಗಡಿ ಭಾನುವಾರ ತೆರೆದಿರುತ್ತದೆಯೇ?"),
            (R, "ಹೌದು, ಬೆಳಿಗ್ಗೆ ಹತ್ತರಿಂದ ಸಂಜೆ ಆರರವರೆಗೆ."),
            (C, "ಧನ್ಯವಾದಗಳು, ಈ ವಾರ ಬರುತ್ತೇವೆ."),
        ],
        ..PERSON
    },
    Person {
        name: "Imran Qureshi",
        phone: "923005550107",
        with: Rohan,
        ago: 3 * H + 20,
        lines: &[
            (C, "السلام علیکم، کیا آپ ریشمی تکیہ غلاف تھوک میں دیتے ہیں؟"),
            (R, "وعلیکم السلام! جی ہاں، پچاس سے زیادہ پر پندرہ فیصد رعایت ہے۔"),
            (C, "اچھا، میں ناپ کل بھیج دوں گا۔"),
            (R, "ضرور، ہم انتظار کریں گے۔"),
        ],
        ..PERSON
    },
    Person {
        name: "Fathima Rizwan",
        phone: "94775550108",
        with: Rohan,
        ago: 26 * H,
        lines: &[
            (C, "One of the six napkins has a loose thread along the hem. Can I exchange it?"),
            (R, "Of course, and we are sorry. Could you send a picture of the hem?"),
            (U, "image"),
            (R, "Thank you, that is a weaving fault. A new one leaves today; keep the old one."),
            (C, "That's very kind!"),
            (D, "You are welcome. Here is the parcel number: KH-20418."),
        ],
        ..PERSON
    },
    Person {
        name: "Priya & Dev",
        phone: "919820550109",
        with: Asha,
        ago: 95,
        unread: 1,
        lines: &[
            (C, "We are furnishing a homestay in Coorg: 9 rooms, bed linen and towels."),
            (R, "Congratulations! How many sets per room would you like to have?"),
            (C, "Three. So 27 double sheets, 54 pillow covers, 54 bath towels."),
            (R, "I can offer 18 percent off the list at that number, delivered in three weeks."),
            (C, "Could the towels carry a small embroidered fern?"),
            (R, "Yes. Two days more and 40 rupees a piece."),
            (C, "Let us see a sample first please. Whom do we pay for it?"),
        ],
        ..PERSON
    },
    Person {
        name: "Harpreet Gill",
        phone: "919872550110",
        with: Rohan,
        closed: true,
        ago: 2 * DAY + 3 * H,
        lines: &[
            (C, "Is the phulkari throw washable by machine?"),
            (R, "By hand only, cold, and dried in the shade."),
            (C, "OK thanks"),
        ],
        ..PERSON
    },
    Person {
        name: "Nabila Chowdhury",
        phone: "8801715550111",
        number: HOME,
        with: Beatriz,
        closed: true,
        ago: 5 * DAY,
        lines: &[
            (C, "My parcel shows delivered but nothing came."),
            (R, "I am asking the courier now and will write within the hour."),
            (R, "They left it with your neighbour on the second floor, Mrs. Akter."),
            (C, "Found it! Sorry for the trouble 😅"),
            (R, "No trouble at all. Enjoy the quilt!"),
        ],
        ..PERSON
    },
    Person {
        name: "Sanjay Rathore",
        phone: "919414550112",
        with: Asha,
        ago: 4 * DAY,
        lines: &[
            (C, "Please quote 200 m of natural ajrakh fabric, 112 cm wide."),
            (R, "For 200 m we come to 410 rupees a metre, ready in 25 days."),
            (C, "Too long, my client wants it in two weeks."),
            (F, "We could send 120 m in two weeks and the rest ten days later. Would that help?"),
        ],
        ..PERSON
    },
];
