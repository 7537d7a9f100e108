// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "host_bytes.h"

#include <string.h>

static pt_status write_bytes(pt_writer *writer, const void *data, uint64_t size, pt_error *err)
{
    if (writer == NULL || (data == NULL && size > 0)) {
        FAIL(err, PT_E_INVALID, "write without a writer or bytes");
    }
    return size == 0 ? PT_OK : writer->write(writer->ctx, data, size, err);
}

static pt_status read_bytes(pt_reader *reader, void *buffer, uint64_t size, pt_error *err)
{
    if (reader == NULL || (buffer == NULL && size > 0)) {
        FAIL(err, PT_E_INVALID, "read without a reader or buffer");
    }
    if (size > reader->size - reader->at) {
        FAIL(err, PT_E_DATA, "saved bytes end early: %llu asked, %llu left",
             (unsigned long long)size, (unsigned long long)(reader->size - reader->at));
    }
    if (size > 0) {
        memcpy(buffer, reader->data + reader->at, size);
        reader->at += size;
    }
    return PT_OK;
}

static uint64_t bytes_left(const pt_reader *reader)
{
    return reader == NULL ? 0 : reader->size - reader->at;
}

const pt_writer_api *host_writer_api(void)
{
    static const pt_writer_api api = {
        .struct_size = sizeof api,
        .write = write_bytes,
    };
    return &api;
}

const pt_reader_api *host_reader_api(void)
{
    static const pt_reader_api api = {
        .struct_size = sizeof api,
        .read = read_bytes,
        .remaining = bytes_left,
    };
    return &api;
}
