// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// minisign itself is the judge in tests/trust; here every byte of its files is turned.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "digest.h"
#include "minisign.h"
#include "sweep.h"

#define SECRET_FILE                                                                                \
    "untrusted comment: worthless key of a test\n"                                                 \
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"                     \
    "YWb6bk2emdEzlUb5mSZ5RL3FWs/qXEzBumvuzBQDgfRsXNkFciMFswCO9KCDPQPc7lsP+fXl"                     \
    "m9hmneULNBtMQJ5nXg2YyYTCAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define PUBLIC_FILE                                                                                \
    "untrusted comment: worthless key of a "                                                       \
    "test\nRWRhZvpuTZ6Z0QCO9KCDPQPc7lsP+fXlm9hmneULNBtMQJ5nXg2YyYTC\n"
#define OTHER_FILE                                                                                 \
    "untrusted comment: worthless key of a "                                                       \
    "test\nRWST/w/h9QFaOnkEkqgxma02+ndvGR3XRr1MQcvVr1RvR4FWfldJ1NrE\n"

static const struct text no_password = {NULL, 0};
static const struct text data = {"some bytes", 10};

static void read_keys(struct minisign_secret *secret, struct minisign_public *public)
{
    assert_int_equal(minisign_read_secret(text_of(SECRET_FILE), no_password, secret, NULL), PT_OK);
    assert_int_equal(minisign_read_public(text_of(PUBLIC_FILE), public, NULL), PT_OK);
    assert_memory_equal(secret->id, public->id, sizeof public->id);
    assert_memory_equal(secret->key, public->key, sizeof public->key);
}

static pt_status verify(const struct minisign_public *key, struct text file, struct pt_error *err)
{
    struct minisign_signature signature;
    TRY(minisign_read_signature(file, &signature, err));
    return minisign_verify(key, &signature, data, err);
}

static void test_minisign__signed_and_verified(void **state)
{
    (void)state;
    struct minisign_secret secret;
    struct minisign_public public;
    struct minisign_public other;
    struct str file = {0};
    struct pt_error err = ERROR_INIT;
    read_keys(&secret, &public);
    assert_int_equal(minisign_sign(&secret, data, "a comment", &file, NULL), PT_OK);
    assert_int_equal(verify(&public, str_view(&file), NULL), PT_OK);
    assert_int_equal(minisign_read_public(text_of(OTHER_FILE), &other, NULL), PT_OK);
    assert_int_equal(verify(&other, str_view(&file), &err), PT_E_DENIED);
    assert_string_equal(err.message, "the signature is by another key");
    memcpy(other.id, public.id, sizeof other.id);
    assert_int_equal(verify(&other, str_view(&file), &err), PT_E_DENIED);
    assert_string_equal(err.message, "the signature does not hold");
    str_release(&file);
}

// Every other file than the signed one is refused, but for the comment nobody trusts.
static void test_minisign__every_turned_byte_is_seen(void **state)
{
    (void)state;
    struct minisign_secret secret;
    struct minisign_public public;
    struct str file = {0};
    read_keys(&secret, &public);
    assert_int_equal(minisign_sign(&secret, data, "a comment", &file, NULL), PT_OK);
    size_t first = (size_t)(strchr(file.p, '\n') - file.p);
    for (size_t i = first + 1; i < file.n - 1; i++) {
        for (int bit = 0; bit < 8; bit++) {
            file.p[i] ^= (char)(1 << bit);
            assert_int_not_equal(verify(&public, str_view(&file), NULL), PT_OK);
            file.p[i] ^= (char)(1 << bit);
        }
    }
    for (size_t n = 0; n < file.n - 1; n++) {
        assert_int_not_equal(verify(&public, text_n(file.p, n), NULL), PT_OK);
    }
    assert_int_equal(verify(&public, text_n(file.p, file.n - 1), NULL), PT_OK); // no last line end
    str_release(&file);
}

static void test_minisign__damaged_keys(void **state)
{
    (void)state;
    char file[512];
    size_t first = (size_t)(strchr(SECRET_FILE, '\n') - SECRET_FILE) + 1;
    size_t n = strlen(SECRET_FILE);
    for (size_t i = 0; i < n - 1; i++) {
        struct minisign_secret secret;
        assert_int_not_equal(
            minisign_read_secret(text_n(SECRET_FILE, i), no_password, &secret, NULL), PT_OK);
        memcpy(file, SECRET_FILE, n + 1);
        file[i] = '~';
        bool is_comment = i >= strlen("untrusted comment: ") && i < first - 1;
        pt_status status = minisign_read_secret(text_n(file, n), no_password, &secret, NULL);
        assert_int_equal(status == PT_OK, is_comment);
    }
    for (size_t i = 0; i < strlen(PUBLIC_FILE) - 1; i++) {
        struct minisign_public public;
        assert_int_equal(minisign_read_public(text_n(PUBLIC_FILE, i), &public, NULL), PT_E_DATA);
    }
}

// An encrypted key of little cost: libsodium's smallest operations give N = 1024, r = 8, p = 1.
static void seal(const char *password, struct str *out)
{
    struct str bytes = {0};
    uint8_t stream[104];
    const char *line = strchr(SECRET_FILE, '\n') + 1;
    assert_true(base64_decode(text_n(line, strlen(line) - 1), &bytes));
    assert_int_equal(bytes.n, 158);
    memcpy(bytes.p + 2, "Sc", 2);
    memset(bytes.p + 6, 7, 32);
    const uint8_t limits[16] = {0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
    memcpy(bytes.p + 38, limits, sizeof limits);
    struct scrypt_request request = {.password = text_of(password),
                                     .salt = {bytes.p + 6, 32},
                                     .n = 1024,
                                     .r = 8,
                                     .p = 1,
                                     .memory_bytes = (uint64_t)4 << 20};
    assert_int_equal(scrypt_fill(&request, stream, sizeof stream, NULL), PT_OK);
    for (size_t i = 0; i < sizeof stream; i++) {
        bytes.p[54 + i] = (char)(bytes.p[54 + i] ^ (char)stream[i]);
    }
    str_add(out, "untrusted comment: sealed\n");
    assert_true(base64_encode((const uint8_t *)bytes.p, bytes.n, out));
    str_release(&bytes);
}

static void test_minisign__an_encrypted_key_needs_its_password(void **state)
{
    (void)state;
    struct str file = {0};
    struct minisign_secret secret;
    struct minisign_secret plain;
    struct minisign_public public;
    struct pt_error err = ERROR_INIT;
    seal("open sesame", &file);
    read_keys(&plain, &public);
    assert_int_equal(minisign_read_secret(str_view(&file), text_of("open sesame"), &secret, &err),
                     PT_OK);
    assert_memory_equal(&secret, &plain, sizeof plain);
    assert_int_equal(minisign_read_secret(str_view(&file), text_of("open sesam"), &secret, &err),
                     PT_E_DENIED);
    assert_string_equal(err.message, "the password of the secret key is wrong");
    assert_int_equal(minisign_read_secret(str_view(&file), no_password, &secret, &err),
                     PT_E_DENIED);
    assert_non_null(strstr(err.message, "no password is given"));
    str_release(&file);
}

static void test_minisign__ids_and_comments(void **state)
{
    (void)state;
    const uint8_t id[MINISIGN_ID_BYTES] = {0x45, 1, 0x9b, 0x95, 0xdd, 0xd0, 0xf4, 0x56};
    char hex[MINISIGN_ID_HEX];
    struct minisign_secret secret;
    struct minisign_public public;
    struct str file = {0};
    minisign_id_hex(id, hex);
    assert_string_equal(hex, "56F4D0DD959B0145");
    read_keys(&secret, &public);
    assert_int_equal(minisign_sign(&secret, data, "two\nlines", &file, NULL), PT_E_INVALID);
    assert_int_equal(minisign_sign(&secret, data, "a\rb", &file, NULL), PT_E_INVALID);
    assert_int_equal(file.n, 0);
    assert_int_equal(minisign_sign(&secret, data, "", &file, NULL), PT_OK);
    assert_int_equal(verify(&public, str_view(&file), NULL), PT_OK);
    str_release(&file);
}

static bool sign_and_verify(void)
{
    struct minisign_secret secret;
    struct minisign_public public;
    struct str file = {0};
    bool is_done =
        minisign_read_secret(text_of(SECRET_FILE), no_password, &secret, NULL) == PT_OK &&
        minisign_read_public(text_of(PUBLIC_FILE), &public, NULL) == PT_OK &&
        minisign_sign(&secret, data, "c", &file, NULL) == PT_OK &&
        verify(&public, str_view(&file), NULL) == PT_OK;
    str_release(&file);
    return is_done;
}

static void test_minisign__failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(sign_and_verify) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minisign__signed_and_verified),
        cmocka_unit_test(test_minisign__every_turned_byte_is_seen),
        cmocka_unit_test(test_minisign__damaged_keys),
        cmocka_unit_test(test_minisign__an_encrypted_key_needs_its_password),
        cmocka_unit_test(test_minisign__ids_and_comments),
        cmocka_unit_test(test_minisign__failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
