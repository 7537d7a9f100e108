// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Real compressed files, found below $PORTRAIT_DATA: our bytes must be those of gzip -dc and
// zstd -dc, and what those refuse must be refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "input.h"

static unsigned n_files;
static unsigned n_refused;

// Reads our stream beside the tool's; false at the first difference.
static bool same_bytes(struct input_stream *stream, FILE *tool, pt_status *status)
{
    static char ours[65536];
    static char theirs[65536];
    uint64_t n = 1;
    while (n > 0) {
        struct pt_error err = ERROR_INIT;
        *status = input_stream_read(stream, ours, sizeof ours, &n, &err);
        if (*status != PT_OK) {
            print_message("%s\n", err.message);
            return true;
        }
        size_t got = fread(theirs, 1, n == 0 ? 1 : (size_t)n, tool);
        if (got != n || memcmp(ours, theirs, got) != 0) {
            return false;
        }
    }
    return true;
}

static void compare(const char *path, const char *tool)
{
    char command[4200];
    struct input *in = NULL;
    struct input_stream *stream = NULL;
    pt_status status = PT_OK;
    snprintf(command, sizeof command, "%s -dc '%s' 2>/dev/null", tool, path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_int_equal(input_open(NULL, path, NULL, &in, NULL), PT_OK);
    assert_int_not_equal(input_file_at(in, 0)->compression, INPUT_PLAIN);
    assert_int_equal(input_stream_open(in, 0, 0, &stream, NULL), PT_OK);
    if (!same_bytes(stream, f, &status)) {
        fail_msg("%s: other bytes than %s gives", path, tool);
    }
    input_stream_close(stream);
    input_close(in);
    char rest[4096];
    while (fread(rest, 1, sizeof rest, f) > 0) {
    }
    bool tool_is_content = pclose(f) == 0;
    if (tool_is_content != (status == PT_OK)) {
        fail_msg("%s: %s by %s, status %d by us", path, tool_is_content ? "read" : "refused", tool,
                 status);
    }
    n_files++;
    n_refused += status != PT_OK;
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)walk;
    const char *dot = strrchr(path, '.');
    if (kind != FTW_F || dot == NULL || strchr(path, '\'') != NULL) {
        return 0;
    }
    if (strcmp(dot, ".gz") == 0) {
        compare(path, "gzip");
    } else if (strcmp(dot, ".zst") == 0) {
        compare(path, "zstd");
    }
    return 0;
}

static void test_input_data__same_bytes_as_the_tools(void **state)
{
    (void)state;
    const char *folder = getenv("PORTRAIT_DATA");
    assert_non_null(folder);
    assert_int_equal(nftw(folder, visit, 32, FTW_PHYS), 0);
    print_message("%u compressed files, %u refused by both\n", n_files, n_refused);
    assert_true(n_files > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_input_data__same_bytes_as_the_tools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
