//! Templates of primitives (ARCHITECTURE.md, section 4).

/// The text of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub String);

impl Template {
    pub fn parse(text: &str) -> Result<Template, String> {
        Ok(Template(text.into()))
    }
}

/// How the compiler emits a primitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Call,
    Inline(Template),
    Test(Template),
    Statement(Template),
}
