// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_record.h"

#define READ_BLOCK (UINT64_C(256) << 10) // stays in the second-level cache

pt_status mongo_records_open(struct mongo_records *r, const pt_host *host, const pt_input *input,
                             const struct pt_range *range, enum mongo_layout layout,
                             uint64_t max_record, pt_error *err)
{
    *r = (struct mongo_records){.layout = layout};
    return pt_lines_open(&r->lines, host, input, range, max_record, READ_BLOCK, err);
}

void mongo_records_close(struct mongo_records *r)
{
    pt_lines_close(&r->lines);
}

static bool is_blank(const uint8_t *p, uint64_t n)
{
    uint64_t i = 0;
    while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r')) {
        i++;
    }
    return i == n;
}

pt_status mongo_records_next(struct mongo_records *r, struct mongo_record *out, pt_error *err)
{
    struct pt_line line;
    do {
        pt_status status = pt_lines_next(&r->lines, &line, err);
        if (status != PT_OK) {
            return status;
        }
    } while (line.kind != PT_LINE_END && is_blank(line.data, line.size));
    bool is_long = line.kind == PT_LINE_TOO_LONG;
    *out = (struct mongo_record){.kind = line.kind == PT_LINE_END ? MONGO_RECORD_END
                                         : is_long                ? MONGO_RECORD_BAD
                                                                  : MONGO_RECORD_DOCUMENT,
                                 .p = line.data,
                                 .n = line.size,
                                 .offset = line.offset,
                                 .line = line.number,
                                 .fault = is_long ? "longer than max_record" : NULL};
    return PT_OK;
}

uint64_t mongo_records_lines(const struct mongo_records *r)
{
    return r->lines.n_lines;
}

uint64_t mongo_records_offset(const struct mongo_records *r)
{
    return pt_window_offset(&r->lines.window);
}
