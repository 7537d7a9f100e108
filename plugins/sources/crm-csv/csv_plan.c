// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Splits of CSV files. Only reading from the start tells whether a line end is inside quotes, so
// planning runs the readers' own scanner over files that are to be cut.
#include "csv_instance.h"

#define BYTES_PER_ROW 100u
#define CANCEL_RECORDS 65536u

struct planner {
    const struct csv_instance *in;
    const pt_plan_request *request;
    pt_file_info info;
    struct pt_range range; // the split being made
};

static pt_status range_end(struct planner *p, uint64_t end, pt_error *err)
{
    uint64_t bytes = (end == PT_RANGE_TO_END ? p->info.stored_bytes : end) - p->range.begin;
    bool is_plain = p->info.compression == PT_COMPRESSION_NONE;
    pt_split facts = {.struct_size = sizeof facts,
                      .file = p->info.path,
                      .est_bytes = bytes,
                      .est_rows = is_plain ? bytes / BYTES_PER_ROW : 0};
    p->range.end = end;
    pt_status status = pt_splits_emit(p->in->host, p->request, &p->range, &facts, err);
    p->range.begin = end;
    return status;
}

static pt_status cut(struct planner *p, struct csv_cursor *c, pt_error *err)
{
    const pt_host *host = p->in->host;
    struct csv_item item = {.step = CSV_COMMENT};
    pt_status status = csv_cursor_skip(c, p->in->config->skip, err);
    for (uint32_t i = 1; status == PT_OK; i++) {
        status = csv_cursor_next(c, &item, err);
        if (status != PT_OK || item.step == CSV_END) {
            break;
        }
        // A header stays in the first split: nothing is cut before a record was passed.
        if (c->passed > 1 && item.offset - p->range.begin >= p->request->target_bytes) {
            status = range_end(p, item.offset, err);
        }
        if (i % CANCEL_RECORDS == 0 && host->cancelled(host) != 0) {
            status = pt_fail(host, err, PT_E_CANCELLED, NULL, "stopped while planning");
        }
    }
    return status;
}

static pt_status file_plan(struct planner *p, pt_error *err)
{
    const struct csv_instance *in = p->in;
    bool is_whole = p->info.can_split == 0 || p->request->target_bytes == 0 ||
                    p->info.stored_bytes <= p->request->target_bytes;
    if (!is_whole) {
        struct csv_cursor cursor;
        struct pt_range all = {p->range.file, 0, PT_RANGE_TO_END};
        pt_status status =
            csv_cursor_open(&cursor, in->host, in->config->path, &all, &in->layout.dialect, err);
        if (status == PT_OK) {
            status = cut(p, &cursor, err);
            csv_cursor_close(&cursor);
        }
        if (status != PT_OK) {
            return status;
        }
    }
    return range_end(p, PT_RANGE_TO_END, err);
}

pt_status csv_plan(const struct csv_instance *in, const pt_plan_request *request, pt_error *err)
{
    uint32_t n = in->host->input->count(in->config->path);
    for (uint32_t i = 0; i < n; i++) {
        struct planner p = {.in = in, .request = request, .range = {.file = i}};
        p.info.struct_size = sizeof p.info;
        pt_status status = in->host->input->describe(in->config->path, i, &p.info, err);
        if (status == PT_OK) {
            status = file_plan(&p, err);
        }
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}
