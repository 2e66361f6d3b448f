//! What the TOML file of an edition may hold, each value with its place.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrameworkFile {
    pub(super) key: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) kind: Spanned<String>,
    pub(super) issuer: Spanned<String>,
    pub(super) label: Spanned<String>,
    pub(super) published_on: Option<Spanned<Datetime>>,
    pub(super) source: Spanned<String>,
    pub(super) assesses: Spanned<Vec<Spanned<String>>>,
    pub(super) rounds_from: Option<Spanned<Datetime>>,
    pub(super) role: Option<Spanned<String>>,
    pub(super) scale: Option<ScaleFile>,
    pub(super) policy: PolicyFile,
    #[serde(default)]
    pub(super) provisional: Vec<ProvisionalFile>,
    #[serde(default, rename = "group")]
    pub(super) groups: Vec<GroupFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScaleFile {
    pub(super) title: Spanned<String>,
    pub(super) provisional: bool,
    #[serde(default, rename = "level")]
    pub(super) levels: Vec<LevelFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelFile {
    pub(super) key: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) description: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyFile {
    pub(super) rationale: Spanned<String>,
    pub(super) evidence_from: Option<Spanned<String>>,
    pub(super) approvals: Vec<Spanned<String>>,
    pub(super) confirm_carried_forward: bool,
    pub(super) response_days: Spanned<u16>,
    pub(super) readers_see_rationale: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvisionalFile {
    pub(super) what: Spanned<String>,
    pub(super) why: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupFile {
    pub(super) key: Spanned<String>,
    pub(super) title: Spanned<String>,
    #[serde(default, rename = "theme")]
    pub(super) themes: Vec<ThemeFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThemeFile {
    pub(super) key: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) summary: Option<Spanned<String>>,
    #[serde(default, rename = "element")]
    pub(super) elements: Vec<ElementFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ElementFile {
    pub(super) key: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) description: Spanned<String>,
    pub(super) origin: Spanned<String>,
    pub(super) due_on: Option<Spanned<Datetime>>,
    pub(super) source: Option<Spanned<String>>,
    #[serde(default, rename = "descriptor")]
    pub(super) descriptors: Vec<DescriptorFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DescriptorFile {
    pub(super) level: Spanned<String>,
    pub(super) description: Spanned<String>,
}
