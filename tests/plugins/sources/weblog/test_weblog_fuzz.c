// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lines of every format with bytes changed, dropped, doubled and moved: nothing crashes, batches
// stay valid (the harness checks them), every record is a row or a reject, and small splits give
// what one split gives. Seeds are fixed and printed on failure.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noise.h"
#include "source_harness.h"

#define ROUNDS 80u
#define LINES 40u

static const struct {
    const char *format;
    const char *line;
} seeds[] = {
    {"combined \"uid=%{uid}\"",
     "1.2.3.4 - bob [01/Jun/2025:08:00:00 +0800] \"GET /product/P1?cid=%20C1&b=\\\"x\\xc3\\xa4 "
     "HTTP/1.1\" 200 123 \"http://r/\" \"Mozilla/5.0 \\\\\" \"uid=00ff\"\n"},
    {"common", "\"::1 - - [01/Jun/2025:08:00:00 +0800] \"-\" 408 -\"\r\n"},
    {"vhost",
     "shop:443 1.2.3.4 - - [01/Jun/2025:08:00:00 +0800] \"GET / HTTP/2\" 200 1 \"-\" \"-\"\n"},
    {"$msec | $request | ${x_y} | $request_time", "1748736000.123 | GET /a b | - | 0.25\n"},
    {"w3c", "#Fields: date time c-ip cs(User-Agent) x-q sc-status\n2025-06-01 00:00:00 ::1 a+b "
            "\"q \"\"w\"\"\" 200\n#Date: 2025-06-02\n"},
    {"json", "{\"ts\":1748736000.25,\"request\":{\"uri\":\"/a?\\u00e4\\ud83d\\udca9\",\"headers\":"
             "{\"User-Agent\":[\"UA\\\"\",2]}},\"status\":200,\"x\":[{},[1e5,null,true]]}\n"},
    {"traefik-json", "{\"ClientHost\":\"1.1.1.1\",\"DownstreamStatus\":404,\"RequestPath\":\"/x\","
                     "\"StartUTC\":\"2025-06-01T00:00:00.1Z\",\"Duration\":15}\n"}};

static uint64_t file_make(const char *line, char *out, uint64_t capacity)
{
    uint64_t n = 0;
    uint64_t length = strlen(line);
    for (uint32_t i = 0; i < LINES && n + length * 4 < capacity; i++) {
        memcpy(out + n, line, length);
        n += noise_below(4) == 0 ? length : noise_mutate(out + n, length, length * 3);
    }
    return n;
}

static void check_file(const char *format, const char *data, uint64_t size)
{
    struct harness *h = harness_new("weblog");
    struct harness_options whole = {.threads = 1, .max_record = noise_below(2) == 0 ? 200 : 0};
    struct harness_options cut = {
        .threads = 2, .target_bytes = 64 + noise_below(500), .max_record = whole.max_record};
    struct harness_table a;
    struct harness_table b;
    harness_bytes(h, "path", "x.log", data, size);
    harness_set(h, "format", format);
    harness_put(h, "pages", "p", "/product/{sku}");
    harness_add(h, "query", "cid");
    harness_set(h, "allow_missing", noise_below(2) == 0 ? "true" : "false");
    pt_status status = harness_read(h, &whole, &a);
    if (status != PT_OK) {
        fail_msg("seed %llu: %s", (unsigned long long)noise_seed, harness_message(h));
    }
    harness_read_limit(h, 1 + noise_below(300));
    assert_int_equal(harness_read(h, &cut, &b), PT_OK);
    if (!harness_equal(&a, &b)) {
        fail_msg("seed %llu, format %s", (unsigned long long)noise_seed, format);
    }
    harness_table_release(&a);
    harness_table_release(&b);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

static void test_weblog_fuzz__mutated_lines(void **state)
{
    (void)state;
    static char data[65536];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
            noise_seed = round * 1000 + i + 1;
            uint64_t size = file_make(seeds[i].line, data, sizeof data);
            check_file(seeds[i].format, data, size);
        }
    }
}

// Format texts made of directives, quotes and noise: refused with a text, or of use.
static void test_weblog_fuzz__mutated_formats(void **state)
{
    (void)state;
    static const char base[] = "%v:%p %h %l [%{sec}t] \"%r\" %>s \"a=%{a}b\" $request_time %{X}i";
    for (uint32_t round = 0; round < 1000; round++) {
        char format[256];
        noise_seed = round + 1;
        memcpy(format, base, sizeof base);
        uint64_t n = noise_mutate(format, sizeof base - 1, sizeof format - 1);
        n = n == 0 ? 1 : n;
        format[n] = '\0';
        struct harness *h = harness_new("weblog");
        struct harness_options options = {.threads = 1};
        struct harness_table t;
        harness_bytes(h, "path", "x.log", seeds[0].line, strlen(seeds[0].line));
        harness_set(h, "format", format);
        pt_status status = harness_read(h, &options, &t);
        if (status != PT_OK && status != PT_E_CONFIG) {
            fail_msg("`%s`: %d %s", format, (int)status, harness_message(h));
        }
        assert_true(status == PT_OK || harness_message(h)[0] != '\0');
        harness_table_release(&t);
        assert_int_equal(harness_live_blocks(h), 0);
        harness_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_fuzz__mutated_lines),
        cmocka_unit_test(test_weblog_fuzz__mutated_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
