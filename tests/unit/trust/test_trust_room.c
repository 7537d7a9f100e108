// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Manifests, keyring, lock files and the verdict on real files, with every allocation failing once.
// How the command uses them is in tests/trust.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "scratch.h"
#include "sweep.h"
#include "trust.h"

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define MANIFEST                                                                                   \
    "{\"manifest\": 1, \"id\": \"org.a\", \"version\": \"1.0.0\", \"abi\": \"0.1\", \"license\": " \
    "\"MIT\","                                                                                     \
    "\"files\": {\"linux-riscv64\": \"" HASH_B "\", \"%s\": \"" HASH_A "\"},"                      \
    "\"permissions\": {\"read\": [\"/a\"], \"hosts\": [\"b.example:1\"]}}"
#define LOCK                                                                                       \
    "{\"lock\": 1, \"plugins\": [{\"id\": \"org.b\", \"version\": \"2.0.0\", \"sha256\": "         \
    "\"" HASH_B "\"}, {\"id\": \"org.a\", \"version\": \"1.0.0\", \"sha256\": \"" HASH_A "\"}]}"

static struct scratch scratch;

static const char *put_key(const char *name, const char *as)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/trust/keys/%s", getenv("PORTRAIT_SOURCE"), name);
    size_t n = 0;
    char *text = scratch_read(path, &n);
    assert_non_null(text);
    const char *written = scratch_write(&scratch, as, text, n);
    free(text);
    return written;
}

static void manifest_text(char out[1024])
{
    snprintf(out, 1024, MANIFEST, manifest_platform());
}

static void test_manifest__read_and_written(void **state)
{
    (void)state;
    char text[1024];
    struct arena arena = {0};
    struct manifest m;
    struct manifest again;
    struct str out = {0};
    manifest_text(text);
    assert_int_equal(manifest_parse(text_of(text), &arena, &m, NULL), PT_OK);
    assert_string_equal(m.id, "org.a");
    assert_int_equal(m.abi_minor, 1);
    assert_string_equal(manifest_sha256(&m, manifest_platform()), HASH_A);
    assert_string_equal(manifest_sha256(&m, "linux-riscv64"), HASH_B);
    assert_null(manifest_sha256(&m, "linux-m68k"));
    assert_string_equal(m.reads[0], "/a");
    assert_string_equal(m.hosts[0], "b.example:1");
    assert_int_equal(manifest_write(&m, &out, NULL), PT_OK);
    assert_int_equal(manifest_parse(str_view(&out), &arena, &again, NULL), PT_OK);
    assert_string_equal(again.license, "MIT");
    assert_int_equal(again.n_files + again.n_reads + again.n_hosts, 4);
    assert_string_equal(manifest_path("/x/y.so", &arena), "/x/y.manifest");
    str_release(&out);
    arena_release(&arena);
}

// Cut or with one byte turned it is another manifest or none, and never more than that.
static void test_manifest__every_cut_is_refused(void **state)
{
    (void)state;
    char text[1024];
    manifest_text(text);
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        struct arena arena = {0};
        struct manifest m;
        assert_int_not_equal(manifest_parse(text_n(text, i), &arena, &m, NULL), PT_OK);
        text[i] ^= 0x11;
        (void)manifest_parse(text_n(text, n), &arena, &m, NULL);
        text[i] ^= 0x11;
        arena_release(&arena);
    }
}

static void test_lock_file__pins_bytes(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct lock_file lock;
    struct pt_error err = ERROR_INIT;
    struct str out = {0};
    const char *path = scratch_write(&scratch, "p.lock", LOCK, strlen(LOCK));
    assert_int_equal(lock_file_read(path, &arena, &lock, NULL), PT_OK);
    assert_string_equal(lock.entries[0].id, "org.a"); // sorted
    assert_int_equal(lock_file_check(&lock, "org.a", HASH_A, &err), PT_OK);
    assert_int_equal(lock_file_check(&lock, "org.a", HASH_A "0", &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "pins other bytes of org.a"));
    assert_int_equal(lock_file_check(&lock, "org.c", "", &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "does not pin org.c"));
    assert_int_equal(lock_file_format(&lock, &out, NULL), PT_OK);
    path = scratch_write(&scratch, "q.lock", out.p, out.n);
    assert_int_equal(lock_file_read(path, &arena, &lock, NULL), PT_OK);
    assert_int_equal(lock.n, 2);
    assert_int_equal(lock_file_read(scratch_path(&scratch, "none.lock"), &arena, &lock, &err),
                     PT_E_NOT_FOUND);
    str_release(&out);
    arena_release(&arena);
}

static void test_lock_file__one_too_long_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct lock_file lock;
    struct pt_error err = ERROR_INIT;
    size_t n = LOCK_FILE_MAX + 1;
    int64_t before = mem_live_blocks();
    char *text = calloc(1, n);
    assert_non_null(text);
    memset(text, ' ', n);
    const char *path = scratch_write(&scratch, "long.lock", text, n);
    free(text);
    assert_int_equal(lock_file_read(path, &arena, &lock, &err), PT_E_LIMIT);
    arena_release(&arena);
    assert_int_equal(mem_live_blocks(), before);
}

static const char *ring_folder(void)
{
    const char *folder = scratch_path(&scratch, "ring");
    (void)mkdir(folder, 0755);
    return folder;
}

static void test_keyring__keys_and_revocations(void **state)
{
    (void)state;
    struct keyring *ring = NULL;
    struct pt_error err = ERROR_INIT;
    const char *list = "# a comment\nkey 1 lost\n\nsha256 " HASH_B "\n  key 00000000000000AB  \n";
    const uint8_t one[MINISIGN_ID_BYTES] = {1};
    const uint8_t two[MINISIGN_ID_BYTES] = {2};
    const char *folder = ring_folder();
    put_key("test.pub", "ring/a.pub");
    scratch_write(&scratch, "ring/readme.txt", "not a key", 9);
    scratch_write(&scratch, "ring/revoked", list, strlen(list));
    assert_int_equal(keyring_open(folder, &ring, NULL), PT_OK);
    assert_string_equal(keyring_revokes_key(ring, one), "lost");
    assert_null(keyring_revokes_key(ring, two));
    assert_string_equal(keyring_revokes_file(ring, HASH_B), "");
    assert_null(keyring_revokes_file(ring, HASH_A));
    assert_null(keyring_revokes_file(NULL, HASH_B));
    assert_null(keyring_find(ring, one));
    keyring_free(ring);
    put_key("test.pub", "ring/b.pub");
    assert_int_equal(keyring_open(folder, &ring, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, ".pub: its key has the id of"));
    assert_int_equal(remove(scratch_path(&scratch, "ring/b.pub")), 0);
    scratch_write(&scratch, "ring/c.pub", "no key", 6);
    assert_int_equal(keyring_open(folder, &ring, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "ring/c.pub: "));
    assert_int_equal(remove(scratch_path(&scratch, "ring/c.pub")), 0);
    keyring_free(NULL);
}

static const struct trust_subject subject = {.sha256 = HASH_A, .id = "org.a", .abi_minor = 1};

static void sign_manifest(void)
{
    char text[1024];
    char key[4096];
    struct minisign_secret secret;
    struct str file = {0};
    size_t n = 0;
    manifest_text(text);
    char *bytes = scratch_read(put_key("test.key", "test.key"), &n);
    assert_non_null(bytes);
    snprintf(key, sizeof key, "%s", bytes);
    free(bytes);
    assert_int_equal(minisign_read_secret(text_of(key), (struct text){0}, &secret, NULL), PT_OK);
    assert_int_equal(minisign_sign(&secret, text_of(text), "t", &file, NULL), PT_OK);
    scratch_write(&scratch, "a.manifest", text, strlen(text));
    scratch_write(&scratch, "a.manifest.minisig", file.p, file.n);
    str_release(&file);
}

static bool judge(void)
{
    struct keyring *ring = NULL;
    struct arena arena = {0};
    struct trust_verdict verdict;
    struct trust_subject mine = subject;
    char plugin[512];
    snprintf(plugin, sizeof plugin, "%s/a.so", scratch.folder);
    mine.path = plugin;
    bool is_signed = keyring_open(ring_folder(), &ring, NULL) == PT_OK &&
                     trust_judge(ring, &mine, &arena, &verdict, NULL) == PT_OK;
    if (is_signed) {
        assert_int_equal(verdict.level, TRUST_SIGNED);
        assert_string_equal(verdict.signer, "a");
    }
    keyring_free(ring);
    arena_release(&arena);
    return is_signed;
}

static void test_trust__verdicts(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct trust_verdict v;
    struct trust_subject mine = subject;
    struct pt_error err = ERROR_INIT;
    mine.path = "/nowhere/at/all.so";
    assert_int_equal(trust_judge(NULL, &mine, &arena, &v, &err), PT_OK);
    assert_int_equal(v.level, TRUST_UNSIGNED);
    assert_string_equal(v.reason, "it has no manifest");
    ring_folder();
    put_key("test.pub", "ring/a.pub");
    (void)remove(scratch_path(&scratch, "ring/revoked"));
    sign_manifest();
    assert_true(judge());
    mine.path = scratch_path(&scratch, "a.so");
    mine.sha256 = HASH_B;
    assert_int_equal(trust_judge(NULL, &mine, &arena, &v, &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "is of other bytes"));
    mine.sha256 = HASH_A;
    mine.abi_minor = 2;
    assert_int_equal(trust_judge(NULL, &mine, &arena, &v, &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "for ABI 0.1, its file org.a for ABI 0.2"));
    mine.abi_minor = 1;
    assert_int_equal(trust_judge(NULL, &mine, &arena, &v, &err), PT_OK);
    assert_string_equal(v.reason, "there is no keyring");
    assert_true(v.has_manifest);
    arena_release(&arena);
}

static bool read_lock(void)
{
    struct arena arena = {0};
    struct lock_file lock;
    struct str out = {0};
    bool is_done = lock_file_read(scratch_path(&scratch, "p.lock"), &arena, &lock, NULL) == PT_OK &&
                   lock_file_format(&lock, &out, NULL) == PT_OK;
    str_release(&out);
    arena_release(&arena);
    return is_done;
}

static bool copy_manifest(void)
{
    char text[1024];
    struct arena arena = {0};
    struct manifest m;
    struct str out = {0};
    manifest_text(text);
    bool is_done = manifest_parse(text_of(text), &arena, &m, NULL) == PT_OK &&
                   manifest_write(&m, &out, NULL) == PT_OK;
    str_release(&out);
    arena_release(&arena);
    return is_done;
}

static void test_trust__failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(copy_manifest) > 3);
    scratch_write(&scratch, "p.lock", LOCK, strlen(LOCK));
    assert_true(sweep_allocations(read_lock) > 3);
    const char *list = "key 1 lost\n";
    scratch_write(&scratch, "ring/revoked", list, strlen(list));
    assert_true(sweep_allocations(judge) > 5);
}

static int begin(void **state)
{
    (void)state;
    scratch_init(&scratch);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_release(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest__read_and_written),
        cmocka_unit_test(test_manifest__every_cut_is_refused),
        cmocka_unit_test(test_lock_file__pins_bytes),
        cmocka_unit_test(test_lock_file__one_too_long_is_refused),
        cmocka_unit_test(test_keyring__keys_and_revocations),
        cmocka_unit_test(test_trust__verdicts),
        cmocka_unit_test(test_trust__failing_allocations),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
