// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The model file. Bytes, all numbers little-endian, texts as u32 length and bytes:
//     "PTMODEL\0", u32 format, u32 0, u64 bytes of the whole file
//     texts: plugin id, plugin version, component, label, numbering, training text,
//            fingerprint; u32 classes, each a text; u64 seed, rows, positives, unlabelled; u32
//            segments
//     u8 scale, impute, categories, drop_first; f64 impute value
//     u32 inputs, each: text name; u8 type, log1p, category, missing; f64 fill, offset, factor;
//            u32 levels, each a text, in byte order
//     u32 columns, each: f64 offset, factor
//     calibration (calibrate.h), that of several classes (calibrate_classes.h), drift reference
//     (drift.h) u64 bytes of the plugin's payload, the payload SHA-256 of everything before
#ifndef PORTRAIT_LEARN_MODEL_FILE_H
#define PORTRAIT_LEARN_MODEL_FILE_H

#include "flat.h"
#include "learned.h"

#define MODEL_FILE_MAGIC "PTMODEL"
#define MODEL_FILE_FORMAT 4
#define MODEL_FILE_HEADER 24 // magic, format, reserved, length

// The bytes of a file, appended. PT_E_NOT_FOUND, PT_E_IO, PT_E_LIMIT.
pt_status model_file_read(const char *path, struct str *out, struct pt_error *err);
// What stands before the preparation: plugin, label, training text. Nothing can be scored with it.
// Free with learned_free.
pt_status model_file_facts(struct text bytes, struct learned **out, struct pt_error *err);
// The preparation's part of the file.
bool model_file_put_prepare(const struct prepare *p, struct str *out);
// Checked in full: names, orders, ranges; the matrix columns it implies. *out is released on
// failure.
pt_status model_file_read_prepare(struct flat_reader *r, struct prepare *out, struct pt_error *err);

#endif
