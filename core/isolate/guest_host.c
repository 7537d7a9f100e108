// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The host table as an isolated plugin sees it: each slot a question over the channel.
// Temporary files are in guest_files.c, HTTP in guest_http.c.
#include <errno.h>

#include "fsys.h"
#include "guest.h"
#include "host.h"
#include "host_bytes.h"
#include "mem.h"

// As much as the host reads at once.
#define READ_BYTES_MAX ((size_t)512 << 10)

struct file_facts {
    bool is_known;
    pt_file_info info;
};

struct pt_input {
    struct guest *guest;
    uint32_t index;
    bool is_counted;
    uint32_t n;
    struct file_facts *files; // n, in the guest's arena
};

struct pt_stream {
    struct guest *guest;
    uint32_t number; // of the host's stream; 0 = the file itself
    int fd;          // of the file, -1 = none
    uint64_t offset; // next byte
    const char *path;
};

static void ask_log(const pt_host *host, pt_log_level level, const char *message,
                    const pt_log_field *fields, uint32_t n_fields)
{
    struct str body = {0};
    uint32_t n = n_fields < 16 ? n_fields : 16;
    wire_put_u32(&body, (uint32_t)level);
    wire_put_text(&body, message == NULL ? "" : message);
    wire_put_u32(&body, n);
    for (uint32_t i = 0; i < n; i++) {
        wire_put_text(&body, fields[i].key == NULL ? "" : fields[i].key);
        wire_put_text(&body, fields[i].value == NULL ? "" : fields[i].value);
    }
    guest_ask(host->ctx, ASK_LOG, &body, NULL, NULL);
    str_release(&body);
}

static pt_status ask_secret(const pt_host *host, uint32_t handle, pt_bytes *out, pt_error *err)
{
    struct guest *g = host->ctx;
    struct str body = {0};
    struct wire in;
    *out = (pt_bytes){0};
    wire_put_u32(&body, handle);
    pt_status status = guest_ask(g, ASK_SECRET, &body, &in, err);
    str_release(&body);
    TRY(status);
    pt_bytes bytes = wire_bytes(&in);
    char *copy = arena_strndup(&g->secrets, (const char *)bytes.data, bytes.size);
    if (copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a secret");
    }
    *out = (pt_bytes){(const uint8_t *)copy, bytes.size};
    return PT_OK;
}

static int64_t ask_now(const pt_host *host)
{
    struct wire in = {0};
    return guest_ask(host->ctx, ASK_NOW, NULL, &in, NULL) == PT_OK ? wire_i64(&in) : 0;
}

static pt_status tell_temp_dir(const pt_host *host, const char **path, pt_error *err)
{
    (void)host;
    (void)err;
    *path = TEMP_FOLDER;
    return PT_OK;
}

static uint8_t is_cancelled(const pt_host *host)
{
    const struct guest *g = host->ctx;
    return atomic_load_explicit(&g->window->is_cancelled, memory_order_relaxed) != 0;
}

pt_input *guest_input(void *ctx, uint32_t index)
{
    struct guest *g = ctx;
    pt_input *input = arena_zero(&g->arena, 1, sizeof *input);
    if (input != NULL) {
        *input = (pt_input){.guest = g, .index = index};
    }
    return input;
}

// Asks for file `index`; UINT32_MAX asks for the number of files alone.
static pt_status ask_describe(const pt_input *input, uint32_t index, struct wire *in, uint32_t *n,
                              struct pt_error *err)
{
    struct str body = {0};
    wire_put_u32(&body, input->index);
    wire_put_u32(&body, index);
    pt_status status = guest_ask(input->guest, ASK_INPUT_DESCRIBE, &body, in, err);
    str_release(&body);
    TRY(status);
    *n = wire_u32(in);
    return PT_OK;
}

static uint32_t input_files(const pt_input *input)
{
    pt_input *mine = (pt_input *)(uintptr_t)input;
    struct wire in;
    uint32_t n = 0;
    if (!mine->is_counted && ask_describe(mine, UINT32_MAX, &in, &n, NULL) == PT_OK) {
        mine->files = arena_zero(&mine->guest->arena, n, sizeof *mine->files);
        mine->n = mine->files == NULL ? 0 : n;
        mine->is_counted = mine->files != NULL;
    }
    return mine->n;
}

static pt_status learn_file(const pt_input *input, uint32_t index, struct pt_error *err)
{
    struct file_facts *facts = &input->files[index];
    struct wire in;
    uint32_t n = 0;
    TRY(ask_describe(input, index, &in, &n, err));
    facts->info.compression = (int32_t)wire_u32(&in);
    const char *path = wire_name(&in);
    facts->info.path = arena_strdup(&input->guest->arena, path);
    facts->info.stored_bytes = wire_u64(&in);
    facts->info.can_split = wire_u8(&in);
    if (facts->info.path == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for an input");
    }
    facts->is_known = true;
    return PT_OK;
}

static pt_status input_describe(const pt_input *input, uint32_t index, pt_file_info *out,
                                pt_error *err)
{
    if (index >= input_files(input)) {
        FAIL(err, PT_E_INVALID, "there is no file %u", index);
    }
    if (!input->files[index].is_known) {
        TRY(learn_file(input, index, err));
    }
    pt_file_info info = input->files[index].info;
    info.struct_size = out->struct_size < sizeof info ? out->struct_size : (uint32_t)sizeof info;
    memcpy(out, &info, info.struct_size);
    return PT_OK;
}

static pt_status input_open(const pt_input *input, uint32_t index, uint64_t begin, pt_stream **out,
                            pt_error *err)
{
    struct guest *g = input->guest;
    pt_stream *stream = mem_zero(1, sizeof *stream);
    if (stream == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for an input");
    }
    struct str body = {0};
    struct wire in;
    wire_put_u32(&body, input->index);
    wire_put_u32(&body, index);
    wire_put_u64(&body, begin);
    pt_status status = guest_ask(g, ASK_INPUT_OPEN, &body, &in, err);
    str_release(&body);
    if (status != PT_OK) {
        mem_free(stream);
        return status;
    }
    *stream = (pt_stream){.guest = g, .number = wire_u32(&in), .fd = g->granted, .offset = begin};
    stream->path = index < input->n && input->files[index].is_known ? input->files[index].info.path
                                                                    : "the file";
    g->granted = -1;
    *out = stream;
    return PT_OK;
}

static pt_status read_file(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                           struct pt_error *err)
{
    size_t part = capacity < READ_BYTES_MAX ? (size_t)capacity : READ_BYTES_MAX;
    ssize_t n = fsys_pread(stream->fd, buffer, part, (off_t)stream->offset);
    if (n < 0) {
        return error_system(err, errno, "%s", stream->path);
    }
    stream->offset += (uint64_t)n;
    *size = (uint64_t)n;
    return PT_OK;
}

static pt_status input_read(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                            pt_error *err)
{
    struct guest *g = stream->guest;
    struct str body = {0};
    struct wire in;
    *size = 0;
    if (stream->fd >= 0) {
        return read_file(stream, buffer, capacity, size, err);
    }
    wire_put_u32(&body, stream->number);
    wire_put_u64(&body, capacity);
    pt_status status = guest_ask(g, ASK_INPUT_READ, &body, &in, err);
    str_release(&body);
    TRY(status);
    uint64_t n = wire_u64(&in);
    memcpy(buffer, g->window->data, n);
    *size = n;
    return PT_OK;
}

static void input_close(pt_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    struct str body = {0};
    if (stream->fd >= 0) {
        fsys_close(stream->fd);
    } else {
        wire_put_u32(&body, stream->number);
        guest_ask(stream->guest, ASK_INPUT_CLOSE, &body, NULL, NULL);
    }
    str_release(&body);
    mem_free(stream);
}

void guest_host_init(struct guest *g, uint32_t cpu)
{
    host_table_init(&g->host, g);
    g->host.cpu = cpu;
    g->host.log = ask_log;
    g->host.secret_get = ask_secret;
    g->host.now_ms = ask_now;
    g->host.temp_dir = tell_temp_dir;
    g->host.cancelled = is_cancelled;
    g->input_api = *host_input_stub();
    g->input_api.count = input_files;
    g->input_api.describe = input_describe;
    g->input_api.open = input_open;
    g->input_api.read = input_read;
    g->input_api.close = input_close;
    g->host.input = &g->input_api;
    g->host.writer = host_writer_api();
    g->host.reader = host_reader_api();
    g->host.http = guest_http_api();
}
