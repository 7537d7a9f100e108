// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "webhook_body.h"

#include <string.h>

#include "pt_format.h"

void webhook_body_reset(struct webhook_body *b)
{
    b->n = 0;
    b->failed = false;
}

void webhook_body_release(struct webhook_body *b)
{
    pt_mem_free(b->host, b->text);
    *b = (struct webhook_body){.host = b->host};
}

void webhook_body_raw(struct webhook_body *b, const char *json, uint64_t n)
{
    if (b->failed || !pt_mem_reserve(b->host, &b->text, &b->capacity, b->n + n, 1)) {
        b->failed = true;
        return;
    }
    if (n > 0) {
        memcpy(b->text + b->n, json, n);
        b->n += n;
    }
}

static void escape(struct webhook_body *b, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; // byte and letter in turn
    for (uint32_t i = 0; i + 1 < sizeof named; i += 2) {
        if ((uint8_t)named[i] == byte) {
            const char text[2] = {'\\', named[i + 1]};
            webhook_body_raw(b, text, sizeof text);
            return;
        }
    }
    const char text[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    webhook_body_raw(b, text, sizeof text);
}

void webhook_body_text(struct webhook_body *b, const char *text, uint64_t n)
{
    uint64_t from = 0;
    webhook_body_raw(b, "\"", 1);
    for (uint64_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f) {
            continue;
        }
        webhook_body_raw(b, text + from, i - from);
        escape(b, byte);
        from = i + 1;
    }
    webhook_body_raw(b, text + from, n - from);
    webhook_body_raw(b, "\"", 1);
}

void webhook_body_name(struct webhook_body *b, const char *text)
{
    webhook_body_text(b, text, strlen(text));
    webhook_body_raw(b, ":", 1);
}

static void put_f64(struct webhook_body *b, double value)
{
    char text[PT_FORMAT_MAX];
    uint32_t n = pt_format_f64(value, text);
    if (n == 0) {
        webhook_body_raw(b, "null", 4);
        return;
    }
    webhook_body_raw(b, text, n);
}

void webhook_body_cell(struct webhook_body *b, const struct pt_cell_view *v, int64_t row)
{
    char text[PT_FORMAT_MAX];
    uint64_t n = 0;
    const uint8_t *bytes = NULL;
    if (pt_cell_is_null(v, row)) {
        webhook_body_raw(b, "null", 4);
        return;
    }
    switch (v->type) {
    case PT_CELLS_BOOL:
        n = pt_cell_bool(v, row) ? 4 : 5;
        webhook_body_raw(b, n == 4 ? "true" : "false", n);
        return;
    case PT_CELLS_I64:
        webhook_body_raw(b, text, pt_format_i64(pt_cell_i64(v, row), text));
        return;
    case PT_CELLS_F64:
        put_f64(b, pt_cell_f64(v, row));
        return;
    case PT_CELLS_DATE:
        webhook_body_text(b, text, pt_format_date(pt_cell_days(v, row), text));
        return;
    case PT_CELLS_TIME:
        webhook_body_text(b, text, pt_format_time(pt_cell_i64(v, row), text));
        return;
    default:
        bytes = pt_cell_text(v, row, &n);
        webhook_body_text(b, (const char *)bytes, n);
    }
}
