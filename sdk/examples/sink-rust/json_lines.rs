// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
//! The callbacks and the descriptor. Every callback's body stands in guarded(): a panic ends there
//! and never crosses into the host.
use std::alloc::{alloc, Layout};
use std::fmt::Write as _;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null;

mod abi;
mod cells;
mod json;

use abi::*;
use cells::{Column, Refused, Value};
use json::Text;

/// 1. What a user may say. The host fills this struct by the rows below before create().
#[repr(C)]
struct Config {
    path: *const c_char, // offset 0
    keep_null: u8,       // offset 8
}

const fn option(kind: i32, offset: u32, name: &'static [u8], help: &'static [u8]) -> PtOption {
    PtOption {
        struct_size: std::mem::size_of::<PtOption>() as u32,
        kind,
        flags: 0,
        offset,
        name: name.as_ptr().cast(),
        help: help.as_ptr().cast(),
        unit: null(),
        default_text: null(),
        i_min: 0,
        i_max: 0,
        f_min: 0.0,
        f_max: 0.0,
        choices: null(),
        n_choices: 0,
        n_fields: 0,
        fields: null(),
        elem_size: 0,
        reserved: 0,
        pattern: null(),
        example: null(),
        since: null(),
        replaced_by: null(),
    }
}

static OPTION_PATH: Constant<PtOption> = Constant(PtOption {
    example: b"out/people.jsonl\0".as_ptr().cast(),
    ..option(OPT_STRING, 0, b"path\0", b"Where the file goes; the default is out/<sink>.\0")
});
static OPTION_KEEP_NULL: Constant<PtOption> = Constant(PtOption {
    default_text: b"true\0".as_ptr().cast(),
    ..option(OPT_BOOL, 8, b"keep_null\0", b"Write a null for what is not known.\0")
});
static OPTIONS: Constant<[*const PtOption; 2]> =
    Constant([&OPTION_PATH.0, &OPTION_KEEP_NULL.0]);

struct Sink {
    host: *const Host,
    config: *const Config,
    columns: Vec<Column>,
}

struct Failure {
    status: Status,
    text: &'static [u8], // ends with NUL; empty = the error slot has a text already
}

/// Rust's own way to say that memory is out ends the process: so each place that takes some asks.
const NO_MEMORY: Failure = Failure { status: E_NO_MEMORY, text: b"json-lines: no memory\0" };

/// Runs `body`; a failure or a panic becomes a status and a text.
unsafe fn guarded(
    host: *const Host,
    err: *mut Error,
    body: impl FnOnce() -> Result<(), Failure>,
) -> Status {
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return OK,
        Ok(Err(failure)) => failure,
        Err(_) => Failure { status: E_INTERNAL, text: b"json-lines: a panic\0" },
    };
    if failure.text.is_empty() {
        return failure.status;
    }
    ((*host).error_set)(err, failure.status, failure.text.as_ptr().cast(), null(), 0)
}

/// 2. An instance lies where a box would: destroy() takes it back as one.
unsafe extern "C" fn create(
    host: *const Host,
    config: *const c_void,
    out: *mut *mut c_void,
    err: *mut Error,
) -> Status {
    guarded(host, err, || {
        let sink = alloc(Layout::new::<Sink>()).cast::<Sink>();
        if sink.is_null() {
            return Err(NO_MEMORY);
        }
        sink.write(Sink { host, config: config.cast(), columns: Vec::new() });
        *out = sink.cast();
        Ok(())
    })
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    if !instance.is_null() {
        drop(Box::from_raw(instance.cast::<Sink>()));
    }
}

/// 3. The columns that will come.
unsafe extern "C" fn begin(instance: *mut c_void, job: *const SinkJob, err: *mut Error) -> Status {
    let sink = &mut *instance.cast::<Sink>();
    guarded(sink.host, err, || {
        sink.columns = cells::columns(&*(*job).schema).map_err(|refused| match refused {
            Refused::NoMemory => NO_MEMORY,
            Refused::Format => Failure {
                status: E_UNSUPPORTED,
                text: b"json-lines: a column of an unknown Arrow format\0",
            },
        })?;
        Ok(())
    })
}

unsafe fn write_row(
    sink: &Sink,
    batch: &ArrowArray,
    row: usize,
    out: &mut Text,
) -> std::fmt::Result {
    let mut is_first = true;
    out.add(b"{")?;
    for (c, column) in sink.columns.iter().enumerate() {
        let value = cells::value(batch, c, column.kind, row);
        if matches!(value, Value::Null) && (*sink.config).keep_null == 0 {
            continue;
        }
        if !is_first {
            out.add(b",")?;
        }
        is_first = false;
        out.add(&column.name.0)?;
        out.add(b":")?;
        match value {
            Value::Null => out.add(b"null")?,
            Value::Bool(v) => write!(out, "{}", v)?,
            Value::I64(v) => write!(out, "{}", v)?,
            Value::F64(v) => json::number(out, v)?,
            Value::Text(v) => json::string(out, v)?,
            Value::Date(v) => json::date(out, v)?,
            Value::Time(v) => json::time(out, v)?,
        }
    }
    out.add(b"}\n")
}

/// 4. Rendering: the same rows give the same bytes. The host stages, syncs and publishes them.
unsafe extern "C" fn render_file(
    instance: *mut c_void,
    batch: *const ArrowArray,
    writer: *mut Writer,
    err: *mut Error,
) -> Status {
    let sink = &*instance.cast::<Sink>();
    guarded(sink.host, err, || {
        let batch = &*batch;
        let mut out = Text::default();
        for row in 0..batch.length as usize {
            write_row(sink, batch, row, &mut out).map_err(|_| NO_MEMORY)?;
        }
        let write = (*(*sink.host).writer).write;
        match write(writer, out.0.as_ptr().cast(), out.0.len() as u64, err) {
            OK => Ok(()),
            status => Err(Failure { status, text: b"" }),
        }
    })
}

unsafe extern "C" fn finish(_: *mut c_void, _: *mut Writer, _: *mut Error) -> Status {
    OK // nothing comes after the last line
}

unsafe extern "C" fn path(instance: *mut c_void) -> *const c_char {
    (*(*instance.cast::<Sink>()).config).path
}

/// 5. Who this is.
static VTABLE: Constant<SinkVtable> = Constant(SinkVtable {
    struct_size: std::mem::size_of::<SinkVtable>() as u32,
    reserved: 0,
    create,
    destroy,
    begin,
    render_file: Some(render_file),
    render_bodies: null(),
    finish,
    request: null(),
    verdict: null(),
    path: Some(path),
});

static COMPONENT: Constant<Component> = Constant(Component {
    struct_size: std::mem::size_of::<Component>() as u32,
    kind: KIND_SINK,
    name: b"json-lines\0".as_ptr().cast(),
    summary: b"A JSON object a line.\0".as_ptr().cast(),
    threads: THREADS_SERIAL_INSTANCE,
    config_size: std::mem::size_of::<Config>() as u32,
    caps: 0,
    options: &OPTIONS.0 as *const _,
    n_options: 2,
    reserved: 0,
    vtable: &VTABLE.0 as *const SinkVtable as *const c_void,
    validate: null(),
    get_extension: null(),
});
static COMPONENTS: Constant<[*const Component; 1]> = Constant([&COMPONENT.0]);

const ID: &[u8] = b"example.json-lines\0";

static PLUGIN: Constant<Plugin> = Constant(Plugin {
    struct_size: std::mem::size_of::<Plugin>() as u32,
    abi_major: ABI_MAJOR,
    abi_minor: ABI_MINOR,
    min_host_minor: 0,
    reserved: 0,
    n_components: 1,
    id: ID.as_ptr().cast(),
    version: b"0.1.0\0".as_ptr().cast(),
    vendor: b"Portrait contributors\0".as_ptr().cast(),
    license: b"Apache-2.0\0".as_ptr().cast(),
    summary: b"A sink in Rust.\0".as_ptr().cast(),
    components: &COMPONENTS.0 as *const _,
});

const fn padded<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < text.len() {
        out[i] = text[i];
        i += 1;
    }
    out
}

#[used]
#[link_section = ".note.portrait"]
static NOTE: Note = Note {
    n_name: 9,
    n_desc: 72,
    kind: 1,
    name: padded(b"Portrait"),
    abi_major: ABI_MAJOR,
    abi_minor: ABI_MINOR,
    min_host_minor: 0,
    reserved: 0,
    id: padded(ID),
};

#[no_mangle]
pub extern "C" fn portrait_plugin_v1() -> *const Plugin {
    &PLUGIN.0
}
