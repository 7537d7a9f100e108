// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Splits of CSV files. Only reading from the start tells whether a line end is inside quotes, so
// planning runs over files up to their last cut: quickly where the text is plain, with the readers'
// own scanner where it is not.
#include "csv_index.h"
#include "csv_instance.h"

#define BYTES_PER_ROW 100u
#define PIECE_BYTES_MIN (UINT64_C(4) << 20)
#define CANCEL_STEPS 4096u

struct planner {
    const struct csv_instance *in;
    const pt_plan_request *request;
    pt_file_info info;
    struct pt_range range; // the split being made
    uint64_t target;
    bool can_skim;
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

// Passes plain records that begin before `goal`; the next one to look at may too.
static pt_status skim(const struct planner *p, struct csv_cursor *c, uint64_t goal, pt_error *err)
{
    struct pt_window *w = &c->window;
    pt_status status = PT_OK;
    while (c->offset < goal) {
        if (w->end - w->begin < CSV_INDEX_BYTES && !w->is_at_end) {
            status = pt_window_fill(w, err);
            if (status != PT_OK) {
                return status;
            }
            continue;
        }
        uint64_t n = w->end - w->begin;
        uint64_t left = goal - c->offset;
        n = n < left ? n : left;
        n = n < UINT32_MAX / 4 ? n : UINT32_MAX / 4;
        uint32_t bytes = csv_index_bytes(p->in->host->cpu, &p->in->layout.dialect,
                                         w->buffer + w->begin, (uint32_t)n);
        if (bytes == 0) {
            break;
        }
        w->begin += bytes;
        c->offset += bytes;
    }
    return PT_OK;
}

static pt_status cut(struct planner *p, struct csv_cursor *c, pt_error *err)
{
    const pt_host *host = p->in->host;
    struct csv_item item = {.step = CSV_COMMENT};
    pt_status status = csv_cursor_skip(c, p->in->config->skip, err);
    for (uint32_t i = 1; status == PT_OK; i++) {
        // A header stays in the first split: nothing is cut before a record was passed.
        uint64_t goal = p->range.begin + p->target;
        if (c->passed > 1 && p->can_skim) {
            status = skim(p, c, goal, err);
        }
        if (status == PT_OK) {
            status = csv_cursor_next(c, &item, err);
        }
        if (status != PT_OK || item.step == CSV_END || goal >= p->info.stored_bytes) {
            break;
        }
        if (c->passed > 1 && item.offset >= goal) {
            status = range_end(p, item.offset, err);
        }
        if (i % CANCEL_STEPS == 0 && host->cancelled(host) != 0) {
            status = pt_fail(host, err, PT_E_CANCELLED, NULL, "stopped while planning");
        }
    }
    return status;
}

// A file of fewer bytes than are asked for is cut too when readers would stand idle.
static uint64_t piece_bytes(const struct planner *p)
{
    uint64_t wanted = p->request->target_bytes;
    uint32_t readers = p->request->n_hint == 0 ? 1 : p->request->n_hint;
    uint64_t share = p->info.stored_bytes / readers + 1;
    share = share < PIECE_BYTES_MIN ? PIECE_BYTES_MIN : share;
    return share < wanted ? share : wanted;
}

static pt_status file_plan(struct planner *p, pt_error *err)
{
    const struct csv_instance *in = p->in;
    p->target = piece_bytes(p);
    p->can_skim = csv_index_can(&in->layout.dialect);
    bool is_whole = p->info.can_split == 0 || p->target == 0 || p->info.stored_bytes <= p->target;
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
