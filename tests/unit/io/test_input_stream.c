// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "fsys.h"
#include "input.h"
#include "packer.h"
#include "scratch.h"

// What a stream gave: bytes, the first failure, its message.
struct outcome {
    struct packed bytes;
    pt_status status;
    struct pt_error err;
};

static void read_all(struct input *in, uint32_t file, uint64_t begin, uint64_t capacity,
                     struct outcome *out)
{
    struct input_stream *stream = NULL;
    *out = (struct outcome){0};
    out->status = input_stream_open(in, file, begin, &stream, &out->err);
    if (out->status != PT_OK) {
        return;
    }
    char *buffer = malloc(capacity);
    assert_non_null(buffer);
    uint64_t n = 1;
    while (out->status == PT_OK && n > 0) {
        out->status = input_stream_read(stream, buffer, capacity, &n, &out->err);
        if (out->status == PT_OK) {
            assert_true(n <= capacity);
            packed_add(&out->bytes, buffer, n);
        }
    }
    uint64_t after = 7;
    if (out->status == PT_OK) { // the end stays the end
        assert_int_equal(input_stream_read(stream, buffer, capacity, &after, NULL), PT_OK);
        assert_int_equal(after, 0);
    } else { // and a failure stays a failure
        assert_int_equal(input_stream_read(stream, buffer, capacity, &after, NULL), out->status);
        assert_int_equal(after, 7);
    }
    free(buffer);
    input_stream_close(stream);
}

static void read_bytes(struct scratch *s, const struct packed *stored, uint64_t capacity,
                       struct outcome *out)
{
    struct input *in = NULL;
    scratch_write(s, "file.gz", stored->p, stored->n);
    assert_int_equal(input_open(s->folder, "file.gz", NULL, &in, NULL), PT_OK);
    read_all(in, 0, 0, capacity, out);
    input_close(in);
}

static void expect_text(struct scratch *s, const struct packed *stored, const void *text, size_t n)
{
    static const uint64_t capacities[] = {1, 7, 64 << 10};
    for (size_t i = 0; i < 3; i++) {
        struct outcome o;
        read_bytes(s, stored, capacities[i], &o);
        assert_int_equal(o.status, PT_OK);
        assert_int_equal(o.bytes.n, n);
        assert_true(n == 0 || memcmp(o.bytes.p, text, n) == 0);
        packed_release(&o.bytes);
    }
}

static void expect_failure(struct scratch *s, const struct packed *stored, pt_status code,
                           const char *part)
{
    struct outcome o;
    read_bytes(s, stored, 4096, &o);
    if (o.status != code || strstr(o.err.message, part) == NULL) {
        print_message("got %d: %s\n", o.status, o.err.message);
    }
    assert_int_equal(o.status, code);
    assert_non_null(strstr(o.err.message, part));
    assert_non_null(strstr(o.err.message, "file.gz: "));
    packed_release(&o.bytes);
}

static void test_input_stream__plain_from_any_byte(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char text[] = "one\ntwo\nthree\n";
    scratch_write(&s, "a", text, 14);
    struct input *in = NULL;
    assert_int_equal(input_open(s.folder, "a", NULL, &in, NULL), PT_OK);
    for (uint64_t begin = 0; begin <= 14; begin++) {
        struct outcome o;
        read_all(in, 0, begin, 3, &o);
        assert_int_equal(o.status, PT_OK);
        assert_int_equal(o.bytes.n, 14 - begin);
        assert_true(begin == 14 || memcmp(o.bytes.p, text + begin, o.bytes.n) == 0);
        packed_release(&o.bytes);
    }
    struct input_stream *stream = NULL;
    assert_int_equal(input_stream_open(in, 0, 15, &stream, NULL), PT_E_INVALID);
    assert_int_equal(input_stream_open(in, 1, 0, &stream, NULL), PT_E_INVALID);
    assert_int_equal(input_stream_open(in, 0, 0, &stream, NULL), PT_OK);
    uint64_t n = 0;
    assert_int_equal(input_stream_read(stream, NULL, 0, &n, NULL), PT_E_INVALID);
    input_stream_close(stream);
    input_stream_close(NULL);
    input_close(in);
    scratch_release(&s);
}

static void test_input_stream__gzip_members_are_one_stream(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed gz = {0};
    packed_add_gzip(&gz, "first ", 6, 1);
    expect_text(&s, &gz, "first ", 6);
    packed_add_gzip(&gz, "", 0, 0);
    packed_add_gzip(&gz, "second ", 7, 0);
    packed_add_gzip(&gz, "third", 5, 1);
    expect_text(&s, &gz, "first second third", 18);
    char zeros[1024] = {0};
    packed_add(&gz, zeros, 1);
    expect_text(&s, &gz, "first second third", 18);
    packed_add(&gz, zeros, sizeof zeros);
    expect_text(&s, &gz, "first second third", 18);
    packed_add_gzip(&gz, "fourth", 6, 0);
    expect_failure(&s, &gz, PT_E_DATA, "garbage after the zero padding");
    packed_release(&gz);
    packed_add_gzip(&gz, "", 0, 1);
    expect_text(&s, &gz, "", 0);
    packed_release(&gz);
    scratch_release(&s);
}

static void test_input_stream__zstd_frames_are_one_stream(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed z = {0};
    packed_add_skippable(&z, "before", 6);
    expect_text(&s, &z, "", 0);
    packed_add_zstd(&z, "first ", 6);
    packed_add_skippable(&z, "", 0);
    packed_add_zstd(&z, "", 0);
    packed_add_zstd(&z, "second", 6);
    packed_add_skippable(&z, "after", 5);
    expect_text(&s, &z, "first second", 12);
    packed_release(&z);
    scratch_release(&s);
}

static void fill_noise(char *data, size_t n)
{
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        data[i] = (char)(x % 61 + ' ');
    }
}

static void test_input_stream__large_streams_cross_the_buffers(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const size_t n = (size_t)3 << 20;
    char *data = malloc(n);
    assert_non_null(data);
    fill_noise(data, n);
    struct packed gz = {0};
    struct packed zst = {0};
    for (size_t at = 0; at < n;) { // members of odd sizes
        size_t piece = at % 100003 + 50021;
        piece = piece < n - at ? piece : n - at;
        packed_add_gzip(&gz, data + at, piece, at % 2 == 0);
        packed_add_zstd(&zst, data + at, piece);
        at += piece;
    }
    assert_true(gz.n > (1 << 20));
    struct outcome o;
    const struct packed *const stored[] = {&gz, &zst};
    const uint64_t capacities[] = {4093, 1 << 20};
    for (size_t i = 0; i < 4; i++) {
        read_bytes(&s, stored[i % 2], capacities[i / 2], &o);
        assert_int_equal(o.status, PT_OK);
        assert_int_equal(o.bytes.n, n);
        assert_memory_equal(o.bytes.p, data, n);
        packed_release(&o.bytes);
    }
    free(data);
    packed_release(&gz);
    packed_release(&zst);
    scratch_release(&s);
}

// Every cut but one at the end of a member or frame is told, with the byte.
static void cut_everywhere(struct scratch *s, const struct packed *whole, const size_t *ends,
                           size_t n_ends)
{
    for (size_t n = 0; n < whole->n; n++) {
        bool is_end = false;
        for (size_t i = 0; i < n_ends; i++) {
            is_end = is_end || ends[i] == n;
        }
        struct packed cut = {whole->p, n, n};
        struct outcome o;
        read_bytes(s, &cut, 4096, &o);
        assert_int_equal(o.status, is_end ? PT_OK : PT_E_DATA);
        if (!is_end) {
            char part[64];
            snprintf(part, sizeof part, "byte %zu: the compressed stream is cut off", n);
            assert_non_null(strstr(o.err.message, part));
        }
        packed_release(&o.bytes);
    }
}

static void test_input_stream__a_cut_at_any_byte_is_told(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed gz = {0};
    packed_add_gzip(&gz, "some text in the first member", 29, 1);
    size_t ends[2] = {gz.n, 0};
    packed_add_gzip(&gz, "and in the second member", 24, 0);
    cut_everywhere(&s, &gz, ends, 1);
    packed_release(&gz);
    scratch_release(&s);
}

static void read_zstd_named(struct scratch *s, const void *data, size_t n, struct outcome *o)
{
    struct input *in = NULL;
    scratch_write(s, "file.zst", data, n);
    assert_int_equal(input_open(s->folder, "file.zst", NULL, &in, NULL), PT_OK);
    read_all(in, 0, 0, 4096, o);
    input_close(in);
}

static void test_input_stream__a_cut_zstd_is_told(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed z = {0};
    packed_add_zstd(&z, "some text in the first frame", 28);
    size_t first = z.n;
    packed_add_skippable(&z, "skipped", 7);
    size_t second = z.n;
    packed_add_zstd(&z, "and in the last frame", 21);
    for (size_t n = 0; n < z.n; n++) {
        struct outcome o;
        read_zstd_named(&s, z.p, n, &o);
        bool is_end = n == first || n == second;
        assert_int_equal(o.status, is_end ? PT_OK : PT_E_DATA);
        if (!is_end) {
            char part[64];
            snprintf(part, sizeof part, "byte %zu: the compressed stream is cut off", n);
            assert_non_null(strstr(o.err.message, part));
        }
        packed_release(&o.bytes);
    }
    packed_release(&z);
    scratch_release(&s);
}

static void test_input_stream__garbage_after_the_end_is_told(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed gz = {0};
    packed_add_gzip(&gz, "text", 4, 0);
    char at[64];
    snprintf(at, sizeof at, "byte %zu: garbage after the end of a gzip stream", gz.n);
    packed_add(&gz, "x", 1);
    expect_failure(&s, &gz, PT_E_DATA, at);
    gz.p[gz.n - 1] = 0x1F; // looks like a member that was cut
    expect_failure(&s, &gz, PT_E_DATA, "cut off");
    packed_add(&gz, "yz", 2);
    expect_failure(&s, &gz, PT_E_DATA, "damaged gzip stream: incorrect header check");
    packed_release(&gz);

    struct packed z = {0};
    packed_add_zstd(&z, "text", 4);
    snprintf(at, sizeof at, "byte %zu: garbage after the end of a zstd frame", z.n);
    packed_add(&z, "garbage", 7);
    expect_failure(&s, &z, PT_E_DATA, at);
    packed_release(&z);
    packed_add_zstd(&z, "text", 4);
    char zeros[512] = {0};
    packed_add(&z, zeros, sizeof zeros);
    expect_failure(&s, &z, PT_E_DATA, "garbage after the end of a zstd frame");
    packed_release(&z);
    scratch_release(&s);
}

// One flipped bit anywhere is an error, but for bytes no checksum covers: time, flags that name
// nothing, system, and the window size of a frame.
static void test_input_stream__a_flipped_bit_never_changes_the_text(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char text[] = "a text that is long enough, long enough, long enough to be packed";
    struct packed stored[2] = {{0}, {0}};
    packed_add_gzip(&stored[0], text, sizeof text, 1);
    packed_add_zstd(&stored[1], text, sizeof text);
    size_t told = 0;
    size_t flips = 0;
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t bit = 32; bit < stored[kind].n * 8; bit++) { // magic and method stay
            struct outcome o;
            stored[kind].p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            read_bytes(&s, &stored[kind], 4096, &o);
            stored[kind].p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            flips++;
            told += o.status != PT_OK;
            assert_true(o.status != PT_OK ||
                        (o.bytes.n == sizeof text && memcmp(o.bytes.p, text, sizeof text) == 0));
            packed_release(&o.bytes);
        }
        packed_release(&stored[kind]);
    }
    assert_true(told > flips * 9 / 10);
    scratch_release(&s);
}

static void test_input_stream__a_file_that_shrank_is_told(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed gz = {0};
    packed_add_gzip(&gz, "0123456789", 10, 0);
    char path[2][128];
    snprintf(path[0], sizeof path[0], "%s", scratch_write(&s, "a.plain", "0123456789", 10));
    snprintf(path[1], sizeof path[1], "%s", scratch_write(&s, "b.gz", gz.p, gz.n));
    struct input *in = NULL;
    assert_int_equal(input_open(s.folder, "*", NULL, &in, NULL), PT_OK);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(truncate(path[i], 6), 0);
        struct outcome o;
        read_all(in, i, 0, 4, &o);
        assert_int_equal(o.status, PT_E_DATA);
        assert_non_null(strstr(o.err.message, "byte 6: the file has shrunk"));
        assert_non_null(strstr(o.err.message, path[i]));
        packed_release(&o.bytes);
    }
    input_close(in);
    packed_release(&gz);
    scratch_release(&s);
}

static void test_input_stream__what_is_appended_later_is_not_read(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_write(&s, "a.log", "one\ntwo\n", 8);
    struct input *in = NULL;
    assert_int_equal(input_open(s.folder, "a.log", NULL, &in, NULL), PT_OK);
    FILE *f = fopen(path, "ab");
    fputs("three\n", f);
    fclose(f);
    struct outcome o;
    read_all(in, 0, 4, 100, &o);
    assert_int_equal(o.status, PT_OK);
    assert_int_equal(o.bytes.n, 4);
    assert_memory_equal(o.bytes.p, "two\n", 4);
    packed_release(&o.bytes);
    input_close(in);
    scratch_release(&s);
}

static void test_input_stream__an_exchanged_file_is_told(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_write(&s, "a.log", "old", 3);
    struct input *in = NULL;
    assert_int_equal(input_open(s.folder, "a.log", NULL, &in, NULL), PT_OK);
    const char *other = scratch_write(&s, "b.log", "new", 3);
    assert_int_equal(rename(other, path), 0);
    struct outcome o;
    read_all(in, 0, 0, 10, &o);
    assert_int_equal(o.status, PT_E_DATA);
    assert_non_null(strstr(o.err.message, "a.log: exchanged for another file"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0644), 0);
    read_all(in, 0, 0, 10, &o); // does not wait for a writer
    assert_int_equal(o.status, PT_E_DATA);
    assert_int_equal(unlink(path), 0);
    read_all(in, 0, 0, 10, &o);
    assert_int_equal(o.status, PT_E_IO);
    assert_non_null(strstr(o.err.message, "a.log: No such file"));
    input_close(in);
    scratch_release(&s);
}

static void test_input_stream__bombs_are_stopped(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed bomb[2] = {{0}, {0}};
    const uint64_t zeros = (uint64_t)200 << 20;
    packed_add_gzip_zeros(&bomb[0], zeros);
    packed_add_zstd_zeros(&bomb[1], zeros);
    struct input *in = NULL;
    for (size_t i = 0; i < 2; i++) {
        struct outcome o;
        scratch_write(&s, "bomb", bomb[i].p, bomb[i].n);
        assert_int_equal(input_open(s.folder, "bomb", NULL, &in, NULL), PT_OK);
        read_all(in, 0, 0, 1 << 20, &o);
        assert_int_equal(o.status, PT_E_LIMIT);
        assert_non_null(strstr(o.err.message, "bomb: "));
        assert_non_null(strstr(o.err.message, "more than 1000 times as many"));
        assert_true(o.bytes.n >= (64 << 20) && o.bytes.n < zeros);
        packed_release(&o.bytes);
        input_close(in);
        // Allowed when asked for.
        struct input_limits loose = {.max_ratio = 1000000};
        assert_int_equal(input_open(s.folder, "bomb", &loose, &in, NULL), PT_OK);
        read_all(in, 0, 0, 1 << 20, &o);
        assert_int_equal(o.status, PT_OK);
        assert_int_equal(o.bytes.n, zeros);
        packed_release(&o.bytes);
        input_close(in);
        packed_release(&bomb[i]);
    }
    scratch_release(&s);
}

static void test_input_stream__size_cap_is_exact(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed gz = {0};
    packed_add_gzip(&gz, "0123456789", 10, 0);
    scratch_write(&s, "a.gz", gz.p, gz.n);
    for (uint64_t cap = 9; cap <= 10; cap++) {
        struct input_limits limits = {.max_decompressed = cap};
        struct input *in = NULL;
        struct outcome o;
        assert_int_equal(input_open(s.folder, "a.gz", &limits, &in, NULL), PT_OK);
        read_all(in, 0, 0, 3, &o);
        assert_int_equal(o.status, cap == 10 ? PT_OK : PT_E_LIMIT);
        assert_true(o.bytes.n <= cap);
        packed_release(&o.bytes);
        input_close(in);
    }
    packed_release(&gz);
    scratch_release(&s);
}

static void test_input_stream__a_window_beyond_128_mib_is_refused(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed z = {0};
    packed_add_zstd_window(&z, "text", 4, 27);
    expect_text(&s, &z, "text", 4);
    packed_release(&z);
    packed_add_zstd_window(&z, "text", 4, 28);
    expect_failure(&s, &z, PT_E_LIMIT, "byte 0: zstd frame: Frame requires too much memory");
    packed_release(&z);
    scratch_release(&s);
}

static pt_status read_three(void *arg, struct pt_error *err)
{
    const struct scratch *s = arg;
    struct input *in = NULL;
    pt_status status = PT_OK;
    TRY(input_open(s->folder, "*", NULL, &in, err));
    for (uint32_t i = 0; i < input_count(in) && status == PT_OK; i++) {
        struct input_stream *stream = NULL;
        char buffer[16];
        uint64_t n = 1;
        status = input_stream_open(in, i, 0, &stream, err);
        while (status == PT_OK && n > 0) {
            status = input_stream_read(stream, buffer, sizeof buffer, &n, err);
        }
        input_stream_close(stream);
    }
    input_close(in);
    return status;
}

static void test_input_stream__any_failing_call_is_a_clean_error(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed gz = {0};
    struct packed z = {0};
    const char text[] = "a text that is longer than the sixteen bytes a read may give";
    packed_add_gzip(&gz, text, sizeof text, 1);
    packed_add_gzip(&gz, text, sizeof text, 0);
    packed_add_zstd(&z, text, sizeof text);
    scratch_write(&s, "a", text, sizeof text);
    scratch_write(&s, "b", gz.p, gz.n);
    scratch_write(&s, "c", z.p, z.n);
    assert_true(fault_sweep_memory(read_three, NULL, &s) > 10);
    assert_true(fault_sweep_calls(read_three, NULL, &s, EIO) > 20);
    packed_release(&gz);
    packed_release(&z);
    scratch_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_input_stream__plain_from_any_byte),
        cmocka_unit_test(test_input_stream__gzip_members_are_one_stream),
        cmocka_unit_test(test_input_stream__zstd_frames_are_one_stream),
        cmocka_unit_test(test_input_stream__large_streams_cross_the_buffers),
        cmocka_unit_test(test_input_stream__a_cut_at_any_byte_is_told),
        cmocka_unit_test(test_input_stream__a_cut_zstd_is_told),
        cmocka_unit_test(test_input_stream__garbage_after_the_end_is_told),
        cmocka_unit_test(test_input_stream__a_flipped_bit_never_changes_the_text),
        cmocka_unit_test(test_input_stream__a_file_that_shrank_is_told),
        cmocka_unit_test(test_input_stream__what_is_appended_later_is_not_read),
        cmocka_unit_test(test_input_stream__an_exchanged_file_is_told),
        cmocka_unit_test(test_input_stream__bombs_are_stopped),
        cmocka_unit_test(test_input_stream__size_cap_is_exact),
        cmocka_unit_test(test_input_stream__a_window_beyond_128_mib_is_refused),
        cmocka_unit_test(test_input_stream__any_failing_call_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
