// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Edge-case files of other parsers' test suites. tests/golden/weblog-nasty.tsv says what became of
// each: the format that `auto` chose (`-`: none reads a line; then `combined` was used), good and
// rejected lines, and the most frequent reason. It was written once and judged by eye.
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tally.h"

static const char *reason_most(const struct harness_table *t)
{
    const char *best = "-";
    uint64_t best_n = 0;
    for (uint64_t i = 0; i < t->n_rejects; i++) {
        uint64_t n = 0;
        for (uint64_t k = 0; k < t->n_rejects; k++) {
            n += strcmp(t->rejects[i].reason, t->rejects[k].reason) == 0 ? 1 : 0;
        }
        if (n > best_n) {
            best_n = n;
            best = t->rejects[i].reason;
        }
    }
    return best;
}

static struct harness *nasty_open(const char *file, const char *format)
{
    char name[1024];
    snprintf(name, sizeof name, "weblog-nasty/%s", file);
    struct harness *h = harness_new("weblog");
    harness_file(h, "path", tally_path(name));
    harness_set(h, "format", format);
    return h;
}

// The file's line of the golden table.
static void nasty_line(const char *file, char *out, size_t capacity)
{
    struct harness_options options = {.threads = 1};
    struct harness_table t;
    char format[128] = "-";
    struct harness *h = nasty_open(file, "auto");
    pt_status status = harness_read(h, &options, &t);
    if (status == PT_OK) {
        const char *from = strchr(t.notes, '`') + 1;
        snprintf(format, sizeof format, "%.*s", (int)strcspn(from, ":"), from);
        memmove(strchr(format, '`'), strchr(format, '`') + 1, strlen(strchr(format, '`')));
    } else {
        assert_int_equal(status, PT_E_DATA);
        harness_free(h);
        h = nasty_open(file, "combined");
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
    }
    snprintf(out, capacity, "%s\t%s\t%llu\t%llu\t%s", file, format, (unsigned long long)t.n_rows,
             (unsigned long long)t.n_rejects, reason_most(&t));
    harness_table_release(&t);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

static FILE *golden_open(void)
{
    char path[4096];
    const char *source = getenv("PORTRAIT_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/weblog-nasty.tsv", source == NULL ? "." : source);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    return in;
}

static void test_weblog_nasty__as_the_table_says(void **state)
{
    (void)state;
    char line[4096];
    uint32_t n = 0;
    FILE *in = golden_open();
    while (fgets(line, sizeof line, in) != NULL) {
        if (line[0] == '#') {
            continue;
        }
        char file[512];
        char is[4096];
        line[strcspn(line, "\n")] = '\0';
        snprintf(file, sizeof file, "%.*s", (int)strcspn(line, "\t"), line);
        nasty_line(file, is, sizeof is);
        assert_string_equal(is, line);
        n++;
    }
    fclose(in);
    assert_int_equal(n, 84);
}

// Every file under every preset: read to the end, and alike however it is cut.
static void check_all_formats(const char *file)
{
    static const char *const formats[] = {"common",     "combined",   "vhost", "nginx-main",
                                          "traefik",    "w3c",        "json",  "caddy",
                                          "nginx-json", "cloudflare", "envoy", "$msec $request"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct harness *h = nasty_open(file, formats[i]);
        struct harness_options whole = {.threads = 1};
        struct harness_options cut = {.threads = 2, .target_bytes = 4096};
        struct harness_table a;
        struct harness_table b;
        assert_int_equal(harness_read(h, &whole, &a), PT_OK);
        assert_int_equal(harness_read(h, &cut, &b), PT_OK);
        assert_true(harness_equal(&a, &b));
        harness_table_release(&a);
        harness_table_release(&b);
        harness_free(h);
    }
}

static void test_weblog_nasty__every_file_under_every_preset(void **state)
{
    (void)state;
    static const char *const folders[] = {"crowdsec", "lnav"};
    uint32_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        char name[512];
        snprintf(name, sizeof name, "weblog-nasty/%s", folders[i]);
        DIR *dir = opendir(tally_path(name));
        assert_non_null(dir);
        for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
            if (entry->d_name[0] != '.' && strcmp(entry->d_name, "LICENSE") != 0) {
                snprintf(name, sizeof name, "%s/%.400s", folders[i], entry->d_name);
                check_all_formats(name);
                n++;
            }
        }
        closedir(dir);
    }
    assert_int_equal(n, 84);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_nasty__as_the_table_says),
        cmocka_unit_test(test_weblog_nasty__every_file_under_every_preset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
