// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Tables as bytes: flat, little-endian, length-checked, sealed by a CRC-32. For the run folder's
// own files, not for exchange.
#ifndef PORTRAIT_TABLE_TABLE_BYTES_H
#define PORTRAIT_TABLE_TABLE_BYTES_H

#include "table.h"

// Where the bytes go, in pieces, as they come.
struct table_writer {
    pt_status (*write)(void *arg, const void *bytes, size_t n, struct pt_error *err);
    void *arg;
};

pt_status table_encode(const struct table *t, const struct table_writer *writer,
                       struct pt_error *err);
// Reads it back; texts are copied. PT_E_DATA for anything table_encode did not write.
pt_status table_decode(struct text bytes, struct table *out, struct pt_error *err);

#endif
