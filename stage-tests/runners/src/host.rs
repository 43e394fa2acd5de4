//! The part of Lua's `io` and `os` that a program on Luau may be given by its host.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::sync::atomic::{AtomicU32, Ordering};

use mlua::{IntoLuaMulti, Lua, MultiValue, Result, UserData, UserDataMethods, Value, Variadic};

/// Adds `io`, `arg` and the missing functions of `os`.
pub fn install(lua: &Lua, script: &str, arguments: &[String]) -> Result<()> {
    let globals = lua.globals();
    let table = lua.create_table()?;
    table.set(0, script)?;
    for (index, argument) in arguments.iter().enumerate() {
        table.set(index + 1, argument.as_str())?;
    }
    globals.set("arg", table)?;

    let os: mlua::Table = globals.get("os")?;
    os.set("exit", lua.create_function(|_, code: Option<i32>| -> Result<()> { std::process::exit(code.unwrap_or(0)) })?)?;
    os.set("getenv", lua.create_function(|_, name: String| Ok(std::env::var(name).ok()))?)?;
    let remove = |path: &str| std::fs::remove_file(path).or_else(|error| std::fs::remove_dir(path).map_err(|_| error));
    os.set("remove", lua.create_function(move |lua, path: String| answer(lua, &path, remove(&path).map(|()| true)))?)?;
    let rename = |lua: &Lua, (from, to): (String, String)| answer(lua, &from, std::fs::rename(&from, to).map(|()| true));
    os.set("rename", lua.create_function(rename)?)?;
    let names = AtomicU32::new(0);
    let tmpname = move |_: &Lua, ()| {
        let name = format!("lua_{}_{}", std::process::id(), names.fetch_add(1, Ordering::Relaxed));
        Ok(std::env::temp_dir().join(name).to_string_lossy().into_owned())
    };
    os.set("tmpname", lua.create_function(tmpname)?)?;

    let io = lua.create_table()?;
    io.set(
        "open",
        lua.create_function(|lua, (path, mode): (String, Option<String>)| {
            let file = open(&path, mode.as_deref().unwrap_or("r"));
            answer(lua, &path, file.map(|file| Handle { file: Some(ManuallyDrop::new(file)), standard: false }))
        })?,
    )?;
    for (name, descriptor) in [("stdin", 0), ("stdout", 1), ("stderr", 2)] {
        // SAFETY: the standard streams are open, and no handle of them is ever dropped.
        let file = unsafe { File::from_raw_fd(descriptor) };
        io.set(name, Handle { file: Some(ManuallyDrop::new(file)), standard: true })?;
    }
    globals.set("io", io)
}

/// A result, or nil with the reason and its number, as Lua's library answers.
fn answer(lua: &Lua, subject: &str, result: io::Result<impl mlua::IntoLua>) -> Result<MultiValue> {
    match result {
        Ok(value) => value.into_lua_multi(lua),
        Err(error) => {
            let text = error.to_string();
            let reason = text.split(" (os error").next().unwrap_or_default();
            let message = if subject.is_empty() { reason.to_string() } else { format!("{subject}: {reason}") };
            (Value::Nil, message, error.raw_os_error().unwrap_or(0)).into_lua_multi(lua)
        }
    }
}

fn open(path: &str, mode: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = match mode.trim_end_matches('b') {
        "r" => options.read(true),
        "r+" => options.read(true).write(true),
        "w" => options.write(true).create(true).truncate(true),
        "w+" => options.read(true).write(true).create(true).truncate(true),
        "a" => options.append(true).create(true),
        _ => return Err(io::Error::from(io::ErrorKind::InvalidInput)),
    };
    options.open(path)
}

/// A file handle; the standard streams' files are not ours to close.
struct Handle {
    file: Option<ManuallyDrop<File>>,
    standard: bool,
}

impl Handle {
    fn file(&mut self) -> io::Result<&mut File> {
        self.file.as_deref_mut().ok_or_else(|| io::Error::from_raw_os_error(9))
    }

    /// Up to `count` bytes; none at the end of the file.
    fn read(&mut self, count: u64) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        self.file()?.take(count).read_to_end(&mut bytes)?;
        Ok(if bytes.is_empty() && count > 0 { None } else { Some(bytes) })
    }

    fn close(&mut self) {
        if let (Some(file), false) = (self.file.take(), self.standard) {
            drop(ManuallyDrop::into_inner(file));
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl UserData for Handle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("read", |lua, handle, format: Value| {
            let bytes = match &format {
                Value::Integer(count) => handle.read(u64::try_from(*count).unwrap_or(0)),
                Value::Number(count) => handle.read(*count as u64),
                Value::String(name) if name.to_str()?.trim_start_matches('*').starts_with('a') => {
                    handle.read(u64::MAX).map(|bytes| Some(bytes.unwrap_or_default()))
                }
                _ => Err(io::Error::from(io::ErrorKind::InvalidInput)),
            };
            match bytes {
                Ok(Some(bytes)) => lua.create_string(bytes)?.into_lua_multi(lua),
                Ok(None) => Value::Nil.into_lua_multi(lua),
                Err(error) => answer(lua, "", Err::<Value, _>(error)),
            }
        });
        methods.add_method_mut("write", |lua, handle, pieces: Variadic<mlua::LuaString>| {
            let mut all = pieces.iter();
            let result = all.try_for_each(|piece| handle.file().and_then(|file| file.write_all(&piece.as_bytes())));
            answer(lua, "", result.map(|()| true))
        });
        methods.add_method_mut("seek", |lua, handle, (whence, offset): (Option<String>, Option<f64>)| {
            let offset = offset.unwrap_or(0.0) as i64;
            let place = match whence.as_deref() {
                Some("set") => SeekFrom::Start(u64::try_from(offset).unwrap_or(0)),
                Some("end") => SeekFrom::End(offset),
                _ => SeekFrom::Current(offset),
            };
            let position = handle.file().and_then(|file| file.seek(place));
            answer(lua, "", position.map(|position| position as f64))
        });
        methods.add_method_mut("flush", |_, _, ()| Ok(true));
        methods.add_method_mut("close", |_, handle, ()| {
            handle.close();
            Ok(true)
        });
    }
}
