// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "cell_services.h"

#include <errno.h>
#include <fcntl.h>

#include "fsys.h"

#define LOG_FIELDS_MAX 16

void cell_services_init(struct cell_services *s, const struct cell_origin *origin,
                        struct window *window)
{
    *s = (struct cell_services){.origin = origin, .window = window, .granted = -1};
}

static pt_status answer_log(struct cell_services *s, struct wire *in)
{
    const pt_host *host = s->origin->host;
    pt_log_level level = (pt_log_level)wire_u32(in);
    const char *message = wire_name(in);
    uint32_t n = wire_u32(in);
    pt_log_field fields[LOG_FIELDS_MAX];
    in->failed = in->failed || n > LOG_FIELDS_MAX;
    for (uint32_t i = 0; i < n && !in->failed; i++) {
        fields[i].key = wire_name(in);
        fields[i].value = wire_name(in);
    }
    if (!in->failed) {
        host->log(host, level, message, fields, n);
    }
    return PT_OK;
}

// Its own secrets only: those that its config names.
static pt_status answer_secret(struct cell_services *s, struct wire *in, struct str *out,
                               struct pt_error *err)
{
    const struct config_links *links = &s->origin->links;
    uint32_t secret = wire_u32(in);
    for (size_t i = 0; i < links->n_secrets; i++) {
        if (links->secrets[i] == secret) {
            pt_bytes bytes = {0};
            TRY(s->origin->host->secret_get(s->origin->host, secret, &bytes, err));
            wire_put_bytes(out, bytes);
            return PT_OK;
        }
    }
    FAIL(err, PT_E_DENIED, "the secret is none of its own");
}

static const pt_input *input_of(const struct cell_services *s, uint32_t number)
{
    const struct config_links *links = &s->origin->links;
    return number == 0 || number > links->n_inputs ? NULL : links->inputs[number - 1];
}

static pt_status answer_describe(struct cell_services *s, struct wire *in, struct str *out,
                                 struct pt_error *err)
{
    const pt_input_api *api = s->origin->host->input;
    const pt_input *input = input_of(s, wire_u32(in));
    uint32_t index = wire_u32(in);
    if (input == NULL) {
        FAIL(err, PT_E_DENIED, "the input is none of its own");
    }
    uint32_t n = api->count(input);
    wire_put_u32(out, n);
    if (index >= n) {
        return PT_OK; // asked for the number of files only
    }
    pt_file_info info = {.struct_size = sizeof info};
    TRY(api->describe(input, index, &info, err));
    wire_put_u32(out, (uint32_t)info.compression);
    wire_put_text(out, info.path);
    wire_put_u64(out, info.stored_bytes);
    wire_put_u8(out, info.can_split);
    return PT_OK;
}

// A file that can be read as it lies is granted as a descriptor, for reading only: its bytes then
// take no way over the host. Others come through the window, decompressed.
static pt_status grant_file(struct cell_services *s, const pt_file_info *info, uint64_t begin,
                            struct str *out, struct pt_error *err)
{
    struct stat facts;
    int fd = fsys_open(info->path, O_RDONLY, 0);
    if (fd < 0) {
        return error_system(err, errno, "%s", info->path);
    }
    if (fsys_fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) || (uint64_t)facts.st_size < begin) {
        fsys_close(fd);
        FAIL(err, PT_E_IO, "%s is not the file that was found", info->path);
    }
    s->granted = fd;
    wire_put_u32(out, 0);
    return PT_OK;
}

static pt_status answer_open(struct cell_services *s, struct wire *in, struct str *out,
                             struct pt_error *err)
{
    const pt_input *input = input_of(s, wire_u32(in));
    uint32_t index = wire_u32(in);
    uint64_t begin = wire_u64(in);
    if (input == NULL) {
        FAIL(err, PT_E_DENIED, "the input is none of its own");
    }
    pt_file_info info = {.struct_size = sizeof info};
    TRY(s->origin->host->input->describe(input, index, &info, err));
    if (info.can_split) {
        return grant_file(s, &info, begin, out, err);
    }
    for (uint32_t i = 0; i < CELL_STREAMS_MAX; i++) {
        if (s->streams[i] == NULL) {
            TRY(s->origin->host->input->open(input, index, begin, &s->streams[i], err));
            wire_put_u32(out, i + 1);
            return PT_OK;
        }
    }
    FAIL(err, PT_E_LIMIT, "more than %d files open at once", CELL_STREAMS_MAX);
}

static pt_stream **stream_of(struct cell_services *s, uint32_t number)
{
    bool is_open = number > 0 && number <= CELL_STREAMS_MAX && s->streams[number - 1] != NULL;
    return is_open ? &s->streams[number - 1] : NULL;
}

static pt_status answer_read(struct cell_services *s, struct wire *in, struct str *out,
                             struct pt_error *err)
{
    pt_stream **stream = stream_of(s, wire_u32(in));
    uint64_t capacity = wire_u64(in);
    uint64_t total = 0;
    uint64_t n = 1;
    if (stream == NULL) {
        FAIL(err, PT_E_DENIED, "the stream is not open");
    }
    capacity = capacity < WINDOW_DATA_BYTES ? capacity : WINDOW_DATA_BYTES;
    for (; total < capacity && n > 0; total += n) { // a question costs more than a read
        TRY(s->origin->host->input->read(*stream, s->window->data + total, capacity - total, &n,
                                         err));
    }
    wire_put_u64(out, total);
    return PT_OK;
}

static pt_status answer_close(struct cell_services *s, struct wire *in)
{
    pt_stream **stream = stream_of(s, wire_u32(in));
    if (stream != NULL) {
        s->origin->host->input->close(*stream);
        *stream = NULL;
    }
    return PT_OK;
}

// More than it has: so what one child can hold of such memory is bounded by what may be asked last.
static pt_status answer_room(struct cell_services *s, struct wire *in, struct pt_error *err)
{
    uint64_t n = wire_u64(in);
    if (in->failed || n <= s->segment.n) {
        in->failed = true;
        return PT_OK;
    }
    return segment_make(&s->segment, n, &s->granted, err);
}

pt_status cell_services_answer(struct cell_services *s, uint32_t ask, struct wire *in,
                               struct str *out, struct pt_error *err)
{
    switch (ask) {
    case ASK_LOG:
        return answer_log(s, in);
    case ASK_SECRET:
        return answer_secret(s, in, out, err);
    case ASK_NOW:
        wire_put_i64(out, s->origin->host->now_ms(s->origin->host));
        return PT_OK;
    case ASK_INPUT_DESCRIBE:
        return answer_describe(s, in, out, err);
    case ASK_INPUT_OPEN:
        return answer_open(s, in, out, err);
    case ASK_INPUT_READ:
        return answer_read(s, in, out, err);
    case ASK_INPUT_CLOSE:
        return answer_close(s, in);
    case ASK_HTTP:
        return cell_http_answer(s->origin->host, in, out, err);
    case ASK_FILE_OPEN:
        return cell_files_open(&s->files, s->origin->host, in, &s->granted, out, err);
    case ASK_FILE_REMOVE:
        cell_files_remove(&s->files, in, out);
        return PT_OK;
    case ASK_ROOM:
        return answer_room(s, in, err);
    default:
        return CELL_NOT_ASKED;
    }
}

void cell_services_release(struct cell_services *s)
{
    for (uint32_t i = 0; i < CELL_STREAMS_MAX; i++) {
        if (s->streams[i] != NULL) {
            s->origin->host->input->close(s->streams[i]);
            s->streams[i] = NULL;
        }
    }
    if (s->granted >= 0) {
        fsys_close(s->granted);
        s->granted = -1;
    }
    segment_release(&s->segment);
    cell_files_release(&s->files);
}
