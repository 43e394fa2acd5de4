//! The instructions of OCaml's bytecode (`runtime/caml/instruct.h`, `runtime/interp.c`): their table, and
//! the decoder that reduces them to the few forms of `Op`.

use crate::bytecode::container::Image;
use crate::error::{Error, Result};
use crate::ir::program::{Arg, PlaceKind, Wide};

/// Name and operands of each opcode. Operands: `u` count or index, `i` integer, `l` label, `g` global,
/// `p` primitive, `m` ignored; `S` the tables of SWITCH, `R` the functions of CLOSUREREC.
pub const TABLE: [(&str, &str); 153] = [
    ("ACC0", ""),
    ("ACC1", ""),
    ("ACC2", ""),
    ("ACC3", ""),
    ("ACC4", ""),
    ("ACC5", ""),
    ("ACC6", ""),
    ("ACC7", ""),
    ("ACC", "u"),
    ("PUSH", ""),
    ("PUSHACC0", ""),
    ("PUSHACC1", ""),
    ("PUSHACC2", ""),
    ("PUSHACC3", ""),
    ("PUSHACC4", ""),
    ("PUSHACC5", ""),
    ("PUSHACC6", ""),
    ("PUSHACC7", ""),
    ("PUSHACC", "u"),
    ("POP", "u"),
    ("ASSIGN", "u"),
    ("ENVACC1", ""),
    ("ENVACC2", ""),
    ("ENVACC3", ""),
    ("ENVACC4", ""),
    ("ENVACC", "u"),
    ("PUSHENVACC1", ""),
    ("PUSHENVACC2", ""),
    ("PUSHENVACC3", ""),
    ("PUSHENVACC4", ""),
    ("PUSHENVACC", "u"),
    ("PUSH_RETADDR", "l"),
    ("APPLY", "u"),
    ("APPLY1", ""),
    ("APPLY2", ""),
    ("APPLY3", ""),
    ("APPTERM", "uu"),
    ("APPTERM1", "u"),
    ("APPTERM2", "u"),
    ("APPTERM3", "u"),
    ("RETURN", "u"),
    ("RESTART", ""),
    ("GRAB", "u"),
    ("CLOSURE", "ul"),
    ("CLOSUREREC", "R"),
    ("OFFSETCLOSUREM3", ""),
    ("OFFSETCLOSURE0", ""),
    ("OFFSETCLOSURE3", ""),
    ("OFFSETCLOSURE", "i"),
    ("PUSHOFFSETCLOSUREM3", ""),
    ("PUSHOFFSETCLOSURE0", ""),
    ("PUSHOFFSETCLOSURE3", ""),
    ("PUSHOFFSETCLOSURE", "i"),
    ("GETGLOBAL", "g"),
    ("PUSHGETGLOBAL", "g"),
    ("GETGLOBALFIELD", "gu"),
    ("PUSHGETGLOBALFIELD", "gu"),
    ("SETGLOBAL", "g"),
    ("ATOM0", ""),
    ("ATOM", "u"),
    ("PUSHATOM0", ""),
    ("PUSHATOM", "u"),
    ("MAKEBLOCK", "uu"),
    ("MAKEBLOCK1", "u"),
    ("MAKEBLOCK2", "u"),
    ("MAKEBLOCK3", "u"),
    ("MAKEFLOATBLOCK", "u"),
    ("GETFIELD0", ""),
    ("GETFIELD1", ""),
    ("GETFIELD2", ""),
    ("GETFIELD3", ""),
    ("GETFIELD", "u"),
    ("GETFLOATFIELD", "u"),
    ("SETFIELD0", ""),
    ("SETFIELD1", ""),
    ("SETFIELD2", ""),
    ("SETFIELD3", ""),
    ("SETFIELD", "u"),
    ("SETFLOATFIELD", "u"),
    ("VECTLENGTH", ""),
    ("GETVECTITEM", ""),
    ("SETVECTITEM", ""),
    ("GETBYTESCHAR", ""),
    ("SETBYTESCHAR", ""),
    ("BRANCH", "l"),
    ("BRANCHIF", "l"),
    ("BRANCHIFNOT", "l"),
    ("SWITCH", "S"),
    ("BOOLNOT", ""),
    ("PUSHTRAP", "l"),
    ("POPTRAP", ""),
    ("RAISE", ""),
    ("CHECK_SIGNALS", ""),
    ("C_CALL1", "p"),
    ("C_CALL2", "p"),
    ("C_CALL3", "p"),
    ("C_CALL4", "p"),
    ("C_CALL5", "p"),
    ("C_CALLN", "up"),
    ("CONST0", ""),
    ("CONST1", ""),
    ("CONST2", ""),
    ("CONST3", ""),
    ("CONSTINT", "i"),
    ("PUSHCONST0", ""),
    ("PUSHCONST1", ""),
    ("PUSHCONST2", ""),
    ("PUSHCONST3", ""),
    ("PUSHCONSTINT", "i"),
    ("NEGINT", ""),
    ("ADDINT", ""),
    ("SUBINT", ""),
    ("MULINT", ""),
    ("DIVINT", ""),
    ("MODINT", ""),
    ("ANDINT", ""),
    ("ORINT", ""),
    ("XORINT", ""),
    ("LSLINT", ""),
    ("LSRINT", ""),
    ("ASRINT", ""),
    ("EQ", ""),
    ("NEQ", ""),
    ("LTINT", ""),
    ("LEINT", ""),
    ("GTINT", ""),
    ("GEINT", ""),
    ("OFFSETINT", "i"),
    ("OFFSETREF", "i"),
    ("ISINT", ""),
    ("GETMETHOD", ""),
    ("BEQ", "il"),
    ("BNEQ", "il"),
    ("BLTINT", "il"),
    ("BLEINT", "il"),
    ("BGTINT", "il"),
    ("BGEINT", "il"),
    ("ULTINT", ""),
    ("UGEINT", ""),
    ("BULTINT", "ul"),
    ("BUGEINT", "ul"),
    ("GETPUBMET", "im"),
    ("GETDYNMET", ""),
    ("STOP", ""),
    ("EVENT", ""),
    ("BREAK", ""),
    ("RERAISE", ""),
    ("RAISE_NOTRACE", ""),
    ("GETSTRINGCHAR", ""),
    ("PERFORM", ""),
    ("RESUME", ""),
    ("RESUMETERM", "u"),
    ("REPERFORMTERM", "u"),
];

/// The first opcode that only OCaml 5 has.
const PERFORM: usize = 149;

/// What an instruction does, after the push that it may begin with. Labels are absolute, in words.
/// Constants are `Arg::Int` or `Arg::Wide`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// PUSH alone, CHECK_SIGNALS, EVENT, BREAK.
    Nop,
    Acc(usize),
    Envacc(usize),
    Pop(usize),
    Assign(usize),
    PushRetaddr(usize),
    /// With 4 arguments or more, below them the three slots of PUSH_RETADDR.
    Apply(usize),
    /// Arguments, slots to drop.
    Appterm(usize, usize),
    Return(usize),
    Restart,
    Grab(usize),
    /// Captured, code.
    Closure(usize, usize),
    Closurerec(usize, Vec<usize>),
    Offsetclosure(i32),
    Getglobal(usize),
    Getglobalfield(usize, usize),
    Setglobal(usize),
    Const(Arg),
    /// Tag, size: ATOM, MAKEBLOCK, MAKEFLOATBLOCK.
    Block(u8, usize),
    Getfield(usize),
    Getfloatfield(usize),
    Setfield(usize),
    /// A primitive by name and number of arguments: accu, then the stack's.
    Prim(&'static str, usize),
    Offsetint(Arg),
    Offsetref(Arg),
    Branch(usize),
    Branchif(usize),
    Branchifnot(usize),
    /// Comparison of the constant with accu, in this order, and where to go when it holds.
    Compare(&'static str, Arg, usize),
    /// Labels of immediates, of tags.
    Switch(Vec<usize>, Vec<usize>),
    Pushtrap(usize),
    Poptrap,
    Raise(PlaceKind),
    /// Arguments, primitive.
    Ccall(usize, usize),
    Getmethod,
    Getpubmet(Arg),
    Getdynmet,
    Stop,
    Perform,
    /// How many arguments are on the stack: 2, from OCaml 5.2 on 3.
    Resume(usize),
    /// The same, slots to drop.
    Resumeterm(usize, usize),
    Reperformterm(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Begins with a push of accu.
    pub push: bool,
    pub op: Op,
    /// Where the next instruction starts.
    pub next: usize,
}

/// Reads the operands of one instruction and checks them.
struct Operands<'a> {
    image: &'a Image<'a>,
    /// Of the instruction.
    pc: usize,
}

impl Operands<'_> {
    fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Error::at("CODE", self.pc * 4, message))
    }

    fn word(&self, at: usize) -> Result<i32> {
        match self.image.code.get(at) {
            Some(word) => Ok(*word),
            None => self.error("instruction ends beyond the code"),
        }
    }

    fn count(&self, at: usize) -> Result<usize> {
        let word = self.word(at)?;
        if !(0..0x40_0000).contains(&word) {
            return self.error("operand out of range");
        }
        Ok(word as usize)
    }

    fn tag(&self, at: usize) -> Result<u8> {
        let tag = self.count(at)?;
        if tag > 255 {
            return self.error("tag out of range");
        }
        Ok(tag as u8)
    }

    fn offset(&self, at: usize) -> Result<i32> {
        let word = self.word(at)?;
        if !(-0x40_0000..0x40_0000).contains(&word) {
            return self.error("operand out of range");
        }
        Ok(word)
    }

    fn int(&self, at: usize) -> Result<Arg> {
        let word = self.word(at)?;
        Ok(if (-0x4000_0000..0x4000_0000).contains(&word) { Arg::Int(word) } else { Arg::Wide(Wide(word.into())) })
    }

    /// The label at `at`, relative to `origin`.
    fn label(&self, at: usize, origin: usize) -> Result<usize> {
        let label = i64::from(self.word(at)?) + origin as i64;
        if label < 0 || label >= self.image.code.len() as i64 {
            return self.error("label outside the code");
        }
        Ok(label as usize)
    }

    fn labels(&self, count: usize, start: usize, origin: usize) -> Result<Vec<usize>> {
        if count > self.image.code.len() - self.pc {
            return self.error("instruction ends beyond the code");
        }
        let mut labels = Vec::with_capacity(count);
        for i in 0..count {
            labels.push(self.label(start + i, origin)?);
        }
        Ok(labels)
    }

    fn global(&self, at: usize) -> Result<usize> {
        let slot = self.count(at)?;
        if slot >= self.image.global_names.len() {
            return self.error("global that does not exist");
        }
        Ok(slot)
    }

    fn primitive(&self, at: usize) -> Result<usize> {
        let number = self.count(at)?;
        if number >= self.image.primitives.len() {
            return self.error("primitive that does not exist");
        }
        Ok(number)
    }
}

/// The opcode at `pc`, checked.
pub fn opcode(image: &Image, pc: usize) -> Result<usize> {
    let operands = Operands { image, pc };
    let word = operands.word(pc)?;
    if word < 0 || word >= TABLE.len() as i32 || (word as usize >= PERFORM && image.version.0 < 5) {
        return operands.error(format!("unknown opcode {word}"));
    }
    Ok(word as usize)
}

/// PUSH and the PUSH... forms. GETPUBMET's push is part of what `Op::Getpubmet` means.
fn pushes(code: usize) -> bool {
    matches!(code, 9..=18 | 26..=30 | 49..=52 | 54 | 56 | 60 | 61 | 104..=108)
}

/// Decodes the instruction at word `pc`.
pub fn decode(image: &Image, pc: usize) -> Result<Instruction> {
    let code = opcode(image, pc)?;
    let x = Operands { image, pc };
    let mut next = pc + 1 + TABLE[code].1.len();
    let resumed = if image.version < (5, 2) { 2 } else { 3 };
    let op = match code {
        0..=7 => Op::Acc(code),
        8 => Op::Acc(x.count(pc + 1)?),
        9 => Op::Nop,
        10..=17 => Op::Acc(code - 10),
        18 => Op::Acc(x.count(pc + 1)?),
        19 => Op::Pop(x.count(pc + 1)?),
        20 => Op::Assign(x.count(pc + 1)?),
        21..=24 => Op::Envacc(code - 20),
        25 => Op::Envacc(x.count(pc + 1)?),
        26..=29 => Op::Envacc(code - 25),
        30 => Op::Envacc(x.count(pc + 1)?),
        31 => Op::PushRetaddr(x.label(pc + 1, pc + 1)?),
        32 => {
            let arguments = x.count(pc + 1)?;
            if arguments < 4 {
                return x.error("APPLY of fewer than 4 arguments");
            }
            Op::Apply(arguments)
        }
        33..=35 => Op::Apply(code - 32),
        36 => Op::Appterm(x.count(pc + 1)?, x.count(pc + 2)?),
        37..=39 => Op::Appterm(code - 36, x.count(pc + 1)?),
        40 => Op::Return(x.count(pc + 1)?),
        41 => Op::Restart,
        42 => Op::Grab(x.count(pc + 1)?),
        43 => Op::Closure(x.count(pc + 1)?, x.label(pc + 2, pc + 2)?),
        44 => {
            let functions = x.count(pc + 1)?;
            if functions == 0 {
                return x.error("CLOSUREREC without functions");
            }
            next = pc + 3 + functions;
            Op::Closurerec(x.count(pc + 2)?, x.labels(functions, pc + 3, pc + 3)?)
        }
        45 | 49 => Op::Offsetclosure(-3),
        46 | 50 => Op::Offsetclosure(0),
        47 | 51 => Op::Offsetclosure(3),
        48 | 52 => Op::Offsetclosure(x.offset(pc + 1)?),
        53 | 54 => Op::Getglobal(x.global(pc + 1)?),
        55 | 56 => Op::Getglobalfield(x.global(pc + 1)?, x.count(pc + 2)?),
        57 => Op::Setglobal(x.global(pc + 1)?),
        58 | 60 => Op::Block(0, 0),
        59 | 61 => Op::Block(x.tag(pc + 1)?, 0),
        62 => Op::Block(x.tag(pc + 2)?, x.count(pc + 1)?),
        63..=65 => Op::Block(x.tag(pc + 1)?, code - 62),
        66 => Op::Block(254, x.count(pc + 1)?),
        67..=70 => Op::Getfield(code - 67),
        71 => Op::Getfield(x.count(pc + 1)?),
        72 => Op::Getfloatfield(x.count(pc + 1)?),
        73..=76 => Op::Setfield(code - 73),
        77 | 78 => Op::Setfield(x.count(pc + 1)?),
        79 => Op::Prim("%array_length", 1),
        80 => Op::Prim("%array_get", 2),
        81 => Op::Prim("%array_set", 3),
        82 => Op::Prim("%bytes_get", 2),
        83 => Op::Prim("%bytes_set", 3),
        84 => Op::Branch(x.label(pc + 1, pc + 1)?),
        85 => Op::Branchif(x.label(pc + 1, pc + 1)?),
        86 => Op::Branchifnot(x.label(pc + 1, pc + 1)?),
        87 => {
            let sizes = x.word(pc + 1)?;
            let ints = (sizes & 0xFFFF) as usize;
            let tags = ((sizes >> 16) & 0xFFFF) as usize;
            next = pc + 2 + ints + tags;
            Op::Switch(x.labels(ints, pc + 2, pc + 2)?, x.labels(tags, pc + 2 + ints, pc + 2)?)
        }
        88 => Op::Prim("%bool_not", 1),
        89 => Op::Pushtrap(x.label(pc + 1, pc + 1)?),
        90 => Op::Poptrap,
        91 => Op::Raise(PlaceKind::Raise),
        146 => Op::Raise(PlaceKind::Reraise),
        147 => Op::Raise(PlaceKind::Notrace),
        92 | 144 | 145 => Op::Nop,
        93..=97 => Op::Ccall(code - 92, x.primitive(pc + 1)?),
        98 => Op::Ccall(x.count(pc + 1)?, x.primitive(pc + 2)?),
        99..=102 => Op::Const(Arg::Int(code as i32 - 99)),
        104..=107 => Op::Const(Arg::Int(code as i32 - 104)),
        103 | 108 => Op::Const(x.int(pc + 1)?),
        109 => Op::Prim("%int_neg", 1),
        110 => Op::Prim("%int_add", 2),
        111 => Op::Prim("%int_sub", 2),
        112 => Op::Prim("%int_mul", 2),
        113 => Op::Prim("%int_div", 2),
        114 => Op::Prim("%int_mod", 2),
        115 => Op::Prim("%int_and", 2),
        116 => Op::Prim("%int_or", 2),
        117 => Op::Prim("%int_xor", 2),
        118 => Op::Prim("%int_lsl", 2),
        119 => Op::Prim("%int_lsr", 2),
        120 => Op::Prim("%int_asr", 2),
        121 => Op::Prim("%int_eq", 2),
        122 => Op::Prim("%int_ne", 2),
        123 => Op::Prim("%int_lt", 2),
        124 => Op::Prim("%int_le", 2),
        125 => Op::Prim("%int_gt", 2),
        126 => Op::Prim("%int_ge", 2),
        127 => Op::Offsetint(x.int(pc + 1)?),
        128 => Op::Offsetref(x.int(pc + 1)?),
        129 => Op::Prim("%is_int", 1),
        130 => Op::Getmethod,
        131 => Op::Compare("%int_eq", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        132 => Op::Compare("%int_ne", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        133 => Op::Compare("%int_lt", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        134 => Op::Compare("%int_le", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        135 => Op::Compare("%int_gt", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        136 => Op::Compare("%int_ge", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        137 => Op::Prim("%int_ult", 2),
        138 => Op::Prim("%int_uge", 2),
        139 => Op::Compare("%int_ult", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        140 => Op::Compare("%int_uge", x.int(pc + 1)?, x.label(pc + 2, pc + 2)?),
        141 => {
            x.word(pc + 2)?;
            Op::Getpubmet(x.int(pc + 1)?)
        }
        142 => Op::Getdynmet,
        143 => Op::Stop,
        148 => Op::Prim("%string_get", 2),
        149 => Op::Perform,
        150 => Op::Resume(resumed),
        151 => Op::Resumeterm(resumed, x.count(pc + 1)?),
        _ => Op::Reperformterm(x.count(pc + 1)?),
    };
    Ok(Instruction { push: pushes(code), op, next })
}
