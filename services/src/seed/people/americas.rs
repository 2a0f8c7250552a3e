use super::{
    By::{C, D, R, S, U},
    DAY, EXPORT, H, PERSON, Person,
    With::{Asha, Beatriz, Nobody, Rohan},
};

pub(super) const PEOPLE: &[Person] = &[
    Person {
        name: "João Pedro Alves",
        phone: "5511955550301",
        number: EXPORT,
        with: Beatriz,
        ago: 9,
        unread: 1,
        lines: &[
            (C, "Oi, boa tarde! Vocês têm rede de casal em algodão cru?"),
            (R, "Boa tarde, João! Temos sim: 4,20 m, aguenta 180 kg."),
            (C, "E a franja é feita à mão?"),
            (R, "É, cada uma leva umas seis horas de trabalho."),
            (C, "Que lindo. Quanto fica o frete para Campinas?"),
        ],
        ..PERSON
    },
    Person {
        name: "Larissa Moura",
        phone: "5521955550302",
        number: EXPORT,
        with: Beatriz,
        ago: 73,
        lines: &[
            (C, "A toalha de mesa desbotou um pouco na primeira lavagem 😕"),
            (R, "Puxa, Larissa, sinto muito. Foi lavada com água quente?"),
            (C, "Morna, com sabão neutro."),
            (R, "Então é defeito mesmo. Prefere troca ou devolução do valor?"),
            (C, "Troca, por favor. Na mesma cor."),
            (S, "Combinado. A coleta passa na quinta e a nova vai no mesmo dia."),
        ],
        ..PERSON
    },
    Person {
        name: "Valentina Rojas",
        phone: "573155550303",
        number: EXPORT,
        with: Nobody,
        ago: 4 * H + 5,
        unread: 1,
        lines: &[
            (C, "Buenos días, vi sus cojines bordados en una revista. ¿Hacen envíos a Medellín?"),
            (C, "Serían ocho, de 45 × 45"),
        ],
        ..PERSON
    },
    Person {
        name: "Santiago Herrera",
        phone: "525555550304",
        number: EXPORT,
        with: Asha,
        ago: 23 * H + 40,
        lines: &[
            (C, "Hola, soy decorador en Puebla. ¿Tienen lista de precios para profesionales?"),
            (R, "Hola, Santiago. Sí: 20 % sobre la tienda a partir del tercer pedido, 10 % antes."),
            (C, "Perfecto, ¿qué necesitan de mí?"),
            (R, "Solo el registro de su negocio, una foto basta."),
            (U, "document"),
        ],
        ..PERSON
    },
    Person {
        name: "Marisol Quispe",
        phone: "51955550305",
        number: EXPORT,
        with: Rohan,
        closed: true,
        ago: 6 * DAY + 4 * H,
        lines: &[
            (C, "¿El tapete de yute sirve para exterior?"),
            (R, "Bajo techo sí; con lluvia directa se oscurece."),
            (C, "Entendido, gracias."),
        ],
        ..PERSON
    },
    Person {
        name: "Denise Okafor-Hill",
        phone: "16465550306",
        number: EXPORT,
        with: Rohan,
        ago: 47,
        lines: &[
            (C, "Hi there! Wedding gift question: could you wrap the quilt and add a card?"),
            (R, "Hi Denise, gladly. The wrap is cotton cloth, tied with a ribbon. What should the card say?"),
            (C, "\"May your house always be warm. Love, Denise and Paul\""),
            (R, "Beautiful. Which day must it be there?"),
            (C, "The 24th at the latest, in Providence."),
            (D, "That works: it leaves tomorrow and takes five days."),
        ],
        ..PERSON
    },
    Person {
        name: "Tom Bergeron",
        phone: "15145550307",
        number: EXPORT,
        with: Beatriz,
        closed: true,
        ago: 30 * H,
        lines: &[
            (C, "Bonjour, la housse de couette 240 × 220 est en coton bio ?"),
            (R, "Bonjour Tom, oui, certifié, tissé et teint dans notre atelier."),
            (C, "Parfait, je commande sur le site."),
            (R, "Merci, et bonne journée !"),
        ],
        ..PERSON
    },
    Person {
        name: "Ana Beatriz",
        phone: "351915550308",
        number: EXPORT,
        with: Rohan,
        ago: 19 * H,
        lines: &[
            (C, "Bom dia! O tapete pode ser cortado à medida?"),
            (R, "Bom dia, Ana. Pode: tecemos de novo na medida, não cortamos."),
            (C, "Ah, melhor ainda. 95 × 310 para um corredor?"),
            (R, "Sem problema, três semanas e 148 €."),
            (C, "Vou medir outra vez e já confirmo."),
            (R, "Com calma, o preço fica guardado por um mês."),
        ],
        ..PERSON
    },
];
