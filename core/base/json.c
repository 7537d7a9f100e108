// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reading: the strict check first, then cJSON's tree, turned into arrays in one arena, because a
// cJSON array is a list and finding item i of it walks from the start.
#include "json.h"

#include <math.h>

#include <cJSON.h>

#include "arena.h"
#include "json_check.h"
#include "mem.h"

#define EXACT_WHOLE 9007199254740992.0 // 2^53

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    bool is_true;
    double number;
    const char *text;
    size_t n;
    struct json *items; // of an array or object
    const char **keys;  // of an object
};

// The root comes first, so that it names the whole document.
struct json_document {
    struct json root;
    struct arena arena;
};

// cJSON's allocator is one setting of the process; set before main, it is never a race, and its
// memory stays what malloc gives.
__attribute__((constructor)) static void count_cjson_memory(void)
{
    cJSON_Hooks hooks = {mem_alloc, mem_free};
    cJSON_InitHooks(&hooks);
}

static bool convert(struct arena *a, const cJSON *from, struct json *to);

static bool convert_items(struct arena *a, const cJSON *from, struct json *to)
{
    const cJSON *child = NULL;
    to->n = (size_t)cJSON_GetArraySize(from);
    to->items = arena_zero(a, to->n, sizeof *to->items);
    to->keys = to->kind == JSON_OBJECT ? arena_zero(a, to->n, sizeof *to->keys) : NULL;
    if (to->items == NULL || (to->kind == JSON_OBJECT && to->keys == NULL)) {
        return false;
    }
    size_t i = 0;
    cJSON_ArrayForEach(child, from)
    {
        if (to->kind == JSON_OBJECT) {
            to->keys[i] = arena_strdup(a, child->string);
        }
        if (to->kind == JSON_OBJECT && to->keys[i] == NULL) {
            return false;
        }
        if (!convert(a, child, &to->items[i++])) {
            return false;
        }
    }
    return true;
}

static bool convert(struct arena *a, const cJSON *from, struct json *to)
{
    *to = (struct json){.kind = JSON_NULL};
    if (cJSON_IsBool(from)) {
        to->kind = JSON_BOOL;
        to->is_true = cJSON_IsTrue(from);
    } else if (cJSON_IsNumber(from)) {
        to->kind = JSON_NUMBER;
        to->number = from->valuedouble;
    } else if (cJSON_IsString(from)) {
        to->kind = JSON_TEXT;
        to->text = arena_strdup(a, from->valuestring);
        return to->text != NULL;
    } else if (cJSON_IsArray(from) || cJSON_IsObject(from)) {
        to->kind = cJSON_IsArray(from) ? JSON_ARRAY : JSON_OBJECT;
        return convert_items(a, from, to);
    }
    return true;
}

pt_status json_parse(struct text text, struct json **out, struct pt_error *err)
{
    TRY(json_check(text, err));
    // The text is good JSON within cJSON's limits: what still fails is memory.
    pt_status status = PT_E_NO_MEMORY;
    struct json_document *document = mem_zero(1, sizeof *document);
    cJSON *tree = cJSON_ParseWithLengthOpts(text.p, text.n, NULL, 0);
    if (document == NULL || tree == NULL || !convert(&document->arena, tree, &document->root)) {
        error_set(err, status, "no memory for a JSON document of %zu bytes", text.n);
        goto cleanup;
    }
    *out = &document->root;
    document = NULL;
    status = PT_OK;
cleanup:
    cJSON_Delete(tree);
    json_free(document == NULL ? NULL : &document->root);
    return status;
}

void json_free(struct json *root)
{
    struct json_document *document = (struct json_document *)root;
    if (document != NULL) {
        arena_release(&document->arena);
        mem_free(document);
    }
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (!json_is_object(object)) {
        return NULL;
    }
    for (size_t i = 0; i < object->n; i++) {
        if (strcmp(object->keys[i], key) == 0) {
            return &object->items[i];
        }
    }
    return NULL;
}

const struct json *json_at(const struct json *array, size_t i)
{
    return json_is_array(array) && i < array->n ? &array->items[i] : NULL;
}

size_t json_count(const struct json *array_or_object)
{
    return array_or_object == NULL ? 0 : array_or_object->n;
}

const struct json *json_member(const struct json *object, size_t i, const char **key)
{
    if (!json_is_object(object) || i >= object->n) {
        return NULL;
    }
    *key = object->keys[i];
    return &object->items[i];
}

const char *json_text(const struct json *value)
{
    return value != NULL && value->kind == JSON_TEXT ? value->text : NULL;
}

bool json_f64(const struct json *value, double *out)
{
    if (value == NULL || value->kind != JSON_NUMBER) {
        return false;
    }
    *out = value->number;
    return true;
}

bool json_i64(const struct json *value, int64_t *out)
{
    double number = 0;
    // 2^53 itself is also what 2^53 + 1 is read as.
    if (!json_f64(value, &number) || fabs(number) >= EXACT_WHOLE || floor(number) != number) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

bool json_bool(const struct json *value, bool *out)
{
    if (value == NULL || value->kind != JSON_BOOL) {
        return false;
    }
    *out = value->is_true;
    return true;
}

bool json_is_array(const struct json *value)
{
    return value != NULL && value->kind == JSON_ARRAY;
}

bool json_is_object(const struct json *value)
{
    return value != NULL && value->kind == JSON_OBJECT;
}

bool json_is_null(const struct json *value)
{
    return value != NULL && value->kind == JSON_NULL;
}
