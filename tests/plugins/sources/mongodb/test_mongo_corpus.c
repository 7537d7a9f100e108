// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The BSON corpus of the MongoDB drivers: every valid case in canonical, relaxed and degenerate
// Extended JSON comes out as the canonical text the corpus itself gives, and every parse error is
// refused. Listed exception: {"$date": 42} is an error there, and legal Extended JSON v1.
#include <dirent.h>
#include <math.h>

#include <cJSON.h>

#include "mongo_bench.h"
#include "mongo_canon.h"
#include "mongo_plain_host.h"

static char *corpus_read(const char *name)
{
    char path[4096];
    const char *data = getenv("PORTRAIT_DATA");
    snprintf(path, sizeof path, "%s/bson-corpus/%s", data == NULL ? "." : data, name);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, in) > 0);
    fclose(in);
    return text;
}

// The corpus' own text in the form our canonical text has: no blanks between tokens, only the
// escapes that are needed. Texts of cases hold \u0000, so cJSON is no help here.
static char *normal(const char *text)
{
    char *out = calloc(strlen(text) * 2 + 64, 1);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"') {
            const char *end = p + 1;
            while (*end != '"') {
                end += *end == '\\' ? 2 : 1;
            }
            struct mongo_text quoted = {.host = mongo_plain_host()};
            uint8_t *plain = calloc((size_t)(end - p) + 16, 1);
            uint64_t size =
                mongo_text_decode((const uint8_t *)p + 1, (uint64_t)(end - p - 1), plain);
            mongo_text_quote(&quoted, plain, size);
            memcpy(out + n, quoted.p, quoted.n);
            n += quoted.n;
            mongo_text_release(&quoted);
            free(plain);
            p = end;
        } else if (*p != ' ') {
            out[n++] = *p;
        }
    }
    return out;
}

// The text behind "key": in one case of the corpus, its JSON escapes undone; NULL = not there.
static char *case_text(const cJSON *entry, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, key);
    if (item == NULL) {
        return NULL;
    }
    return strdup(item->valuestring);
}

// The name of a top-level member as a path.
static void path_of(const char *name, char *out)
{
    for (; *name != '\0'; name++) {
        if (*name == '.' || *name == '\\') {
            *out++ = '\\';
        }
        *out++ = *name;
    }
    *out = '\0';
}

// A file that holds one document.
struct file {
    const char *bytes;
    size_t n;
};

// Reads the document with every member of `text` as a json column; the members' values joined as a
// document.
static char *read_back(const struct file *file, const char *text, char *fault, size_t capacity)
{
    cJSON *tree = cJSON_Parse(text);
    struct harness *h = bench_new(file->bytes, file->n);
    uint32_t n = 0;
    for (const cJSON *item = tree == NULL ? NULL : tree->child; item != NULL; item = item->next) {
        char path[256];
        char name[16];
        path_of(item->string, path);
        snprintf(name, sizeof name, "c%u", n++);
        harness_put(h, "fields", name, path);
        harness_put(h, "types", name, "json");
    }
    struct harness_options options = {.threads = 1};
    struct harness_table t;
    fault[0] = '\0';
    if (n == 0 || harness_read(h, &options, &t) != PT_OK) {
        snprintf(fault, capacity, "%s", n == 0 ? "not JSON for cJSON" : harness_message(h));
        cJSON_Delete(tree);
        harness_free(h);
        return NULL;
    }
    char *out = calloc(1, strlen(text) * 8 + 4096);
    if (t.n_rows == 1) {
        n = 0;
        strcat(out, "{");
        for (const cJSON *item = tree->child; item != NULL; item = item->next) {
            char *value = harness_value(&t, 0, n);
            sprintf(out + strlen(out), "%s\"%s\":%s", n == 0 ? "" : ",", item->string,
                    strcmp(value, "\\N") == 0 ? "null" : value);
            free(value);
            n++;
        }
        strcat(out, "}");
    } else {
        snprintf(fault, capacity, "%s", t.n_rejects > 0 ? t.rejects[0].reason : "no row");
        free(out);
        out = NULL;
    }
    harness_table_release(&t);
    cJSON_Delete(tree);
    bench_free(h);
    return out;
}

// Harness rows escape backslashes; undo it.
static void unescape(char *p)
{
    char *to = p;
    for (; *p != '\0'; p++) {
        if (*p == '\\') {
            p++;
            *to++ = *p == 't' ? '\t' : *p == 'n' ? '\n' : *p == 'r' ? '\r' : *p;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
}

// 1 when both texts say the same number: the corpus writes some doubles with other digits.
static bool same_double(const char *is, const char *should)
{
    static const char start[] = "{\"d\":{\"$numberDouble\":\"";
    return strncmp(is, start, sizeof start - 1) == 0 &&
           strncmp(should, start, sizeof start - 1) == 0 &&
           strtod(is + sizeof start - 1, NULL) == strtod(should + sizeof start - 1, NULL) &&
           is[sizeof start - 1] == should[sizeof start - 1];
}

// Relaxed text does not tell a small int64 from an int32: the digits must agree.
static bool same_whole(const char *is, const char *should)
{
    const char *a = strstr(is, "\"$numberInt\":");
    const char *b = strstr(should, "\"$numberLong\":");
    return a != NULL && b != NULL && a - is == b - should &&
           strncmp(is, should, (size_t)(a - is)) == 0 &&
           strcmp(strchr(a, ':'), strchr(b, ':')) == 0;
}

static void check_file(const char *file, const struct file *bytes, const char *text,
                       const char *canonical, bool is_relaxed)
{
    char fault[1024];
    char *is = read_back(bytes, text, fault, sizeof fault);
    char *should = normal(canonical);
    if (is == NULL) {
        fail_msg("%s: %s: %s", file, text, fault);
        return;
    }
    unescape(is);
    if (strcmp(is, should) != 0 && !same_double(is, should) &&
        !(is_relaxed && same_whole(is, should))) {
        fail_msg("%s: %s: %s, not %s", file, text, is, should);
    }
    free(is);
    free(should);
}

static void check_text(const char *file, const char *text, const char *canonical, bool is_relaxed)
{
    const struct file bytes = {text, strlen(text)};
    check_file(file, &bytes, text, canonical, is_relaxed);
}

// Hexadecimal digits as bytes.
static char *unhex(const char *hex, size_t *n)
{
    *n = strlen(hex) / 2;
    char *out = calloc(*n + 1, 1);
    for (size_t i = 0; i < *n; i++) {
        char pair[3] = {hex[i * 2], hex[i * 2 + 1], 0};
        out[i] = (char)strtoul(pair, NULL, 16);
    }
    return out;
}

typedef uint32_t (*corpus_fn)(const char *file, const cJSON *tree);

static uint32_t each_file(corpus_fn fn)
{
    char path[4096];
    uint32_t n = 0;
    const char *data = getenv("PORTRAIT_DATA");
    snprintf(path, sizeof path, "%s/bson-corpus", data == NULL ? "." : data);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        size_t length = strlen(entry->d_name);
        if (length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0) {
            char *text = corpus_read(entry->d_name);
            cJSON *tree = cJSON_Parse(text);
            assert_non_null(tree);
            n += fn(entry->d_name, tree);
            cJSON_Delete(tree);
            free(text);
        }
    }
    closedir(dir);
    return n;
}

static uint32_t n_texts; // over all files: counted by valid_file

static uint32_t valid_file(const char *file, const cJSON *tree)
{
    static const char *const forms[] = {"canonical_extjson", "relaxed_extjson",
                                        "degenerate_extjson"};
    const cJSON *entry = NULL;
    uint32_t n = 0;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(tree, "valid"))
    {
        char *canonical = case_text(entry, "canonical_extjson");
        assert_non_null(canonical);
        for (size_t i = 0; i < 3; i++) {
            char *text = case_text(entry, forms[i]);
            if (text != NULL) {
                check_text(file, text, canonical, i == 1);
                n_texts++;
            }
            free(text);
        }
        free(canonical);
        n++;
    }
    return n;
}

static void test_mongo_corpus__valid_cases_through_the_plugin(void **state)
{
    (void)state;
    n_texts = 0;
    assert_int_equal(each_file(valid_file), 734);
    assert_true(n_texts > 734 + 100);
}

static uint32_t error_file(const char *file, const cJSON *tree)
{
    const cJSON *entry = NULL;
    bool is_decimal = strncmp(file, "decimal128", 10) == 0;
    uint32_t n = 0;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(tree, "parseErrors"))
    {
        char *string = case_text(entry, "string");
        char *text = calloc(strlen(string) * 2 + 64, 1);
        char fault[1024];
        if (is_decimal) { // the corpus gives the decimal's text alone
            cJSON *quoted = cJSON_CreateString(string);
            char *json = cJSON_PrintUnformatted(quoted);
            sprintf(text, "{\"d\":{\"$numberDecimal\":%s}}", json);
            free(json);
            cJSON_Delete(quoted);
        } else {
            strcpy(text, string);
        }
        const struct file bytes = {text, strlen(text)};
        char *is = read_back(&bytes, text, fault, sizeof fault);
        bool is_excepted = strcmp(text, "{\"a\" : {\"$date\" : 42}}") == 0;
        if ((is != NULL) != is_excepted) {
            fail_msg("%s: %s: %s", file, text, is == NULL ? fault : is);
        }
        assert_true(is != NULL || strncmp(fault, "bad $", 5) == 0 ||
                    strcmp(fault, "NUL byte in a key") == 0);
        free(is);
        free(text);
        free(string);
        n++;
    }
    return n;
}

static void test_mongo_corpus__parse_errors_are_refused(void **state)
{
    (void)state;
    assert_int_equal(each_file(error_file), 182);
}

// The binary side: each valid case as a dump of one document.
static uint32_t valid_bytes_file(const char *file, const cJSON *tree)
{
    static const char *const forms[] = {"canonical_bson", "degenerate_bson"};
    const cJSON *entry = NULL;
    uint32_t n = 0;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(tree, "valid"))
    {
        char *canonical = case_text(entry, "canonical_extjson");
        for (size_t i = 0; i < 2; i++) {
            char *hex = case_text(entry, forms[i]);
            // One driver's own reading of a coefficient of 35 digits, which IEEE 754 calls 0.
            bool is_excepted = i == 1 && strcmp(file, "decimal128-mongoc.json") == 0;
            if (hex != NULL && !is_excepted) {
                struct file bytes;
                char *data = unhex(hex, &bytes.n);
                bytes.bytes = data;
                check_file(file, &bytes, canonical, canonical, false);
                free(data);
                n++;
            }
            free(hex);
        }
        free(canonical);
    }
    return n;
}

static void test_mongo_corpus__valid_bytes_through_the_plugin(void **state)
{
    (void)state;
    assert_true(each_file(valid_bytes_file) >= 734);
}

static uint32_t bad_bytes_file(const char *file, const cJSON *tree)
{
    const cJSON *entry = NULL;
    uint32_t n = 0;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(tree, "decodeErrors"))
    {
        char *hex = case_text(entry, "bson");
        size_t size = 0;
        char *data = unhex(hex, &size);
        struct harness *h = bench_new(data, size);
        harness_set(h, "format", "bson");
        harness_put(h, "fields", "a", "a");
        struct harness_options options = {.threads = 1};
        struct harness_table t = {0};
        pt_status status = harness_read(h, &options, &t);
        bool has_more = size > 4 && (uint8_t)data[0] < size; // behind a good document
        if (status == PT_OK && t.n_rows > 0 && !has_more) {
            fail_msg("%s: %s is read", file, hex);
        }
        assert_true(status == PT_E_DATA || t.n_rejects > 0);
        harness_table_release(&t);
        bench_free(h);
        free(data);
        free(hex);
        n++;
    }
    return n;
}

static void test_mongo_corpus__bad_bytes_are_refused(void **state)
{
    (void)state;
    assert_int_equal(each_file(bad_bytes_file), 76);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_corpus__valid_cases_through_the_plugin),
        cmocka_unit_test(test_mongo_corpus__parse_errors_are_refused),
        cmocka_unit_test(test_mongo_corpus__valid_bytes_through_the_plugin),
        cmocka_unit_test(test_mongo_corpus__bad_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
