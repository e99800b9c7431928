//! The fenced blocks of a guide: what is to be run, what needs something of the reader's, and what is only shown.
//!
//! A block of commands must say which of the two it is, so that no command is forgotten by accident.

use anyhow::{Result, bail};

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// What is to be done with it.
    pub(super) kind: Kind,
    /// The line of its first line of text, counted from 1.
    pub(super) line: usize,
    /// What stands between the fences.
    pub(super) text: String,
}

/// What stands after the opening fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `sh run`: commands that need nothing of the reader's.
    Run,
    /// `sh yours`: commands that need an account or a machine of the reader's.
    Yours,
    /// `jsonc`: a piece of `wrangler.jsonc`, or another file with comments.
    Jsonc,
    /// `json settings`: the Worker's SETTINGS.
    Settings,
    /// Anything else.
    Shown,
}

/// Every fenced block of a document, in order.
pub(super) fn read(document: &str) -> Result<Vec<Block>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in document.lines().enumerate() {
        match (open.take(), line.strip_prefix("```")) {
            (None, Some(word)) => {
                let kind = kind(word.trim(), index + 1)?;
                open = Some(Block { kind, line: index + 2, text: String::new() });
            }
            (None, None) => {}
            (Some(block), Some("")) => blocks.push(block),
            (Some(_), Some(_)) => bail!("line {}: a fence inside a block", index + 1),
            (Some(mut block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
        }
    }
    match open {
        Some(block) => bail!("the block at line {} is not closed", block.line),
        None => Ok(blocks),
    }
}

fn kind(word: &str, line: usize) -> Result<Kind> {
    match word {
        "sh run" => Ok(Kind::Run),
        "sh yours" => Ok(Kind::Yours),
        "jsonc" => Ok(Kind::Jsonc),
        "json settings" => Ok(Kind::Settings),
        other if other.starts_with("sh") || other.starts_with("bash") => {
            bail!("line {line}: commands are marked `sh run`, or `sh yours` where they need one")
        }
        _ => Ok(Kind::Shown),
    }
}

/// The commands of a block as words, with lines that go on joined; comments are left out.
pub(super) fn commands(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split_once(" # ").map_or(line, |(command, _)| command));
    let words =
        lines.map(|line| line.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect());
    words.filter(|words: &Vec<String>| words.first().is_some_and(|word| !word.starts_with('#'))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_knows_its_kind_and_its_line() {
        let blocks = read("# Title\n\n```sh run\nls\npwd\n```\nwords\n```toml\na = 1\n```\n").expect("well formed");
        let expected = [
            Block { kind: Kind::Run, line: 4, text: "ls\npwd\n".to_owned() },
            Block { kind: Kind::Shown, line: 9, text: "a = 1\n".to_owned() },
        ];
        assert_eq!(blocks, expected);
    }

    #[test]
    fn commands_that_say_not_whether_they_run_and_blocks_left_open_are_refused() {
        for document in ["```sh\nls\n```\n", "```bash run\nls\n```\n", "```sh run\nls\n", "```sh run\n```sh run\n```\n"]
        {
            assert!(read(document).is_err(), "{document}");
        }
    }

    #[test]
    fn a_command_over_two_lines_is_one() {
        let text = "# first\nwrangler deploy --message \"a\" \\\n  --tag v1   # why\n\n";
        assert_eq!(commands(text), [["wrangler", "deploy", "--message", "a", "--tag", "v1"].map(str::to_owned)]);
    }
}
