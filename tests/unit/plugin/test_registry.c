// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Real files: plugins built for the tests, sound ones and one a fault.
#include <errno.h>
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

#include <portrait/sink.h>

#include "digest.h"
#include "fsys.h"
#include "mem.h"
#include "plugin_fixture.h"
#include "sweep.h"

// A folder of this test's own, removed with the few files it may hold.
struct own_folder {
    char path[64];
};

static void own_init(struct own_folder *f)
{
    snprintf(f->path, sizeof f->path, "/tmp/portrait-registry-XXXXXX");
    assert_non_null(mkdtemp(f->path));
}

static const char *own_path(const struct own_folder *f, const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    return path;
}

static void own_write(const struct own_folder *f, const char *name, const void *data, size_t n)
{
    FILE *file = fopen(own_path(f, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(own_path(f, name), 0644), 0);
}

// Copies a test plugin into the folder.
static void own_copy(const struct own_folder *f, const char *from, const char *name)
{
    char path[4200];
    static char bytes[4 << 20];
    snprintf(path, sizeof path, "%s/%s", fixture_folder(SOUND_PLUGINS), from);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    assert_true(n > 0 && n < sizeof bytes);
    fclose(file);
    own_write(f, name, bytes, n);
}

static void own_release(const struct own_folder *f)
{
    static const char *const names[] = {"a.so", "b.so", "c.so", ".hidden.so", "notes.txt", "link"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unlink(own_path(f, names[i]));
    }
    assert_int_equal(rmdir(f->path), 0);
}

#define SCAN_SHORT_MS 3000 // for plugins that hang

static pt_status open_folder(const char *path, struct registry **r, struct pt_error *err)
{
    const struct registry_folder folder = {.path = path};
    const struct registry_settings settings = {
        .folders = &folder, .n_folders = 1, .scan_ms = SCAN_SHORT_MS};
    return registry_open_as(&settings, r, err);
}

static const struct plugin_info *find_file(const struct registry *r, const char *name)
{
    for (size_t i = 0; i < registry_count(r); i++) {
        const char *path = registry_at(r, i)->path;
        size_t n = strlen(path);
        size_t n_name = strlen(name);
        if (n > n_name && path[n - n_name - 1] == '/' && strcmp(path + n - n_name, name) == 0) {
            return registry_at(r, i);
        }
    }
    fail_msg("no file %s", name);
    return NULL;
}

static void test_registry__copies_what_plugins_say(void **state)
{
    (void)state;
    struct registry *r = fixture_registry();
    assert_int_equal(registry_count(r), 3);
    assert_null(registry_at(r, 3));
    const struct plugin_info *p = find_file(r, "abi-source.so");
    assert_null(p->failure);
    assert_string_equal(p->id, "portrait.abi-source");
    assert_string_equal(p->version, "1.2.3");
    assert_string_equal(p->vendor, "Portrait contributors");
    assert_string_equal(p->license, "Apache-2.0");
    assert_false(p->is_trusted_dir);
    assert_int_equal(strlen(p->sha256), 64);
    assert_int_equal(p->n_components, 1);
    const struct component_info *c = &p->components[0];
    assert_ptr_equal(c->plugin, p);
    assert_int_equal(c->kind, PT_KIND_SOURCE);
    assert_string_equal(c->name, "abi-source");
    assert_int_equal(c->threads, PT_THREADS_PARALLEL_READERS);
    assert_int_equal(c->caps, PT_CAP_PROJECTION | PT_CAP_SPLITS);
    assert_null(c->vtable); // nothing was loaded yet
    assert_null(c->validate);
    assert_ptr_equal(registry_find(r, PT_KIND_SOURCE, "abi-source", NULL), c);
    assert_non_null(c->vtable);
    assert_ptr_equal(c->plugin, p);
    assert_non_null(c->validate);
    assert_non_null(c->get_extension("ext/draft/count/1"));
    assert_null(c->get_extension("other/1"));
    const struct plugin_info *sink = find_file(r, "abi-sink.so");
    assert_int_equal(sink->n_components, 2);
    assert_int_equal(sink->components[1].caps, PT_CAP_DELIVERY);
    assert_null(registry_look(r, PT_KIND_SINK, "abi-delivery")->vtable);
    assert_ptr_equal(registry_find(r, PT_KIND_SINK, "abi-delivery", NULL), &sink->components[1]);
    assert_non_null(sink->components[0].vtable);
    assert_null(sink->components[1].validate);
    const pt_sink_vtable *vtable = sink->components[1].vtable;
    assert_non_null(vtable->verdict);
    assert_null(vtable->render_file);
    assert_null(vtable->path);
    registry_free(r);
}

static const struct option_row *row_of(const struct component_info *c, const char *name)
{
    for (uint32_t i = 0; i < c->n_options; i++) {
        if (strcmp(c->options[i].name, name) == 0) {
            return &c->options[i];
        }
    }
    fail_msg("no option %s", name);
    return NULL;
}

static void test_registry__copies_option_rows(void **state)
{
    (void)state;
    struct registry *r = fixture_registry();
    const struct component_info *c = registry_find(r, PT_KIND_SOURCE, "abi-source", NULL);
    assert_non_null(c);
    assert_int_equal(c->n_options, 19);
    const struct option_row *rows = row_of(c, "rows");
    assert_int_equal(rows->type, PT_OPT_I64);
    assert_int_equal(rows->flags, PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT);
    assert_string_equal(rows->help, "How many rows to count.");
    assert_string_equal(rows->unit, "rows");
    assert_string_equal(rows->example, "100");
    assert_int_equal(rows->i_max, 1000000);
    assert_true(row_of(c, "buffer")->i_max == INT64_MAX); // only a lower bound
    assert_int_equal(row_of(c, "mode")->n_choices, 3);
    assert_string_equal(row_of(c, "mode")->choices[2], "sideways");
    const struct option_row *ranges = row_of(c, "ranges");
    assert_int_equal(ranges->elem_size, 16);
    assert_int_equal(ranges->fields[0].type, PT_OPT_OBJECT);
    assert_int_equal(ranges->fields[0].n_fields, 2);
    assert_string_equal(ranges->fields[0].fields[1].name, "high");
    assert_int_equal(ranges->fields[0].fields[1].offset, 8);
    assert_string_equal(row_of(c, "amount")->replaced_by, "rows");
    registry_free(r);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_registry__hashes_files(void **state)
{
    (void)state;
    struct own_folder own;
    struct registry *r = NULL;
    own_init(&own);
    own_write(&own, "a.so", "abc", 3);
    assert_int_equal(open_folder(own.path, &r, NULL), PT_OK);
    assert_string_equal(registry_at(r, 0)->sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    registry_free(r);
    own_release(&own);
}

static const struct {
    const char *file;
    const char *reason;
} faults[] = {
    {"no_export.so", "it is no plugin: it does not export portrait_plugin_v1"},
    {"future_major.so", "it is built for plugin ABI 2 and this host has 1.0"},
    {"wrong_major.so", "it is built for plugin ABI 2.0 and this host has 1.0"},
    {"new_minor.so", "it needs a host with plugin ABI 1.1 or later and this host has 1.0"},
    {"undefined_symbol.so", "undefined symbol: portrait_function_of_nobody"},
    {"short_plugin.so", "descriptor: struct_size is 16 where at least 64 is needed"},
    {"short_vtable.so", "component `short-vtable`: vtable: struct_size is 48 where"},
    {"null_slot.so", "component `null-slot`: vtable: the slot render_file is empty"},
    {"null_entry.so", "portrait_plugin_v1() returned no descriptor"},
    {"null_component.so", "component 1: it is missing"},
    {"null_vtable.so", "component `null-vtable`: vtable: it is missing"},
    {"unknown_kind.so", "component `unknown-kind`: kind 9 is unknown to this host"},
    {"bad_name.so", "component `Bad Name`: its name is not of the form [a-z][a-z0-9-]*"},
    {"bad_version.so", "its version `1.0` is no semantic version"},
    {"bad_text.so", "component `bad-text`: the summary is not UTF-8"},
    {"duplicate_component.so", "the sink `abi-file` is already loaded from /"},
    {"duplicate_plugin.so", "the plugin `portrait.abi-sink` is already loaded from /"},
    {"twin_components.so", "it has two sinks named `twin`"},
    {"overlapping_options.so", "option `second`: its place in the config struct overlaps"},
    {"option_past_end.so",
     "option `second`: its 8 bytes at offset 8 run past the config struct of 8 bytes"},
    {"misaligned_option.so", "option `first`: offset 4 is not aligned for a i64"},
    {"unknown_option_type.so", "option `first`: type 99 is unknown to this host"},
    {"bad_default.so", "option `first` of bad-default: must be a whole number, not `many`"},
    {"bad_pattern.so", "option `first`: its pattern is no POSIX extended expression"},
    {"empty_range.so", "option `first`: its range is empty"},
    {"same_option.so", "option `first`: the name occurs twice"},
    {"enum_without_choices.so", "option `first`: an enum of 0 choices"},
    {"list_without_element.so", "option `first`: a list needs one element row"},
    {"default_of_secret.so", "option `first`: a secret cannot have a default"},
    {"short_option.so", "an option row is missing or of 24 bytes where 144 are needed"},
    {"null_option.so", "an option row is missing"},
    {"no_note.so", "it carries no Portrait note"},
    {"other_note.so", "its note says faulty.somebody-else for ABI 1.0, its descriptor faulty."},
    {"other_major_note.so", "it is built for plugin ABI 8 and this host has 1.0"},
    {"short_note.so", "its Portrait note has another layout"},
    {"two_notes.so", "it carries two Portrait notes"},
    {"crash_entry.so", "it crashed: Segmentation fault (signal 11) while it was looked at"},
    {"abort_entry.so", "it crashed: Aborted (signal 6) while it was looked at"},
    {"hang_entry.so", "it did not end within 3 s while it was looked at"},
    {"exit_constructor.so", "it ended the process (exit status 0) while it was looked at"},
    {"noisy_entry.so", "it wrote more than 4194304 bytes to its host while it was looked at"},
};

// Every broken plugin stays listed with a reason that names its fault, and nothing else suffers.
static void test_registry__lists_broken_plugins_with_their_reason(void **state)
{
    (void)state;

    char sound[4096];
    snprintf(sound, sizeof sound, "%s", fixture_folder(SOUND_PLUGINS));
    struct registry_folder folders[] = {{.path = sound},
                                        {fixture_folder(FAULTY_PLUGINS), .is_extra = true}};
    struct registry *r = NULL;
    const struct registry_settings settings = {
        .folders = folders, .n_folders = 2, .scan_ms = SCAN_SHORT_MS};
    assert_int_equal(registry_open_as(&settings, &r, NULL), PT_OK);
    size_t n = sizeof faults / sizeof faults[0];
    assert_int_equal(registry_count(r), 3 + n);
    for (size_t i = 0; i < n; i++) {
        const struct plugin_info *p = find_file(r, faults[i].file);
        assert_null(p->id);
        assert_int_equal(p->n_components, 0);
        assert_true(p->is_trusted_dir);
        assert_int_equal(strlen(p->sha256), 64);
        if (p->failure == NULL || strstr(p->failure, faults[i].reason) == NULL) {
            fail_msg("%s: %s", faults[i].file, p->failure == NULL ? "loaded" : p->failure);
        }
    }
    assert_non_null(registry_find(r, PT_KIND_SINK, "abi-file", NULL));
    registry_free(r);
}

static void test_registry__opens_twice_in_one_process(void **state)
{
    (void)state;
    struct registry *a = fixture_registry();
    struct registry *b = fixture_registry();
    assert_ptr_not_equal(registry_at(a, 0), registry_at(b, 0));
    registry_free(a);
    assert_non_null(registry_find(b, PT_KIND_MODEL, "abi-model", NULL));
    registry_free(b);
    registry_free(NULL);
}

static void test_registry__looks_at_visible_so_files_in_byte_order(void **state)
{
    (void)state;
    struct own_folder own;
    struct registry *r = NULL;
    own_init(&own);
    own_copy(&own, "abi-model.so", "b.so");
    own_copy(&own, "abi-sink.so", "a.so");
    own_copy(&own, "abi-source.so", ".hidden.so");
    own_write(&own, "notes.txt", "x", 1);
    own_write(&own, "c.so", "\177ELF and then nothing", 20);
    char with_slash[80];
    snprintf(with_slash, sizeof with_slash, "%s//", own.path);
    assert_int_equal(open_folder(with_slash, &r, NULL), PT_OK);
    assert_int_equal(registry_count(r), 3);
    assert_string_equal(registry_at(r, 0)->id, "portrait.abi-sink");
    assert_string_equal(registry_at(r, 1)->id, "portrait.abi-model");
    assert_string_equal(registry_at(r, 1)->path, own_path(&own, "b.so"));
    assert_non_null(strstr(registry_at(r, 2)->path, "c.so"));
    assert_string_equal(registry_at(r, 2)->failure, "it is a damaged ELF file");
    registry_free(r);
    own_release(&own);
}

static void test_registry__refuses_folders_it_cannot_trust(void **state)
{
    (void)state;
    struct own_folder own;
    struct registry *r = NULL;
    struct pt_error err = ERROR_INIT;
    own_init(&own);
    assert_int_equal(open_folder("plugins", &r, &err), PT_E_DENIED);
    assert_string_equal(err.message, "the plugin folder plugins is not absolute");
    assert_int_equal(open_folder("/nonexistent/plugins", &r, &err), PT_E_NOT_FOUND);
    assert_int_equal(err.code, PT_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "/nonexistent/plugins"));
    own_write(&own, "notes.txt", "x", 1);
    assert_int_equal(open_folder(own_path(&own, "notes.txt"), &r, &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "notes.txt is no folder"));
    assert_int_equal(symlink(own.path, own_path(&own, "link")), 0);
    assert_int_equal(open_folder(own_path(&own, "link"), &r, &err), PT_E_DENIED);
    assert_int_equal(open_folder(own_path(&own, "link/"), &r, &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "is a symlink"));
    assert_int_equal(chmod(own.path, 0777), 0);
    assert_int_equal(open_folder(own.path, &r, &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "can be written by everybody"));
    assert_int_equal(chmod(own.path, 0755), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(own.path, 12345, 0), 0);
        assert_int_equal(open_folder(own.path, &r, &err), PT_E_DENIED);
        assert_non_null(strstr(err.message, "belongs to another user (uid 12345)"));
        assert_int_equal(chown(own.path, 0, 0), 0);
    }
    assert_null(r);
    own_release(&own);
}

static void test_registry__refuses_files_it_cannot_trust(void **state)
{
    (void)state;
    struct own_folder own;
    struct registry *r = NULL;
    own_init(&own);
    own_copy(&own, "abi-sink.so", "notes.txt");
    assert_int_equal(symlink("notes.txt", own_path(&own, "a.so")), 0);
    own_copy(&own, "abi-model.so", "b.so");
    assert_int_equal(chmod(own_path(&own, "b.so"), 0646), 0);
    assert_int_equal(mkdir(own_path(&own, "c.so"), 0755), 0);
    assert_int_equal(open_folder(own.path, &r, NULL), PT_OK);
    assert_int_equal(registry_count(r), 3);
    assert_non_null(strstr(registry_at(r, 0)->failure, "a.so is a symlink"));
    assert_string_equal(registry_at(r, 0)->sha256, "");
    assert_non_null(strstr(registry_at(r, 1)->failure, "b.so can be written by everybody"));
    assert_non_null(strstr(registry_at(r, 2)->failure, "c.so is no regular file"));
    registry_free(r);
    assert_int_equal(rmdir(own_path(&own, "c.so")), 0);
    own_release(&own);
}

static void test_registry__suggests_names(void **state)
{
    (void)state;
    struct registry *r = fixture_registry();
    struct pt_error err = ERROR_INIT;
    assert_null(registry_find(r, PT_KIND_SOURCE, "abi-sourse", &err));
    assert_int_equal(err.code, PT_E_NOT_FOUND);
    assert_string_equal(err.message, "no source plugin is named `abi-sourse`");
    assert_string_equal(err.hint, "did you mean `abi-source`?");
    assert_null(registry_find(r, PT_KIND_SINK, "postgres", &err));
    assert_string_equal(err.hint, "known: abi-file, abi-delivery");
    assert_null(registry_find(r, PT_KIND_MODEL, "abi-file", &err));
    assert_string_equal(err.message, "`abi-file` is a sink, not a model");
    registry_free(r);
}

static void test_registry__tells_why_a_plugin_of_that_name_is_absent(void **state)
{
    (void)state;
    struct registry *r = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(open_folder(fixture_folder(FAULTY_PLUGINS), &r, NULL), PT_OK);
    assert_null(registry_find(r, PT_KIND_SINK, "null_entry", &err));
    assert_non_null(strstr(err.message, "null_entry.so did not load: portrait_plugin_v1() ret"));
    assert_null(registry_find(r, PT_KIND_MODEL, "kmeans", &err));
    assert_string_equal(err.hint, "none is loaded");
    registry_free(r);
}

static bool open_sound(void)
{
    struct registry *r = NULL;
    struct pt_error err = ERROR_INIT;
    pt_status status = open_folder(fixture_folder(SOUND_PLUGINS), &r, &err);
    assert_true(status == PT_OK || (status == PT_E_NO_MEMORY && err.code == status));
    bool is_found = status == PT_OK;
    if (status == PT_OK) {
        assert_int_equal(registry_count(r), 3);
        assert_null(registry_find(r, PT_KIND_SINK, "abi-fil", &err));
        is_found = err.code == PT_E_NOT_FOUND;
        assert_true(is_found || err.code == PT_E_NO_MEMORY);
        is_found = registry_find(r, PT_KIND_SINK, "abi-file", &err) != NULL && is_found;
    }
    registry_free(r);
    return is_found;
}

static void test_registry__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(open_sound) > 20);
}

// Any failing call on files: the folder's error, or a plugin with a reason; never a wrong success.
static void test_registry__survives_failing_file_calls(void **state)
{
    (void)state;
    bool is_hit = true;
    for (uint64_t at = 1; is_hit; at++) {
        struct registry *r = NULL;
        struct pt_error err = ERROR_INIT;
        int64_t before = mem_live_blocks();
        fsys_fault_arm(at, EIO, false);
        pt_status status = open_folder(fixture_folder(SOUND_PLUGINS), &r, &err);
        is_hit = fsys_fault_calls() >= at;
        fsys_fault_arm(0, 0, false);
        size_t n_failed = 0;
        for (size_t i = 0; status == PT_OK && i < registry_count(r); i++) {
            n_failed += registry_at(r, i)->failure != NULL;
        }
        assert_true(status == PT_OK || err.code == status);
        assert_true(n_failed <= 1);
        registry_free(r);
        assert_int_equal(mem_live_blocks(), before);
    }
}

static void test_registry__names_kinds(void **state)
{
    (void)state;
    assert_string_equal(kind_name(PT_KIND_SOURCE), "source");
    assert_string_equal(kind_name(PT_KIND_MODEL), "model");
    assert_string_equal(kind_name(PT_KIND_SINK), "sink");
    assert_string_equal(kind_name(0), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry__copies_what_plugins_say),
        cmocka_unit_test(test_registry__copies_option_rows),
        cmocka_unit_test(test_registry__hashes_files),
        cmocka_unit_test(test_registry__lists_broken_plugins_with_their_reason),
        cmocka_unit_test(test_registry__opens_twice_in_one_process),
        cmocka_unit_test(test_registry__looks_at_visible_so_files_in_byte_order),
        cmocka_unit_test(test_registry__refuses_folders_it_cannot_trust),
        cmocka_unit_test(test_registry__refuses_files_it_cannot_trust),
        cmocka_unit_test(test_registry__suggests_names),
        cmocka_unit_test(test_registry__tells_why_a_plugin_of_that_name_is_absent),
        cmocka_unit_test(test_registry__survives_failing_allocations),
        cmocka_unit_test(test_registry__survives_failing_file_calls),
        cmocka_unit_test(test_registry__names_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
