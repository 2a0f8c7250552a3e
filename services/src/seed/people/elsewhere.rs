use super::{
    By::{C, D, R, U},
    DAY, EXPORT, H, PERSON, Person,
    With::{Asha, Beatriz, Nobody, Rohan},
};

pub(super) const PEOPLE: &[Person] = &[
    Person {
        name: "سارة الحداد",
        phone: "971505550401",
        number: EXPORT,
        with: Asha,
        ago: 15,
        unread: 1,
        lines: &[
            (C, "مساء الخير، هل لديكم أغطية وسائد من الكتان باللون الرملي؟"),
            (R, "مساء النور يا سارة، نعم، بمقاس 50 × 70 و 60 × 60."),
            (C, "ممتاز، أحتاج ستة من كل مقاس."),
            (R, "متوفرة كلها. التوصيل إلى دبي خلال أربعة أيام."),
            (C, "وهل يمكن الدفع عند الاستلام؟"),
        ],
        ..PERSON
    },
    Person {
        name: "Youssef Benali",
        phone: "212655550402",
        number: EXPORT,
        with: Rohan,
        ago: 6 * H + 45,
        lines: &[
            (C, "السلام عليكم، الستائر وصلت أقصر من المطلوب بخمسة سنتيمترات"),
            (R, "وعليكم السلام، نعتذر عن الخطأ. نخيط لك زوجًا جديدًا هذا الأسبوع."),
            (C, "شكرًا على سرعة الرد"),
            (D, "هذا واجبنا. سنرسل رقم الشحنة هنا."),
        ],
        ..PERSON
    },
    Person {
        name: "山本 さくら",
        phone: "819055550403",
        number: EXPORT,
        with: Beatriz,
        ago: 52,
        lines: &[
            (C, "こんにちは。藍染めのクッションカバーは再入荷しますか？"),
            (R, "こんにちは、山本様。来月の初めに二十枚入る予定です。"),
            (C, "では二枚、取り置きをお願いできますか。"),
            (R, "かしこまりました。届きましたらこちらでお知らせします。"),
        ],
        ..PERSON
    },
    Person {
        name: "김하늘",
        phone: "821055550404",
        number: EXPORT,
        with: Nobody,
        ago: 2 * H + 50,
        unread: 1,
        lines: &[(C, "안녕하세요, 린넨 커튼 맞춤 제작 가능한가요?"), (C, "가로 320, 세로 235 입니다.")],
        ..PERSON
    },
    Person {
        name: "Dewi Lestari",
        phone: "6281255550405",
        number: EXPORT,
        with: Rohan,
        ago: 25,
        lines: &[
            (C, "Halo kak, taplak batiknya masih ada?"),
            (R, "Halo Kak Dewi, masih ada tiga: cokelat soga, biru, dan hijau daun."),
            (C, "Yang biru ukuran berapa ya?"),
            (R, "150 × 220 cm, cukup untuk meja enam kursi."),
            (C, "Oke, saya ambil satu 😊"),
            (R, "Siap, kami kirim sore ini."),
        ],
        ..PERSON
    },
    Person {
        name: "Nguyễn Thu Hà",
        phone: "84905550406",
        number: EXPORT,
        with: Asha,
        closed: true,
        ago: 4 * DAY + 7 * H,
        lines: &[
            (C, "Cho mình hỏi chăn bông mỏng có hợp với mùa hè không ạ?"),
            (R, "Dạ có, loại 120 g/m² rất thoáng, nhiều khách dùng với máy lạnh."),
            (C, "Cảm ơn shop nhiều."),
        ],
        ..PERSON
    },
    Person {
        name: "陈雨桐",
        phone: "6591555407",
        number: EXPORT,
        with: Rohan,
        ago: 23 * H + 5,
        lines: &[
            (C, "你好，请问桌旗可以定做三米长的吗？"),
            (R, "您好，可以的，十天左右做好。"),
            (C, "好，我量一下再告诉你。"),
        ],
        ..PERSON
    },
    Person {
        name: "Amina wa Mombasa",
        phone: "254715550408",
        number: EXPORT,
        with: Nobody,
        ago: 27 * H,
        unread: 2,
        lines: &[(C, "Habari, mnauza vitambaa vya leso kwa jumla?"), (U, "audio")],
        ..PERSON
    },
    Person {
        name: "נועה לוי",
        phone: "972505550409",
        number: EXPORT,
        with: Beatriz,
        ago: 3 * DAY,
        lines: &[
            (C, "היי, השטיח הגיע ונראה נהדר בסלון!"),
            (R, "איזה כיף לשמוע, תודה נועה!"),
            (C, "אפשר להזמין עוד אחד לחדר הילדים?"),
            (R, "בשמחה. באיזה גודל?"),
        ],
        ..PERSON
    },
    Person {
        name: "ณัฐธิดา",
        bsuid: "TH.19F4D2A7C6038B5E",
        number: EXPORT,
        with: Rohan,
        ago: 87,
        lines: &[
            (C, "สวัสดีค่ะ ผ้าคลุมเตียงสีครามราคาเท่าไหร่คะ"),
            (R, "สวัสดีค่ะ ขนาดหกฟุตราคา 2,450 บาท รวมค่าส่งแล้วค่ะ"),
            (C, "ขอคิดดูก่อนนะคะ ขอบคุณค่ะ"),
            (D, "ยินดีค่ะ มีอะไรสอบถามได้ตลอดนะคะ"),
        ],
        ..PERSON
    },
];
