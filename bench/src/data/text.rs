//! Words, names and messages in four languages. Which words are frequent follows Zipf: the first of a language is in a tenth of all
//! its words, the ten thousandth in some dozen messages of a million.

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};

/// Words of one language.
const VOCABULARY: usize = 30_000;
/// Family names of one language.
const FAMILIES: usize = 2_000;
/// Ranks of words that about one message in a thousand has, one in twenty, and twenty of a million at most.
const MEDIUM: std::ops::Range<usize> = 170..330;
const COMMON: std::ops::Range<usize> = 0..3;
const RARE: std::ops::Range<usize> = 24_000..30_000;
/// Questions of each kind.
const QUESTIONS: usize = 200;

struct Made {
    /// The most frequent first; the first three have three letters at least.
    common: &'static str,
    first: &'static str,
    /// What other words are made of.
    syllables: &'static str,
    /// Between country and subscriber.
    country: &'static str,
    stop: &'static str,
}

const LANGUAGES: [Made; 4] = [
    Made {
        common: "the order please you to and is my I for it have in can not this of on with me your when are will we be do \
            but would like thank thanks hello hi good morning today tomorrow delivery address price how much available size \
            colour small large red blue green black white send sent received arrived late early where what which there here \
            yes no okay sure payment paid card cash refund return exchange broken missing wrong number phone call time day \
            week month shop store open closed help question answer problem invoice receipt discount offer new old first \
            last next gift box package courier tracking customer service team sorry great perfect nice love kettle cup \
            plate bowl table chair lamp shirt shoes dress bag kind people house street city family friend mother father",
        first: "Asha James Emma Oliver Grace Noah Lucy Henry Ruby Jack Alice George Freya Arthur Ivy Leo Daisy Oscar Poppy \
            Max Rose Sam Violet Ben",
        syllables: "ba be bi bo bra cal car cha cre da del den di dor el en fa fer fi ga gen gra ha hel hin jo ka ken la lan \
            ler li lo ma men mi mor na nel ni no par pen pla qui ra ren ri ro sa sel shi so sta ta ter ti tor va ven vi wa wen",
        country: "4420",
        stop: ".",
    },
    Made {
        common: "नहीं मेरा ऑर्डर है के में की को से का और हैं यह कृपया धन्यवाद नमस्ते आप मैं हम कब कहाँ क्या कैसे कितना पैसा भुगतान पता \
            डिलीवरी आज कल सुबह शाम दिन समय फोन नंबर दुकान खुला बंद मदद सवाल जवाब समस्या बिल छूट नया पुराना पहला अगला उपहार पैकेट \
            ग्राहक सेवा माफ़ बढ़िया अच्छा छोटा बड़ा लाल नीला हरा काला सफेद भेजा मिला देर जल्दी यहाँ वहाँ हाँ ठीक वापस बदलना टूटा गलत \
            केतली प्याला थाली मेज कुर्सी कपड़ा जूते थैला घर सड़क शहर परिवार दोस्त माँ पिता",
        first: "आशा मीरा राहुल प्रिया अमित सुनीता विजय अनीता संजय पूजा रोहन काव्या अर्जुन नेहा विकास रितु मनोज सीमा दीपक गीता \
            अनिल रेखा सुरेश लता",
        syllables: "का की कु के को खा गा गी चा ची जा जी टा डा ता ती दा दी ना नी पा पी फा बा बी भा मा मी या रा री ला ली वा वी शा \
            सा सी हा ही त्र प्र न्द ष्ट",
        country: "9198",
        stop: "।",
    },
    Made {
        common: "الطلب شكرا هذا من في على إلى عن ما هل هو هي أنا أنت نحن مع كم متى أين كيف السعر الدفع العنوان التوصيل اليوم غدا صباح \
            مساء وقت هاتف رقم متجر مفتوح مغلق مساعدة سؤال جواب مشكلة فاتورة خصم جديد قديم أول آخر هدية صندوق شحنة عميل خدمة آسف \
            ممتاز جيد صغير كبير أحمر أزرق أخضر أسود أبيض أرسل وصل متأخر مبكر هنا هناك نعم لا حسنا استرجاع تبديل مكسور ناقص خطأ إبريق \
            كوب صحن طاولة كرسي قميص حذاء حقيبة بيت شارع مدينة عائلة صديق أم أب مرحبا سلام فضلك",
        first: "محمد أحمد فاطمة علي مريم عمر سارة حسن ليلى يوسف نور خالد هدى إبراهيم زينب سعيد رنا طارق أمل كريم دينا سامي هالة ماجد",
        syllables: "با بو تا تي جا حا خا دا دو را رو زا سا سي شا صا طا عا غا فا في قا كا كو لا لي ما مو نا ني ها هو وا يا ير من \
            لم سر عر قل",
        country: "2010",
        stop: "؟",
    },
    Made {
        common: "para pedido não que de o a e do da em um uma com por meu minha eu você é se mas como está quando onde quanto \
            obrigado obrigada olá oi bom dia boa tarde noite hoje amanhã entrega endereço preço pagamento cartão dinheiro \
            tamanho cor pequeno grande vermelho azul verde preto branco enviar enviado chegou atrasado cedo aqui ali sim \
            certo troca devolução quebrado faltando errado número telefone ligar hora semana mês loja aberta fechada ajuda \
            pergunta resposta problema nota recibo desconto oferta novo velho primeiro último próximo presente caixa pacote \
            correio rastreio cliente serviço equipe desculpe ótimo perfeito legal chaleira xícara prato tigela mesa cadeira \
            camisa sapato vestido bolsa casa rua cidade família amigo mãe pai coração irmã pão São João",
        first: "João Maria José Ana Luís Beatriz Pedro Lúcia Antônio Helena Paulo Inês Carlos Sofia Miguel Laura Tiago Júlia \
            Rafael Clara Mateus Lívia Bruno Íris",
        syllables: "ba be bi bra ca ção cha co da de di do en fa fe fi ga gra há in já la le lha li lo ma me mi mo na né ni nho \
            no pa pe pi por que ra re ri ro sa se si são ta te ti to tra va ve vi xa zé",
        country: "5511",
        stop: "!",
    },
];

/// Questions, each with what it is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub names: Vec<String>,
    pub digits: Vec<String>,
    pub rare: Vec<String>,
    pub medium: Vec<String>,
    pub common: Vec<String>,
}

struct Language {
    made: &'static Made,
    words: Vec<String>,
    first: Vec<&'static str>,
    families: Vec<String>,
}

/// All four.
pub struct Words {
    languages: Vec<Language>,
    /// Up to each rank, of 1.
    shares: Vec<f64>,
}

impl Words {
    pub fn new() -> Self {
        let weights = (1..=VOCABULARY).map(|rank| 1.0 / rank as f64);
        let total: f64 = weights.clone().sum();
        let shares = weights
            .scan(0.0, |sum, weight| {
                *sum += weight / total;
                Some(*sum)
            })
            .collect();
        Self { languages: LANGUAGES.iter().enumerate().map(Language::of).collect(), shares }
    }

    /// The words of one message, always the same for the same numbers.
    pub fn message(&self, conversation: usize, nth: usize) -> String {
        let language = &self.languages[conversation % self.languages.len()];
        let mut rng = seeded(1, conversation, nth);
        let count = rng.random_range(4..=16);
        let mut text = String::new();
        for place in 0..count {
            let share: f64 = rng.random();
            let rank = self.shares.partition_point(|up_to| *up_to < share).min(language.words.len() - 1);
            if place > 0 {
                text.push(' ');
            }
            text.push_str(&language.words[rank]);
        }
        text.push_str(language.made.stop);
        text
    }

    /// Name and number of a customer.
    pub fn person(&self, nth: usize) -> (String, String) {
        let language = &self.languages[nth % self.languages.len()];
        let mut rng = seeded(2, nth, 0);
        let first = language.first[rng.random_range(0..language.first.len())];
        let family = &language.families[rng.random_range(0..language.families.len())];
        // The number of a customer is in it: no two have the same.
        let scattered = (nth as u64).wrapping_mul(7_368_787) % 100_000_000;
        (format!("{first} {family}"), format!("{}{scattered:08}", language.made.country))
    }

    /// What people look for among so many.
    pub fn asked(&self, super::Size { conversations, .. }: super::Size) -> Asked {
        let mut rng = seeded(3, 0, 0);
        let mut word = |ranks: std::ops::Range<usize>| {
            let language = &self.languages[rng.random_range(0..self.languages.len())];
            language.words[rng.random_range(ranks)].clone()
        };
        let rare = (0..QUESTIONS).map(|_| word(RARE)).collect();
        let medium = (0..QUESTIONS).map(|_| word(MEDIUM)).collect();
        let common = (0..QUESTIONS).map(|_| word(COMMON)).collect();
        let mut names = Vec::with_capacity(QUESTIONS);
        let mut digits = Vec::with_capacity(QUESTIONS);
        for nth in 0..QUESTIONS {
            let (name, phone) = self.person(rng.random_range(0..conversations));
            let of = name.split(' ').nth(nth % 2).unwrap_or_default();
            names.push(of.chars().take(rng.random_range(3..=5)).collect());
            let from = if nth % 2 == 0 { phone.len() - 6 } else { 0 };
            digits.push(phone[from..from + 6].to_owned());
        }
        Asked { names, digits, rare, medium, common }
    }
}

impl Language {
    fn of((nth, made): (usize, &'static Made)) -> Self {
        let mut rng = seeded(4, nth, 0);
        let mut words: Vec<String> = made.common.split_whitespace().map(str::to_owned).collect();
        let syllables: Vec<&str> = made.syllables.split_whitespace().collect();
        let mut known: std::collections::HashSet<String> = words.iter().cloned().collect();
        let mut next = |least: usize| {
            loop {
                let word: String =
                    (0..rng.random_range(least..=5)).map(|_| syllables[rng.random_range(0..syllables.len())]).collect();
                if known.insert(word.clone()) {
                    return word;
                }
            }
        };
        while words.len() < VOCABULARY {
            words.push(next(3));
        }
        let families = (0..FAMILIES).map(|_| capital(&next(2))).collect();
        Self { made, words, first: made.first.split_whitespace().collect(), families }
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// Randomness of one thing, the same each time.
pub fn seeded(what: u64, one: usize, other: usize) -> StdRng {
    StdRng::seed_from_u64((what << 60) ^ ((one as u64) << 24) ^ other as u64)
}
