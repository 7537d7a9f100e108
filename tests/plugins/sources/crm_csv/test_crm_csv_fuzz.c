// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Files with bytes changed, dropped, doubled and moved, under many options: nothing crashes,
// batches stay valid (the harness checks them), every record is a row or a reject, and small splits
// and short reads give what one split gives. Seeds are fixed and printed on failure. The sweep at
// the end lets every allocation of a read fail in turn.
#include "csv_case.h"

#define ROUNDS 400u
#define LINES 40u

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((seed >> 33) * n) >> 31);
}

static const struct {
    const char *header;
    const char *line;
    const char *options[6];
} seeds[] = {
    {"id,name,day,note\n", "12,\"Na\"\"me, x\n y\",2024-02-29,\xe4\xbd\xa0\n", {0}},
    {"id;v;b\r\n", "7;1.234,5;true\r\n", {"decimal=,", "thousands=.", "columns:b=bool"}},
    {"a\tb\tc\n", "x\t'y\\'z'\t2024-01-02 03:04Z\n", {"quote='", "escape=\\", "ragged=fill"}},
    {"\xc3\xfb|b\n",
     "\xc4\xe3\xba\xc3|\x81\x30\x81\x30 \"\n",
     {"encoding=gb18030", "delimiter=|", "header=yes", "on_mismatch=null"}},
    {"x\ny,z\r", "1,\"\r\",3\r#c\r", {"comment=#", "skip=1", "trim=false"}},
    {"", ",1,2 , \"\"\n", {"header=no", "names+a", "names+b", "names+c", "names+d"}},
};

static uint64_t mutate(char *p, uint64_t n, uint64_t capacity)
{
    static const char tokens[] = "\"'\\,;|\t \n\r#.-0\x80\xff\x81";
    uint32_t changes = below(5);
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

static uint64_t file_make(size_t which, char *out, uint64_t capacity)
{
    const char *line = seeds[which].line;
    uint64_t length = strlen(line);
    uint64_t n = strlen(seeds[which].header);
    memcpy(out, seeds[which].header, n);
    n = below(8) == 0 ? mutate(out, n, 3 * n) : n;
    for (uint32_t i = 0; i < LINES && n + length * 4 < capacity; i++) {
        memcpy(out + n, line, length);
        n += below(4) == 0 ? length : mutate(out + n, length, length * 3);
    }
    return n;
}

static void check_file(size_t which, const char *data, uint64_t size)
{
    struct harness *h = harness_new("crm-csv");
    const struct harness_options whole = {.threads = 1, .max_record = below(2) == 0 ? 60 : 0};
    const struct harness_options cut = {
        .threads = 2, .target_bytes = 1 + below(500), .max_record = whole.max_record};
    struct harness_table a;
    struct harness_table b;
    harness_bytes(h, "path", "x.csv", data, size);
    for (size_t i = 0; i < 6 && seeds[which].options[i] != NULL && below(10) != 0; i++) {
        csv_set(h, seeds[which].options[i]);
    }
    pt_status status = harness_read(h, &whole, &a);
    if (status == PT_OK) {
        harness_read_limit(h, 1 + below(300));
        assert_int_equal(harness_read(h, &cut, &b), PT_OK);
        if (!harness_equal(&a, &b) || a.lines != b.lines || a.records != b.records) {
            fail_msg("seed %llu, file %zu", (unsigned long long)seed, which);
        }
        harness_table_release(&b);
    } else if (harness_message(h)[0] == '\0' || status == PT_E_INTERNAL) {
        fail_msg("seed %llu: %d %s", (unsigned long long)seed, (int)status, harness_message(h));
    }
    harness_table_release(&a);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

static void test_crm_csv_fuzz__mutated_files(void **state)
{
    (void)state;
    static char data[16384];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
            seed = round * 1000 + i + 1;
            uint64_t size = file_make(i, data, sizeof data);
            check_file(i, data, size);
        }
    }
}

// Nothing but the bytes that mean something.
static void test_crm_csv_fuzz__noise(void **state)
{
    (void)state;
    static const char bytes[] = "\"\"\"\n\n,,ab1\r\\ ";
    static char data[600];
    for (uint32_t round = 0; round < 2000; round++) {
        seed = round + 1;
        uint32_t n = below(sizeof data);
        for (uint32_t i = 0; i < n; i++) {
            data[i] = bytes[below(sizeof bytes - 1)];
        }
        check_file(round % 3, data, n);
    }
}

static struct harness *sweep_harness(const char *text)
{
    struct harness *h = csv_harness(text);
    harness_bytes(h, "path", "b.csv", text, strlen(text));
    harness_put(h, "columns", "day", "date %d/%m/%Y");
    harness_set(h, "encoding", "gb18030");
    return h;
}

static void sweep(const char *text, uint8_t forever)
{
    const struct harness_options options = {.threads = 1, .target_bytes = 2000, .batch_rows = 100};
    uint64_t failures = 0;
    for (uint64_t at = 1;; at++) {
        struct harness_table t;
        struct harness *h = sweep_harness(text);
        harness_fault(h, at, forever);
        pt_status status = harness_read(h, &options, &t);
        uint64_t calls = harness_fault_calls(h);
        // A buffer that could not be had in advance is tried again later: OK is fine too.
        assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
        failures += status != PT_OK;
        harness_table_release(&t);
        assert_int_equal(harness_live_blocks(h), 0);
        harness_free(h);
        if (calls < at) {
            assert_int_equal(status, PT_OK);
            assert_true(failures > 100);
            return;
        }
    }
}

static void test_crm_csv_fuzz__every_allocation_fails(void **state)
{
    (void)state;
    static char text[16000];
    size_t n = (size_t)sprintf(text, "id,city,day,note,note,\n");
    for (uint32_t i = 0; i < 300; i++) {
        n += (size_t)sprintf(text + n, "%u,\xb1\xb1\xbe\xa9%c,%02u/01/2024,\"say \"\"%u\"\"\",x\n",
                             i, 'a' + i % 3, i % 31 + 1, i);
    }
    sprintf(text + n, "bad\n");
    sweep(text, 0);
    sweep(text, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_fuzz__mutated_files),
        cmocka_unit_test(test_crm_csv_fuzz__noise),
        cmocka_unit_test(test_crm_csv_fuzz__every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
