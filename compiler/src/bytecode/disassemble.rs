//! The text of the code: one instruction a line, labels, where functions begin, names and source lines
//! where they are known.

use crate::bytecode::container::Image;
use crate::bytecode::debug_events::{self, Debug};
use crate::bytecode::opcode::{self, Op, TABLE};
use crate::error::Result;

/// What stands at a word of the code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Nothing,
    Label,
    Function,
}

fn mark(marks: &mut [Mark], labels: &[usize], kind: Mark) {
    for label in labels {
        if marks[*label] != Mark::Function {
            marks[*label] = kind;
        }
    }
}

fn find_marks(image: &Image) -> Result<Vec<Mark>> {
    let mut marks = vec![Mark::Nothing; image.code.len()];
    let mut pc = 0;
    while pc < image.code.len() {
        let instruction = opcode::decode(image, pc)?;
        match &instruction.op {
            Op::Closure(_, label) => mark(&mut marks, &[*label], Mark::Function),
            Op::Closurerec(_, labels) => mark(&mut marks, labels, Mark::Function),
            Op::PushRetaddr(label)
            | Op::Branch(label)
            | Op::Branchif(label)
            | Op::Branchifnot(label)
            | Op::Compare(_, _, label)
            | Op::Pushtrap(label) => mark(&mut marks, &[*label], Mark::Label),
            Op::Switch(ints, tags) => {
                mark(&mut marks, ints, Mark::Label);
                mark(&mut marks, tags, Mark::Label);
            }
            _ => (),
        }
        pc = instruction.next;
    }
    Ok(marks)
}

fn write_labels(text: &mut String, labels: &[usize]) {
    text.push_str(" [");
    for (index, label) in labels.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push('L');
        text.push_str(&label.to_string());
    }
    text.push(']');
}

fn write_global(text: &mut String, image: &Image, slot: usize) {
    text.push_str(&slot.to_string());
    if !image.global_names[slot].is_empty() {
        text.push('(');
        text.push_str(&image.global_names[slot]);
        text.push(')');
    }
}

/// Operands as the table of opcodes has them.
fn write_operands(text: &mut String, image: &Image, pc: usize, layout: &str) {
    let mut at = pc;
    for kind in layout.bytes() {
        at += 1;
        let word = image.code[at];
        text.push(' ');
        match kind {
            b'l' => {
                text.push('L');
                text.push_str(&(at as i64 + i64::from(word)).to_string());
            }
            b'g' => write_global(text, image, word as usize),
            b'p' => text.push_str(&image.primitives[word as usize]),
            _ => text.push_str(&word.to_string()),
        }
    }
}

fn write_function(text: &mut String, image: &Image, debug: &Debug, pc: usize) -> Result<()> {
    let entry = opcode::decode(image, pc)?;
    let start = if matches!(entry.op, Op::Grab(_)) { entry.next } else { pc };
    text.push_str("\nfunction L");
    text.push_str(&pc.to_string());
    if let Some(name) = debug.function_name(start) {
        text.push(' ');
        text.push_str(&name);
    }
    text.push_str(":\n");
    Ok(())
}

/// The whole code.
pub fn run(image: &Image) -> Result<String> {
    let marks = find_marks(image)?;
    let debug = debug_events::run(image)?;
    let mut text = String::new();
    let mut pc = 0;
    while pc < image.code.len() {
        match marks[pc] {
            Mark::Nothing => (),
            Mark::Label => {
                text.push('L');
                text.push_str(&pc.to_string());
                text.push_str(":\n");
            }
            Mark::Function => write_function(&mut text, image, &debug, pc)?,
        }
        let instruction = opcode::decode(image, pc)?;
        let (name, layout) = TABLE[opcode::opcode(image, pc)?];
        let number = pc.to_string();
        for _ in number.len()..8 {
            text.push(' ');
        }
        text.push_str(&number);
        text.push_str("  ");
        text.push_str(name);
        match &instruction.op {
            Op::Switch(ints, tags) => {
                write_labels(&mut text, ints);
                write_labels(&mut text, tags);
            }
            Op::Closurerec(captured, labels) => {
                text.push(' ');
                text.push_str(&captured.to_string());
                write_labels(&mut text, labels);
            }
            _ => write_operands(&mut text, image, pc, layout),
        }
        if let Some((file, line)) = debug.line(pc) {
            text.push_str("  ; ");
            text.push_str(&file);
            text.push(':');
            text.push_str(&line.to_string());
        }
        text.push('\n');
        pc = instruction.next;
    }
    Ok(text)
}
