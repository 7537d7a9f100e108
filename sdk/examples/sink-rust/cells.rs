// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
//! Columns of the batches a host gives a sink: Arrow formats b, l, g, U, tdD and tsu.
use crate::abi::{ArrowArray, ArrowSchema};
use crate::json::{self, Text};
use std::ffi::CStr;

#[derive(Clone, Copy)]
pub enum Type {
    Bool,
    I64,
    F64,
    Text,
    Date,
    Time,
}

pub struct Column {
    pub name: Text, // as a JSON string
    pub kind: Type,
}

pub enum Value<'a> {
    Null,
    Bool(bool),
    I64(i64),
    F64(f64),
    Text(&'a str),
    Date(i64),
    Time(i64),
}

/// None for a format that no host of this version sends.
fn type_of(format: &[u8]) -> Option<Type> {
    match format {
        b"b" => Some(Type::Bool),
        b"l" => Some(Type::I64),
        b"g" => Some(Type::F64),
        b"U" => Some(Type::Text),
        b"tdD" => Some(Type::Date),
        f if f.starts_with(b"tsu:") => Some(Type::Time),
        _ => None,
    }
}

pub enum Refused {
    Format,
    NoMemory,
}

/// # Safety
/// `schema` is a live struct schema.
pub unsafe fn columns(schema: &ArrowSchema) -> Result<Vec<Column>, Refused> {
    let n = schema.n_children as usize;
    let mut all = Vec::new();
    all.try_reserve_exact(n).map_err(|_| Refused::NoMemory)?;
    for i in 0..n {
        let child = &**schema.children.add(i);
        let kind = type_of(CStr::from_ptr(child.format).to_bytes()).ok_or(Refused::Format)?;
        let mut name = Text::default();
        let text = CStr::from_ptr(child.name).to_str().map_err(|_| Refused::Format)?;
        json::string(&mut name, text).map_err(|_| Refused::NoMemory)?;
        all.push(Column { name, kind });
    }
    Ok(all)
}

unsafe fn bit(bytes: *const u8, at: usize) -> bool {
    *bytes.add(at / 8) >> (at % 8) & 1 != 0
}

/// The value of a row.
/// # Safety
/// `batch` is a live batch of the schema `kind` is column `c` of, and `row` one of its rows.
pub unsafe fn value<'a>(batch: &'a ArrowArray, c: usize, kind: Type, row: usize) -> Value<'a> {
    let array = &**batch.children.add(c);
    let at = (batch.offset + array.offset) as usize + row;
    let buffer = |i: usize| *array.buffers.add(i);
    if !buffer(0).is_null() && !bit(buffer(0).cast(), at) {
        return Value::Null;
    }
    match kind {
        Type::Bool => Value::Bool(bit(buffer(1).cast(), at)),
        Type::I64 => Value::I64(*buffer(1).cast::<i64>().add(at)),
        Type::F64 => Value::F64(*buffer(1).cast::<f64>().add(at)),
        Type::Date => Value::Date(i64::from(*buffer(1).cast::<i32>().add(at))),
        Type::Time => Value::Time(*buffer(1).cast::<i64>().add(at)),
        Type::Text => {
            let offsets = buffer(1).cast::<i64>().add(at);
            let (begin, end) = (*offsets as usize, *offsets.add(1) as usize);
            let bytes: &[u8] = if begin == end {
                &[] // there need not be a buffer
            } else {
                std::slice::from_raw_parts(buffer(2).cast::<u8>().add(begin), end - begin)
            };
            std::str::from_utf8(bytes).map_or(Value::Null, Value::Text)
        }
    }
}
