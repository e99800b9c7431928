//! The console's style sheet and script, embedded. A file's name holds the hash of what is in it, so that a browser may
//! keep it for ever.

use std::sync::LazyLock;

use case::ids::Digest;

/// Where the files are served.
pub const FOLDER: &str = "/console/assets/";

/// A file as it is served.
#[derive(Debug)]
pub struct Asset {
    /// Its address, with the hash of its content.
    pub path: String,
    /// Its content type.
    pub content_type: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// The style sheet.
pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| asset("console", "css", "text/css; charset=utf-8", include_str!("assets/console.css")));

/// The script. Every page works without it.
pub static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| asset("console", "js", "text/javascript; charset=utf-8", include_str!("assets/console.js")));

/// The file at an address, if there is one.
#[must_use]
pub fn at(path: &str) -> Option<&'static Asset> {
    [&*STYLE, &*SCRIPT].into_iter().find(|asset| asset.path == path)
}

fn asset(name: &str, extension: &str, content_type: &'static str, text: &'static str) -> Asset {
    let hash = Digest::of(text.as_bytes());
    let short: String = hash.as_str().chars().take(12).collect();
    Asset { path: format!("{FOLDER}{name}-{short}.{extension}"), content_type, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_the_address_that_pages_name_and_by_no_other() {
        for asset in [&*STYLE, &*SCRIPT] {
            assert_eq!(at(&asset.path).unwrap().text, asset.text);
        }
        assert!(at("/console/assets/console.css").is_none());
    }
}
