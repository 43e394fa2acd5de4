//! Why a test is not judged.

/// Why a test file has no judged run; of several reasons the last in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Native,
    Platform,
    CompileOnly,
    Tool,
    Toplevel,
    Expect,
    Error,
    CStubs,
    CompileFailed,
    Unsteady,
    Failed,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Why::Native => "native code only",
            Why::Platform => "another platform",
            Why::CompileOnly => "compiled only",
            Why::Tool => "another tool of OCaml",
            Why::Toplevel => "a toplevel session",
            Why::Expect => "an expect test of the toplevel",
            Why::Error => "not understood",
            Why::CStubs => "C stubs",
            Why::CompileFailed => "does not compile outside of OCaml's own tree",
            Why::Unsteady => "too slow, or different from run to run",
            Why::Failed => "fails under ocamlrun here",
        }
    }
}

/// The end of a branch of a test without a judged run.
#[derive(Debug)]
pub struct Skip {
    pub why: Why,
    pub reason: String,
}

impl Skip {
    pub fn new(why: Why, reason: impl Into<String>) -> Skip {
        Skip { why, reason: reason.into() }
    }
}

impl From<anyhow::Error> for Skip {
    fn from(error: anyhow::Error) -> Skip {
        Skip::new(Why::Error, format!("{error:#}"))
    }
}

impl From<std::io::Error> for Skip {
    fn from(error: std::io::Error) -> Skip {
        Skip::new(Why::Error, error.to_string())
    }
}
