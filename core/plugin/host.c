// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Stubs behind every slot of the host table. They keep the promise that a slot inside struct_size
// can be called, whatever a host of another kind (a test, a tool) leaves out.
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cpu.h"
#include "mem.h"

// More than any machine has: a size read from a damaged file, say.
#define ALLOC_BYTES_MAX ((uint64_t)1 << 39)

static pt_status unsupported(pt_error *err, const char *what)
{
    return error_set(err, PT_E_UNSUPPORTED, "this host does not offer %s", what);
}

static void log_nowhere(const pt_host *host, pt_log_level level, const char *message,
                        const pt_log_field *fields, uint32_t n_fields)
{
    (void)host;
    (void)level;
    (void)message;
    (void)fields;
    (void)n_fields;
}

pt_status host_error_set(pt_error *err, pt_status code, const char *message, const char *option,
                         uint8_t retryable)
{
    pt_status known = code > PT_OK && code <= PT_E_INTERNAL ? code : PT_E_INTERNAL;
    if (err == NULL) {
        return known;
    }
    // The message may lie in *err itself: error_set() formats from it, so a copy goes first.
    char text[ERROR_MESSAGE_BYTES];
    snprintf(text, sizeof text, "%s", message == NULL ? error_name(known) : message);
    char path[sizeof err->option];
    snprintf(path, sizeof path, "%s", option == NULL ? "" : option);
    error_set(err, known, "%s", text);
    memcpy(err->option, path, sizeof path);
    err->retryable = retryable != 0;
    return known;
}

static void *alloc_plain(const pt_host *host, uint64_t size)
{
    (void)host;
    return size > ALLOC_BYTES_MAX ? NULL : mem_alloc((size_t)size);
}

static void *realloc_plain(const pt_host *host, void *memory, uint64_t size)
{
    (void)host;
    return size > ALLOC_BYTES_MAX ? NULL : mem_resize(memory, (size_t)size, 1);
}

static void free_plain(const pt_host *host, void *memory)
{
    (void)host;
    mem_free(memory);
}

static pt_status no_secret(const pt_host *host, uint32_t handle, pt_bytes *out, pt_error *err)
{
    (void)host;
    (void)handle;
    *out = (pt_bytes){0};
    return unsupported(err, "secrets");
}

static int64_t now_system(const pt_host *host)
{
    (void)host;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint8_t never_cancelled(const pt_host *host)
{
    (void)host;
    return 0;
}

static pt_status no_temp_dir(const pt_host *host, const char **path, pt_error *err)
{
    (void)host;
    *path = NULL;
    return unsupported(err, "temporary folders");
}

static const void *no_extension(const pt_host *host, const char *id)
{
    (void)host;
    (void)id;
    return NULL;
}

static uint32_t no_files(const pt_input *input)
{
    (void)input;
    return 0;
}

static pt_status no_describe(const pt_input *input, uint32_t index, pt_file_info *out,
                             pt_error *err)
{
    (void)input;
    (void)index;
    (void)out;
    return unsupported(err, "input files");
}

static pt_status no_open(const pt_input *input, uint32_t index, uint64_t begin, pt_stream **out,
                         pt_error *err)
{
    (void)input;
    (void)index;
    (void)begin;
    *out = NULL;
    return unsupported(err, "input files");
}

static pt_status no_stream_read(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                                pt_error *err)
{
    (void)stream;
    (void)buffer;
    (void)capacity;
    *size = 0;
    return unsupported(err, "input files");
}

static void no_close(pt_stream *stream)
{
    (void)stream;
}

static pt_status no_write(pt_writer *writer, const void *data, uint64_t size, pt_error *err)
{
    (void)writer;
    (void)data;
    (void)size;
    return unsupported(err, "writing");
}

static pt_status no_read(pt_reader *reader, void *buffer, uint64_t size, pt_error *err)
{
    (void)reader;
    (void)buffer;
    (void)size;
    return unsupported(err, "reading saved bytes");
}

static uint64_t nothing_left(const pt_reader *reader)
{
    (void)reader;
    return 0;
}

static pt_status no_exchange(const pt_host *host, const pt_http_request *request,
                             const pt_http_response **out, pt_error *err)
{
    (void)host;
    (void)request;
    *out = NULL;
    return unsupported(err, "HTTP");
}

static void no_release(const pt_host *host, const pt_http_response *response)
{
    (void)host;
    (void)response;
}

const pt_input_api *host_input_stub(void)
{
    static const pt_input_api stub = {
        .struct_size = sizeof stub,
        .count = no_files,
        .describe = no_describe,
        .open = no_open,
        .read = no_stream_read,
        .close = no_close,
    };
    return &stub;
}

const pt_writer_api *host_writer_stub(void)
{
    static const pt_writer_api stub = {
        .struct_size = sizeof stub,
        .write = no_write,
    };
    return &stub;
}

const pt_reader_api *host_reader_stub(void)
{
    static const pt_reader_api stub = {
        .struct_size = sizeof stub,
        .read = no_read,
        .remaining = nothing_left,
    };
    return &stub;
}

const pt_http_api *host_http_stub(void)
{
    static const pt_http_api stub = {
        .struct_size = sizeof stub,
        .exchange = no_exchange,
        .release = no_release,
    };
    return &stub;
}

void host_table_init(pt_host *host, void *ctx)
{
    *host = (pt_host){
        .struct_size = sizeof *host,
        .abi_major = PT_ABI_MAJOR,
        .abi_minor = PT_ABI_MINOR,
        .ctx = ctx,
        .cpu = cpu_detect(),
        .log = log_nowhere,
        .error_set = host_error_set,
        .alloc = alloc_plain,
        .realloc = realloc_plain,
        .free = free_plain,
        .secret_get = no_secret,
        .now_ms = now_system,
        .cancelled = never_cancelled,
        .temp_dir = no_temp_dir,
        .input = host_input_stub(),
        .writer = host_writer_stub(),
        .reader = host_reader_stub(),
        .http = host_http_stub(),
        .get_extension = no_extension,
    };
}
