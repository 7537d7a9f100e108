// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The structs behind the ABI's pt_writer and pt_reader: a callback each, so that a file being
// staged, a model envelope and a test buffer all look the same to a plugin.
#ifndef PORTRAIT_PLUGIN_HOST_BYTES_H
#define PORTRAIT_PLUGIN_HOST_BYTES_H

#include <portrait/host.h>

#include "error.h"

struct pt_writer {
    void *ctx;
    pt_status (*write)(void *ctx, const void *data, uint64_t size, struct pt_error *err);
};

struct pt_reader {
    const uint8_t *data; // borrowed
    uint64_t size;
    uint64_t at;
};

// The tables that serve them: for pt_host.writer and pt_host.reader.
const pt_writer_api *host_writer_api(void);
const pt_reader_api *host_reader_api(void);

#endif
