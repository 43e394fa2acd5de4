//! Reading bytecode: two executables made by OCaml 4.13 and 5.3, and what is left of them after damage.
//! Damage may be an error or may not be noticed; it is never a panic.

use lua_of_ocaml::bytecode::container;
use lua_of_ocaml::bytecode::inspect;
use lua_of_ocaml::bytecode::unmarshal::{self, Arena, Reader, Value};
use lua_of_ocaml::error::Error;

const TINY_4: &[u8] = include_bytes!("fixtures/tiny-4.13.bc");
const TINY_5: &[u8] = include_bytes!("fixtures/tiny-5.3.bc");

/// The section and offset of an error that has them.
fn place(error: &Error) -> (String, usize) {
    match error {
        Error::At(place) => (place.section.clone(), place.offset),
        Error::Other(message) => panic!("an error without a place: {message}"),
    }
}

fn refused(file: &[u8]) -> String {
    container::read(file).expect_err("accepted").to_string()
}

#[test]
fn inspection() {
    assert_eq!(inspect::run(TINY_4).unwrap(), include_str!("fixtures/tiny-4.13.txt"));
    assert_eq!(inspect::run(TINY_5).unwrap(), include_str!("fixtures/tiny-5.3.txt"));
}

#[test]
fn anything_may_stand_before_the_sections() {
    let mut file = b"#!/bin/ocamlrun\n".to_vec();
    file.extend_from_slice(TINY_4);
    let image = container::read(&file).unwrap();
    let plain = container::read(TINY_4).unwrap();
    assert_eq!(image.code, plain.code);
    assert_eq!(image.sections[0].offset, 16);
    assert_eq!(image.version, (4, 13));
    assert_eq!(container::read(TINY_5).unwrap().version, (5, 3));
}

#[test]
fn truncated_files() {
    for file in [TINY_4, TINY_5] {
        for length in 0..file.len() {
            let error = container::read(&file[..length]).expect_err("a truncated file was accepted");
            let (section, offset) = place(&error);
            assert!(section == "file" && offset <= length, "{error}");
        }
    }
}

/// Every byte in turn.
fn flip_bits(file: &[u8]) {
    let mut damaged = file.to_vec();
    for offset in 0..file.len() {
        damaged[offset] = file[offset] ^ if offset % 2 == 0 { 0xFF } else { 1 << (offset / 2 % 8) };
        if let Err(error) = inspect::run(&damaged) {
            let (section, at) = place(&error);
            assert!(!section.is_empty() && at <= file.len() * 4, "{error}");
        }
        damaged[offset] = file[offset];
    }
}

#[test]
fn flipped_bits_4() {
    flip_bits(TINY_4);
}

#[test]
fn flipped_bits_5() {
    flip_bits(TINY_5);
}

/// Several bytes at a time, from a seed.
#[test]
fn random_damage() {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut random = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    for round in 0..1000 {
        let file = if round % 2 == 0 { TINY_4 } else { TINY_5 };
        let mut damaged = file.to_vec();
        for _ in 0..=random(8) {
            let at = random(file.len());
            damaged[at] = random(256) as u8;
        }
        // A run of bytes from elsewhere: codes where other codes were.
        let (from, to, length) = (random(file.len() - 64), random(file.len() - 64), random(64));
        damaged[to..to + length].copy_from_slice(&file[from..from + length]);
        if let Err(error) = inspect::run(&damaged) {
            place(&error);
        }
    }
}

#[test]
fn other_files() {
    assert_eq!(refused(b""), "file at byte 0: not OCaml bytecode: no magic number Caml1999X at the end");
    assert_eq!(refused(b"let x = 1"), "file at byte 9: not OCaml bytecode: no magic number Caml1999X at the end");
    let object = "file at byte 0: magic number Caml1999O030: an object file or library, not an executable; link it with ocamlc";
    assert_eq!(refused(b"Caml1999O030 and what follows"), object);
    let mut old = TINY_4.to_vec();
    let end = old.len();
    old[end - 3..].copy_from_slice(b"029");
    let unknown = "magic number Caml1999X029 is unknown: OCaml 4.13 to 5.4 write Caml1999X030 to Caml1999X036";
    assert_eq!(refused(&old), format!("file at byte {}: {unknown}", end - 12));
    assert!(refused(b"\x7fELF\x01\x01").starts_with("file at byte 4: an ELF file that is not 64-bit"));
}

/// A table of sections alone: what is missing is named.
#[test]
fn missing_sections() {
    assert_eq!(refused(b"\0\0\0\0Caml1999X030"), "file at byte 16: no section CODE");
    assert_eq!(refused(b"STOPCODE\0\0\0\x04\0\0\0\x01Caml1999X030"), "file at byte 28: no section DATA");
    let long = "file at byte 0: section CODE is longer than the file";
    assert_eq!(refused(b"CODE\0\0\0\x04\0\0\0\x01Caml1999X030"), long);
    assert!(refused(b"\xff\xff\xff\xffCaml1999X030").starts_with("file at byte 0: size out of range"));
    assert!(refused(b"\0\0\0\x09Caml1999X030").contains("table of 9 sections is longer than the file"));
}

/// A primitive is not to be taken for one of the compiler's own operations.
#[test]
fn names_of_primitives() {
    let at = TINY_4.windows(12).position(|name| name == b"\0caml_equal\0").expect("a primitive of the program") + 1;
    let mut file = TINY_4.to_vec();
    file[at] = b'%';
    assert!(refused(&file).ends_with(": name of an operation of the compiler"), "{}", refused(&file));
    assert!(refused(&file).starts_with("PRIM at byte "));
}

/// `body` as marshalled data with a small header.
fn marshalled(body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x84, 0x95, 0xA6, 0xBE];
    bytes.extend_from_slice(&(body.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&[0; 12]);
    bytes.extend_from_slice(body);
    bytes
}

fn read(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let mut arena = Arena::default();
    match unmarshal::read(&mut Reader::new(bytes, "DATA"), &mut arena) {
        Ok(root) => {
            assert_eq!(root, 0);
            Ok(arena.nodes)
        }
        Err(error) => Err(error.to_string()),
    }
}

fn one(body: &[u8]) -> Value {
    let values = read(&marshalled(body)).unwrap();
    assert_eq!(values.len(), 1);
    values[0].clone()
}

#[test]
fn integers() {
    assert_eq!(one(b"\x45"), Value::Int(5));
    assert_eq!(one(b"\x00\xff"), Value::Int(-1));
    assert_eq!(one(b"\x01\x80\x00"), Value::Int(-32768));
    assert_eq!(one(b"\x02\x3f\xff\xff\xff"), Value::Int(0x3FFF_FFFF));
    assert_eq!(one(b"\x02\x40\x00\x00\x00"), Value::Wide(0x4000_0000));
    assert_eq!(one(b"\x02\xc0\x00\x00\x00"), Value::Int(-0x4000_0000));
    assert_eq!(one(b"\x02\xbf\xff\xff\xff"), Value::Wide(-0x4000_0001));
    assert_eq!(one(b"\x03\xff\xff\xff\xff\xff\xff\xff\xf0"), Value::Int(-16));
    assert_eq!(one(b"\x03\x3f\xff\xff\xff\xff\xff\xff\xff"), Value::Wide((1 << 62) - 1));
    assert_eq!(one(b"\x03\xc0\x00\x00\x00\x00\x00\x00\x00"), Value::Wide(-1 << 62));
    let error = read(&marshalled(b"\x03\x40\x00\x00\x00\x00\x00\x00\x00")).unwrap_err();
    assert_eq!(error, "DATA at byte 21: integer of more than 63 bits");
}

#[test]
fn strings_and_numbers() {
    assert_eq!(one(b"\x22ab"), Value::Str(b"ab".to_vec()));
    assert_eq!(one(b"\x09\x01a"), Value::Str(b"a".to_vec()));
    assert_eq!(one(b"\x0a\0\0\0\x01a"), Value::Str(b"a".to_vec()));
    assert_eq!(one(b"\x15\0\0\0\0\0\0\0\x01a"), Value::Str(b"a".to_vec()));
    assert_eq!(one(b"\x0b\x01\x02\x03\x04\x05\x06\x07\x08"), Value::Double([1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(one(b"\x0c\x01\x02\x03\x04\x05\x06\x07\x08"), Value::Double([8, 7, 6, 5, 4, 3, 2, 1]));
    for code in [b"\x0d\x01".as_slice(), b"\x0f\0\0\0\x01", b"\x16\0\0\0\0\0\0\0\x01"] {
        let body = [code, b"\x01\x02\x03\x04\x05\x06\x07\x08"].concat();
        assert_eq!(one(&body), Value::DoubleArray(vec![[1, 2, 3, 4, 5, 6, 7, 8]]));
    }
    for code in [b"\x0e\x01".as_slice(), b"\x07\0\0\0\x01", b"\x17\0\0\0\0\0\0\0\x01"] {
        let body = [code, b"\x08\x07\x06\x05\x04\x03\x02\x01"].concat();
        assert_eq!(one(&body), Value::DoubleArray(vec![[1, 2, 3, 4, 5, 6, 7, 8]]));
    }
    assert_eq!(one(b"\x19_i\0\xff\xff\xff\xfe"), Value::Int32(-2));
    assert_eq!(one(b"\x12_j\0\x80\0\0\0\0\0\0\x01"), Value::Int64([128, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!(one(b"\x19_n\0\x01\x00\x00\x00\x07"), Value::Nativeint(7));
    assert_eq!(one(b"\x18_n\0\0\0\0\x04\0\0\0\0\0\0\0\x08\x02\x80\0\0\0\0\0\0\0"), Value::Nativeint(i64::MIN));
}

#[test]
fn blocks_and_sharing() {
    let block = |tag, fields| Value::Block { tag, fields };
    // ("a", [|1|], the first again, an atom), with the long forms of block headers too.
    let body = b"\xc0\x21a\x90\x41\x04\x02\x08\x00\x00\x00\x05";
    let expected =
        vec![block(0, vec![1, 2, 1, 4]), Value::Str(b"a".to_vec()), block(0, vec![3]), Value::Int(1), block(5, vec![])];
    assert_eq!(read(&marshalled(body)).unwrap(), expected);
    let wide = b"\x13\0\0\0\0\0\0\x04\x09\x05\x00\x01";
    assert_eq!(read(&marshalled(wide)).unwrap(), vec![block(9, vec![0])]);
    // A list of 100,000 cells nests as deep.
    let deep = [b"\xa0\x41".repeat(100_000), b"\x40".to_vec()].concat();
    assert_eq!(read(&marshalled(&deep)).unwrap().len(), 200_001);
}

#[test]
fn damaged_marshalled_data() {
    let error = |body: &[u8]| read(&marshalled(body)).unwrap_err();
    assert_eq!(read(b"\x84\x95").unwrap_err(), "DATA at byte 0: ends too early: 4 bytes expected, 2 left");
    assert_eq!(read(b"abcdefghijklmnopqrstu").unwrap_err(), "DATA at byte 0: not marshalled data");
    assert_eq!(read(b"\x84\x95\xa6\xbd").unwrap_err(), "DATA at byte 0: compressed marshalled data is not supported");
    assert_eq!(error(b""), "DATA at byte 20: ends too early: 1 bytes expected, 0 left");
    assert_eq!(error(b"\x10"), "DATA at byte 20: code pointer in marshalled data");
    assert_eq!(error(b"\x11"), "DATA at byte 20: infix pointer in marshalled data");
    assert_eq!(error(b"\x1f"), "DATA at byte 20: unknown code 31 in marshalled data");
    assert_eq!(error(b"\x04\x01"), "DATA at byte 20: reference to an object that does not exist");
    assert_eq!(error(b"\x08\x00\xff\xfc\x00"), "DATA at byte 20: block is longer than what is left");
    assert_eq!(error(b"\x07\x3f\xff\xff\xff"), "DATA at byte 21: array of 1073741823 doubles is longer than what is left");
    assert_eq!(error(b"\x15\xff\xff\xff\xff\xff\xff\xff\xff"), "DATA at byte 21: size out of range");
    assert_eq!(error(b"\x19_bigarr02\0"), "DATA at byte 21: custom block that is not an int32, int64 or nativeint");
    assert_eq!(error(b"\x41\x41"), "DATA at byte 21: marshalled data does not end where its header says");
}
