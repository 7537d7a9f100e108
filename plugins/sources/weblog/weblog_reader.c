// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_reader.h"

#include <stdio.h>
#include <string.h>

#include "pt_export.h"
#include "pt_utf8.h"
#include "weblog_block.h"
#include "weblog_json.h"
#include "weblog_template.h"

#define BATCH_BYTES_MAX (UINT64_C(64) << 20) // a batch ends early above this
#define EXCERPT_MAX 4096u
#define READ_BLOCK (UINT64_C(256) << 10) // stays in the second-level cache
#define CANCEL_LINES 4096u
#define PAUSE_MAX 256u

struct weblog_reader {
    const struct weblog_instance *instance;
    pt_split_run run;
    struct pt_lines lines;
    uint64_t skip_before; // lines that begin before this offset are left out
    struct weblog_emit emit;
    struct weblog_record record;
    struct weblog_row row;
    struct weblog_time_reader time;
    struct weblog_w3c_header header;
    struct weblog_fast fast;
    struct weblog_block block;
    uint32_t pause;      // lines to read the simple way before the fast way is tried again
    uint32_t next_pause; // grows while the fast way does not help
    uint64_t records;
    bool is_counted;
};

static void reader_free(void *self)
{
    struct weblog_reader *r = self;
    const pt_host *host = r->instance->host;
    pt_lines_close(&r->lines);
    weblog_emit_release(&r->emit);
    weblog_block_release(&r->block, host);
    pt_mem_free(host, r);
}

static pt_status reader_schema(void *self, struct ArrowSchema *out, char *message,
                               uint64_t capacity)
{
    const struct weblog_instance *in = ((struct weblog_reader *)self)->instance;
    (void)message;
    (void)capacity;
    return pt_schema_build(in->host, in->fields, in->n_bound, out);
}

static pt_status line_reject(struct weblog_reader *r, const struct pt_line *line,
                             const struct weblog_reason *why)
{
    char name[WEBLOG_NAME_MAX + 1] = "";
    if (why->field >= 0) {
        size_t n = 0;
        const struct weblog_format *f = &r->instance->format;
        const char *text = weblog_format_text(f, f->fields[why->field].name, &n);
        snprintf(name, sizeof name, "%.*s", (int)n, text);
    }
    pt_reject reject = {
        .struct_size = sizeof reject,
        .offset = line->offset,
        .line = line->number,
        .column = why->field < 0 ? 0 : (uint32_t)why->field + 1,
        .column_name = name[0] == '\0' ? NULL : name,
        .reason = why->text,
        .excerpt = {line->data, line->size < EXCERPT_MAX ? line->size : EXCERPT_MAX}};
    return r->run.reject(r->run.ctx, &reject, r->run.err);
}

static struct weblog_reason bytes_check(const struct pt_line *line)
{
    if (line->kind == PT_LINE_TOO_LONG) {
        return (struct weblog_reason){"longer than max_record", -1};
    }
    switch (pt_utf8_check(line->data, line->size)) {
    case PT_UTF8_NUL:
        return (struct weblog_reason){"NUL byte", -1};
    case PT_UTF8_BAD:
        return (struct weblog_reason){"not UTF-8", -1};
    default:
        return (struct weblog_reason){NULL, -1};
    }
}

static struct weblog_reason line_parse(struct weblog_reader *r, const uint8_t *p, size_t n)
{
    const struct weblog_format *f = &r->instance->format;
    size_t prefix = weblog_prefix_length(f->prefix, p, n);
    struct weblog_reason why = {NULL, -1};
    switch (f->kind) {
    case WEBLOG_W3C:
        why = weblog_w3c_parse(f, &r->header, p + prefix, n - prefix, &r->record);
        break;
    case WEBLOG_JSON:
        why = weblog_json_parse(f, p + prefix, n - prefix, &r->record);
        if (why.text == NULL && !weblog_json_is_access(f, &r->record)) {
            why.text = "no request in it";
        }
        break;
    default:
        why = weblog_template_parse(f, p + prefix, n - prefix, &r->record);
        break;
    }
    return why.text != NULL ? why : weblog_row_check(f, &r->record, &r->time, &r->header, &r->row);
}

// Lines that are no records: empty ones, and # lines of a W3C log, which tell how to go on.
static bool line_is_other(struct weblog_reader *r, const struct pt_line *line)
{
    if (line->offset < r->skip_before || line->size == 0) {
        return true;
    }
    if (r->instance->format.kind != WEBLOG_W3C) {
        return false;
    }
    uint64_t i = 0;
    while (i < line->size && (line->data[i] == ' ' || line->data[i] == '\t')) {
        i++;
    }
    if (i == line->size) {
        return true;
    }
    if (line->data[0] != '#' || line->kind != PT_LINE_WHOLE) {
        return false;
    }
    weblog_w3c_directive(&r->instance->format, &r->header, line->data, line->size);
    return true;
}

static pt_status line_take(struct weblog_reader *r, const struct pt_line *line, uint64_t *rows)
{
    if (line_is_other(r, line)) {
        return PT_OK;
    }
    r->records++;
    struct weblog_reason why = bytes_check(line);
    if (why.text == NULL) {
        why = line_parse(r, line->data, line->size);
    }
    if (why.text != NULL) {
        return line_reject(r, line, &why);
    }
    if (!weblog_emit_row(&r->emit, &r->record, &r->row, line->size)) {
        return PT_E_NO_MEMORY;
    }
    (*rows)++;
    return PT_OK;
}

static pt_status split_end(struct weblog_reader *r)
{
    if (r->is_counted) {
        return PT_OK;
    }
    r->is_counted = true;
    return r->run.counted(r->run.ctx, r->records, r->lines.n_lines, r->run.err);
}

// One line the fast way; false: it must be read the simple way.
static bool fast_take(struct weblog_reader *r)
{
    struct weblog_block *b = &r->block;
    struct weblog_marks marks;
    const uint8_t *end = NULL;
    const uint8_t *p = pt_lines_peek(&r->lines, &end);
    if (p == NULL || !r->fast.scan(p, end, &marks)) {
        return false;
    }
    uint32_t passed = marks.size + 1;
    marks.size -= marks.size > 0 && p[marks.size - 1] == '\r' ? 1 : 0;
    if (marks.size == 0) {
        pt_lines_pass(&r->lines, passed);
        return true;
    }
    struct weblog_cut *cuts = weblog_block_cuts(b);
    if (marks.size > r->run.max_record ||
        !weblog_fast_line(&r->fast, p, &marks, &r->time, cuts, &b->row[b->n]) ||
        (r->emit.needs_request && !weblog_fast_request(&r->fast, p, &marks, cuts))) {
        return false;
    }
    b->line[b->n++] = p;
    r->records++;
    pt_lines_pass(&r->lines, passed);
    return true;
}

// Lines the fast way, up to the first that cannot be read so; adds rows to *rows.
static pt_status fast_run(struct weblog_reader *r, uint64_t *rows)
{
    if (!r->fast.is_usable || pt_window_offset(&r->lines.window) < r->skip_before) {
        return PT_OK;
    }
    if (r->pause > 0) {
        r->pause--;
        return PT_OK;
    }
    uint64_t left = r->run.batch_rows - *rows;
    uint32_t wanted = left < WEBLOG_BLOCK_ROWS ? (uint32_t)left : WEBLOG_BLOCK_ROWS;
    bool is_plain = true;
    while (is_plain && r->block.n < wanted) {
        is_plain = fast_take(r);
    }
    uint32_t n = r->block.n;
    bool is_helping = n > 0;
    r->next_pause = is_helping ? 1 : r->next_pause * 2;
    r->next_pause = r->next_pause > PAUSE_MAX ? PAUSE_MAX : r->next_pause;
    r->pause = is_helping ? 0 : r->next_pause;
    *rows += n;
    return weblog_block_flush(&r->block, &r->emit) ? PT_OK : PT_E_NO_MEMORY;
}

// Takes at least one line: many the fast way, or one the simple way.
static pt_status lines_take(struct weblog_reader *r, struct pt_line *line, uint64_t *rows,
                            char *message, uint64_t capacity)
{
    uint64_t before = r->lines.n_lines;
    pt_status status = fast_run(r, rows);
    if (status != PT_OK || r->lines.n_lines > before) {
        return status;
    }
    status = pt_lines_next(&r->lines, line, r->run.err);
    if (status != PT_OK) {
        snprintf(message, capacity, "cannot read on at byte %llu",
                 (unsigned long long)pt_window_offset(&r->lines.window));
        return status;
    }
    return line->kind == PT_LINE_END ? PT_OK : line_take(r, line, rows);
}

static pt_status reader_next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct weblog_reader *r = self;
    const pt_host *host = r->instance->host;
    uint64_t rows = 0;
    uint64_t check_at = r->lines.n_lines + CANCEL_LINES;
    struct pt_line line = {.kind = PT_LINE_WHOLE};
    while (rows < r->run.batch_rows && line.kind != PT_LINE_END) {
        pt_status status = lines_take(r, &line, &rows, message, capacity);
        if (status == PT_OK && r->lines.n_lines >= check_at) {
            check_at = r->lines.n_lines + CANCEL_LINES;
            status = host->cancelled(host) != 0 ? PT_E_CANCELLED : PT_OK;
            if (status == PT_OK && rows > 0 && pt_batch_bytes(&r->emit.batch) > BATCH_BYTES_MAX) {
                break;
            }
        }
        if (status != PT_OK) {
            return status;
        }
    }
    if (rows > 0) {
        return weblog_emit_finish(&r->emit, rows, out);
    }
    return line.kind == PT_LINE_END ? split_end(r) : PT_OK;
}

static const struct pt_export_ops reader_ops = {
    .schema = reader_schema, .next = reader_next, .free = reader_free};

// Where the lines that `skip_lines` leaves out end.
static pt_status skip_find(struct weblog_reader *r, uint32_t file, pt_error *err)
{
    const struct weblog_instance *in = r->instance;
    struct pt_range whole = {file, 0, PT_RANGE_TO_END};
    struct pt_lines lines;
    const struct pt_lines_limits limits = {r->run.max_record, 64u << 10};
    pt_status status = pt_lines_open(&lines, in->host, in->config->path, &whole, &limits, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_line line = {.kind = PT_LINE_WHOLE};
    for (int64_t i = 0; i <= in->config->skip_lines && line.kind != PT_LINE_END; i++) {
        status = pt_lines_next(&lines, &line, err);
        if (status != PT_OK) {
            break;
        }
        r->skip_before = line.offset;
    }
    pt_lines_close(&lines);
    return status;
}

static pt_status reader_start(struct weblog_reader *r, const struct pt_range *range, pt_error *err)
{
    const struct weblog_instance *in = r->instance;
    const struct weblog_format *f = &in->format;
    weblog_row_time(f, in->offset_s, &r->time);
    if (in->config->skip_lines > 0) {
        pt_status status = skip_find(r, range->file, err);
        if (status != PT_OK) {
            return status;
        }
    }
    pt_status status = weblog_emit_init(&r->emit, in, r->run.batch_rows);
    if (status != PT_OK) {
        return pt_fail(in->host, err, status, NULL, "out of memory");
    }
    status = weblog_block_init(&r->block, in);
    if (status != PT_OK) {
        return pt_fail(in->host, err, status, NULL, "out of memory");
    }
    weblog_fast_prepare(&r->fast, f, in->host->cpu);
    const struct pt_lines_limits limits = {r->run.max_record, READ_BLOCK};
    return pt_lines_open(&r->lines, in->host, in->config->path, range, &limits, err);
}

pt_status weblog_reader_open(const struct weblog_instance *instance, const struct pt_range *range,
                             const pt_split_run *run, struct ArrowArrayStream *out, pt_error *err)
{
    struct weblog_reader *r = pt_mem_zero(instance->host, 1, sizeof *r);
    if (r == NULL) {
        return pt_fail(instance->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    r->instance = instance;
    r->run = *run;
    pt_status status = reader_start(r, range, err);
    if (status == PT_OK) {
        status = pt_export_stream(instance->host, &reader_ops, r, out);
        if (status != PT_OK) {
            pt_fail(instance->host, err, status, NULL, "out of memory");
        }
    }
    if (status != PT_OK) {
        reader_free(r);
    }
    return status;
}
