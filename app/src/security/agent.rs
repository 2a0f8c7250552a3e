//! What a browser calls itself, in words.

/// Names as they stand in a user agent, and as people know them. The first that is found counts: each newer browser also names
/// those that it wants to be taken for.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];
const SYSTEMS: [(&str, &str, bool); 7] = [
    ("iPhone", "iPhone", true),
    ("iPad", "iPad", true),
    ("Android", "Android", true),
    ("Windows", "Windows", false),
    ("CrOS", "ChromeOS", false),
    ("Mac OS X", "macOS", false),
    ("Linux", "Linux", false),
];
const SHOWN: usize = 40;

/// "Firefox on Windows", and whether it is something one carries in a pocket.
pub fn device(agent: &str) -> (String, bool) {
    let browser = BROWSERS.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let system = SYSTEMS.iter().find(|(mark, ..)| agent.contains(mark));
    let pocket = system.is_some_and(|(_, _, pocket)| *pocket);
    let name = match (browser, system) {
        (Some(browser), Some((_, system, _))) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some((_, system, _))) => format!("A browser on {system}"),
        (None, None) => match agent.split_whitespace().next() {
            Some(word) => word.chars().take(SHOWN).collect(),
            None => "An unknown browser".to_owned(),
        },
    };
    (name, pocket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_as_people_know_them() {
        for (agent, name, pocket) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on Windows",
                false,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
                true,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome on macOS",
                false,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge on Linux",
                false,
            ),
            ("curl/8.14.1", "curl/8.14.1", false),
            ("", "An unknown browser", false),
        ] {
            assert_eq!(device(agent), (name.to_owned(), pocket));
        }
    }
}
