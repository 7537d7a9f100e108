// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
//! What this plugin uses of portrait/{abi,host,option,plugin,sink,arrow}.h, declared for Rust. The
//! sizes at the end are those of the C headers: a slip does not compile.
#![allow(dead_code)]

use std::mem::size_of;
use std::os::raw::{c_char, c_void};

pub type Status = i32;
pub const OK: Status = 0;
pub const E_NO_MEMORY: Status = 5;
pub const E_UNSUPPORTED: Status = 7;
pub const E_INTERNAL: Status = 14;

pub const ABI_MAJOR: u16 = 1;
pub const ABI_MINOR: u16 = 0;

/// Opaque things of the host; only pointers to them exist here.
#[repr(C)]
pub struct Error([u8; 0]);
#[repr(C)]
pub struct Writer([u8; 0]);

#[repr(C)]
pub struct WriterApi {
    pub struct_size: u32,
    pub reserved: u32,
    pub write: unsafe extern "C" fn(*mut Writer, *const c_void, u64, *mut Error) -> Status,
}

/// Slots this plugin does not call are plain pointers.
#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub ctx: *mut c_void,
    pub cpu: u32,
    pub reserved: u32,
    pub log: *const c_void,
    pub error_set:
        unsafe extern "C" fn(*mut Error, Status, *const c_char, *const c_char, u8) -> Status,
    pub alloc: *const c_void,
    pub realloc: *const c_void,
    pub free: *const c_void,
    pub secret_get: *const c_void,
    pub now_ms: *const c_void,
    pub cancelled: *const c_void,
    pub temp_dir: *const c_void,
    pub input: *const c_void,
    pub writer: *const WriterApi,
    pub reader: *const c_void,
    pub http: *const c_void,
    pub get_extension: *const c_void,
}

pub const OPT_BOOL: i32 = 1;
pub const OPT_STRING: i32 = 4;

#[repr(C)]
pub struct PtOption {
    pub struct_size: u32,
    pub kind: i32,
    pub flags: u32,
    pub offset: u32,
    pub name: *const c_char,
    pub help: *const c_char,
    pub unit: *const c_char,
    pub default_text: *const c_char,
    pub i_min: i64,
    pub i_max: i64,
    pub f_min: f64,
    pub f_max: f64,
    pub choices: *const *const c_char,
    pub n_choices: u32,
    pub n_fields: u32,
    pub fields: *const *const PtOption,
    pub elem_size: u32,
    pub reserved: u32,
    pub pattern: *const c_char,
    pub example: *const c_char,
    pub since: *const c_char,
    pub replaced_by: *const c_char,
}

pub const KIND_SINK: i32 = 3;
pub const THREADS_SERIAL_INSTANCE: i32 = 2;

#[repr(C)]
pub struct Component {
    pub struct_size: u32,
    pub kind: i32,
    pub name: *const c_char,
    pub summary: *const c_char,
    pub threads: i32,
    pub config_size: u32,
    pub caps: u64,
    pub options: *const *const PtOption,
    pub n_options: u32,
    pub reserved: u32,
    pub vtable: *const c_void,
    pub validate: *const c_void,
    pub get_extension: *const c_void,
}

#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub min_host_minor: u16,
    pub reserved: u16,
    pub n_components: u32,
    pub id: *const c_char,
    pub version: *const c_char,
    pub vendor: *const c_char,
    pub license: *const c_char,
    pub summary: *const c_char,
    pub components: *const *const Component,
}

/// The note that tells who the plugin is before its code runs.
#[repr(C, align(4))]
pub struct Note {
    pub n_name: u32,
    pub n_desc: u32,
    pub kind: u32,
    pub name: [u8; 12],
    pub abi_major: u16,
    pub abi_minor: u16,
    pub min_host_minor: u16,
    pub reserved: u16,
    pub id: [u8; 64],
}

#[repr(C)]
pub struct SinkJob {
    pub struct_size: u32,
    pub shape: i32,
    pub pipeline: *const c_char,
    pub audience: *const c_char,
    pub sink: *const c_char,
    pub wave: *const c_char,
    pub now_ms: i64,
    pub n_rows: u64,
    pub schema: *const ArrowSchema,
}

#[repr(C)]
pub struct SinkVtable {
    pub struct_size: u32,
    pub reserved: u32,
    pub create:
        unsafe extern "C" fn(*const Host, *const c_void, *mut *mut c_void, *mut Error) -> Status,
    pub destroy: unsafe extern "C" fn(*mut c_void),
    pub begin: unsafe extern "C" fn(*mut c_void, *const SinkJob, *mut Error) -> Status,
    pub render_file: Option<
        unsafe extern "C" fn(*mut c_void, *const ArrowArray, *mut Writer, *mut Error) -> Status,
    >,
    pub render_bodies: *const c_void,
    pub finish: unsafe extern "C" fn(*mut c_void, *mut Writer, *mut Error) -> Status,
    pub request: *const c_void,
    pub verdict: *const c_void,
    pub path: Option<unsafe extern "C" fn(*mut c_void) -> *const c_char>,
}

#[repr(C)]
pub struct ArrowSchema {
    pub format: *const c_char,
    pub name: *const c_char,
    pub metadata: *const c_char,
    pub flags: i64,
    pub n_children: i64,
    pub children: *const *const ArrowSchema,
    pub dictionary: *const ArrowSchema,
    pub release: *const c_void,
    pub private_data: *const c_void,
}

#[repr(C)]
pub struct ArrowArray {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub n_buffers: i64,
    pub n_children: i64,
    pub buffers: *const *const c_void,
    pub children: *const *const ArrowArray,
    pub dictionary: *const ArrowArray,
    pub release: *const c_void,
    pub private_data: *const c_void,
}

/// A constant table with pointers inside: nobody ever writes it, so every thread may read it.
#[repr(transparent)]
pub struct Constant<T>(pub T);
unsafe impl<T> Sync for Constant<T> {}

const _: () = assert!(size_of::<WriterApi>() == 16);
const _: () = assert!(size_of::<Host>() == 136);
const _: () = assert!(size_of::<PtOption>() == 144);
const _: () = assert!(size_of::<Component>() == 80);
const _: () = assert!(size_of::<Plugin>() == 64);
const _: () = assert!(size_of::<Note>() == 96);
const _: () = assert!(size_of::<SinkJob>() == 64);
const _: () = assert!(size_of::<SinkVtable>() == 80);
const _: () = assert!(size_of::<ArrowSchema>() == 72);
const _: () = assert!(size_of::<ArrowArray>() == 80);
