//! A doc comment: its first sentence and its sections.

use syn::{Attribute, Expr, Lit, Meta};

/// The text of a doc comment.
#[derive(Default)]
pub(crate) struct Docs {
    lines: Vec<String>,
}

/// What stands under a heading.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Docs {
    pub(crate) fn new(attributes: &[Attribute]) -> Self {
        let mut lines = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
            let Meta::NameValue(meta) = &attribute.meta else { continue };
            let Expr::Lit(value) = &meta.value else { continue };
            let Lit::Str(text) = &value.lit else { continue };
            let text = text.value();
            lines
                .extend(text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()));
            lines.extend(text.is_empty().then(String::new));
        }
        Self { lines }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The first sentence as a reader sees it, without link targets and marks of code.
    pub(crate) fn first_sentence(&self) -> String {
        let paragraph: Vec<_> =
            self.lines.iter().take_while(|line| !line.is_empty()).map(String::as_str).collect();
        let text = shown(&paragraph.join(" "));
        let mut before = ' ';
        for (at, letter) in text.char_indices() {
            let rest = &text[at + letter.len_utf8()..];
            if letter == '.' && before != '.' && (rest.is_empty() || rest.starts_with(' ')) {
                return text[..=at].to_owned();
            }
            before = letter;
        }
        text
    }

    /// The item that has the documentation, if this says only where to look.
    pub(crate) fn twin(&self) -> Option<&str> {
        let [line] = self.lines.as_slice() else { return None };
        line.strip_prefix("See [`")?.strip_suffix("`].")
    }

    /// The sections with a heading of the first level.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        let mut is_code = false;
        for line in &self.lines {
            is_code ^= line.trim_start().starts_with("```");
            if let Some(title) = line.strip_prefix("# ").filter(|_| !is_code) {
                sections.push(Section { title: title.trim().to_owned(), text: String::new() });
            } else if let Some(section) = sections.last_mut() {
                section.text.push_str(line);
                section.text.push('\n');
            }
        }
        sections
    }

    pub(crate) fn section(&self, title: &str) -> Option<String> {
        let section = self.sections().into_iter().find(|section| section.title == title)?;
        Some(section.text.trim().to_owned())
    }
}

/// Takes the marks of links and code out of a text.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '`' | '[' => {}
            ']' => {
                let close = if rest.starts_with('(') {
                    // A path of a function has parentheses of its own, which come in pairs.
                    Some(matching(rest))
                } else if rest.starts_with('[') {
                    rest.find(']')
                } else {
                    None
                };
                rest = close.map_or(rest, |close| &rest[close + 1..]);
            }
            _ => shown.push(letter),
        }
    }
    shown
}

/// Where the first parenthesis of a text is closed.
fn matching(text: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len() - 1
}
