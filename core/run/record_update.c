// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "record_update.h"

#include <string.h>

#include "publish.h"
#include "record_metrics.h"

static void copy_balance(const struct json *balance, const struct record_delivery *now,
                         struct json_writer *w)
{
    json_begin_object(w);
    for (size_t i = 0; i < json_count(balance); i++) {
        const char *key = NULL;
        const struct json *member = json_member(balance, i, &key);
        json_key(w, key);
        if (strcmp(key, "delivered") == 0) {
            json_put_u64(w, now->delivered);
        } else if (strcmp(key, "pending") == 0) {
            json_put_u64(w, now->pending);
        } else {
            json_put_value(w, member);
        }
    }
    json_end_object(w);
}

static bool was_complete(const struct json *record)
{
    const char *status = json_text(json_get(record, "status"));
    return status != NULL && (strcmp(status, "DONE") == 0 || strcmp(status, "PENDING") == 0);
}

static void copy_record(const struct json *record, const struct record_delivery *now,
                        struct json_writer *w)
{
    bool is_complete = was_complete(record);
    json_begin_object(w);
    for (size_t i = 0; i < json_count(record); i++) {
        const char *key = NULL;
        const struct json *member = json_member(record, i, &key);
        json_key(w, key);
        if (is_complete && strcmp(key, "status") == 0) {
            json_put_str(w, now->exit_code == 0 ? "DONE" : "PENDING");
        } else if (is_complete && strcmp(key, "exit") == 0) {
            json_put_i64(w, now->exit_code);
        } else if (strcmp(key, "balance") == 0 && json_is_object(member)) {
            copy_balance(member, now, w);
        } else {
            json_put_value(w, member);
        }
    }
    json_end_object(w);
}

pt_status record_update_delivery(const char *folder, const struct json *record,
                                 const struct record_delivery *now, struct pt_error *err)
{
    struct str text = {0};
    struct str path = {0};
    struct json_writer w = json_writer_of(&text, true);
    copy_record(record, now, &w);
    str_add_char(&text, '\n');
    str_addf(&path, "%s/run.json", folder);
    pt_status status = PT_OK;
    if (str_get(&text) == NULL || str_get(&path) == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    } else {
        status = publish_text(path.p, "deliver", 1, text.p, text.n, err);
    }
    if (status == PT_OK) {
        status = record_metrics_write(folder, str_view(&text), err);
    }
    str_release(&text);
    str_release(&path);
    return status;
}
