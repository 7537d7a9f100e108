// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_emit.h"

#include <string.h>

#define CODE_NULL (-1)

// What the columns of one row are made from.
struct parts {
    const struct weblog_record *record;
    const struct weblog_row *row;
    struct weblog_request request;
    struct weblog_bytes agent;
    int32_t path_code; // -1 = NULL
    int32_t agent_code;
};

static void needs_of(struct weblog_emit *e, const struct weblog_column *column, uint32_t at)
{
    struct pt_column *built = &e->batch.columns[at];
    switch (column->source) {
    case WEBLOG_FROM_PATH:
        e->paths = &built->dict;
        e->needs_path = true;
        break;
    case WEBLOG_FROM_PAGE:
        e->page_column = (int32_t)at;
        e->needs_path = e->needs_page = true;
        break;
    case WEBLOG_FROM_CAPTURE:
        e->capture_column[column->index] = (int32_t)at;
        e->needs_path = e->needs_page = true;
        break;
    case WEBLOG_FROM_METHOD:
    case WEBLOG_FROM_QUERY:
    case WEBLOG_FROM_PROTOCOL:
    case WEBLOG_FROM_PARAMETER:
        e->needs_request = true;
        break;
    case WEBLOG_FROM_BOT:
        e->needs_agent = true;
        break;
    case WEBLOG_FROM_ROLE:
        if (column->index == WEBLOG_USER_AGENT) {
            e->agents = &built->dict;
            e->needs_agent = true;
        }
        break;
    default:
        break;
    }
    e->needs_request = e->needs_request || e->needs_path;
}

pt_status weblog_emit_init(struct weblog_emit *e, const struct weblog_instance *instance,
                           uint32_t batch_rows)
{
    *e = (struct weblog_emit){.instance = instance, .page_column = -1};
    memset(e->capture_column, -1, sizeof e->capture_column);
    pt_dict_init(&e->own_paths, instance->host);
    pt_dict_init(&e->own_agents, instance->host);
    e->paths = &e->own_paths;
    e->agents = &e->own_agents;
    pt_status status =
        pt_batch_init(&e->batch, instance->host, instance->fields, instance->n_bound, batch_rows);
    if (status != PT_OK) {
        return status;
    }
    for (uint32_t i = 0; i < instance->n_bound; i++) {
        needs_of(e, &instance->columns.column[instance->bound[i]], i);
    }
    return PT_OK;
}

void weblog_emit_release(struct weblog_emit *e)
{
    if (e->instance == NULL) {
        return;
    }
    const pt_host *host = e->instance->host;
    pt_batch_release(&e->batch);
    pt_dict_release(&e->own_paths);
    pt_dict_release(&e->own_agents);
    pt_mem_free(host, e->scratch.p);
    pt_mem_free(host, e->page_codes);
    pt_mem_free(host, e->bots);
    *e = (struct weblog_emit){0};
}

static int32_t text_code(struct weblog_emit *e, int32_t column, struct weblog_bytes value)
{
    if (column < 0 || value.p == NULL) {
        return CODE_NULL;
    }
    struct pt_column *c = &e->batch.columns[column];
    int32_t code = pt_dict_intern(&c->dict, value.p, value.n);
    if (code < 0) {
        pt_column_code(c, code); // marks the column: finish() reports it
    }
    return code;
}

// Page and captures of a path, worked out when its code is met for the first time.
const int32_t *weblog_emit_path_codes(struct weblog_emit *e, int32_t path_code)
{
    uint32_t stride = weblog_emit_page_stride(e);
    uint64_t need = ((uint64_t)path_code + 1) * stride;
    if (need > e->n_page_codes) {
        if (!pt_mem_reserve(e->instance->host, &e->page_codes, &e->page_codes_capacity, need,
                            sizeof *e->page_codes)) {
            return NULL;
        }
        for (; e->n_page_codes < need; e->n_page_codes++) {
            e->page_codes[e->n_page_codes] = WEBLOG_CODE_PENDING;
        }
    }
    int32_t *codes = e->page_codes + (uint64_t)path_code * stride;
    if (codes[0] != WEBLOG_CODE_PENDING) {
        return codes;
    }
    const struct weblog_pages *pages = &e->instance->pages;
    struct weblog_bytes captured[WEBLOG_CAPTURES_MAX];
    pt_bytes path = pt_dict_get(e->paths, path_code);
    int32_t page = weblog_page_match(pages, (struct weblog_bytes){path.data, path.size}, captured);
    struct weblog_bytes name = {0};
    if (page >= 0) {
        name.p = (const uint8_t *)pages->page[page].name;
        name.n = strlen(pages->page[page].name);
    }
    codes[0] = text_code(e, e->page_column, name);
    for (uint32_t i = 0; i < pages->n_captures; i++) {
        struct weblog_bytes value = weblog_value_percent(captured[i], false, &e->scratch);
        codes[1 + i] = text_code(e, e->capture_column[i], value);
    }
    return codes;
}

bool weblog_emit_is_bot(struct weblog_emit *e, int32_t agent_code)
{
    if (agent_code < 0) {
        return false;
    }
    uint64_t need = (uint64_t)agent_code + 1;
    if (need > e->n_bots) {
        if (!pt_mem_reserve(e->instance->host, &e->bots, &e->bots_capacity, need, 1)) {
            e->batch.columns[0].status = PT_E_NO_MEMORY;
            return false;
        }
        memset(e->bots + e->n_bots, WEBLOG_BOT_PENDING, need - e->n_bots);
        e->n_bots = need;
    }
    if (e->bots[agent_code] == WEBLOG_BOT_PENDING) {
        pt_bytes agent = pt_dict_get(e->agents, agent_code);
        struct weblog_bytes text = {agent.data, agent.size};
        e->bots[agent_code] =
            weblog_bot_is(&e->instance->bots, text) ? WEBLOG_BOT_YES : WEBLOG_BOT_NO;
    }
    return e->bots[agent_code] == WEBLOG_BOT_YES;
}

static void text_append(struct pt_column *c, struct weblog_bytes value)
{
    if (value.p == NULL) {
        pt_column_null(c);
    } else {
        pt_column_text(c, value.p, value.n);
    }
}

static void code_append(struct pt_column *c, int32_t code)
{
    if (code < 0) {
        pt_column_null(c);
    } else {
        pt_column_code(c, code);
    }
}

static void count_append(struct pt_column *c, const struct weblog_count *count)
{
    if (!count->is_given) {
        pt_column_null(c);
    } else if (c->cell == PT_CELL_I32) {
        pt_column_i32(c, (int32_t)count->value);
    } else {
        pt_column_i64(c, count->value);
    }
}

static void role_append(struct weblog_emit *e, struct pt_column *c, const struct parts *parts,
                        enum weblog_role role)
{
    if (role == WEBLOG_USER_AGENT) {
        code_append(c, parts->agent_code);
        return;
    }
    text_append(c, weblog_row_role(&e->instance->format, parts->record, role, &e->scratch));
}

static void parameter_append(struct weblog_emit *e, struct pt_column *c, const struct parts *parts,
                             uint32_t index)
{
    const char *const *names = e->instance->config->query.items;
    struct weblog_bytes raw =
        weblog_request_parameter(parts->request.query, names[index], strlen(names[index]));
    text_append(c, weblog_value_percent(raw, true, &e->scratch));
}

static void page_append(struct weblog_emit *e, struct pt_column *c, const struct parts *parts,
                        uint32_t at)
{
    const int32_t *codes =
        parts->path_code < 0 ? NULL : weblog_emit_path_codes(e, parts->path_code);
    if (codes == NULL) {
        c->status = parts->path_code < 0 ? c->status : PT_E_NO_MEMORY;
        pt_column_null(c);
        return;
    }
    code_append(c, codes[at]);
}

static void column_append(struct weblog_emit *e, const struct weblog_column *column,
                          struct pt_column *c, const struct parts *parts)
{
    const struct weblog_row *row = parts->row;
    switch (column->source) {
    case WEBLOG_FROM_TS:
        count_append(c, &row->ts);
        break;
    case WEBLOG_FROM_ROLE:
    case WEBLOG_FROM_VHOST:
        role_append(e, c, parts, (enum weblog_role)column->index);
        break;
    case WEBLOG_FROM_STATUS:
        count_append(c, &row->status);
        break;
    case WEBLOG_FROM_COUNT:
        count_append(c, &row->counts[column->index]);
        break;
    case WEBLOG_FROM_DURATION:
        if (row->has_duration) {
            pt_column_f64(c, row->duration_ms);
        } else {
            pt_column_null(c);
        }
        break;
    case WEBLOG_FROM_METHOD:
        text_append(c, parts->request.method);
        break;
    case WEBLOG_FROM_PATH:
        code_append(c, parts->path_code);
        break;
    case WEBLOG_FROM_QUERY:
        text_append(c, parts->request.query);
        break;
    case WEBLOG_FROM_PROTOCOL:
        text_append(c, parts->request.protocol);
        break;
    case WEBLOG_FROM_BOT:
        pt_column_bool(c, weblog_emit_is_bot(e, parts->agent_code));
        break;
    case WEBLOG_FROM_PAGE:
        page_append(e, c, parts, 0);
        break;
    case WEBLOG_FROM_CAPTURE:
        page_append(e, c, parts, 1 + column->index);
        break;
    case WEBLOG_FROM_PARAMETER:
        parameter_append(e, c, parts, column->index);
        break;
    case WEBLOG_FROM_TEXT:
        text_append(c, weblog_value(&parts->record->field[column->index], &e->scratch));
        break;
    }
}

static int32_t value_code(struct pt_dict *dict, struct weblog_bytes value, bool *is_good)
{
    if (value.p == NULL) {
        return CODE_NULL;
    }
    int32_t code = pt_dict_intern(dict, value.p, value.n);
    *is_good = *is_good && code >= 0;
    return code;
}

bool weblog_emit_row(struct weblog_emit *e, const struct weblog_record *record,
                     const struct weblog_row *row, uint64_t line_bytes)
{
    const struct weblog_instance *in = e->instance;
    struct parts parts = {.record = record, .row = row, .path_code = -1, .agent_code = -1};
    e->scratch.n = 0;
    if (!pt_mem_reserve(in->host, &e->scratch.p, &e->scratch.capacity,
                        weblog_value_room(line_bytes), 1)) {
        return false;
    }
    bool is_good = true;
    if (e->needs_request) {
        weblog_row_request(&in->format, record, &e->scratch, &parts.request);
        if (e->needs_path) {
            parts.path_code = value_code(e->paths, parts.request.path, &is_good);
        }
    }
    if (e->needs_agent) {
        parts.agent = weblog_row_role(&in->format, record, WEBLOG_USER_AGENT, &e->scratch);
        parts.agent_code = value_code(e->agents, parts.agent, &is_good);
    }
    for (uint32_t i = 0; is_good && i < in->n_bound; i++) {
        column_append(e, &in->columns.column[in->bound[i]], &e->batch.columns[i], &parts);
    }
    return is_good;
}

// Dictionaries that hold values; those that an export starts anew drop out.
static uint64_t dicts_in_use(const struct weblog_emit *e)
{
    uint64_t n = (e->own_paths.n > 0 ? 1u : 0u) + (e->own_agents.n > 0 ? 1u : 0u);
    for (uint32_t i = 0; i < e->batch.n_columns; i++) {
        const struct pt_column *c = &e->batch.columns[i];
        n += c->cell == PT_CELL_DICT && c->dict.n > 0 ? 1 : 0;
    }
    return n;
}

pt_status weblog_emit_finish(struct weblog_emit *e, uint64_t rows, struct ArrowArray *out)
{
    uint64_t before = dicts_in_use(e);
    pt_status status = pt_batch_finish(&e->batch, rows, out);
    pt_batch_trim(&e->batch, &e->own_paths);
    pt_batch_trim(&e->batch, &e->own_agents);
    if (dicts_in_use(e) != before) {
        e->n_page_codes = 0; // codes mean other values now
        e->n_bots = 0;
    }
    return status;
}
