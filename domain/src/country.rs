//! Where a phone number is at home, and what the clock says there.
//!
//! Sources: ITU-T E.164 assigned country codes (and the area codes of +1), the IANA time zone database.

/// Where numbers that begin so are at home. Of several zones the one that is furthest behind and the one that is furthest ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// In English.
    pub name: &'static str,
    /// By its name in the IANA database.
    pub zone: &'static str,
    /// The other end, where there are several.
    pub to: Option<&'static str>,
}

/// The longest beginning that is known counts. `+` and digits, or digits alone. `None` for what belongs to no country.
pub fn home(phone: &str) -> Option<Home> {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let lines = TABLE.trim_ascii().lines().filter_map(|line| {
        let (code, rest) = line.split_once(' ')?;
        digits.starts_with(code).then_some((code.len(), rest))
    });
    let (_, rest) = lines.max_by_key(|(length, _)| *length)?;
    let (name, zones) = rest.rsplit_once(' ')?;
    let (zone, to) = match zones.split_once(',') {
        Some((first, last)) => (first, Some(last)),
        None => (zones, None),
    };
    Some(Home { name, zone, to })
}

/// Code, name, zones.
const TABLE: &str = "
1 US or Canada Pacific/Honolulu,America/St_Johns
1242 Bahamas America/Nassau
1246 Barbados America/Barbados
1264 Anguilla America/Anguilla
1268 Antigua and Barbuda America/Antigua
1284 British Virgin Islands America/Tortola
1340 US Virgin Islands America/St_Thomas
1345 Cayman Islands America/Cayman
1441 Bermuda Atlantic/Bermuda
1473 Grenada America/Grenada
1649 Turks and Caicos Islands America/Grand_Turk
1658 Jamaica America/Jamaica
1664 Montserrat America/Montserrat
1670 Northern Mariana Islands Pacific/Saipan
1671 Guam Pacific/Guam
1684 American Samoa Pacific/Pago_Pago
1721 Sint Maarten America/Lower_Princes
1758 Saint Lucia America/St_Lucia
1767 Dominica America/Dominica
1784 Saint Vincent and the Grenadines America/St_Vincent
1787 Puerto Rico America/Puerto_Rico
1809 Dominican Republic America/Santo_Domingo
1829 Dominican Republic America/Santo_Domingo
1849 Dominican Republic America/Santo_Domingo
1868 Trinidad and Tobago America/Port_of_Spain
1869 Saint Kitts and Nevis America/St_Kitts
1876 Jamaica America/Jamaica
1939 Puerto Rico America/Puerto_Rico
20 Egypt Africa/Cairo
211 South Sudan Africa/Juba
212 Morocco Africa/Casablanca
213 Algeria Africa/Algiers
216 Tunisia Africa/Tunis
218 Libya Africa/Tripoli
220 Gambia Africa/Banjul
221 Senegal Africa/Dakar
222 Mauritania Africa/Nouakchott
223 Mali Africa/Bamako
224 Guinea Africa/Conakry
225 Ivory Coast Africa/Abidjan
226 Burkina Faso Africa/Ouagadougou
227 Niger Africa/Niamey
228 Togo Africa/Lome
229 Benin Africa/Porto-Novo
230 Mauritius Indian/Mauritius
231 Liberia Africa/Monrovia
232 Sierra Leone Africa/Freetown
233 Ghana Africa/Accra
234 Nigeria Africa/Lagos
235 Chad Africa/Ndjamena
236 Central African Republic Africa/Bangui
237 Cameroon Africa/Douala
238 Cape Verde Atlantic/Cape_Verde
239 São Tomé and Príncipe Africa/Sao_Tome
240 Equatorial Guinea Africa/Malabo
241 Gabon Africa/Libreville
242 Congo Africa/Brazzaville
243 DR Congo Africa/Kinshasa,Africa/Lubumbashi
244 Angola Africa/Luanda
245 Guinea-Bissau Africa/Bissau
246 Diego Garcia Indian/Chagos
248 Seychelles Indian/Mahe
249 Sudan Africa/Khartoum
250 Rwanda Africa/Kigali
251 Ethiopia Africa/Addis_Ababa
252 Somalia Africa/Mogadishu
253 Djibouti Africa/Djibouti
254 Kenya Africa/Nairobi
255 Tanzania Africa/Dar_es_Salaam
256 Uganda Africa/Kampala
257 Burundi Africa/Bujumbura
258 Mozambique Africa/Maputo
260 Zambia Africa/Lusaka
261 Madagascar Indian/Antananarivo
262 Réunion or Mayotte Indian/Mayotte,Indian/Reunion
263 Zimbabwe Africa/Harare
264 Namibia Africa/Windhoek
265 Malawi Africa/Blantyre
266 Lesotho Africa/Maseru
267 Botswana Africa/Gaborone
268 Eswatini Africa/Mbabane
269 Comoros Indian/Comoro
27 South Africa Africa/Johannesburg
290 Saint Helena Atlantic/St_Helena
291 Eritrea Africa/Asmara
297 Aruba America/Aruba
298 Faroe Islands Atlantic/Faroe
299 Greenland America/Thule,America/Danmarkshavn
30 Greece Europe/Athens
31 Netherlands Europe/Amsterdam
32 Belgium Europe/Brussels
33 France Europe/Paris
34 Spain Atlantic/Canary,Europe/Madrid
350 Gibraltar Europe/Gibraltar
351 Portugal Atlantic/Azores,Europe/Lisbon
352 Luxembourg Europe/Luxembourg
353 Ireland Europe/Dublin
354 Iceland Atlantic/Reykjavik
355 Albania Europe/Tirane
356 Malta Europe/Malta
357 Cyprus Asia/Nicosia
358 Finland Europe/Helsinki
359 Bulgaria Europe/Sofia
36 Hungary Europe/Budapest
370 Lithuania Europe/Vilnius
371 Latvia Europe/Riga
372 Estonia Europe/Tallinn
373 Moldova Europe/Chisinau
374 Armenia Asia/Yerevan
375 Belarus Europe/Minsk
376 Andorra Europe/Andorra
377 Monaco Europe/Monaco
378 San Marino Europe/San_Marino
380 Ukraine Europe/Kiev
381 Serbia Europe/Belgrade
382 Montenegro Europe/Podgorica
383 Kosovo Europe/Belgrade
385 Croatia Europe/Zagreb
386 Slovenia Europe/Ljubljana
387 Bosnia and Herzegovina Europe/Sarajevo
389 North Macedonia Europe/Skopje
39 Italy Europe/Rome
40 Romania Europe/Bucharest
41 Switzerland Europe/Zurich
420 Czechia Europe/Prague
421 Slovakia Europe/Bratislava
423 Liechtenstein Europe/Vaduz
43 Austria Europe/Vienna
44 United Kingdom Europe/London
45 Denmark Europe/Copenhagen
46 Sweden Europe/Stockholm
47 Norway Europe/Oslo
48 Poland Europe/Warsaw
49 Germany Europe/Berlin
500 Falkland Islands Atlantic/Stanley
501 Belize America/Belize
502 Guatemala America/Guatemala
503 El Salvador America/El_Salvador
504 Honduras America/Tegucigalpa
505 Nicaragua America/Managua
506 Costa Rica America/Costa_Rica
507 Panama America/Panama
508 Saint Pierre and Miquelon America/Miquelon
509 Haiti America/Port-au-Prince
51 Peru America/Lima
52 Mexico America/Tijuana,America/Cancun
53 Cuba America/Havana
54 Argentina America/Argentina/Buenos_Aires
55 Brazil America/Rio_Branco,America/Noronha
56 Chile Pacific/Easter,America/Punta_Arenas
57 Colombia America/Bogota
58 Venezuela America/Caracas
590 Guadeloupe America/Guadeloupe
591 Bolivia America/La_Paz
592 Guyana America/Guyana
593 Ecuador Pacific/Galapagos,America/Guayaquil
594 French Guiana America/Cayenne
595 Paraguay America/Asuncion
596 Martinique America/Martinique
597 Suriname America/Paramaribo
598 Uruguay America/Montevideo
599 Curaçao America/Curacao
60 Malaysia Asia/Kuala_Lumpur
61 Australia Australia/Perth,Australia/Lord_Howe
618916 Indian Ocean Territories Indian/Cocos,Indian/Christmas
62 Indonesia Asia/Jakarta,Asia/Jayapura
63 Philippines Asia/Manila
64 New Zealand Pacific/Auckland,Pacific/Chatham
65 Singapore Asia/Singapore
66 Thailand Asia/Bangkok
670 Timor-Leste Asia/Dili
6723 Norfolk Island Pacific/Norfolk
673 Brunei Asia/Brunei
674 Nauru Pacific/Nauru
675 Papua New Guinea Pacific/Port_Moresby,Pacific/Bougainville
676 Tonga Pacific/Tongatapu
677 Solomon Islands Pacific/Guadalcanal
678 Vanuatu Pacific/Efate
679 Fiji Pacific/Fiji
680 Palau Pacific/Palau
681 Wallis and Futuna Pacific/Wallis
682 Cook Islands Pacific/Rarotonga
683 Niue Pacific/Niue
685 Samoa Pacific/Apia
686 Kiribati Pacific/Tarawa,Pacific/Kiritimati
687 New Caledonia Pacific/Noumea
688 Tuvalu Pacific/Funafuti
689 French Polynesia Pacific/Tahiti,Pacific/Gambier
690 Tokelau Pacific/Fakaofo
691 Micronesia Pacific/Truk,Pacific/Kosrae
692 Marshall Islands Pacific/Majuro
7 Russia Europe/Kaliningrad,Asia/Kamchatka
76 Kazakhstan Asia/Almaty
77 Kazakhstan Asia/Almaty
81 Japan Asia/Tokyo
82 South Korea Asia/Seoul
84 Vietnam Asia/Saigon
850 North Korea Asia/Pyongyang
852 Hong Kong Asia/Hong_Kong
853 Macau Asia/Macau
855 Cambodia Asia/Phnom_Penh
856 Laos Asia/Vientiane
86 China Asia/Shanghai
880 Bangladesh Asia/Dhaka
886 Taiwan Asia/Taipei
90 Türkiye Europe/Istanbul
91 India Asia/Kolkata
92 Pakistan Asia/Karachi
93 Afghanistan Asia/Kabul
94 Sri Lanka Asia/Colombo
95 Myanmar Asia/Yangon
960 Maldives Indian/Maldives
961 Lebanon Asia/Beirut
962 Jordan Asia/Amman
963 Syria Asia/Damascus
964 Iraq Asia/Baghdad
965 Kuwait Asia/Kuwait
966 Saudi Arabia Asia/Riyadh
967 Yemen Asia/Aden
968 Oman Asia/Muscat
970 Palestine Asia/Gaza
971 United Arab Emirates Asia/Dubai
972 Israel Asia/Jerusalem
973 Bahrain Asia/Bahrain
974 Qatar Asia/Qatar
975 Bhutan Asia/Thimphu
976 Mongolia Asia/Hovd,Asia/Ulaanbaatar
977 Nepal Asia/Kathmandu
98 Iran Asia/Tehran
992 Tajikistan Asia/Dushanbe
993 Turkmenistan Asia/Ashgabat
994 Azerbaijan Asia/Baku
995 Georgia Asia/Tbilisi
996 Kyrgyzstan Asia/Bishkek
998 Uzbekistan Asia/Tashkent
";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_longest_beginning_counts() {
        let at = |phone: &str| home(phone).map(|home| (home.name, home.zone, home.to));
        assert_eq!(at("+919847055014"), Some(("India", "Asia/Kolkata", None)));
        assert_eq!(at("18765550100"), Some(("Jamaica", "America/Jamaica", None)));
        assert_eq!(at("+15550100199"), Some(("US or Canada", "Pacific/Honolulu", Some("America/St_Johns"))));
        assert_eq!(at("+77015550100"), Some(("Kazakhstan", "Asia/Almaty", None)));
        assert_eq!(at("+5521555501"), Some(("Brazil", "America/Rio_Branco", Some("America/Noronha"))));
        // Satellites, toll-free numbers, networks at sea, nothing.
        for nowhere in ["+870123456", "+80012345678", "+8835100", "", "+", "x"] {
            assert_eq!(home(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn each_line_is_whole() {
        let mut codes = BTreeSet::new();
        for line in TABLE.trim().lines() {
            let code = line.split(' ').next().unwrap_or_default();
            assert!(code.bytes().all(|b| b.is_ascii_digit()) && codes.insert(code), "{line}");
            let home = home(code).unwrap_or_else(|| panic!("{line}"));
            assert!(!home.name.is_empty() && !home.name.contains('/'), "{line}");
            for zone in [Some(home.zone), home.to].into_iter().flatten() {
                assert!(zone.contains('/') && !zone.contains([' ', ',']), "{line}");
            }
        }
        assert!(codes.len() > 220, "{}", codes.len());
    }
}
