// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_record.h"

#define READ_BLOCK (UINT64_C(256) << 10) // stays in the second-level cache

pt_status mongo_records_open(struct mongo_records *r, const pt_host *host,
                             const struct mongo_records_options *options,
                             const struct pt_range *range, pt_error *err)
{
    *r = (struct mongo_records){.layout = options->layout};
    if (options->layout == MONGO_LINES) {
        const struct pt_lines_limits limits = {options->max_record, READ_BLOCK};
        return pt_lines_open(&r->lines, host, options->input, range, &limits, err);
    }
    if (mongo_layout_is_dump(options->layout)) {
        const struct mongo_dump_options dump = {
            .input = options->input,
            .collection = options->layout == MONGO_ARCHIVE ? options->collection : NULL,
            .max_record = options->max_record};
        return mongo_dump_open(&r->dump, host, &dump, range, err);
    }
    r->stream = (struct mongo_stream){.max_record = options->max_record,
                                      .is_list = options->layout == MONGO_LIST};
    const struct pt_range whole = {range->file, 0, PT_RANGE_TO_END};
    return pt_window_open(&r->stream.window, host, options->input, &whole, READ_BLOCK, err);
}

void mongo_records_close(struct mongo_records *r)
{
    pt_lines_close(&r->lines);
    mongo_dump_close(&r->dump);
    pt_window_close(&r->stream.window);
}

static bool is_blank(const uint8_t *p, uint64_t n)
{
    uint64_t i = 0;
    while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r')) {
        i++;
    }
    return i == n;
}

static pt_status line_next(struct pt_lines *lines, struct mongo_record *out, pt_error *err)
{
    struct pt_line line;
    do {
        pt_status status = pt_lines_next(lines, &line, err);
        if (status != PT_OK) {
            return status;
        }
    } while (line.kind == PT_LINE_WHOLE && is_blank(line.data, line.size));
    *out = (struct mongo_record){.kind = MONGO_RECORD_DOCUMENT,
                                 .p = line.data,
                                 .n = line.size,
                                 .offset = line.offset,
                                 .line = line.number};
    if (line.kind == PT_LINE_END) {
        out->kind = MONGO_RECORD_END;
    }
    if (line.kind == PT_LINE_TOO_LONG) {
        out->kind = MONGO_RECORD_BAD;
        out->fault = MONGO_RECORD_TOO_LONG;
    }
    return PT_OK;
}

pt_status mongo_records_next(struct mongo_records *r, struct mongo_record *out, pt_error *err)
{
    return r->layout == MONGO_LINES          ? line_next(&r->lines, out, err)
           : mongo_layout_is_dump(r->layout) ? mongo_dump_next(&r->dump, out, err)
                                             : mongo_stream_next(&r->stream, out, err);
}

bool mongo_records_guess(struct mongo_records *r, struct mongo_guess *guess,
                         struct mongo_record *out)
{
    struct pt_lines *lines = &r->lines;
    struct pt_window *w = &lines->window;
    if (r->layout != MONGO_LINES || lines->is_skipping || lines->mark > 0 || w->begin == w->end ||
        pt_window_offset(w) >= lines->end) {
        return false;
    }
    const uint8_t *p = w->buffer + w->begin;
    const uint8_t *behind = mongo_guess_read(guess, p, w->buffer + w->end);
    uint64_t end = behind == NULL ? 0 : *behind == '\r' && behind[1] == '\n' ? 2 : 1;
    if (end == 0 || behind[end - 1] != '\n' || (uint64_t)(behind - p) > lines->max_record) {
        return false;
    }
    *out = (struct mongo_record){.kind = MONGO_RECORD_DOCUMENT,
                                 .p = p,
                                 .n = (uint64_t)(behind - p),
                                 .offset = pt_window_offset(w),
                                 .line = lines->n_lines};
    w->begin += out->n + end;
    lines->n_lines++;
    return true;
}

uint64_t mongo_records_lines(const struct mongo_records *r)
{
    return r->layout == MONGO_LINES          ? r->lines.n_lines
           : mongo_layout_is_dump(r->layout) ? r->dump.n_documents
                                             : mongo_stream_lines(&r->stream);
}

uint64_t mongo_records_offset(const struct mongo_records *r)
{
    return pt_window_offset(r->layout == MONGO_LINES          ? &r->lines.window
                            : mongo_layout_is_dump(r->layout) ? &r->dump.window
                                                              : &r->stream.window);
}
