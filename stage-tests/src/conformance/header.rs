//! The comment that begins a file of OCaml's test suite and says what to do with it.
//!
//! Two syntaxes exist. The older writes a tree of actions as a list with stars for the depth, each followed by the settings that
//! apply to it; the newer separates settings and actions by semicolons and encloses subtrees in braces:
//!
//! ```text
//!     (* TEST                        (* TEST
//!        modules = "a.ml"               modules = "a.ml";
//!        * setup-ocamlc.byte-build-env  setup-ocamlc.byte-build-env;
//!        ** ocamlc.byte                 flags = "-g";
//!           flags = "-g"                ocamlc.byte;
//!     *)                             *)
//! ```

use anyhow::{Result, bail};
use regex_lite::Regex;

/// What changes the variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `name = "value"`, and with `set` in front of it also for the environment of the program.
    Assign { name: String, value: String, exported: bool },
    /// `name += "value"`
    Append { name: String, value: String },
    /// `include name`: a named group of settings.
    Include(String),
    /// `unset name`
    Unset(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    Setting(Setting),
    /// An action, with the groups of settings that `with` gives it.
    Action {
        name: String,
        modifiers: Vec<String>,
    },
}

/// Statements in their order, and then the branches that follow them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub statements: Vec<Statement>,
    pub branches: Vec<Node>,
}

/// The header of a test file; none: it is not a test.
pub fn parse(source: &str) -> Option<Result<Node>> {
    Some(tokens(comment(source)?).and_then(Parser::header))
}

/// What follows the opening of the header. A file that begins with `TEST_BELOW` has it further down.
fn comment(source: &str) -> Option<&str> {
    let opening = Regex::new(r"(?:\(\*|/\*)[ \t\f]*TEST(_BELOW)?").expect("the expression is right");
    let first = opening.captures(source)?;
    let whole = first.get(0)?;
    if !source[..whole.start()].trim().is_empty() {
        return None;
    }
    let end = if first.get(1).is_some() { opening.find_iter(source).last()?.end() } else { whole.end() };
    Some(&source[end..])
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    /// Stars, or a star and a number: the depth of an action in the older syntax.
    Depth(usize),
    Plus,
    Symbol(u8),
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.-'".contains(&byte)
}

/// The tokens up to the end of the comment.
fn tokens(text: &str) -> Result<Vec<Token>> {
    let bytes = text.as_bytes();
    let run = |from: usize, holds: fn(u8) -> bool| from + bytes[from..].iter().take_while(|byte| holds(**byte)).count();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(b"*)") || rest.starts_with(b"*/") {
            return Ok(tokens);
        }
        if rest[0].is_ascii_whitespace() {
            at += 1;
        } else if rest.starts_with(b"(*") {
            at = nested_comment(bytes, at)?;
        } else if rest[0] == b'*' {
            let mut stars = run(at, |byte| byte == b'*');
            if bytes.get(stars) == Some(&b')') {
                stars -= 1;
            }
            let digits = run(stars, |byte| byte.is_ascii_digit());
            tokens.push(Token::Depth(if digits > stars { text[stars..digits].parse()? } else { stars - at }));
            at = digits;
        } else if rest.starts_with(b"+=") {
            tokens.push(Token::Plus);
            at += 2;
        } else if b"=,{};".contains(&rest[0]) {
            tokens.push(Token::Symbol(rest[0]));
            at += 1;
        } else if rest[0] == b'"' {
            let (value, end) = string(text, at + 1)?;
            tokens.push(Token::Text(value));
            at = end;
        } else if is_word(rest[0]) {
            let end = run(at, is_word);
            tokens.push(Token::Word(text[at..end].to_string()));
            at = end;
        } else {
            bail!("unexpected character {:?}", char::from(rest[0]));
        }
    }
    bail!("the header has no end")
}

/// Where the comment that begins at `at` ends.
fn nested_comment(bytes: &[u8], mut at: usize) -> Result<usize> {
    let mut depth = 0;
    loop {
        match bytes.get(at..at + 2) {
            Some(b"(*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*)") => (depth, at) = (depth - 1, at + 2),
            Some(_) => at += 1,
            None => bail!("a comment has no end"),
        }
        if depth == 0 {
            return Ok(at);
        }
    }
}

/// The string whose text begins at `at`, and where it ends. A backslash at the end of a line joins it with the next one, without
/// the spaces that begin that one, or from a second backslash on.
fn string(text: &str, mut at: usize) -> Result<(String, usize)> {
    let joint = Regex::new(r"^\\\r*\n[ \t\f]*(?:\\([ \t\f]))?").expect("the expression is right");
    let mut value = String::new();
    while let Some(next) = text[at..].chars().next() {
        if next == '"' {
            return Ok((value, at + 1));
        }
        if let Some(found) = joint.captures(&text[at..]) {
            value += found.get(1).map_or("", |space| space.as_str());
            at += found.get(0).map_or(1, |whole| whole.len());
        } else {
            value.push(next);
            at += next.len_utf8();
        }
    }
    bail!("a string has no end")
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn header(tokens: Vec<Token>) -> Result<Node> {
        let newer = tokens.iter().any(|token| matches!(token, Token::Symbol(b';' | b'{')));
        let mut parser = Parser { tokens, at: 0 };
        let node = if newer { parser.node()? } else { parser.list()? };
        match parser.peek() {
            None => Ok(node),
            Some(token) => bail!("unexpected {token:?}"),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// Takes the next token if it is this one.
    fn takes(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Result<String> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word.clone())
            }
            other => bail!("expected a name, found {other:?}"),
        }
    }

    fn text(&mut self) -> Result<String> {
        match self.tokens.get(self.at) {
            Some(Token::Text(text)) => {
                self.at += 1;
                Ok(text.clone())
            }
            other => bail!("expected a string, found {other:?}"),
        }
    }

    /// The setting that stands here, if one does.
    fn setting(&mut self) -> Result<Option<Setting>> {
        let (Some(Token::Word(first)), second) = (self.peek().cloned(), self.tokens.get(self.at + 1)) else { return Ok(None) };
        let before_name = matches!(second, Some(Token::Word(_)));
        let before_value = matches!(second, Some(Token::Symbol(b'=') | Token::Plus));
        if before_value {
            let name = self.word()?;
            let appends = self.takes(&Token::Plus);
            self.at += usize::from(!appends);
            let value = self.text()?;
            let assigned = Setting::Assign { name: name.clone(), value: value.clone(), exported: false };
            return Ok(Some(if appends { Setting::Append { name, value } } else { assigned }));
        }
        if !before_name || !["include", "unset", "set"].contains(&first.as_str()) {
            return Ok(None);
        }
        self.at += 1;
        let name = self.word()?;
        Ok(Some(match first.as_str() {
            "include" => Setting::Include(name),
            "unset" => Setting::Unset(name),
            _ => {
                if !self.takes(&Token::Symbol(b'=')) {
                    bail!("expected '=' after set {name}");
                }
                Setting::Assign { name, value: self.text()?, exported: true }
            }
        }))
    }

    /// The modifiers after `with`, if it stands here.
    fn action(&mut self) -> Result<Statement> {
        let name = self.word()?;
        let mut modifiers = Vec::new();
        if self.takes(&Token::Word("with".to_string())) {
            modifiers.push(self.word()?);
            while self.takes(&Token::Symbol(b',')) {
                modifiers.push(self.word()?);
            }
        }
        Ok(Statement::Action { name, modifiers })
    }

    /// The newer syntax.
    fn node(&mut self) -> Result<Node> {
        let mut node = Node::default();
        while let Some(Token::Word(_)) = self.peek() {
            let statement = match self.setting()? {
                Some(setting) => Statement::Setting(setting),
                None => self.action()?,
            };
            node.statements.push(statement);
            if !self.takes(&Token::Symbol(b';')) {
                bail!("expected ';', found {:?}", self.peek());
            }
        }
        while self.takes(&Token::Symbol(b'{')) {
            node.branches.push(self.node()?);
            if !self.takes(&Token::Symbol(b'}')) {
                bail!("expected '}}', found {:?}", self.peek());
            }
        }
        Ok(node)
    }

    /// The older syntax.
    fn list(&mut self) -> Result<Node> {
        Ok(Node { statements: self.settings()?, branches: self.branches(1)? })
    }

    fn settings(&mut self) -> Result<Vec<Statement>> {
        let mut settings = Vec::new();
        while let Some(setting) = self.setting()? {
            settings.push(Statement::Setting(setting));
        }
        Ok(settings)
    }

    /// The actions of a depth, each with what is deeper. An action's settings stand behind it and are made before it.
    fn branches(&mut self, depth: usize) -> Result<Vec<Node>> {
        let mut nodes = Vec::new();
        while self.takes(&Token::Depth(depth)) {
            let action = self.action()?;
            let mut statements = self.settings()?;
            statements.push(action);
            nodes.push(Node { statements, branches: self.branches(depth + 1)? });
        }
        Ok(nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assign(name: &str, value: &str, exported: bool) -> Statement {
        Statement::Setting(Setting::Assign { name: name.to_string(), value: value.to_string(), exported })
    }

    fn action(name: &str, modifiers: &[&str]) -> Statement {
        Statement::Action { name: name.to_string(), modifiers: modifiers.iter().map(ToString::to_string).collect() }
    }

    fn parsed(source: &str) -> Node {
        parse(source).expect("a test").expect("a header that is right")
    }

    #[test]
    fn a_file_without_a_header_is_no_test() {
        assert!(parse("let x = 1 (* TEST *)").is_none());
        assert!(parse("").is_none());
    }

    #[test]
    fn both_syntaxes_say_the_same() {
        let leaf =
            Node { statements: vec![assign("flags", "-g", false), action("ocamlc.byte", &["unix", "str"])], branches: vec![] };
        let setup = action("setup-build-env", &[]);
        let old =
            parsed("(* TEST\n  modules = \"a.ml\"\n * setup-build-env\n ** ocamlc.byte with unix, str\n flags = \"-g\"\n*)");
        let new = parsed(
            "(* TEST\n modules = \"a.ml\";\n {\n setup-build-env;\n { flags = \"-g\"; ocamlc.byte with unix, str; }\n}\n*)",
        );
        let inner = Node { statements: vec![setup], branches: vec![leaf] };
        assert_eq!(old, Node { statements: vec![assign("modules", "a.ml", false)], branches: vec![inner] });
        assert_eq!(old, new);
    }

    #[test]
    fn branches_of_one_depth_stand_side_by_side() {
        let node = parsed("(* TEST\n* bytecode\n** run\n* native\n*)");
        assert_eq!(node.branches.len(), 2);
        assert_eq!(node.branches[0].branches.len(), 1);
        assert_eq!(parsed("(* TEST\n* a\n*1 b\n*)").branches.len(), 2);
    }

    #[test]
    fn settings_of_all_kinds() {
        let node = parsed("/* TEST (* why (* not *) *) set A=\"1\"; unset B; include unix; c += \"x\"; */");
        let [first, rest @ ..] = node.statements.as_slice() else { panic!("no statements") };
        assert_eq!(first, &assign("A", "1", true));
        let name = |name: &str| name.to_string();
        let others =
            [Setting::Unset(name("B")), Setting::Include(name("unix")), Setting::Append { name: name("c"), value: name("x") }];
        assert_eq!(rest, others.map(Statement::Setting));
    }

    #[test]
    fn strings_go_on_in_the_next_line() {
        let node = parsed("(* TEST\n a = \"x\\\n   y\\\n  \\ z\";\n*)");
        assert_eq!(node.statements, [assign("a", "xy z", false)]);
    }

    #[test]
    fn a_header_may_stand_below() {
        let node = parsed("(* TEST_BELOW *)\nlet x = 1\n(* TEST\n a = \"b\";\n*)");
        assert_eq!(node.statements, [assign("a", "b", false)]);
    }

    #[test]
    fn what_is_wrong_is_an_error() {
        for source in ["(* TEST", "(* TEST a = *)", "(* TEST a; } *)", "(* TEST a = \"b *)", "(* TEST ? *)", "(* TEST\n** a\n*)"]
        {
            assert!(parse(source).is_some_and(|header| header.is_err()), "{source}");
        }
    }
}
