// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "delivery_journal.h"

#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "digest.h"
#include "json.h"

#define CRC_CHARS 9 // 8 hex digits and a space

static const char *const state_names[] = {
    [DELIVERY_PENDING] = "pending",
    [DELIVERY_ACCEPTED] = "accepted",
    [DELIVERY_REJECTED] = "rejected",
    [DELIVERY_EXHAUSTED] = "exhausted",
};

#define N_STATES (sizeof state_names / sizeof state_names[0])

static void put_item(const struct delivery_store *s, const struct delivery_event *event,
                     struct json_writer *w)
{
    json_key(w, "body");
    json_put_i64(w, event->item - s->items + 1);
    json_key(w, "id");
    json_put_str(w, event->item->id);
    json_key(w, "state");
    json_put_str(w, state_names[event->state]);
    json_key(w, "attempt");
    json_put_i64(w, (int64_t)event->item->attempts + 1);
    json_key(w, "status");
    json_put_i64(w, event->http_status);
}

bool delivery_journal_format(const struct delivery_store *s, const struct delivery_event *event,
                             struct str *out)
{
    char at[32];
    time_format(event->now_ms * US_PER_MS, at);
    str_add(out, "00000000 ");
    struct json_writer w = json_writer_of(out, false);
    json_begin_object(&w);
    json_key(&w, "at");
    json_put_str(&w, at);
    if (event->item != NULL) {
        put_item(s, event, &w);
    } else {
        json_key(&w, "disabled");
        json_put_bool(&w, event->is_disabled);
    }
    if (event->error[0] != '\0') {
        json_key(&w, "error");
        json_put_str(&w, event->error);
    }
    json_end_object(&w);
    if (out->failed) {
        return false;
    }
    char crc[CRC_CHARS];
    snprintf(crc, sizeof crc, "%08" PRIx32, crc32_of(out->p + CRC_CHARS, out->n - CRC_CHARS));
    memcpy(out->p, crc, CRC_CHARS - 1);
    return str_add_char(out, '\n');
}

void delivery_journal_apply(struct delivery_store *s, const struct delivery_event *event)
{
    if (event->item != NULL) {
        struct delivery_item *item = &s->items[event->item - s->items];
        item->state = event->state;
        item->attempts++;
        item->http_status = event->http_status;
    } else {
        s->is_disabled = event->is_disabled;
    }
    if (event->error[0] != '\0') {
        snprintf(s->last_error, sizeof s->last_error, "%s", event->error);
    }
}

static bool event_of_item(struct delivery_store *s, const struct json *row,
                          struct delivery_event *event)
{
    int64_t body = 0;
    int64_t status = 0;
    const char *id = json_text(json_get(row, "id"));
    const char *state = json_text(json_get(row, "state"));
    if (!json_i64(json_get(row, "body"), &body) || body < 1 || (uint64_t)body > s->n ||
        !json_i64(json_get(row, "status"), &status) || id == NULL || state == NULL ||
        strcmp(id, s->items[body - 1].id) != 0) {
        return false;
    }
    event->item = &s->items[body - 1];
    event->http_status = (int32_t)status;
    for (size_t i = 0; i < N_STATES; i++) {
        if (strcmp(state, state_names[i]) == 0) {
            event->state = (enum delivery_state)i;
            return true;
        }
    }
    return false;
}

static bool row_apply(struct delivery_store *s, const struct json *row)
{
    struct delivery_event event = {0};
    const char *error = json_text(json_get(row, "error"));
    event.error = error == NULL ? "" : error;
    bool is_good = json_get(row, "body") != NULL
                       ? event_of_item(s, row, &event)
                       : json_bool(json_get(row, "disabled"), &event.is_disabled);
    if (is_good) {
        delivery_journal_apply(s, &event);
    }
    return is_good;
}

static bool crc_matches(struct text line)
{
    char crc[CRC_CHARS];
    if (line.n <= CRC_CHARS || line.p[CRC_CHARS - 1] != ' ') {
        return false;
    }
    snprintf(crc, sizeof crc, "%08" PRIx32, crc32_of(line.p + CRC_CHARS, line.n - CRC_CHARS));
    return memcmp(crc, line.p, CRC_CHARS - 1) == 0;
}

static pt_status line_replay(struct delivery_store *s, struct text line, struct pt_error *err)
{
    if (!crc_matches(line)) {
        s->damaged_lines++;
        return PT_OK;
    }
    struct json *row = NULL;
    pt_status status = json_parse(text_n(line.p + CRC_CHARS, line.n - CRC_CHARS), &row, err);
    if (status == PT_E_NO_MEMORY) {
        return status;
    }
    if (status != PT_OK || !row_apply(s, row)) {
        s->damaged_lines++;
    }
    json_free(row);
    return PT_OK;
}

pt_status delivery_journal_replay(struct delivery_store *s, struct text all, size_t *whole,
                                  struct pt_error *err)
{
    size_t at = 0;
    while (at < all.n) {
        const char *end = memchr(all.p + at, '\n', all.n - at);
        if (end == NULL) {
            break;
        }
        size_t n = (size_t)(end - (all.p + at));
        TRY(line_replay(s, text_n(all.p + at, n), err));
        at += n + 1;
    }
    *whole = at;
    return PT_OK;
}
