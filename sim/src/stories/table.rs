//! Differences as a person reads them: one story a paragraph.

use std::collections::BTreeMap;

/// All differences, by story.
pub(super) fn of(differences: &[(String, String)]) -> String {
    let mut by_story: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (story, what) in differences {
        by_story.entry(story).or_default().push(what);
    }
    let paragraph = |(story, what): (&str, Vec<&str>)| format!("{story}\n    {}\n", what.join("\n    "));
    by_story.into_iter().map(paragraph).collect()
}
