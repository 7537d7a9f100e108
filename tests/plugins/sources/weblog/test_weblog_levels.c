// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plain lines are read by a vector scan, and appended column by column, where the host tells a
// processor level; without one every line is read the simple way. Both give the same rows and
// rejects: good lines, nasty ones and their random changes, in formats of every shape, at every
// level, split size, read size, batch size and record limit.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noise.h"
#include "source_harness.h"

#define ROUNDS 60u
#define LINES 120u

#define TIME "[01/Jun/2025:08:00:00 +0800]"
#define AGENT "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0"

struct shape {
    const char *format;
    const char *lines[8]; // one of them is taken, then perhaps changed
};

static const struct shape shapes[] = {
    {"combined \"uid=%{uid}\"",
     {"1.2.3.4 - bob " TIME " \"GET /product/P1?cid=%20C1&b=+ HTTP/1.1\" 200 123 \"http://r/?a b\" "
      "\"" AGENT "\" \"uid=00ff\"",
      "::1 - - " TIME " \"GET / HTTP/1.1\" 200 00012345678 \"-\" \"curl/8\" \"-\"",
      "1.2.3.4 - - " TIME " \"GET /a\\\"b HTTP/1.1\" 404 - \"-\" \"x \\\\\" \"uid=-\"",
      "1.2.3.4 - - " TIME " \"GET /b\xc3\xa4r?q=\xe4\xb8\xad HTTP/1.1\" 404 1 \"-\" \"\xf0\x9f\x92"
      "\xa9\" \"uid=\"",
      "1.2.3.4 - - " TIME " \"GET /a b c HTTP/2\" 1000 1 \"-\" \"\" \"uid=a\\x20b\"",
      "1.2.3.4 - - " TIME " \"\" 400 0 \"\" \"-\" \"uid=q\"",
      "1.2.3.4 - - " TIME " \"-\" 408 - \"-\" \"-\" \"-\"",
      "1.2.3.4 - - " TIME " \"GE1T / HTTP/1.1\" 99 1 \"-\" \"Googlebot\" \"uid=1\"  \t"}},
    {"common",
     {"\"::1 - - " TIME " \"-\" 408 -\"", "h - - " TIME " \"GET ?x HTTP/1.0\" 200 1",
      "h - - " TIME " \"GET  / HTTP/1.0\" 200 123456789012345678", "\"",
      "h - - " TIME " \"OPTIONS * HTTP/1.0\" 200 1", "h - - " TIME " \"GET /x\" 200 1",
      "h - - " TIME " \"GET x\" 200 1", "h - - [01/Jun/2025:24:00:00 +0800] \"GET /\" 200 1"}},
    {"vhost \"%{X-A}i\" %D",
     {"shop:443 1.2.3.4 - - " TIME " \"GET /?%3f HTTP/2\" 200 1 \"-\" \"-\" \"a\" 17",
      "[::1]:80 1.2.3.4 - - " TIME " \"GET / HTTP/2\" 200 1 \"-\" \"-\" \"-\" -",
      ":80 1.2.3.4 - - " TIME " \"GET / HTTP/2\" 200 1 \"-\" \"-\" \"a b\" 1e3",
      "a:b:c 1.2.3.4 - - " TIME " \"GET / HTTP/2\" 200 1 \"-\" \"-\" \"a b\" 1.5",
      "[] - - - " TIME " \"GET / HTTP/2\" 200 1 \"-\" \"-\" \"a b\" nan", "- - - - - - -", "",
      "x"}},
    {"$msec | $request | ${x_y} | $request_time",
     {"1748736000.123 | GET /a b | - | 0.25", "1748736000 | GET /a?b HTTP/1.1 | - | ",
      "1748736000.123 | - | q r | 0.25", " | | | ", "1 | | | 1", "-1.5 | a | b | -1", "x", "-"}},
    {"%a %m %U%q %H [%{%Y-%m-%d %H:%M:%S}t] %{UID}C %B %I %O %p",
     {"1.1.1.1 GET /a?b=c HTTP/1.1 [2025-06-01 00:00:01] x 1 2 3 443",
      "1.1.1.1 POST /product/%41?cid=1 HTTP/1.1 [2025-06-01 00:00:01] - 1 - 3 -",
      "1.1.1.1 - - - [2025-06-01 00:00:61] x 1 2 3 443", "- - - - [] - - - - -",
      "1.1.1.1 GET /a? HTTP/1.1 [2025-06-01 00:00:01] x 1 2 3 99999999999",
      "1.1.1.1 GET /a?b=c HTTP/1.1 [2025-06-01 00:00:01] x 12345678 123456789 3 443", "\\", " "}},
    {"%U|%q|%t|tail=\"%{tail}\"",
     {"/a|?b=1|" TIME "|tail=\"x\"", "/a|?|" TIME "|tail=\"\"", "|?|" TIME "|tail=\"-\"",
      "/a?x||" TIME "|-", "/a|-|" TIME "|tail=\"a\"b\"", "-|-|-|-", "/a|?b=1|" TIME "|tail=\"x",
      "||||"}},
    {"\"%h\" \"%t\" \"a=%{a};b=%{b}\" %s",
     {"\"h\" \"" TIME "\" \"a=1;b=2\" 200", "\"h\" \"" TIME "\" \"-\" 200",
      "\"h\" \"" TIME "\" \"a=;b=\" 200\"", "\"h\" \"-\" \"a=1;b=2\" 200",
      "\"h\" \"" TIME "\" \"a=x\"y;b=2\" 200", "\"\" \"\" \"\" -",
      "\"h\" \"" TIME "\" \"a=1;b=2;b=3\" 2", "\"h\""}},
};

// Some lines stretched, so that their fields and ends fall on every place of a block of 64.
static uint64_t line_make(const struct shape *shape, char *out)
{
    const char *line = shape->lines[noise_below(3) == 0 ? noise_below(8) : 0];
    uint64_t n = strlen(line);
    memcpy(out, line, n);
    if (noise_below(4) == 0) {
        n = noise_mutate(out, n, n + 40);
    }
    if (n > 0 && noise_below(8) == 0) {
        uint64_t at = noise_below((uint32_t)n);
        uint64_t more = noise_below(noise_below(8) == 0 ? 1200 : 130);
        memmove(out + at + more, out + at, n - at);
        memset(out + at, noise_below(2) == 0 ? 'x' : out[at + more], more);
        n += more;
    }
    if (noise_below(16) == 0) {
        out[n++] = '\r';
    }
    out[n++] = '\n';
    return n;
}

// How a text is read.
struct reading {
    struct harness_options options;
    uint32_t cpu;
    bool allows; // allow_missing
    uint64_t limit;
};

static void table_read(const struct shape *shape, const char *data, uint64_t size,
                       const struct reading *how, struct harness_table *out)
{
    struct harness *h = harness_new("weblog");
    harness_bytes(h, "path", "x.log", data, size);
    harness_set(h, "format", shape->format);
    harness_put(h, "pages", "p", "/product/{sku}");
    harness_put(h, "pages", "any", "/{rest*}");
    harness_add(h, "query", "cid");
    harness_add(h, "query", "b");
    harness_set(h, "allow_missing", how->allows ? "true" : "false");
    harness_cpu(h, how->cpu);
    harness_read_limit(h, how->limit);
    if (harness_read(h, &how->options, out) != PT_OK) {
        fail_msg("seed %llu: %s", (unsigned long long)noise_seed, harness_message(h));
    }
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

static void shape_check(const struct shape *shape, const char *data, uint64_t size)
{
    static const uint32_t limits[] = {0, 200, 1000};
    struct reading how = {.options = {.threads = 1, .max_record = limits[noise_below(3)]},
                          .allows = noise_below(3) == 0};
    struct harness_table simple;
    table_read(shape, data, size, &how, &simple);
    assert_int_equal(simple.n_rows + simple.n_rejects, simple.records);
    for (how.cpu = PT_CPU_BASELINE; how.cpu <= harness_cpu_best(); how.cpu++) {
        struct harness_table fast;
        how.options.target_bytes = noise_below(2) == 0 ? 0 : 64 + noise_below(5000);
        how.options.batch_rows = 1 + noise_below(300);
        how.limit = noise_below(2) == 0 ? 0 : 1 + noise_below(700);
        table_read(shape, data, size, &how, &fast);
        if (!harness_equal(&simple, &fast) || simple.records != fast.records ||
            simple.lines != fast.lines) {
            fail_msg("seed %llu, format %s, level %u", (unsigned long long)noise_seed,
                     shape->format, how.cpu);
        }
        harness_table_release(&fast);
    }
    harness_table_release(&simple);
}

static void test_weblog_levels__every_level_reads_alike(void **state)
{
    (void)state;
    static char data[LINES * 2048];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            uint64_t size = 0;
            noise_seed = round * 1000 + i + 1;
            for (uint32_t line = 0; line < LINES; line++) {
                size += line_make(&shapes[i], data + size);
            }
            size -= noise_below(4) == 0 ? 1 : 0; // the last newline
            shape_check(&shapes[i], data, size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_levels__every_level_reads_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
