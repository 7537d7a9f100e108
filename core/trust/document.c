// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include "suggest.h"

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static size_t count_keys(const char *const *keys)
{
    size_t n = 0;
    while (keys[n] != NULL) {
        n++;
    }
    return n;
}

static bool is_listed(const char *const *keys, const char *key)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_repeated(const struct json *object, size_t i, const char *key)
{
    for (size_t k = 0; k < i; k++) {
        const char *other = NULL;
        json_member(object, k, &other);
        if (strcmp(other, key) == 0) {
            return true;
        }
    }
    return false;
}

pt_status document_object(const struct json *object, const char *const *keys, const char *what,
                          struct pt_error *err)
{
    if (!json_is_object(object)) {
        FAIL(err, PT_E_DATA, "%s is missing or no object", what);
    }
    for (size_t i = 0; i < json_count(object); i++) {
        const char *key = NULL;
        json_member(object, i, &key);
        if (!is_listed(keys, key)) {
            const char *near = suggest(key, keys, count_keys(keys));
            FAIL(err, PT_E_DATA, "%s has an unknown key `%.64s`%s%s%s", what, key,
                 near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                 near == NULL ? "" : "`?");
        }
        if (is_repeated(object, i, key)) {
            FAIL(err, PT_E_DATA, "%s has the key `%s` twice", what, key);
        }
    }
    return PT_OK;
}

static bool has_control(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            return true;
        }
    }
    return false;
}

pt_status document_text(const struct json *object, const char *key, size_t most,
                        struct arena *arena, const char **out, struct pt_error *err)
{
    const char *text = json_text(json_get(object, key));
    if (text == NULL || *text == '\0' || strlen(text) > most || has_control(text)) {
        FAIL(err, PT_E_DATA, "`%s` must be a text of 1 to %zu bytes on one line", key, most);
    }
    *out = arena_strdup(arena, text);
    if (*out == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for `%s`", key);
    }
    return PT_OK;
}

bool document_is_name(const char *text, const char *allowed, size_t most)
{
    size_t n = strlen(text);
    return n > 0 && n <= most && strspn(text, allowed) == n;
}

pt_status document_identity(const struct json *object, struct arena *arena, const char **id,
                            const char **version, struct pt_error *err)
{
    TRY(document_text(object, "id", DOCUMENT_ID_MAX, arena, id, err));
    TRY(document_text(object, "version", DOCUMENT_VERSION_MAX, arena, version, err));
    if (!document_is_name(*id, NAME_CHARACTERS, DOCUMENT_ID_MAX)) {
        FAIL(err, PT_E_DATA, "`%s` is no id: letters, digits, `.`, `_`, `-`", *id);
    }
    if (!document_is_name(*version, NAME_CHARACTERS "+", DOCUMENT_VERSION_MAX)) {
        FAIL(err, PT_E_DATA, "`%s` is no version", *version);
    }
    return PT_OK;
}

bool document_is_sha256(const char *text)
{
    return text != NULL && strlen(text) == SHA256_HEX - 1 &&
           document_is_name(text, "0123456789abcdef", SHA256_HEX - 1);
}
