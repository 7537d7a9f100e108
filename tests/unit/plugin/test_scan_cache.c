// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The cache of scans on real files: what it knows is not scanned again, and whatever happens to its
// file costs a scan and nothing else.
#include "scan_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "mem.h"
#include "plugin_fixture.h"
#include "scan_record.h"
#include "sweep.h"

static char folder[64];
static char file[96];

static int folder_make(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/portrait-scan-XXXXXX");
    snprintf(file, sizeof file, "%s", "");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(file, sizeof file, "%s/plugins.cache", folder);
    return 0;
}

static int folder_remove(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static const char *const sha[] = {
    "0000000000000000000000000000000000000000000000000000000000000001",
    "00000000000000000000000000000000000000000000000000000000000000ff",
};

static struct scan_cache *open_cache(bool is_fresh)
{
    struct scan_cache *c = NULL;
    struct pt_error err = ERROR_INIT;
    if (scan_cache_open(folder, is_fresh, &c, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return c;
}

static void write_two(void)
{
    struct scan_cache *c = open_cache(true);
    struct scan_result good = {.status = PT_OK};
    struct scan_result bad = {.status = PT_E_DATA};
    assert_true(str_add_n(&good.bytes, "a\0b", 3));
    assert_true(str_add(&bad.bytes, "no plugin"));
    assert_int_equal(scan_cache_add(c, sha[0], &good, NULL), PT_OK);
    assert_int_equal(scan_cache_add(c, sha[1], &bad, NULL), PT_OK);
    scan_cache_save(c);
    scan_cache_free(c);
    str_release(&good.bytes);
    str_release(&bad.bytes);
}

// How many of the two the cache knows, as they were.
static int known(bool is_fresh)
{
    struct scan_cache *c = open_cache(is_fresh);
    pt_status status = PT_E_INTERNAL;
    struct text bytes = {0};
    int n = 0;
    if (scan_cache_find(c, sha[0], &status, &bytes)) {
        assert_int_equal(status, PT_OK);
        assert_int_equal(bytes.n, 3);
        assert_memory_equal(bytes.p, "a\0b", 3);
        n++;
    }
    if (scan_cache_find(c, sha[1], &status, &bytes)) {
        assert_int_equal(status, PT_E_DATA);
        assert_true(text_is(bytes, "no plugin"));
        n++;
    }
    scan_cache_free(c);
    return n;
}

static void test_scan_cache__keeps_what_was_added(void **state)
{
    (void)state;
    write_two();
    assert_int_equal(known(false), 2);
    assert_int_equal(known(true), 0);
    assert_int_equal(mem_live_blocks(), 0);
}

static size_t read_all(char *bytes, size_t most)
{
    FILE *f = fopen(file, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, most, f);
    fclose(f);
    return n;
}

static void write_all(const char *bytes, size_t n)
{
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void test_scan_cache__believes_whole_files_only(void **state)
{
    (void)state;
    static char bytes[4096];
    static char changed[4096];
    write_two();
    size_t n = read_all(bytes, sizeof bytes);
    assert_true(n > 100 && n < sizeof bytes);
    for (size_t cut = 0; cut < n; cut++) {
        write_all(bytes, cut);
        assert_int_equal(known(false), 0);
    }
    for (size_t at = 0; at < n; at++) {
        memcpy(changed, bytes, n);
        changed[at] = (char)(changed[at] ^ 0x41);
        write_all(changed, n);
        assert_int_equal(known(false), 0);
    }
    write_all(bytes, n);
    assert_int_equal(known(false), 2);
    assert_int_equal(chmod(file, 0666), 0);
    assert_int_equal(known(false), 0); // anybody could have written it
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_scan_cache__does_without_a_folder(void **state)
{
    (void)state;
    struct scan_cache *c = NULL;
    struct scan_result bad = {.status = PT_E_DATA};
    assert_int_equal(scan_cache_open("/proc/no/such/folder", false, &c, NULL), PT_OK);
    assert_true(str_add(&bad.bytes, "no plugin"));
    assert_int_equal(scan_cache_add(c, sha[1], &bad, NULL), PT_OK);
    scan_cache_save(c);
    scan_cache_free(c);
    str_release(&bad.bytes);
}

static struct registry *open_registry(void)
{
    const struct registry_folder sound = {.path = fixture_folder(SOUND_PLUGINS)};
    const struct registry_settings settings = {
        .folders = &sound, .n_folders = 1, .cache_folder = folder};
    struct registry *r = NULL;
    assert_int_equal(registry_open_as(&settings, &r, NULL), PT_OK);
    return r;
}

// What comes from the cache is what the scan said, down to the rows of options.
static void test_scan_cache__serves_the_registry(void **state)
{
    (void)state;
    unlink(file);
    struct registry *scanned = open_registry();
    assert_int_equal(access(file, R_OK), 0);
    struct registry *cached = open_registry();
    assert_int_equal(registry_count(scanned), registry_count(cached));
    for (size_t i = 0; i < registry_count(scanned); i++) {
        struct str records[2] = {{0}, {0}};
        assert_true(scan_record_write(registry_at(scanned, i), &records[0]));
        assert_true(scan_record_write(registry_at(cached, i), &records[1]));
        assert_true(text_equal(str_view(&records[0]), str_view(&records[1])));
        str_release(&records[0]);
        str_release(&records[1]);
    }
    const struct component_info *c = registry_look(cached, PT_KIND_SINK, "abi-file");
    assert_non_null(c);
    assert_null(c->vtable);
    assert_ptr_equal(registry_find(cached, PT_KIND_SINK, "abi-file", NULL), c);
    assert_non_null(c->vtable);
    registry_free(scanned);
    registry_free(cached);
}

// Records from a stranger: cut and changed ones are refused or make sense, and never more.
static void test_scan_record__survives_any_bytes(void **state)
{
    (void)state;
    struct registry *r = open_registry();
    struct str record = {0};
    assert_true(scan_record_write(registry_at(r, 0), &record));
    for (size_t at = 0; at < record.n; at++) {
        struct arena arena = {0};
        struct plugin_info info = {.path = "x"};
        assert_int_equal(scan_record_read(text_n(record.p, at), &arena, &info, NULL), PT_E_DATA);
        assert_null(info.id);
        char kept = record.p[at];
        record.p[at] = (char)(kept ^ 0xff);
        pt_status status = scan_record_read(str_view(&record), &arena, &info, NULL);
        assert_true(status == PT_OK || status == PT_E_DATA);
        record.p[at] = kept;
        arena_release(&arena);
    }
    str_release(&record);
    registry_free(r);
}

static bool read_and_add(void)
{
    struct scan_cache *c = NULL;
    struct scan_result good = {.status = PT_OK};
    bool is_good = str_add_n(&good.bytes, "xyz", 3) &&
                   scan_cache_open(folder, false, &c, NULL) == PT_OK &&
                   scan_cache_add(c, sha[0], &good, NULL) == PT_OK;
    scan_cache_free(c);
    str_release(&good.bytes);
    return is_good;
}

static void test_scan_cache__survives_failing_allocations(void **state)
{
    (void)state;
    unlink(file);
    assert_true(sweep_allocations(read_and_add) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan_cache__keeps_what_was_added),
        cmocka_unit_test(test_scan_cache__believes_whole_files_only),
        cmocka_unit_test(test_scan_cache__does_without_a_folder),
        cmocka_unit_test(test_scan_cache__serves_the_registry),
        cmocka_unit_test(test_scan_record__survives_any_bytes),
        cmocka_unit_test(test_scan_cache__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
