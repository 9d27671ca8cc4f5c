//! As much of YAML as a server's configuration needs: texts with their lines.
//!
//! Scalars are kept as written, so that a secret of digits stays what it is. Anchors are shared,
//! never copied, so that a small file cannot become a big tree.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// No configuration is nested deeper; a deeper one would be walked by recursion.
const DEPTH: usize = 64;

/// A value and the line it starts on.
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) content: Content,
}

/// What a value is.
pub(super) enum Content {
    Null,
    Text(String),
    List(Vec<Rc<Node>>),
    Map(Vec<(String, Rc<Node>)>),
}

/// What is wrong with a text; says nothing of what stands there.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) what: String,
}

impl Node {
    /// Returns the value at a path such as `api.ports`. Case does not count, as on the server.
    pub(super) fn find(&self, path: &str) -> Option<&Self> {
        path.split('.')
            .try_fold(self, |node, name| node.child(name))
    }

    fn child(&self, name: &str) -> Option<&Self> {
        let Content::Map(entries) = &self.content else {
            return None;
        };
        let own = entries
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        if let Some((_, node)) = own {
            return Some(node);
        }
        let merged = entries.iter().filter(|(key, _)| key == "<<");
        merged
            .flat_map(|(_, node)| match &node.content {
                Content::List(items) => items.iter().collect(),
                _ => vec![node],
            })
            .find_map(|node| node.child(name))
    }
}

/// Parses the first document of a text; an empty text is an empty document.
pub(super) fn parse(text: &str) -> Result<Rc<Node>, Malformed> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Malformed {
            line: error.marker().line(),
            what: match error.info() {
                // Such a message quotes a character of what stands there.
                info if info.contains('`') => "not YAML: unexpected character".to_owned(),
                info => format!("not YAML: {info}"),
            },
        })?;
        builder.take(event, span.start.line())?;
        if let Some(root) = builder.root {
            return Ok(root);
        }
    }
    Ok(Rc::new(Node {
        line: 1,
        content: Content::Null,
    }))
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
}

/// A list or map whose end has not come yet.
struct Open {
    line: usize,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Rc<Node>>),
    Map {
        entries: Vec<(String, Rc<Node>)>,
        key: Option<String>,
    },
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Malformed> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let content = if style == ScalarStyle::Plain && is_null(&text) {
                    Content::Null
                } else {
                    Content::Text(text.into_owned())
                };
                self.close(anchor, Node { line, content });
            }
            Event::SequenceStart(anchor, _) => {
                self.open(line, anchor, OpenKind::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, _) => {
                let entries = Vec::new();
                self.open(line, anchor, OpenKind::Map { entries, key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let content = match open.kind {
                        OpenKind::List(items) => Content::List(items),
                        OpenKind::Map { entries, .. } => Content::Map(entries),
                    };
                    let line = open.line;
                    self.close(open.anchor, Node { line, content });
                }
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => self.put(Rc::clone(node)),
                None => {
                    return Err(Malformed {
                        line,
                        what: "not YAML: an alias inside what it stands for".to_owned(),
                    });
                }
            },
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn open(&mut self, line: usize, anchor: usize, kind: OpenKind) -> Result<(), Malformed> {
        if self.open.len() == DEPTH {
            return Err(Malformed {
                line,
                what: "nested too deeply".to_owned(),
            });
        }
        self.open.push(Open { line, anchor, kind });
        Ok(())
    }

    fn close(&mut self, anchor: usize, node: Node) {
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.put(node);
    }

    fn put(&mut self, node: Rc<Node>) {
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(OpenKind::List(items)) => items.push(node),
            Some(OpenKind::Map { entries, key }) => match key.take() {
                Some(key) => entries.push((key, node)),
                // A key that is no text cannot be asked for.
                None => {
                    *key = Some(match &node.content {
                        Content::Text(text) => text.clone(),
                        _ => String::new(),
                    });
                }
            },
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn text(root: &Node, path: &str) -> Option<String> {
        match &root.find(path)?.content {
            Content::Text(text) => Some(text.clone()),
            Content::Null => Some("(null)".into()),
            Content::List(items) => Some(format!("{} items", items.len())),
            Content::Map(entries) => Some(format!("{} entries", entries.len())),
        }
    }

    #[test]
    fn scalars_stay_as_written_and_know_their_lines() {
        let root = parse("# c\r\nsecret: 0123\r\na:\r\n  B: 'x # y' # c\r\nn:\r\n").unwrap();
        assert_eq!(text(&root, "secret").unwrap(), "0123");
        assert_eq!(text(&root, "A.b").unwrap(), "x # y");
        assert_eq!(root.find("a.b").unwrap().line, 4);
        assert_eq!(text(&root, "n").unwrap(), "(null)");
        assert_eq!(text(&root, "a.c"), None);
        assert_eq!(text(&root, "secret.x"), None);
    }

    #[test]
    fn anchors_aliases_and_merges_are_followed() {
        let yaml = "base: &b {user: u, pw: p}\nmongo:\n  <<: *b\n  pw: q\nsame: *b\n";
        let root = parse(yaml).unwrap();
        assert_eq!(text(&root, "mongo.user").unwrap(), "u");
        assert_eq!(text(&root, "mongo.pw").unwrap(), "q");
        assert_eq!(text(&root, "same.pw").unwrap(), "p");
    }

    #[test]
    fn a_small_file_cannot_become_a_big_tree() {
        let mut yaml = String::from("a0: &a0 [x, x]\n");
        for level in 1..60 {
            let below = level - 1;
            yaml += &format!("a{level}: &a{level} [*a{below}, *a{below}]\n");
        }
        let root = parse(&yaml);
        assert!(root.is_ok() || root.is_err_and(|wrong| wrong.line > 1));
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).is_err());
        let nested: String = (0..1000)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect();
        assert_eq!(parse(&nested).map(|_| ()).unwrap_err().line, DEPTH + 1);
    }

    #[test]
    fn malformed_yaml_names_the_line_and_shows_nothing_of_it() {
        for yaml in [
            "a: b\nsecret: \"hunter2\nc: d\n",
            "a: b\nsecret: @hunter2\n",
            "a: b\nsecret: hunter2: x\n",
            "a: b\nsecret: [hunter2\n",
            "a: b\nsecret: *hunter2\n",
            "a: b\nc:\n\tsecret: hunter2\n",
        ] {
            let wrong = parse(yaml).map(|_| ()).unwrap_err();
            assert!(wrong.line >= 2, "{yaml}: {wrong:?}");
            let what = wrong.what;
            assert!(!what.contains("hunter") && !what.contains('@'), "{what}");
        }
        assert!(parse("a: &a [*a]").is_err());
    }

    #[test]
    fn an_empty_file_is_an_empty_document() {
        for yaml in ["", "\n", "# only a comment\n", "---\n", "\u{feff}"] {
            assert!(parse(yaml).unwrap().find("a").is_none());
        }
    }
}
