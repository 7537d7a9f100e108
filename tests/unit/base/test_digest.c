// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "digest.h"
#include "sweep.h"

static void assert_hex(const uint8_t bytes[SHA256_BYTES], const char *wanted)
{
    char hex[SHA256_HEX];
    digest_hex(bytes, SHA256_BYTES, hex);
    assert_string_equal(hex, wanted);
}

// FIPS 180-4 examples (NIST CSRC).
static void test_digest__sha256_examples(void **state)
{
    (void)state;
    uint8_t out[SHA256_BYTES];
    assert_int_equal(sha256_of("abc", 3, out, NULL), PT_OK);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(sha256_of(NULL, 0, out, NULL), PT_OK);
    assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    assert_int_equal(sha256_of(two_blocks, strlen(two_blocks), out, NULL), PT_OK);
    assert_hex(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_digest__running_hash_of_a_million(void **state)
{
    (void)state;
    struct sha256 *h = NULL;
    struct pt_error err = ERROR_INIT;
    uint8_t out[SHA256_BYTES];
    char block[1000];
    memset(block, 'a', sizeof block);
    assert_int_equal(sha256_new(&h, &err), PT_OK);
    assert_int_equal(sha256_add(h, NULL, 0, &err), PT_OK);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(sha256_add(h, block, sizeof block, &err), PT_OK);
    }
    assert_int_equal(sha256_finish(h, out, &err), PT_OK);
    assert_hex(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_int_equal(sha256_add(h, "x", 1, &err), PT_E_STATE);
    assert_int_equal(sha256_finish(h, out, &err), PT_E_STATE);
    sha256_free(h);
    sha256_free(NULL);
    assert_int_equal(mem_live_blocks(), 0);
}

// RFC 4231, cases 1, 2, 3, 6, 7.
static void test_digest__hmac_examples(void **state)
{
    (void)state;
    uint8_t out[SHA256_BYTES];
    char bytes[131];
    char data[50];
    memset(bytes, 0x0b, 20);
    assert_int_equal(hmac_sha256(text_n(bytes, 20), text_of("Hi There"), out, NULL), PT_OK);
    assert_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    hmac_sha256(text_of("Jefe"), text_of("what do ya want for nothing?"), out, NULL);
    assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(bytes, 0xaa, sizeof bytes);
    memset(data, 0xdd, sizeof data);
    hmac_sha256(text_n(bytes, 20), text_n(data, 50), out, NULL);
    assert_hex(out, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    hmac_sha256(text_n(bytes, 131),
                text_of("Test Using Larger Than Block-Size Key - Hash Key First"), out, NULL);
    assert_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    hmac_sha256((struct text){NULL, 0}, (struct text){NULL, 0}, out, NULL);
    assert_hex(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 4648, section 10.
static void test_digest__base64_examples(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xFB\xFF\xBE", "+/++"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct str s = {0};
        assert_true(base64_encode((const uint8_t *)pairs[i][0], strlen(pairs[i][0]), &s));
        assert_string_equal(str_get(&s), pairs[i][1]);
        str_reset(&s);
        assert_true(base64_decode(text_of(pairs[i][1]), &s));
        assert_string_equal(str_get(&s), pairs[i][0]);
        str_release(&s);
    }
}

static void test_digest__base64_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {"Z",        "Zg",   "Zg=",      "Zh==",    "Zm9=",
                                      "Zg==Zg==", "====", "Z===",     "Zm 9",    "Zm9v\n",
                                      "Zm-_",     "=Zm9", "Zm9vYg=A", "Zm9vY==="};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct str s = {0};
        str_add(&s, "kept");
        assert_false(base64_decode(text_of(bad[i]), &s));
        assert_string_equal(str_get(&s), "kept");
        str_release(&s);
    }
    struct str s = {0};
    assert_false(base64_decode(text_n("Zm\0v", 4), &s));
    str_release(&s);
}

static void test_digest__base64_round_trip(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t n = 0; n < sizeof bytes; n++) {
        struct str text = {0};
        struct str back = {0};
        assert_true(base64_encode(bytes, n, &text));
        assert_int_equal(text.n, (n + 2) / 3 * 4);
        assert_true(base64_decode(str_view(&text), &back));
        assert_int_equal(back.n, n);
        assert_memory_equal(back.p, bytes, n);
        str_release(&text);
        str_release(&back);
    }
}

static void test_digest__crc32_check_value(void **state)
{
    (void)state;
    assert_int_equal(crc32_of("123456789", 9), 0xCBF43926);
    assert_int_equal(crc32_of(NULL, 0), 0);
    assert_int_equal(crc32_of("", 0), 0);
    assert_int_equal(crc32_of("a", 1), 0xE8B7BE43);
}

static bool scenario(void)
{
    struct sha256 *h = NULL;
    struct pt_error err = ERROR_INIT;
    struct str text = {0};
    struct str back = {0};
    uint8_t out[SHA256_BYTES] = {0};
    pt_status status = sha256_new(&h, &err);
    bool done = status == PT_OK;
    assert_true(done || (status == PT_E_NO_MEMORY && err.code == status));
    sha256_free(h);
    done = done && base64_encode(out, sizeof out, &text) && base64_decode(str_view(&text), &back);
    str_release(&text);
    str_release(&back);
    return done;
}

static void test_digest__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest__sha256_examples),
        cmocka_unit_test(test_digest__running_hash_of_a_million),
        cmocka_unit_test(test_digest__hmac_examples),
        cmocka_unit_test(test_digest__base64_examples),
        cmocka_unit_test(test_digest__base64_is_strict),
        cmocka_unit_test(test_digest__base64_round_trip),
        cmocka_unit_test(test_digest__crc32_check_value),
        cmocka_unit_test(test_digest__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
