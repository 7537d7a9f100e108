// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Documents of every layout with bytes changed, dropped, doubled and moved: nothing crashes,
// batches stay valid (the harness checks them), every record is a row or a reject, small splits and
// short reads give what one read gives. Seeds are fixed and printed on failure.
#include "mongo_bench.h"

#define ROUNDS 120u
#define DOCUMENTS 30u

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((seed >> 33) * n) >> 31);
}

static const struct {
    const char *begin;
    const char *document;
    const char *end;
} seeds[] = {
    {"",
     "{\"a\":{\"$numberInt\":\"5\"},\"t\":{\"$date\":\"2025-01-01T00:00:00.5Z\"},\"s\":\"x\\u00e4\\"
     "ud83d\\udca9\",\"o\":{\"l\":[{\"$oid\":\"56e1fc72e0c917e9c4714161\"},1.5e3]}}\n",
     ""},
    {"",
     "{\"a\":1,\"s\":\"\xe4\xbd\xa0\xe5\xa5\xbd\",\"o\":{\"l\":[{\"$numberDecimal\":\"1E-7\"}]},"
     "\"b\":{\"$binary\":\"AA==\",\"$type\":\"00\"},\"t\":{\"$date\":1}}\r\n",
     ""},
    {"[", "{\"a\":-0.0,\"s\":null,\"o\":{\"l\":[[],{},\"\"]}},\n", "{}]"},
    {"[\n",
     "  {\n    \"a\": 1,\n    \"s\": \"}{\",\n    \"o\": {\n      \"l\": [ 1 ]\n    }\n  },\n",
     "  {}\n]\n"},
    {"", "{\n  \"a\": 1,\n  \"s\": {\"$code\":\"x\",\"$scope\":{\"y\":[true]}},\n  \"o\": {}\n}\n",
     ""}};

static uint64_t mutate(char *p, uint64_t n, uint64_t capacity)
{
    static const char tokens[] = "\"\\\n\r\t[]{}-:,.0e$u\x80\xff ";
    uint32_t changes = below(4);
    for (uint32_t i = 0; i < changes && n > 2; i++) {
        uint64_t at = below((uint32_t)n);
        uint64_t size = below(9) + 1;
        size = size > n - at ? n - at : size;
        switch (below(5)) {
        case 0:
            p[at] = (char)below(256);
            break;
        case 1:
            p[at] = tokens[below(sizeof tokens)];
            break;
        case 2:
            memmove(p + at, p + at + size, n - at - size);
            n -= size;
            break;
        default:
            if (n + size <= capacity) {
                memmove(p + at + size, p + at, n - at);
                n += size;
            }
            break;
        }
    }
    return n;
}

static uint64_t file_make(size_t kind, char *out, uint64_t capacity)
{
    uint64_t length = strlen(seeds[kind].document);
    uint64_t n = strlen(seeds[kind].begin);
    memcpy(out, seeds[kind].begin, n);
    for (uint32_t i = 0; i < DOCUMENTS && n + length * 4 < capacity; i++) {
        memcpy(out + n, seeds[kind].document, length);
        n += below(3) != 0 ? length : mutate(out + n, length, length * 3);
    }
    memcpy(out + n, seeds[kind].end, strlen(seeds[kind].end));
    return n + strlen(seeds[kind].end);
}

static struct harness *file_open(const char *data, uint64_t size)
{
    struct harness *h = bench_new(data, size);
    harness_put(h, "fields", "a", "a");
    harness_put(h, "fields", "s", "s");
    harness_put(h, "fields", "first", "o.l.0");
    harness_put(h, "fields", "o", "o");
    harness_put(h, "fields", "t", "t");
    harness_put(h, "types", "a", "f64");
    harness_put(h, "types", "t", "time");
    harness_put(h, "types", "s", below(2) == 0 ? "string" : "json");
    harness_set(h, "on_mismatch", below(2) == 0 ? "reject" : "null");
    return h;
}

static void check_file(const char *data, uint64_t size)
{
    struct harness *h = file_open(data, size);
    struct harness_options whole = {.threads = 1, .max_record = below(2) == 0 ? 200 : 0};
    struct harness_options cut = {
        .threads = 2, .target_bytes = 64 + below(500), .max_record = whole.max_record};
    struct harness_table a;
    struct harness_table b;
    pt_status status = harness_read(h, &whole, &a);
    if (status == PT_E_DATA) { // the damage is in the first bytes
        assert_true(harness_message(h)[0] != '\0');
        bench_free(h);
        return;
    }
    if (status != PT_OK || a.records != a.n_rows + a.n_rejects) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, harness_message(h));
    }
    harness_read_limit(h, 1 + below(300));
    assert_int_equal(harness_read(h, &cut, &b), PT_OK);
    if (!harness_equal(&a, &b) || a.records != b.records || a.lines != b.lines) {
        fail_msg("seed %llu: %.*s", (unsigned long long)seed, (int)size, data);
    }
    harness_table_release(&a);
    harness_table_release(&b);
    bench_free(h);
}

static void test_mongo_fuzz__mutated_documents(void **state)
{
    (void)state;
    char *data = malloc(65536);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
            seed = round * 1000 + i + 1;
            uint64_t size = file_make(i, data, 65536);
            check_file(data, size);
        }
    }
    free(data);
}

// Without named fields: whatever the sample holds makes columns that hold the sample.
static void test_mongo_fuzz__columns_from_mutated_samples(void **state)
{
    (void)state;
    char *data = malloc(65536);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        seed = round * 77 + 5;
        uint64_t size = file_make(round % 5, data, 65536);
        struct harness *h = bench_new(data, size);
        struct harness_options options = {.threads = 1};
        struct harness_table t;
        pt_status status = harness_read(h, &options, &t);
        for (uint64_t i = 0; status == PT_OK && i < t.n_rejects; i++) {
            assert_true(t.rejects[i].column_name == NULL ||
                        strncmp(t.rejects[i].reason, "bad $", 5) == 0 ||
                        strstr(t.rejects[i].reason, "type wrapper") != NULL ||
                        strstr(t.rejects[i].reason, "appears twice") != NULL ||
                        strstr(t.rejects[i].reason, "out of range") != NULL);
        }
        assert_true(status == PT_OK || status == PT_E_DATA);
        if (status == PT_OK) {
            harness_table_release(&t);
        }
        bench_free(h);
    }
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_fuzz__mutated_documents),
        cmocka_unit_test(test_mongo_fuzz__columns_from_mutated_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
