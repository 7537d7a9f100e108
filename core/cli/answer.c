// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "answer.h"

#include "run_folder.h"

void answer_begin(struct answer *a, const char *kind)
{
    *a = (struct answer){0};
    a->json = json_writer_of(&a->text, true);
    json_begin_object(&a->json);
    answer_count(a, "version", ANSWER_VERSION);
    answer_text(a, "kind", kind);
}

void answer_text(struct answer *a, const char *key, const char *value)
{
    json_key(&a->json, key);
    json_put_str(&a->json, value);
}

void answer_count(struct answer *a, const char *key, uint64_t value)
{
    json_key(&a->json, key);
    json_put_u64(&a->json, value);
}

void answer_exit(struct answer *a, int exit_code)
{
    answer_count(a, "exit", (uint64_t)exit_code);
}

static void put_place(struct answer *a, const struct position *at)
{
    struct json_writer *w = &a->json;
    answer_text(a, "file", at->file);
    json_key(w, "line");
    if (at->line > 0) {
        json_put_u64(w, at->line);
    } else {
        json_put_null(w);
    }
    json_key(w, "column");
    if (at->line > 0 && at->column > 0) {
        json_put_u64(w, at->column);
    } else {
        json_put_null(w);
    }
}

void answer_diagnostics(struct answer *a, struct diags *diags)
{
    static const char *const levels[] = {"error", "warning", "note"};
    struct json_writer *w = &a->json;
    diags_sort(diags);
    json_key(w, "diagnostics");
    json_begin_array(w);
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *d = &diags->items[i];
        json_begin_object(w);
        answer_text(a, "level", levels[d->level]);
        answer_text(a, "code", d->code[0] == '\0' ? NULL : d->code);
        put_place(a, &d->at);
        answer_text(a, "message", d->message);
        answer_text(a, "suggestion", d->hint);
        json_end_object(w);
    }
    json_end_array(w);
    answer_count(a, "diagnostics_not_shown", diags->n_dropped);
}

void answer_record(struct answer *a, const char *folder)
{
    struct json *record = NULL;
    bool is_alive = false;
    struct pt_error err = ERROR_INIT;
    json_key(&a->json, "run");
    if (folder != NULL && run_folder_read(folder, &record, &is_alive, &err) == PT_OK) {
        json_put_value(&a->json, record);
    } else {
        json_put_null(&a->json);
    }
    json_free(record);
}

bool answer_print(struct answer *a)
{
    json_end_object(&a->json);
    const char *text = str_get(&a->text);
    if (text == NULL) {
        fprintf(stderr, "portrait: out of memory\n");
    } else {
        printf("%s\n", text);
    }
    str_release(&a->text);
    return text != NULL;
}
