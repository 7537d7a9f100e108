// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A plugin's note read from files: a good one, every cut of it, many damaged ones, no ELF at all.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_note.h"
#include "mem.h"
#include "plugin_fixture.h"

struct bytes {
    uint8_t *p;
    size_t n;
};

static struct bytes read_plugin(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", fixture_folder(SOUND_PLUGINS), name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    struct bytes b = {.n = (size_t)ftell(f)};
    rewind(f);
    b.p = malloc(b.n);
    assert_non_null(b.p);
    assert_int_equal(fread(b.p, 1, b.n, f), b.n);
    fclose(f);
    return b;
}

static pt_status note_of(const uint8_t *p, size_t n, struct elf_note *out, struct pt_error *err)
{
    int fd = memfd_create("note", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), (ssize_t)n);
    pt_status status = elf_note_read(fd, "file", out, err);
    close(fd);
    return status;
}

static void test_elf_note__is_read_from_a_plugin(void **state)
{
    (void)state;
    struct bytes b = read_plugin("abi-sink.so");
    struct elf_note note;
    assert_int_equal(note_of(b.p, b.n, &note, NULL), PT_OK);
    assert_string_equal(note.id, "portrait.abi-sink");
    assert_int_equal(note.abi_major, PT_ABI_MAJOR);
    assert_int_equal(note.abi_minor, PT_ABI_MINOR);
    assert_int_equal(note.min_host_minor, PT_ABI_MINOR);
    free(b.p);
}

static void test_elf_note__refuses_what_is_no_plugin(void **state)
{
    (void)state;

    static const struct {
        const char *bytes;
        size_t n;
        const char *reason;
    } cases[] = {
        {"", 0, "it is no ELF file"},
        {"#!/bin/sh\n", 10, "it is no ELF file"},
        {"\177ELF", 4, "it is a damaged ELF file"},
    };
    struct elf_note note;
    struct pt_error err = ERROR_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(note_of((const uint8_t *)cases[i].bytes, cases[i].n, &note, &err),
                         PT_E_DATA);
        assert_string_equal(err.message, cases[i].reason);
    }
    int fd = open("/proc/self/exe", O_RDONLY);
    assert_int_equal(elf_note_read(fd, "exe", &note, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "no Portrait note"));
    close(fd);
    struct bytes b = read_plugin("abi-sink.so");
    b.p[18] = 8; // e_machine: MIPS
    assert_int_equal(note_of(b.p, b.n, &note, &err), PT_E_DATA);
    assert_string_equal(err.message, "it was built for another machine");
    free(b.p);
}

// Whatever is cut or flipped in the tables: an answer, and the sanitizers content.
static void test_elf_note__survives_damage(void **state)
{
    (void)state;
    struct bytes b = read_plugin("abi-sink.so");
    struct elf_note note;
    uint64_t seed = 1;
    size_t n_refused = 0;
    for (size_t n = 0; n < 4096 && n < b.n; n += 13) {
        n_refused += note_of(b.p, n, &note, NULL) != PT_OK;
    }
    assert_true(n_refused > 0);
    uint8_t *copy = malloc(b.n);
    assert_non_null(copy);
    for (int i = 0; i < 4000; i++) {
        memcpy(copy, b.p, b.n);
        for (int k = 0; k < 3; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            copy[(seed >> 33) % 1200] = (uint8_t)(seed >> 20);
        }
        pt_status status = note_of(copy, b.n, &note, NULL);
        assert_true(status == PT_OK || status == PT_E_DATA || status == PT_E_IO);
        n_refused += status != PT_OK;
    }
    assert_true(n_refused > 100);
    assert_int_equal(mem_live_blocks(), 0);
    free(copy);
    free(b.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elf_note__is_read_from_a_plugin),
        cmocka_unit_test(test_elf_note__refuses_what_is_no_plugin),
        cmocka_unit_test(test_elf_note__survives_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
