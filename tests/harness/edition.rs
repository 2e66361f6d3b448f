//! Editions of a small framework that nobody ships, and crosswalks between them.

use api::edition;

use super::app::App;

/// A theme's key and its elements'.
pub(crate) type Theme<'a> = (&'a str, &'a [&'a str]);

/// The file of an edition with these levels and themes.
pub(crate) fn edition_file(label: &str, levels: &[&str], themes: &[Theme<'_>]) -> String {
    let head = format!(
        "key = \"small\"\ntitle = \"Small\"\nkind = \"MATURITY\"\nissuer = \"Nobody\"\nlabel = \"{label}\"\nsource = \"A test\"\n\
         assesses = [\"SYSTEM\"]\n[scale]\ntitle = \"Steps\"\nprovisional = false\n"
    );
    let level = |key: &&str| {
        format!("[[scale.level]]\nkey = \"{key}\"\ntitle = \"{key}\"\ndescription = \"So much.\"\n")
    };
    let policy = "[policy]\nrationale = \"NEVER\"\napprovals = [\"BOARD\"]\nconfirm_carried_forward = false\n\
        response_days = 0\nreaders_see_rationale = false\n[[group]]\nkey = \"small.all\"\ntitle = \"All\"\n";
    let element = |key: &&str| {
        format!(
            "[[group.theme.element]]\nkey = \"{key}\"\ntitle = \"{key}\"\ndescription = \"One.\"\norigin = \"NAMED\"\n"
        )
    };
    let theme = |(key, elements): &Theme<'_>| {
        let elements: String = elements.iter().map(element).collect();
        format!("[[group.theme]]\nkey = \"{key}\"\ntitle = \"{key}\"\nsummary = \"Some.\"\n{elements}")
    };
    let levels = levels.iter().map(level);
    [head].into_iter().chain(levels).chain([policy.to_owned()]).chain(themes.iter().map(theme)).collect()
}

/// The file of a crosswalk: each link its kind and its ends, `-` for none.
pub(crate) fn crosswalk_file(from: &str, to: &str, levels: &[(&str, &str)], links: &[&str]) -> String {
    let steps: Vec<_> =
        levels.iter().map(|(from, to)| format!("{{ from = \"{from}\", to = \"{to}\" }}")).collect();
    let head = format!(
        "framework = \"small\"\nfrom = \"{from}\"\nto = \"{to}\"\napprover = \"A digital board\"\n\
         approved_on = 2025-11-01\nsource = \"A paper\"\nlevels = [{}]\n",
        steps.join(", ")
    );
    let end = |end: &str, key: &str| match key {
        "-" => String::new(),
        key => format!("{end} = \"{key}\"\n"),
    };
    let link = |link: &&str| {
        let [kind, from, to] = link.split(' ').collect::<Vec<_>>()[..] else { panic!("{link}") };
        let ends = end("from", from) + &end("to", to);
        format!("[[link]]\nkind = \"{kind}\"\nrationale = \"We compared the texts.\"\n{ends}")
    };
    [head].into_iter().chain(links.iter().map(link)).collect()
}

impl App {
    /// Loads an edition, and the crosswalk to it; what was written, or why it was refused.
    pub(crate) async fn loads(&self, edition: &str, crosswalk: Option<&str>) -> Result<String, String> {
        let crosswalk = crosswalk.map(|text| ("crosswalk.toml", text));
        let loaded = edition::load(&self.store, ("small.toml", edition), crosswalk).await;
        loaded.map_err(|error| error.explain())
    }
}
